"""What is set for a measurement: CPUs for this process, and the governor of all CPUs.

The governor outlives a process, so a guardian, a child in a session of its own, puts the old ones back: when it is told
to, and when the agent is gone, however that came about.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from typing import Any, Dict, List, Optional, Tuple

from . import system

_GUARDIAN_S = 5.0
_GUARDIAN = """
import json, signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
before = json.loads(sys.stdin.readline())
print("ready", flush=True)
sys.stdin.read()
for path, value in before:
    try:
        with open(path, "w") as file:
            file.write(value)
    except OSError:
        pass
"""


class Tuning:
    """The settings of one agent process."""

    def __init__(self, root: str = system.ROOT) -> None:
        self._root = root
        self._guardian: Optional[subprocess.Popen[bytes]] = None

    def apply(self, settings: Dict[str, str]) -> Dict[str, str]:
        """Make the settings; returns why not for those that could not be made."""
        known = {"pin": self._pin, "governor": self._govern}
        refused = {}
        for name, value in settings.items():
            why = known[name](value) if name in known else "the agent knows no such setting"
            if why:
                refused[name] = why
        return refused

    def restore(self) -> None:
        """Put back what outlives this process; returns when that is done."""
        guardian, self._guardian = self._guardian, None
        if guardian is None:
            return
        with contextlib.suppress(OSError, ValueError, subprocess.TimeoutExpired):  # it goes on by itself
            guardian.communicate(timeout=_GUARDIAN_S)

    def _pin(self, text: str) -> str:
        if not re.match(r"^\d{1,4}(,\d{1,4})*$", text):
            return f"{text[:40]!r} is no list of CPUs"
        if not hasattr(os, "sched_setaffinity"):
            return "this system pins no process"
        wanted = {int(number) for number in text.split(",")}
        allowed = os.sched_getaffinity(0)
        if not wanted <= allowed:
            return f"this process may use CPU {','.join(map(str, sorted(allowed)))} only"
        try:
            os.sched_setaffinity(0, wanted)
        except OSError as error:
            return str(error.strerror)
        return ""

    def _govern(self, name: str) -> str:
        if not re.match(r"^[a-z_]{1,40}$", name):
            return f"{name[:40]!r} is no governor"
        found: List[Tuple[str, str]] = []
        for folder in system.cpu_folders(self._root):
            path = os.path.join(self._root, folder, "cpufreq/scaling_governor")
            try:
                with open(path, encoding="ascii", errors="replace") as file:
                    found.append((path, file.read().strip()))
                with open(os.path.join(os.path.dirname(path), "scaling_available_governors"), encoding="ascii") as file:
                    offered = file.read().split()
            except FileNotFoundError:
                continue
            except OSError as error:
                return str(error.strerror)
            if name not in offered:
                return f"the system offers {', '.join(offered)}"
        if not found:
            return "the system has no governors"
        if not all(os.access(path, os.W_OK) for path, _ in found):
            return "that needs root on the device"
        return self._write(name, [entry for entry in found if entry[1] != name])

    def _write(self, name: str, before: List[Tuple[str, str]]) -> str:
        if not before:
            return ""
        self.restore()
        try:
            self._guardian = _start_guardian(before)
            for path, _ in before:
                with open(path, "w", encoding="ascii") as file:
                    file.write(name)
        except OSError as error:
            self.restore()
            return str(error.strerror)
        return ""


def _start_guardian(before: List[Tuple[str, str]]) -> "subprocess.Popen[bytes]":
    guardian: Any = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _GUARDIAN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with contextlib.suppress(BrokenPipeError):  # it has ended already; then it says nothing either
        guardian.stdin.write(json.dumps(before).encode() + b"\n")
        guardian.stdin.flush()
    if guardian.stdout.readline() != b"ready\n":  # nothing is changed before somebody stands by to undo it
        guardian.kill()
        with contextlib.suppress(OSError):
            guardian.communicate()
        guardian.wait()
        raise OSError(0, "no process could be started that would put it back")
    return guardian  # type: ignore[no-any-return]  # its pipes are there
