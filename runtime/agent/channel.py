"""The link's two file descriptors: requests come in through a thread, replies go out whole."""

from __future__ import annotations

import collections
import os
import threading
import time
from typing import Callable, Deque, List, NoReturn, Tuple

from edgeflow.wire import frame
from edgeflow.wire.constants import RUNNING_INTERVAL_MS, Command, Status

PAYLOAD_BYTES = 64 * 1024
_READ_BYTES = 256 * 1024
_SIGN_S = 10.0  # of life while nothing is asked


class Channel:
    """Reads requests from `fd_in`, writes replies to `fd_out`.

    The reading thread ends the process as soon as `fd_in` ends, whatever else is going on: when the host goes away,
    nothing stays behind.
    """

    def __init__(self, fd_in: int, fd_out: int, at_end: List[Callable[[], None]]) -> None:
        self._in, self._out, self.at_end = fd_in, fd_out, at_end
        self._requests: Deque[frame.Frame] = collections.deque()
        self._arrived = threading.Condition()
        self._next_heartbeat_ns = 0
        self._seq = 0
        threading.Thread(target=self._read, name="link", daemon=True).start()

    def next_request(self) -> Tuple[int, int, bytes]:
        """Wait for a request: (sequence number, code, payload).

        Meanwhile an empty frame goes out now and then: a host that vanished without a word closes nothing, but what is
        sent to it fails sooner or later, and the device is free again.
        """
        while not self._wait(_SIGN_S):
            self._send(frame.EMPTY)
        with self._arrived:
            request = self._requests.popleft()
        self._seq, self._next_heartbeat_ns = request[0], time.perf_counter_ns() + RUNNING_INTERVAL_MS * 1_000_000
        return request

    def reply(self, seq: int, status: Status, payload: bytes = b"") -> None:
        """Send one frame; a broken pipe ends the process."""
        self._send(frame.encode(seq, status, payload))

    def _wait(self, seconds: float) -> bool:
        with self._arrived:
            return self._arrived.wait_for(lambda: bool(self._requests), seconds)

    def _send(self, frames: bytes) -> None:
        data = memoryview(frames)
        try:
            while data:
                data = data[os.write(self._out, data) :]
        except OSError:
            self.end()

    def heartbeat(self, at_once: bool = False) -> None:
        """Say RUNNING for the current request, at most once in the protocol's interval."""
        now = time.perf_counter_ns()
        if at_once or now >= self._next_heartbeat_ns:
            self._next_heartbeat_ns = now + RUNNING_INTERVAL_MS * 1_000_000
            self.reply(self._seq, Status.RUNNING)

    def cancelled(self) -> bool:
        """Whether the host has sent CANCEL meanwhile; answers it."""
        if not self._requests:
            return False
        with self._arrived:
            found = next((request for request in self._requests if request[1] == Command.CANCEL), None)
            if found is None:
                return False
            self._requests.remove(found)
        self.reply(found[0], Status.OK)
        return True

    def end(self) -> NoReturn:
        """End the process at once, also while the interpreter runs in another thread."""
        try:
            for work in reversed(self.at_end):
                work()
        finally:
            os._exit(0)

    def _read(self) -> None:
        splitter = frame.Splitter(2 * PAYLOAD_BYTES)
        while True:
            try:
                data = os.read(self._in, _READ_BYTES)
            except OSError:
                data = b""
            if not data:
                self.end()
            for item in splitter.feed(data):
                if isinstance(item, tuple):
                    with self._arrived:
                        self._requests.append(item)
                        self._arrived.notify()
