"""How the application of a deployment is started, and what its processes take."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any, Dict, List, NamedTuple, Optional

from edgeflow.wire.bundle import LIBRARY, MODEL

from .links import linked
from .manifest import app_of, read_small

RUN = "run"  # below the deployment's folder: what belongs to the process, not to a release
_STATUS = "status.json"
_STATUS_BYTES = 65536
_KEPT = ("HOME", "USER", "LOGNAME", "SHELL", "PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_RUNTIME_DIR")
_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"


class Launch(NamedTuple):
    """What to execute: never a shell's text."""

    release: str
    argv: List[str]
    folder: str
    environment: Dict[str, str]


def launch_of(folder: str) -> Optional[Launch]:
    """How the current release's application is started; None where it has none.

    Its model, its name and its release stand in the environment; the folder it runs in is the release's app/. A Python
    that lies in the base's virtual environment, and an interpreter that was provisioned, go before the system's.
    """
    folder = os.path.abspath(folder)
    release = linked(folder, "current")
    manifest = app_of(folder, release)
    if release is None or manifest is None:
        return None
    base, place = os.path.dirname(folder), os.path.join(folder, "releases", release)
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    path = environment.get("PATH") or _PATH
    if os.path.isdir(os.path.join(base, "venv", "bin")):
        path = os.path.join(base, "venv", "bin") + os.pathsep + path
    provisioned = os.path.join(base, "python", "cp%d%d" % sys.version_info[:2])
    environment.update(
        PATH=path,
        PYTHONDONTWRITEBYTECODE="1",  # a release never changes
        PYTHONUNBUFFERED="1",
        EDGEFLOW_NAME=os.path.basename(folder),
        EDGEFLOW_RELEASE=release,
        EDGEFLOW_MODEL=os.path.join(place, MODEL),
    )
    if os.path.isdir(provisioned):
        environment["PYTHONPATH"] = provisioned
    if LIBRARY in manifest.files:
        environment["EDGEFLOW_CUSTOM_OPERATORS"] = os.path.join(place, LIBRARY)
    return Launch(release, list(manifest.entry), os.path.join(place, "app"), environment)


def now_ms() -> int:
    """Milliseconds of a clock that nobody sets, the same for all processes until the next boot."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)) // 1_000_000


def run_folder(folder: str) -> str:
    """The deployment's folder for what belongs to its process, made when it is missing."""
    path = os.path.join(folder, RUN)
    os.makedirs(path, mode=0o700, exist_ok=True)
    return path


def write_status(folder: str, **told: Any) -> None:
    """What is known of the process, for the next who asks; a full disk stops no application."""
    new = os.path.join(run_folder(folder), _STATUS + ".part")
    try:
        with open(new, "w") as file:
            json.dump(told, file)
        os.replace(new, os.path.join(run_folder(folder), _STATUS))
    except OSError:
        pass


def read_status(folder: str) -> Dict[str, Any]:
    """What `write_status` wrote; empty where nothing is known."""
    try:
        told = json.loads(read_small(os.path.join(folder, RUN, _STATUS), _STATUS_BYTES) or b"{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def birth(pid: int) -> int:
    """When a process began, in ticks since boot, so that its number is not taken for another's; 0 if it is gone."""
    stat = _stat(pid)
    return int(stat[19]) if len(stat) > 19 and stat[0] != "Z" else 0


def memory(pid: int) -> Dict[str, int]:
    """Resident bytes, now and at the peak, of a process and all others of its session."""
    found = {"rss_bytes": 0, "peak_rss_bytes": 0}
    for entry in os.listdir("/proc") if os.path.isdir("/proc") else []:
        if entry.isdigit() and (int(entry) == pid or _stat(int(entry))[3:4] == [str(pid)]):
            text = read_small("/proc/%s/status" % entry, _STATUS_BYTES) or b""
            for line in text.decode("ascii", "replace").splitlines():
                name, _, value = line.partition(":")
                key = {"VmRSS": "rss_bytes", "VmHWM": "peak_rss_bytes"}.get(name)
                if key and value.split()[:1]:
                    found[key] += int(value.split()[0]) * 1024
    return {name: size for name, size in found.items() if size}


def _stat(pid: int) -> List[str]:
    """The fields of /proc/PID/stat behind the name, which may hold anything."""
    text = read_small("/proc/%d/stat" % pid, _STATUS_BYTES) or b""
    return text.decode("ascii", "replace").rpartition(")")[2].split()
