"""SSH: commands, pipes and files on a Linux device."""

from __future__ import annotations

import contextlib
import logging
import shlex
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from edgeflow.errors import DeviceError, LinkError
from edgeflow.transport.address import Address
from edgeflow.transport.base import Completed, Pipe
from edgeflow.transport.sftp import SftpChannel
from edgeflow.transport.ssh_config import resolve_host
from edgeflow.transport.ssh_connect import Connecting, Connection, connect, deadline
from edgeflow.transport.ssh_login import Ask, ask_on_terminal, public_key

if TYPE_CHECKING:
    import paramiko

CONNECT_S = 20.0
_START_S = 20.0  # opening a channel and having the program started
_EXIT_S = 2.0  # a program's time to end after its stdin closed, then again after SIGTERM
_KILL_S = 10.0  # starting `kill` on a device that may be busy
_OUTPUT_LIMIT_BYTES = 64 << 20  # a command's output beyond this is a fault of the device, not an answer
# any login shell understands this; the first line of stderr is the program's process id
_LAUNCH = "exec sh -c 'echo $$ >&2; exec \"$@\"' sh"
_INSTALL_KEY = """
umask 077
read -r key && mkdir -p "$HOME/.ssh" && file=$HOME/.ssh/authorized_keys && touch "$file" || exit 1
grep -qxF -e "$key" "$file" && exit 3
[ -z "$(tail -c 1 "$file")" ] || echo >> "$file"
printf '%s\n' "$key" >> "$file"
"""
_CONSOLE = logging.getLogger("edgeflow.console")
_LINE_LIMIT_BYTES = 4096


class SshTransport:
    """One authenticated connection to `address`, opened on construction; a context manager.

    The host key must be known to the user's or edgeflow's known_hosts, or its fingerprint stand in
    `accept_host_keys`, which records it. `config` replaces the user's ssh configuration. `ask` is asked for
    passwords and passphrases, by default a person on the terminal.
    Raises DeviceError (unreachable, host key, login), LinkError (too slow), UsageError (configuration).
    """

    def __init__(
        self,
        address: Address,
        *,
        timeout_s: float = CONNECT_S,
        accept_host_keys: Sequence[str] = (),
        config: Path | None = None,
        ask: Ask = ask_on_terminal,
    ) -> None:
        host = resolve_host(address.where, user=address.user, port=address.port, config=config)
        how = Connecting(timeout_s, tuple(accept_host_keys), config, ask)
        self._connection = connect(host, str(address), how)
        self._shell = SshShell(self._connection, str(address))
        self._files = SftpChannel(self._connection, str(address))

    @property
    def shell(self) -> SshShell:
        return self._shell

    @property
    def files(self) -> SftpChannel:
        return self._files

    def open(self) -> Pipe:
        raise LinkError("SSH has no link of its own", "start the agent through the shell")

    def install_key(self) -> bool:
        """Add the user's public key to the account's authorized_keys; False when it stands there already.

        Raises UsageError when the user has no key, DeviceError when the file cannot be written.
        """
        key = public_key(self._connection.host)
        done = self._shell.run(["sh", "-c", _INSTALL_KEY], timeout_s=_START_S, stdin=f"{key}\n".encode())
        if done.status not in (0, 3):
            raise DeviceError(
                f"{self._connection.host.hostname}: its authorized_keys cannot be written", "log in there"
            )
        return done.status == 0

    def close(self) -> None:
        """End every program started here, then the connection. Safe to call twice."""
        self._shell.close()
        self._files.close()
        self._connection.close()

    def __enter__(self) -> SshTransport:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class SshShell:
    """Programs on the device. Arguments are quoted here; the login shell sees one plain command."""

    def __init__(self, connection: Connection, address: str) -> None:
        self._connection, self._address = connection, address
        self._pipes: list[ChannelPipe] = []

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Completed:
        """Run to completion and return its output; on a missed deadline the program is killed.

        Raises LinkError when the connection broke or `timeout_s` passed, DeviceError for endless output.
        """
        ends = time.monotonic() + timeout_s
        channel = _start(self._connection, self._address, argv, min(timeout_s, _START_S))
        stderr = _Drain(channel, keep=True)
        try:
            feeder = threading.Thread(target=_feed, args=(channel, stdin, ends), daemon=True)
            feeder.start()
            stdout = bytearray()
            while block := _receive(channel, ends - time.monotonic()):
                stdout += block
                if len(stdout) > _OUTPUT_LIMIT_BYTES:
                    raise DeviceError(f"{self._address}: '{argv[0]}' does not stop talking", "look at the device")
            if not channel.status_event.wait(max(0.0, ends - time.monotonic())):
                raise TimeoutError
            stderr.join(max(0.0, ends - time.monotonic()))
            if not self._connection.transport.is_active():
                raise LinkError(f"{self._address}: connection lost during '{argv[0]}'", "check the network, try again")
            return Completed(channel.exit_status, bytes(stdout), stderr.kept())
        except TimeoutError:
            _kill(self._connection, self._address, "KILL", stderr.pid)
            raise LinkError(
                f"{self._address}: '{argv[0]}' did not end within {timeout_s:g} s", "look at the device's load"
            ) from None
        except BaseException:
            _kill(self._connection, self._address, "KILL", stderr.pid)
            raise
        finally:
            _close(channel)

    def start(self, argv: Sequence[str]) -> ChannelPipe:
        """Start a program whose stdin and stdout are the pipe; its stderr goes to the console log."""
        pipe = ChannelPipe(_start(self._connection, self._address, argv, _START_S), self._connection, self._address)
        self._pipes = [other for other in self._pipes if not other.closed]
        self._pipes.append(pipe)
        return pipe

    def close(self) -> None:
        """End all programs started as pipes."""
        for pipe in self._pipes:
            pipe.close()


