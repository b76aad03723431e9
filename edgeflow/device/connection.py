"""One open link to a device, by which requests go; who holds the device, and a fresh start of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from edgeflow.device.answers import Hello
from edgeflow.device.link import Blocks, Link
from edgeflow.errors import DeviceBusyError, DeviceStatusError, LinkError, UsageError
from edgeflow.progress import Progress, silent
from edgeflow.transport.base import FileChannel, Pipe
from edgeflow.wire import message
from edgeflow.wire.constants import VERSION, Command, Reset, Slots

BULK_BYTES = 64 * 1024  # more than this goes through the file channel where there is one
BUILD_AGAIN = "build and flash the runner again, or update edgeflow"
_HELLO_S = 60.0  # a small board under an emulator imports Python for 20 s
_HELLO_REPEAT_S = 0.5
_HANDOVER_S = 10.0  # until an agent whose pipe was closed has let go of the device
_BUSY_POLL_S = 0.3
_HEARTBEATS_S = 600.0  # the least that a device may take to hash or load, whatever the timeout is
_HEARTBEAT_TIMEOUTS = 10


class Connection:
    """The link and what the device said of itself on it. `timeout_s` bounds every silence of the device.

    `files` is the channel for much data, None where everything goes through the link.
    """

    hello: Hello

    def __init__(
        self,
        open_pipe: Callable[[], Pipe],
        *,
        peer: str,
        files: FileChannel | None = None,
        lossy: bool = False,
        reopen: bool = True,
        timeout_s: float = 60.0,
        wait_s: float = 0.0,
    ) -> None:
        """`reopen`: a new pipe is a fresh process (else a restart resets the board).

        `wait_s` is how long to try again while another session holds the device.
        """
        self.peer, self.files, self.timeout_s = peer, files, timeout_s
        self._open_pipe, self._lossy, self._reopen = open_pipe, lossy, reopen
        self._connect(wait_s)

    def close(self) -> None:
        """End it; the agent ends with it. Safe to call twice."""
        self._link.close()

    def restart(self) -> None:
        """Go on with a fresh process, or a board just reset: nothing of earlier runs is left in memory.

        A board whose slots lie in RAM would lose them: there the model is only closed.
        """
        if self._reopen:
            self._link.close()
            self._connect(_HANDOVER_S)
            return
        try:
            self.request(Command.RESET, what=Reset.CLOSE if self.hello.slots == Slots.RAM else Reset.DEVICE)
        except DeviceStatusError:
            self.request(Command.RESET, what=Reset.CLOSE)
        self.hello = self._say_hello()

    def move_to(self, open_pipe: Callable[[], Pipe]) -> None:
        """Go on with a process of another kind on the same device."""
        self._link.close()
        self._open_pipe = open_pipe
        self._connect(_HANDOVER_S)

    def request(
        self, command: Command, *, timeout_s: float | None = None, limit_s: float | None = None, **fields: Any
    ) -> dict[str, Any]:
        """One request and its reply's fields; `limit_s` bounds how long heartbeats may hold it open.

        Raises DeviceStatusError on a refusal, LinkError on a broken link, UsageError on values too large to send.
        """
        try:
            payload = message.pack_request(command, **fields)
        except message.MessageError as error:
            raise UsageError(f"{command.name}: {error}", "use shorter names and smaller numbers") from None
        silence_s = timeout_s or self.timeout_s
        limit_s = limit_s or max(_HEARTBEATS_S, _HEARTBEAT_TIMEOUTS * silence_s)
        return self._read(command, self._link.request(command, payload, timeout_s=silence_s, limit_s=limit_s))

    def request_all(self, command: Command, requests: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Several requests, a window of them unanswered, and their replies; on a line that loses nothing."""
        payloads = [message.pack_request(command, **fields) for fields in requests]
        for reply in self._link.request_all(command, payloads, window=self.hello.window, timeout_s=self.timeout_s):
            yield self._read(command, reply)

    def send_blocks(
        self, command: Command, data: bytes, *, start: int = 0, index: int | None = None, progress: Progress = silent
    ) -> None:
        """Send bytes by INPUT or MODEL_CHUNK, several requests at a time where the device's window allows it."""
        size = min(self.hello.receive_bytes, BULK_BYTES) - 16
        blocks = Blocks(command, data, start, size, self.hello.window, index)
        self._link.send_blocks(blocks, timeout_s=self.timeout_s, progress=progress)

    def _connect(self, wait_s: float) -> None:
        deadline = time.monotonic() + wait_s
        while True:
            self._link = Link(self._open_pipe(), self.peer, lossy=self._lossy)
            try:
                self.hello = self._say_hello()
                return
            except DeviceBusyError:
                self._link.close()
                if time.monotonic() >= deadline:
                    raise
                time.sleep(_BUSY_POLL_S)
            except BaseException:
                self._link.close()
                raise

    def _say_hello(self) -> Hello:
        timeout_s = max(_HELLO_S, self.timeout_s)
        reply = self._link.request(Command.HELLO, b"", timeout_s=timeout_s, repeat_s=_HELLO_REPEAT_S)
        if not reply or reply[0] != VERSION:
            raise LinkError(
                f"{self.peer} speaks version {reply[0] if reply else '?'} of the link protocol, edgeflow {VERSION}",
                BUILD_AGAIN,
            )
        try:
            return Hello.read(self._read(Command.HELLO, reply))
        except ValueError as error:
            raise LinkError(f"{self.peer} introduced itself wrongly: {error}") from None

    def _read(self, command: Command, reply: bytes) -> dict[str, Any]:
        try:
            return message.unpack_reply(command, reply)
        except message.MessageError as error:
            raise LinkError(f"{self.peer} answered {command.name} with nonsense: {error}", "update edgeflow") from None
