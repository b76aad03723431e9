"""From a device to a session: transport by the address's scheme, lock, agent where there is a shell."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edgeflow.device.agent_bundle import AgentBundle, agent_bundle
from edgeflow.device.lock import busy_error, hold, owner
from edgeflow.device.session import Session
from edgeflow.device.types import Device
from edgeflow.errors import DeviceError, LinkError
from edgeflow.files import write_whole
from edgeflow.progress import silent
from edgeflow.transport.address import Address, Scheme
from edgeflow.transport.base import Pipe, Shell, Transport

_log = logging.getLogger(__name__)
DEFAULT_BASE = "~/.local/share/edgeflow"
_INSTALL_S = 60.0
_START_BYTES = 64 * 1024  # a login's chatter may come before the agent
_NO_AGENT, _NO_PYTHON = b"edgeflow-no-agent", b"edgeflow-no-python"
_NEEDS = "install Python 3.9 or newer there (Debian: apt-get install python3)"


@dataclass(frozen=True)
class Road:
    """How a scheme is reached: `module:function(device, *, timeout_s, fresh) -> Transport`, imported when used.

    `lossy`: bytes can get lost, so requests are repeated. `reopen`: opening the pipe anew gives a fresh process.
    """

    opener: str
    lossy: bool
    reopen: bool


ROADS: dict[Scheme, Road] = {
    "local": Road("edgeflow.device.connect:open_local", lossy=False, reopen=True),
    "ssh": Road("edgeflow.device.connect:open_ssh", lossy=False, reopen=True),
    "serial": Road("edgeflow.transport.serial:open_serial", lossy=True, reopen=False),
    "qemu": Road("edgeflow.device.emulator:open_qemu", lossy=True, reopen=False),
    "adb": Road("edgeflow.device.android:open_adb", lossy=False, reopen=True),
}

# $1 base, $2 the agent's file name, $3 who asks. A virtual environment in the base wins over the system's Python.
_START = """
case $1 in "~/"*) base=$HOME/${1#"~/"} ;; *) base=$1 ;; esac
for python in "$base/venv/bin/python3" python3 /usr/bin/python3 /usr/local/bin/python3; do
  command -v "$python" >/dev/null 2>&1 || continue
  [ -s "$base/agent/$2" ] || { echo edgeflow-no-agent; exit 3; }
  exec "$python" "$base/agent/$2" "$base" --lock "$base/.lock" --owner "$3"
done
echo edgeflow-no-python; exit 3
"""
# as above; $3 is the SHA-256. What arrived is checked where the device has a tool for it, brought to the disk (a power
# cut would leave an empty file behind the new name) and renamed.
_INSTALL_BEGIN = """
case $1 in "~/"*) base=$HOME/${1#"~/"} ;; *) base=$1 ;; esac
mkdir -p "$base/agent" && chmod 700 "$base/agent" && cd "$base/agent" && pwd
"""
_INSTALL_END = """
cd "$1" || exit 1
if command -v sha256sum >/dev/null 2>&1; then
  case $(sha256sum "$2.part") in "$3 "*) ;; *) rm -f "$2.part"; echo "damaged on the way" >&2; exit 1 ;; esac
fi
{ sync "$2.part" 2>/dev/null || sync; } && mv -f "$2.part" "$2" || exit 1
find . -maxdepth 1 -name '*.pyz' ! -name "$2" -mtime +30 -exec rm -f {} +
"""


@contextmanager
def connect(
    device: Device, *, wait_s: float = 0, timeout_s: float = 60, fresh: bool = False, image: Path | None = None
) -> Iterator[Session]:
    """Open a session on a device, alone: another one waits `wait_s`, then DeviceBusyError.

    `timeout_s` bounds each silence of the device. `fresh` drops what an emulated device has kept;
    `image` is what an emulated board starts in place of its runner.
    Raises DeviceError when the device cannot be reached or has nothing that answers the link.
    """
    with (
        reached(device, wait_s=wait_s, timeout_s=timeout_s, fresh=fresh, image=image) as transport,
        session_on(device, transport, wait_s=wait_s, timeout_s=timeout_s) as session,
    ):
        yield session


@contextmanager
def reached(
    device: Device, *, wait_s: float = 0, timeout_s: float = 60, fresh: bool = False, image: Path | None = None
) -> Iterator[Transport]:
    """A device's transport, held like a session; for several things in one go, of which `session_on` is one."""
    more = {} if image is None else {"image": image}
    opener = _opener(ROADS[device.address.scheme].opener)
    with (
        hold(device, wait_s=wait_s),
        _closing(opener(device, timeout_s=timeout_s, fresh=fresh, **more)) as transport,
    ):
        yield transport


def session_on(device: Device, transport: Transport, *, wait_s: float = 0, timeout_s: float = 60) -> Session:
    """A session on an open transport, which stays open when it ends."""
    return _session(device, ROADS[device.address.scheme], transport, timeout_s, wait_s)


@contextmanager
def reference_session(folder: Path, *, timeout_s: float = 60) -> Iterator[Session]:
    """This machine's own interpreter beside a session on another device, to compare with; it takes no lock.

    `folder` is its base and holds the models it may open.
    """
    device = Device("this machine", Address("local"), base=str(folder))
    with (
        _closing(open_local(device, timeout_s=timeout_s, fresh=False)) as transport,
        _session(device, ROADS["local"], transport, timeout_s, 0) as session,
    ):
        yield session


