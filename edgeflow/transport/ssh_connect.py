"""Opening an authenticated SSH connection: socket, jump hosts or proxy command, handshake, host key, login."""

from __future__ import annotations

import contextlib
import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from edgeflow.errors import DeviceError, LinkError, UsageError
from edgeflow.transport.address import parse_address
from edgeflow.transport.ssh_config import SshHost, resolve_host
from edgeflow.transport.ssh_keys import HostKey, known_keys, own_known_hosts, verify
from edgeflow.transport.ssh_login import Ask, log_in

if TYPE_CHECKING:
    import paramiko

_MAX_JUMPS = 8
_PROXY_GRACE_S = 2.0
_SMALL_BYTES = 1024  # a request; blocks of a file are larger
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Connecting:
    """What holds for every hop. `timeout_s` bounds each hop's connecting, typing a password excepted."""

    timeout_s: float
    accepted: tuple[str, ...]
    config: Path | None
    ask: Ask


@dataclass(frozen=True)
class Connection:
    """An authenticated connection; `close` ends it, then what it ran through."""

    transport: paramiko.Transport
    host: SshHost
    closers: tuple[Callable[[], None], ...]

    def close(self) -> None:
        """End everything, innermost first. Safe to call twice."""
        self.transport.close()
        for closer in reversed(self.closers):
            closer()


@contextlib.contextmanager
def deadline(close: Callable[[], None], seconds: float, what: str) -> Iterator[None]:
    """Call `close` when the block has not ended after `seconds`, and raise LinkError naming `what`.

    Several waits of the SSH library have no timeout of their own; closing underneath ends them all.
    """
    passed = threading.Event()

    def end() -> None:
        passed.set()
        close()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception:
        if passed.is_set():
            raise _late(what, seconds) from None
        raise
    finally:
        timer.cancel()
    if passed.is_set():
        raise _late(what, seconds)


def _late(what: str, seconds: float) -> LinkError:
    return LinkError(f"{what}: no answer within {seconds:g} s", "check that the device is up and the network holds")


def connect(host: SshHost, address: str, how: Connecting, depth: int = 0) -> Connection:
    """Connect and log in to `host`; `address` is its name in messages.

    Raises DeviceError: unreachable, refused, unknown or changed host key, login refused; LinkError: too slow.
    """
    import paramiko

    # without a handler the library's own tracebacks would reach the user's terminal
    quiet = logging.getLogger("paramiko")
    if not quiet.handlers:
        quiet.addHandler(logging.NullHandler())
    timeout_s = min(how.timeout_s, host.connect_timeout_s or how.timeout_s)
    sock, closers = _dial(host, address, how, timeout_s, depth)
    transport: paramiko.Transport | None = None
    try:
        transport = paramiko.Transport(
            cast("socket.socket", _Prompt(sock)) if isinstance(sock, socket.socket) else sock
        )
        transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = timeout_s
        _handshake(transport, host, address, timeout_s)
        shown = transport.get_remote_server_key()
        key = HostKey(shown.get_name(), shown.asbytes())
        learnt = verify(host.lookup_name, address, key, host.known_hosts, how.accepted)
        if learnt:
            _log.info("%s", learnt)
        log_in(transport, host, address, how.ask)
    except BaseException:
        if transport is not None:
            transport.close()
        for closer in reversed(closers):
            closer()
        raise
    return Connection(transport, host, tuple(closers))


def _handshake(transport: paramiko.Transport, host: SshHost, address: str, timeout_s: float) -> None:
    from paramiko import SSHException
    from paramiko.ssh_exception import IncompatiblePeer

    # ask for the kinds of key that are known, so that a host with several shows one that can be compared
    kinds = {entry.key.kind for entry in known_keys(host.lookup_name, [*host.known_hosts, own_known_hosts()])}
    options = transport.get_security_options()
    ordered = sorted(options.key_types, key=lambda kind: _plain_kind(kind) not in kinds)
    options.key_types = tuple(ordered)
    # GCM needs no second pass for the MAC: measured 1.3 times as fast as CTR on x86-64 and more
    options.ciphers = tuple(sorted(options.ciphers, key=lambda cipher: "-gcm" not in cipher))
    try:
        with deadline(transport.close, timeout_s, address):
            transport.start_client(timeout=timeout_s)
            transport.get_remote_server_key()
    except LinkError:
        raise
    except IncompatiblePeer as error:
        raise DeviceError(
            f"{address}: no common SSH algorithm ({error})",
            "update the SSH server on the device (OpenSSH 7.2 or later)",
        ) from None
    except (SSHException, EOFError, OSError) as error:
        reason = str(error) or "connection closed"
        raise DeviceError(
            f"{address}: the SSH handshake failed ({reason})", "check that the port is an SSH server's and try again"
        ) from None


