"""A relay that lets a number of bits through in a second, as a wireless or mobile line does; each way by itself."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

_BLOCK_BYTES = 4096  # what goes at once: small against a second's worth
_BURST_S = 0.05  # what was not sent while this machine was busy with other things is made up for, so far


@contextlib.contextmanager
def slow_line(port: int, megabits_per_s: float, delay_s: float = 0.0) -> Iterator[int]:
    """Relay to `port` on loopback; returns the relay's own port. `delay_s` is added to each way."""
    server = socket.create_server(("127.0.0.1", 0))
    ends: list[socket.socket] = [server]

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = server.accept()
                upstream = socket.create_connection(("127.0.0.1", port))
                ends.extend((client, upstream))
                for end in (client, upstream):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)  # a line holds little by itself
                for source, sink in ((client, upstream), (upstream, client)):
                    threading.Thread(
                        target=_pump, args=(source, sink, megabits_per_s * 125_000, delay_s), daemon=True
                    ).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def _pump(source: socket.socket, sink: socket.socket, bytes_per_s: float, delay_s: float) -> None:
    free_at = 0.0  # when the line has sent what it was given
    with contextlib.suppress(OSError):
        while block := source.recv(_BLOCK_BYTES):
            free_at = max(free_at, time.monotonic() - _BURST_S) + len(block) / bytes_per_s
            time.sleep(max(0.0, free_at + delay_s - time.monotonic()))
            sink.sendall(block)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
