"""Logging in over SSH: keys of the agent, key files, then a password asked on the terminal."""

from __future__ import annotations

import getpass
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from edgeflow.errors import DeviceError, UsageError
from edgeflow.transport.ssh_config import SshHost

if TYPE_CHECKING:
    import paramiko

# asks the user for a secret; None when nobody can be asked
Ask = Callable[[str], str | None]
_PASSWORD_TRIES = 3
_ONE_QUESTION = threading.Lock()  # several devices at once ask one after the other
_DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")


def ask_on_terminal(prompt: str) -> str | None:
    """Ask without echo when a person sits there, else return None. The answer is never stored."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    with _ONE_QUESTION:
        try:
            return getpass.getpass(prompt)
        except EOFError:
            return None


def log_in(connection: paramiko.Transport, host: SshHost, address: str, ask: Ask = ask_on_terminal) -> None:
    """Authenticate an open connection, or raise DeviceError naming what was tried."""
    from paramiko import BadAuthenticationType, SSHException

    tried: list[str] = []
    allowed = ["publickey", "password", "keyboard-interactive"]
    try:
        connection.auth_none(host.user)
    except BadAuthenticationType as answer:
        allowed = list(answer.allowed_types)
    except SSHException as error:
        raise _lost(address, error) from None
    if not connection.is_authenticated() and "publickey" in allowed:
        _try_keys(connection, host, tried, ask)
    if not connection.is_authenticated() and (ways := {"password", "keyboard-interactive"} & set(allowed)):
        _try_passwords(connection, host, ways, tried, ask)
    if not connection.is_authenticated():
        done = ", ".join(tried) or "no key found, and no terminal to ask for a password"
        raise DeviceError(
            f"{address}: login as '{host.user}' was refused (tried: {done})",
            f"check the user name, or install your key there: ssh-copy-id -p {host.port} {host.user}@{host.hostname}",
        )


def _try_keys(connection: paramiko.Transport, host: SshHost, tried: list[str], ask: Ask) -> None:
    from paramiko import AuthenticationException, SSHException

    for name, key in _keys(host, ask):
        if not connection.is_active():
            break
        tried.append(name)
        try:
            connection.auth_publickey(host.user, key)
        except AuthenticationException:
            continue
        except SSHException as error:
            tried[-1] = f"{name} ({error})"
            continue
        return


def _keys(host: SshHost, ask: Ask) -> Iterator[tuple[str, paramiko.PKey]]:
    """Keys in the order ssh tries them: of the agent, files without a passphrase, files with one."""
    from paramiko import Agent, PasswordRequiredException, PKey, SSHException
    from paramiko.pkey import UnknownKeyType

    files = list(host.identity_files) or [Path.home() / ".ssh" / name for name in _DEFAULT_KEYS]
    wanted = {blob for blob in map(_public_blob, files) if blob is not None}
    offered: set[bytes] = set()
    agent = Agent()
    try:
        held = sorted(agent.get_keys(), key=lambda key: key.asbytes() not in wanted)
        for key in held:
            if key.asbytes() in wanted or not host.identities_only:
                offered.add(key.asbytes())
                yield f"agent key {key.fingerprint}", key
        locked = []
        for path in files:
            try:
                loaded = PKey.from_path(path)
            except (PasswordRequiredException, TypeError):  # TypeError: how the library beneath says the same
                locked.append(path)
            except (OSError, SSHException, UnknownKeyType, ValueError):
                continue  # not there, or of a kind that cannot be used: the next one may do
            else:
                if loaded.asbytes() not in offered:
                    offered.add(loaded.asbytes())
                    yield str(path), loaded
        for path in locked:
            secret = None if _public_blob(path) in offered else ask(f"passphrase of {path}: ")
            if secret:
                try:
                    yield str(path), PKey.from_path(path, secret.encode())  # type: ignore[arg-type]  # it wants bytes
                except (OSError, SSHException, UnknownKeyType, ValueError):
                    continue
    finally:
        agent.close()


def public_key(host: SshHost) -> str:
    """The user's public key for `host`, one line: of its IdentityFile, else the first usual one. Raises UsageError."""
    for path in [*host.identity_files, *(Path.home() / ".ssh" / name for name in _DEFAULT_KEYS)]:
        if _public_blob(path) is not None:
            return path.with_name(path.name + ".pub").read_text(encoding="utf-8").strip().splitlines()[0]
    raise UsageError(f"no public key to install on {host.hostname}", "make a key first: ssh-keygen -t ed25519")


def _public_blob(path: Path) -> bytes | None:
    import base64

    try:
        fields = path.with_name(path.name + ".pub").read_text(encoding="utf-8").split()
        return base64.b64decode(fields[1])
    except (OSError, ValueError, IndexError):
        return None


def _try_passwords(connection: paramiko.Transport, host: SshHost, ways: set[str], tried: list[str], ask: Ask) -> None:
    """Ask up to three times: for the password, or for whatever the server wants to know (one-time codes)."""
    from paramiko import AuthenticationException, SSHException

    silent = False

    def answers(_title: str, _instructions: str, prompts: list[tuple[str, bool]]) -> list[str]:
        nonlocal silent
        given = [ask(f"{host.user}@{host.hostname}: {_printable(prompt)} ") for prompt, _ in prompts]
        silent = None in given
        return [answer or "" for answer in given]

    for _ in range(_PASSWORD_TRIES):
        if not connection.is_active() or silent:
            return
        try:
            if "password" in ways:
                secret = ask(f"{host.user}@{host.hostname}'s password: ")
                if secret is None:
                    return
                _note(tried, "password")
                connection.auth_password(host.user, secret, fallback=False)
            else:
                connection.auth_interactive(host.user, answers)
                _note(tried, "password")
        except AuthenticationException:
            if not silent:
                _note(tried, "password")
            continue
        except SSHException:
            return
        return


def _note(tried: list[str], way: str) -> None:
    if way not in tried:
        tried.append(way)


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable()).strip()


def _lost(address: str, error: Exception) -> DeviceError:
    return DeviceError(f"{address}: the connection ended during login ({error})", "try again; see the device's log")
