"""A TCP relay that faults on purpose: for tests of what happens when a line breaks."""

import contextlib
import socket
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def relay(port: int, cut_after: int | None = None) -> Iterator[tuple[int, threading.Event]]:
    """Relay to `port`: (its own port, an event that makes it swallow everything); cuts after so many bytes sent."""
    hole = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))
    sockets = [server]

    def pump(source, sink, limit):
        passed = 0
        try:
            while block := source.recv(65536):
                if hole.is_set():
                    continue
                sink.sendall(block if limit is None else block[: limit - passed])
                passed += len(block)
                if limit is not None and passed >= limit:
                    break
        except OSError:
            pass
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def serve():
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            upstream = socket.create_connection(("127.0.0.1", port))
            sockets.extend((client, upstream))
            threading.Thread(target=pump, args=(client, upstream, cut_after), daemon=True).start()
            threading.Thread(target=pump, args=(upstream, client, None), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1], hole
    finally:
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)  # closing alone tells nobody while a thread still reads
            each.close()