def open_local(device: Device, *, timeout_s: float, fresh: bool) -> Transport:
    """`local:`"""
    from edgeflow.transport.local import LocalTransport

    return LocalTransport()


def open_ssh(device: Device, *, timeout_s: float, fresh: bool) -> Transport:
    """`ssh://`"""
    from edgeflow.transport.ssh import SshTransport

    return SshTransport(device.address)


def _session(device: Device, road: Road, transport: Transport, timeout_s: float, wait_s: float) -> Session:
    if transport.shell is None:
        return Session(
            transport.open,
            name=device.name,
            peer="the runner" if device.address.scheme == "adb" else "the board",
            files=transport.files,
            lossy=road.lossy,
            reopen=road.reopen,
            timeout_s=timeout_s,
            wait_s=wait_s,
            open_trial=getattr(transport, "open_trial", None),
        )
    agent = agent_bundle()
    if device.address.scheme == "local":
        start = _local_start(device, transport.shell, agent)
        return Session(start, name=device.name, files=transport.files, shares_files=True, timeout_s=timeout_s)
    start = _remote_start(device, transport.shell, agent)
    try:
        return Session(start, name=device.name, files=transport.files, timeout_s=timeout_s, wait_s=wait_s)
    except _NoAgentError:
        _install(device, transport, agent)
        return Session(start, name=device.name, files=transport.files, timeout_s=timeout_s, wait_s=wait_s)


def _local_start(device: Device, shell: Shell, agent: AgentBundle) -> Callable[[], Pipe]:
    """The agent by this very interpreter, from the user's cache folder."""
    import platformdirs

    path = Path(platformdirs.user_cache_dir("edgeflow")) / "agent" / agent.name
    try:
        if not path.is_file() or path.read_bytes() != agent.content:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, agent.content)
    except OSError as error:
        raise DeviceError(f"{path}: {error.strerror}", "set XDG_CACHE_HOME to a folder you may write to") from None
    base = str(Path(device.base or DEFAULT_BASE).expanduser())
    return lambda: shell.start([sys.executable, str(path), base])


def _remote_start(device: Device, shell: Shell, agent: AgentBundle) -> Callable[[], Pipe]:
    """The agent by the device's Python."""
    argv = ["sh", "-c", _START, "edgeflow-agent", device.base or DEFAULT_BASE, agent.name, owner()]
    return lambda: _StartedPipe(shell.start(argv), device.name)


class _NoAgentError(DeviceError):
    """The device does not have this version of the agent yet."""


class _StartedPipe:
    """The agent's pipe, which may begin with the start script's complaint instead of the agent's first frame."""

    def __init__(self, pipe: Pipe, name: str) -> None:
        self._pipe, self._name = pipe, name
        self._start: bytes | None = b""  # what came before the first frame; None once the agent speaks

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        try:
            data = self._pipe.read(max_bytes, timeout_s)
        except LinkError as error:
            raise busy_error(self._name, error) or error from None
        if self._start is not None:
            self._start += data
            if _NO_AGENT in self._start:
                raise _NoAgentError(f"{self._name}: the agent is missing")
            if _NO_PYTHON in self._start:
                raise DeviceError(f"{self._name}: no python3 on the device", _NEEDS)
            if b"\0" in data or len(self._start) > _START_BYTES:
                self._start = None
        return data

    def write(self, data: bytes, timeout_s: float) -> None:
        try:
            self._pipe.write(data, timeout_s)
        except LinkError:
            while self._start is not None and self.read(1024, timeout_s):
                pass  # raises when it meets a better reason
            raise

    def close(self) -> None:
        self._pipe.close()


def _install(device: Device, transport: Transport, agent: AgentBundle) -> None:
    shell, files, base = transport.shell, transport.files, device.base or DEFAULT_BASE
    if shell is None or files is None:
        raise DeviceError(f"{device.name}: no way to bring the agent there")
    _log.info("%s: installing the agent %s", device.name, agent.name)
    begun = shell.run(["sh", "-c", _INSTALL_BEGIN, "edgeflow-install", base], timeout_s=_INSTALL_S)
    folder = begun.stdout.decode("utf-8", "replace").strip()
    if begun.status != 0 or not folder.startswith("/"):
        raise DeviceError(
            f"{device.name}: {base}/agent cannot be made: {_last_line(begun.stderr)}",
            "set base in the device book to a folder that may be written",
        )
    files.put(agent.content, f"{folder}/{agent.name}.part", progress=silent)
    argv = ["sh", "-c", _INSTALL_END, "edgeflow-install", folder, agent.name, agent.sha256]
    done = shell.run(argv, timeout_s=_INSTALL_S)
    if done.status != 0:
        raise DeviceError(f"{device.name}: the agent was not installed: {_last_line(done.stderr)}", "try again")


def _last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "no reason given"


def _opener(name: str) -> Callable[..., Transport]:
    module, _, function = name.partition(":")
    try:
        found: Callable[..., Transport] = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError) as error:
        if module in str(error) or isinstance(error, AttributeError):
            raise DeviceError(f"this version does not reach {module.rpartition('.')[2]}: devices") from None
        raise
    return found


@contextmanager
def _closing(transport: Transport) -> Iterator[Transport]:
    try:
        yield transport
    finally:
        transport.close()
