"""A throw-away sshd on loopback with keys of its own, for the demo and the tests: real SSH without a second machine."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from edgeflow.errors import DeviceError

_SEARCH = os.environ.get("PATH", "") + os.pathsep + "/usr/sbin:/usr/local/sbin:/sbin"
_START_S = 20.0


@dataclass(frozen=True)
class LoopbackSshd:
    """A running sshd: `config` is an OpenSSH client configuration that knows its host key and the login key."""

    folder: Path
    port: int
    user: str
    config: Path
    pid: int

    @property
    def address(self) -> str:
        return f"ssh://{self.user}@127.0.0.1:{self.port}"


def unavailable_reason() -> str | None:
    """Why no sshd can be started here, or None."""
    missing = [tool for tool in ("sshd", "ssh-keygen") if shutil.which(tool, path=_SEARCH) is None]
    return f"{' and '.join(missing)} not installed (openssh-server, openssh-client)" if missing else None


@contextmanager
def loopback_sshd(folder: Path, extra: str = "") -> Iterator[LoopbackSshd]:
    """Start sshd below `folder` and stop it at the end; `extra` is appended to its configuration.

    Only the current user can log in, only with the key made here. Raises DeviceError when it does not start.
    """
    if reason := unavailable_reason():
        raise DeviceError(f"no sshd: {reason}", "apt-get install openssh-server openssh-client")
    folder = folder.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("hostkey", "id"):
        key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "edgeflow", "-f", str(folder / name)]
        if not (folder / name).exists():
            subprocess.run(key, check=True, stdin=subprocess.DEVNULL, timeout=_START_S)
    if hasattr(os, "getuid") and os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd's privilege separation, when it is started as root
    port = _free_port()
    (folder / "authorized_keys").write_bytes((folder / "id.pub").read_bytes())
    (folder / "authorized_keys").chmod(0o600)
    (folder / "sshd_config").write_text(_server_config(folder, port) + extra, encoding="utf-8")
    kind, key_text = (folder / "hostkey.pub").read_text(encoding="utf-8").split()[:2]
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {kind} {key_text}\n", encoding="utf-8")
    user = getpass.getuser()
    (folder / "ssh_config").write_text(
        f"Host 127.0.0.1\n  IdentityFile {folder}/id\n  IdentitiesOnly yes\n"
        f"  UserKnownHostsFile {folder}/known_hosts\n",
        encoding="utf-8",
    )
    sshd = shutil.which("sshd", path=_SEARCH)
    assert sshd is not None
    log = (folder / "sshd.log").open("ab")
    process = subprocess.Popen(
        [sshd, "-D", "-e", "-f", str(folder / "sshd_config")],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    log.close()
    try:
        _wait_until_listening(port, process, folder / "sshd.log")
        yield LoopbackSshd(folder, port, user, folder / "ssh_config", process.pid)
    finally:
        _stop(process)


def _server_config(folder: Path, port: int) -> str:
    return (
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/hostkey\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n"
        "MaxStartups 50\nMaxSessions 50\nPrintMotd no\n"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_listening(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise DeviceError(f"sshd did not start: {' '.join(last)}", f"its configuration is {log.parent}/sshd_config")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise DeviceError("sshd does not answer on loopback", f"see {log}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)  # its session holds the connections' processes as well
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
