"""SSH: commands, pipes and files on a Linux device."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from edgeflow.errors import DeviceError, LinkError
from edgeflow.transport.address import Address
from edgeflow.transport.base import Completed, Pipe
from edgeflow.transport.sftp import SftpChannel
from edgeflow.transport.ssh_config import resolve_host
from edgeflow.transport.ssh_connect import Connecting, Connection, connect
from edgeflow.transport.ssh_login import Ask, ask_on_terminal, public_key
from edgeflow.transport.ssh_program import (
    OUTPUT_LIMIT_BYTES,
    START_S,
    ChannelPipe,
    Drain,
    close_channel,
    feed,
    kill,
    receive,
    start_program,
)

CONNECT_S = 20.0
_INSTALL_KEY = """
umask 077
read -r key && mkdir -p "$HOME/.ssh" && file=$HOME/.ssh/authorized_keys && touch "$file" || exit 1
grep -qxF -e "$key" "$file" && exit 3
[ -z "$(tail -c 1 "$file")" ] || echo >> "$file"
printf '%s\n' "$key" >> "$file"
"""


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
        done = self._shell.run(["sh", "-c", _INSTALL_KEY], timeout_s=START_S, stdin=f"{key}\n".encode())
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
        channel = start_program(self._connection, self._address, argv, min(timeout_s, START_S))
        stderr = Drain(channel, keep=True)
        try:
            feeder = threading.Thread(target=feed, args=(channel, stdin, ends), daemon=True)
            feeder.start()
            stdout = bytearray()
            while block := receive(channel, ends - time.monotonic()):
                stdout += block
                if len(stdout) > OUTPUT_LIMIT_BYTES:
                    raise DeviceError(f"{self._address}: '{argv[0]}' does not stop talking", "look at the device")
            if not channel.status_event.wait(max(0.0, ends - time.monotonic())):
                raise TimeoutError
            stderr.join(max(0.0, ends - time.monotonic()))
            if not self._connection.transport.is_active():
                raise LinkError(f"{self._address}: connection lost during '{argv[0]}'", "check the network, try again")
            return Completed(channel.exit_status, bytes(stdout), stderr.kept())
        except TimeoutError:
            kill(self._connection, self._address, "KILL", stderr.pid)
            raise LinkError(
                f"{self._address}: '{argv[0]}' did not end within {timeout_s:g} s", "look at the device's load"
            ) from None
        except BaseException:
            kill(self._connection, self._address, "KILL", stderr.pid)
            raise
        finally:
            close_channel(channel)

    def start(self, argv: Sequence[str]) -> ChannelPipe:
        """Start a program whose stdin and stdout are the pipe; its stderr goes to the console log."""
        pipe = ChannelPipe(
            start_program(self._connection, self._address, argv, START_S), self._connection, self._address
        )
        self._pipes = [other for other in self._pipes if not other.closed]
        self._pipes.append(pipe)
        return pipe

    def close(self) -> None:
        """End all programs started as pipes."""
        for pipe in self._pipes:
            pipe.close()
