"""Programs over SSH: started, fed, drained, ended and, where need be, killed."""

from __future__ import annotations

import contextlib
import logging
import shlex
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from edgeflow.errors import LinkError
from edgeflow.transport.ssh_connect import Connection, deadline

if TYPE_CHECKING:
    import paramiko

START_S = 60.0  # opening a channel and having the program started: an emulated board on a busy machine takes long
_EXIT_S = 2.0  # a program's time to end after its stdin closed, then again after SIGTERM
_KILL_S = 10.0  # starting `kill` on a device that may be busy
OUTPUT_LIMIT_BYTES = 64 << 20  # a command's output beyond this is a fault of the device, not an answer
# any login shell understands this; the first line of stderr is the program's process id
_LAUNCH = "exec sh -c 'echo $$ >&2; exec \"$@\"' sh"
_CONSOLE = logging.getLogger("edgeflow.console")
_LINE_LIMIT_BYTES = 4096


class ChannelPipe:
    """A running program's stdin and stdout."""

    def __init__(self, channel: paramiko.Channel, connection: Connection, address: str) -> None:
        self._channel, self._connection, self._address = channel, connection, address
        self._stderr = Drain(channel, keep=False)
        self.closed = False

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Return 1..max_bytes bytes as soon as any are there, b"" when `timeout_s` passed; LinkError at the end."""
        try:
            block = receive(self._channel, timeout_s, max_bytes)
        except TimeoutError:
            return b""
        if not block:
            raise self._ended()
        return block

    def write(self, data: bytes, timeout_s: float) -> None:
        """Send all of `data`. Raises LinkError when the stream ended or `timeout_s` passed."""
        ends = time.monotonic() + timeout_s
        view = memoryview(data)
        while view:
            self._channel.settimeout(max(0.001, ends - time.monotonic()))
            try:
                sent = self._channel.send(view)  # type: ignore[arg-type]  # any buffer will do
            except TimeoutError:
                raise LinkError(f"{self._address}: the device takes no data", "check the device's load") from None
            except (OSError, EOFError):  # EOFError: what the library beneath says of a connection that just went
                raise self._ended() from None
            if sent == 0:
                raise self._ended()
            view = view[sent:]

    def close(self) -> None:
        """Close stdin, give the program time to end, then signal it. Safe to call twice."""
        if self.closed:
            return
        self.closed = True
        channel = self._channel
        with contextlib.suppress(OSError, EOFError):
            channel.shutdown_write()
        for name in ("TERM", "KILL"):
            if channel.status_event.wait(_EXIT_S) or not self._connection.transport.is_active():
                break
            kill(self._connection, self._address, name, self._stderr.pid)
        close_channel(channel)
        self._stderr.join(_EXIT_S)

    def _ended(self) -> LinkError:
        channel = self._channel
        channel.status_event.wait(_EXIT_S)  # set as well when the connection is gone
        if not self._connection.transport.is_active():
            return LinkError(f"{self._address}: connection lost", "check the device and the network, then try again")
        self._stderr.join(_EXIT_S)
        status = channel.exit_status
        how = "was killed" if status == -1 else f"ended with status {status}"
        said = f": {self._stderr.last_line()}" if self._stderr.last_line() else ""
        return LinkError(
            f"{self._address}: the program on the device {how}{said}", "try again; see what the device itself logged"
        )


class Drain(threading.Thread):
    """Reads stderr all the time: left full, it would stop stdout, which shares the channel's window."""

    def __init__(self, channel: paramiko.Channel, *, keep: bool) -> None:
        super().__init__(daemon=True)
        self._channel, self._keep = channel, keep
        self._kept = bytearray()
        self._lines: deque[str] = deque(maxlen=1)
        self.pid: int | None = None
        self.start()

    def run(self) -> None:
        part = b""
        named = False
        while True:
            try:
                block = self._channel.recv_stderr(65536)
            except TimeoutError:
                continue  # the channel's timeout is the stdout reader's
            except (OSError, EOFError):
                break
            if not block:
                break
            if not named:
                part += block
                if b"\n" not in part and len(part) < _LINE_LIMIT_BYTES:
                    continue
                first, _, block = part.partition(b"\n")
                self.pid = int(first) if first.isdigit() and int(first) > 1 else None
                named, part = True, b""
            if self._keep:
                self._kept += block[: max(0, OUTPUT_LIMIT_BYTES - len(self._kept))]
                continue
            *lines, part = (part + block).split(b"\n")
            self._say(lines)
            part = part[-_LINE_LIMIT_BYTES:]
        self._say([part])

    def _say(self, lines: Sequence[bytes]) -> None:
        for raw in lines:
            text = "".join(c if c.isprintable() else " " for c in raw.decode("utf-8", "replace")).strip()
            if text:
                self._lines.append(text[:_LINE_LIMIT_BYTES])
                # what the agent wants a person to read, all else is only logged
                level = logging.WARNING if text.startswith("notice: ") else logging.INFO
                _CONSOLE.log(level, "%s", self._lines[-1])

    def kept(self) -> bytes:
        return bytes(self._kept)

    def last_line(self) -> str:
        return self._lines[-1] if self._lines else ""


def start_program(connection: Connection, address: str, argv: Sequence[str], timeout_s: float) -> paramiko.Channel:
    """Start `argv`, quoted here, on a channel of its own. Raises LinkError when that takes longer than `timeout_s`."""
    from paramiko import SSHException

    transport = connection.transport
    try:
        with deadline(transport.close, timeout_s, f"{address}: starting '{argv[0]}'"):
            channel = transport.open_session(timeout=timeout_s)
            channel.exec_command(f"{_LAUNCH} {shlex.join(argv)}")
            return channel
    except (SSHException, OSError, EOFError) as error:
        reason = str(error) or "connection closed"
        raise LinkError(f"{address}: '{argv[0]}' did not start ({reason})", "check the device and try again") from None


def close_channel(channel: paramiko.Channel) -> None:
    """Close a channel; on a broken connection even that may fail, which is all the same."""
    with contextlib.suppress(OSError, EOFError):
        channel.close()


def receive(channel: paramiko.Channel, timeout_s: float, max_bytes: int = 65536) -> bytes:
    """Return bytes, b"" at the end of the stream; raises TimeoutError."""
    channel.settimeout(max(0.001, timeout_s))
    try:
        return channel.recv(max_bytes)
    except EOFError:  # reading also sends, to say that there is room again
        return b""


def feed(channel: paramiko.Channel, data: bytes, ends: float) -> None:
    """Send `data` as stdin and close it; stops at the monotonic time `ends`, or when the program no longer reads."""
    with contextlib.suppress(OSError, EOFError):
        view = memoryview(data)
        while view:
            # the reader's timeout is the channel's as well and may be shorter: what counts is the deadline
            with contextlib.suppress(TimeoutError):
                view = view[channel.send(view) :]  # type: ignore[arg-type]  # any buffer will do
            if time.monotonic() > ends or channel.closed:
                return
        channel.shutdown_write()


def kill(connection: Connection, address: str, name: str, pid: int | None) -> None:
    """Signal a program through a second channel: servers refuse SSH's own signal request for root.

    Never its group: procps 4.0.2 reads `kill -TERM -1234` as process -1, which is every process there is.
    """
    if pid is None or not connection.transport.is_active():
        return
    with contextlib.suppress(LinkError):
        channel = start_program(connection, address, ["kill", f"-{name}", str(pid)], _KILL_S)
        channel.status_event.wait(_KILL_S)
        close_channel(channel)
