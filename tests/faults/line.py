"""A TCP relay with one fault: what arrives after a number of bytes is cut, held back, altered, doubled or slowed."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

What = Literal["cut", "hang", "corrupt", "duplicate", "slow"]
HANG_S = 1.5  # then the line is cut: who waits for a dead line for ever is found by the test's own deadline
SLOW_S = 0.004  # for each block


@dataclass(frozen=True)
class LineFault:
    """`what` happens to the connection after `after` bytes towards the device (`up`) or from it."""

    what: What
    after: int
    up: bool


@contextlib.contextmanager
def faulty_line(port: int, fault: LineFault, struck: threading.Event) -> Iterator[int]:
    """Relay to `port`, with the fault on the first connection, which sets `struck`; returns the relay's own port."""
    server = socket.create_server(("127.0.0.1", 0))
    sockets = [server]

    def serve() -> None:
        with contextlib.suppress(OSError):
            client, _ = server.accept()
            upstream = socket.create_connection(("127.0.0.1", port))
            sockets.extend((client, upstream))
            for source, sink, own in ((client, upstream, fault.up), (upstream, client, not fault.up)):
                threading.Thread(target=_pump, args=(source, sink, fault if own else None, struck), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)  # closing alone tells nobody while a thread still reads
            each.close()


def _pump(source: socket.socket, sink: socket.socket, fault: LineFault | None, struck: threading.Event) -> None:
    passed, done = 0, False
    with contextlib.suppress(OSError):
        while block := source.recv(16384):
            if fault is not None and passed + len(block) > fault.after:
                struck.set()
            due = fault is not None and not done and passed + len(block) > fault.after
            if fault is not None and fault.what == "slow" and passed >= fault.after:
                time.sleep(SLOW_S)
            if fault is not None and due and fault.what != "slow":
                done, at = True, fault.after - passed
                match fault.what:
                    case "cut":
                        sink.sendall(block[:at])
                        break
                    case "hang":
                        sink.sendall(block[:at])
                        time.sleep(HANG_S)
                        break
                    case "corrupt":
                        block = block[:at] + bytes([block[at] ^ 0x10]) + block[at + 1 :]
                    case "duplicate":
                        block = block[:at] + block[at:] * 2
            sink.sendall(block)
            passed += len(block)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