class ChannelPipe:
    """A running program's stdin and stdout."""

    def __init__(self, channel: paramiko.Channel, connection: Connection, address: str) -> None:
        self._channel, self._connection, self._address = channel, connection, address
        self._stderr = _Drain(channel, keep=False)
        self.closed = False

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Return 1..max_bytes bytes as soon as any are there, b"" when `timeout_s` passed; LinkError at the end."""
        try:
            block = _receive(self._channel, timeout_s, max_bytes)
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
            except OSError:
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
            _kill(self._connection, self._address, name, self._stderr.pid)
        _close(channel)
        self._stderr.join(_EXIT_S)

    def _ended(self) -> LinkError:
        channel = self._channel
        if not self._connection.transport.is_active():
            return LinkError(f"{self._address}: connection lost", "check the device and the network, then try again")
        channel.status_event.wait(_EXIT_S)
        self._stderr.join(_EXIT_S)
        status = channel.exit_status
        how = "was killed" if status == -1 else f"ended with status {status}"
        said = f": {self._stderr.last_line()}" if self._stderr.last_line() else ""
        return LinkError(
            f"{self._address}: the program on the device {how}{said}", "try again; see what the device itself logged"
        )


class _Drain(threading.Thread):
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
            except OSError:
                break
            if not block:
                break
            if not named:
                part += block
                if b"\n" not in part:
                    continue
                first, _, block = part.partition(b"\n")
                self.pid = int(first) if first.isdigit() and int(first) > 1 else None
                named, part = True, b""
            if self._keep:
                self._kept += block[: max(0, _OUTPUT_LIMIT_BYTES - len(self._kept))]
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


def _start(connection: Connection, address: str, argv: Sequence[str], timeout_s: float) -> paramiko.Channel:
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


def _close(channel: paramiko.Channel) -> None:
    # on a broken connection even the goodbye fails
    with contextlib.suppress(OSError, EOFError):
        channel.close()


def _receive(channel: paramiko.Channel, timeout_s: float, max_bytes: int = 65536) -> bytes:
    """Return bytes, b"" at the end of the stream; raises TimeoutError."""
    channel.settimeout(max(0.001, timeout_s))
    return channel.recv(max_bytes)


def _feed(channel: paramiko.Channel, data: bytes, ends: float) -> None:
    with contextlib.suppress(OSError, EOFError):
        view = memoryview(data)
        while view:
            # the reader's timeout is the channel's as well and may be shorter: what counts is the deadline
            with contextlib.suppress(TimeoutError):
                view = view[channel.send(view) :]  # type: ignore[arg-type]  # any buffer will do
            if time.monotonic() > ends or channel.closed:
                return
        channel.shutdown_write()


def _kill(connection: Connection, address: str, name: str, pid: int | None) -> None:
    """Signal a program through a second channel: servers refuse SSH's own signal request for root.

    Never its group: procps 4.0.2 reads `kill -TERM -1234` as process -1, which is every process there is.
    """
    if pid is None or not connection.transport.is_active():
        return
    with contextlib.suppress(LinkError):
        channel = _start(connection, address, ["kill", f"-{name}", str(pid)], _KILL_S)
        channel.status_event.wait(_KILL_S)
        _close(channel)