class _Prompt:
    """A socket that acknowledges the answer to a small message at once.

    Linux waits up to 40 ms for data to send along, and OpenSSH holds a small answer back as long as the one before is
    not acknowledged: the first program on a connection started 40 ms late.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._option = getattr(socket, "TCP_QUICKACK", None) if sock.family != getattr(socket, "AF_UNIX", -1) else None

    def send(self, data: bytes) -> int:
        sent = self._sock.send(data)
        if self._option is not None and len(data) <= _SMALL_BYTES:
            with contextlib.suppress(OSError):  # it lasts for what comes next only
                self._sock.setsockopt(socket.IPPROTO_TCP, self._option, 1)
        return sent

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


def _plain_kind(kind: str) -> str:
    return "ssh-rsa" if kind.startswith("rsa-sha2-") else kind


def _dial(
    host: SshHost, address: str, how: Connecting, timeout_s: float, depth: int
) -> tuple[socket.socket | paramiko.Channel, list[Callable[[], None]]]:
    if host.proxy_jump:
        return _jump(host, address, how, timeout_s, depth)
    if host.proxy_command:
        return _proxy(host.proxy_command, address)
    return _direct(host, address, timeout_s), []


def _direct(host: SshHost, address: str, timeout_s: float) -> socket.socket:
    try:
        sock = socket.create_connection((host.hostname, host.port), timeout=timeout_s)
    except socket.gaierror:
        raise DeviceError(
            f"{address}: no host '{host.hostname}' is known", "check the name; on the local network NAME.local may do"
        ) from None
    except ConnectionRefusedError:
        raise DeviceError(
            f"{address}: {host.hostname} refuses connections on port {host.port}",
            "start its SSH server, or correct the port in the address",
        ) from None
    except TimeoutError:
        raise DeviceError(
            f"{address}: no answer within {timeout_s:g} s", "check that the device is on and in reach"
        ) from None
    except OSError as error:
        raise DeviceError(
            f"{address}: {host.hostname} cannot be reached ({error.strerror or error})",
            "check that the device is on and in reach",
        ) from None
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _jump(
    host: SshHost, address: str, how: Connecting, timeout_s: float, depth: int
) -> tuple[paramiko.Channel, list[Callable[[], None]]]:
    """Go through the last jump host, which goes through those before it."""
    from paramiko import SSHException

    if depth >= _MAX_JUMPS:
        raise UsageError(f"{address}: more than {_MAX_JUMPS} jump hosts", "look for a loop of ProxyJump")
    *before, last = host.proxy_jump
    named = parse_address(last if last.startswith("ssh://") else f"ssh://{last}")
    hop = resolve_host(named.where, user=named.user, port=named.port, config=how.config)
    if before:
        hop = replace(hop, proxy_jump=tuple(before), proxy_command=None)
    connection = connect(hop, str(named), how, depth + 1)
    try:
        with deadline(connection.transport.close, timeout_s, address):
            channel = connection.transport.open_channel(
                "direct-tcpip", (host.hostname, host.port), ("127.0.0.1", 0), timeout=timeout_s
            )
    except (SSHException, OSError) as error:
        connection.close()
        raise DeviceError(
            f"{address}: jump host {named.where} cannot reach {host.hostname}:{host.port} ({error})",
            "check the name as the jump host sees it, and that it allows forwarding",
        ) from None
    except BaseException:
        connection.close()
        raise
    return channel, [connection.close]


def _proxy(command: str, address: str) -> tuple[socket.socket, list[Callable[[], None]]]:
    """Start the user's ProxyCommand on one end of a socket pair; as with ssh, the user's own shell text."""
    if sys.platform == "win32":
        raise DeviceError(f"{address}: ProxyCommand is not supported on Windows", "use ProxyJump instead")
    ours, theirs = socket.socketpair()
    try:
        child = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {command}"],
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        ours.close()
        raise DeviceError(f"{address}: ProxyCommand did not start ({error})", "correct it in ~/.ssh/config") from None
    finally:
        theirs.close()

    def end() -> None:
        ours.close()
        started = time.monotonic()
        while child.poll() is None and time.monotonic() - started < _PROXY_GRACE_S:
            time.sleep(0.02)
        if child.poll() is None:
            child.kill()
        child.wait(_PROXY_GRACE_S)

    return ours, [end]
