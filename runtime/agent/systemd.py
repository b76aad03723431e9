"""A deployment's application as a unit of systemd's user manager: no root, and no word of the user's in its text.

The unit starts `supervisor.pyz --exec BASE/NAME`, which looks for a release that nobody accepted, goes back where that
has had its chances, and becomes the current release's application.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from typing import Dict, List, NamedTuple, NoReturn, Sequence

from edgeflow.wire.constants import Status

from . import pending
from .app import birth, launch_of, now_ms, write_status
from .links import write_whole
from .refusal import Refusal
from .supervisor import GRACE_S, found_program

_COMMAND_S = 90.0
_JOURNAL_BYTES = 65536


class Shown(NamedTuple):
    """What systemd says of a unit; `last` is how it ended the last time."""

    state: str
    pid: int
    restarts: int
    last: str


def usable(folder: str) -> bool:
    """Whether this account's manager can keep a deployment's application, also while nobody is logged in.

    Otherwise it would end with the session that deployed it.
    """
    if not answers(folder):
        return False
    return lingers() or (shutil.which("loginctl") is not None and _run(["loginctl", "enable-linger"]).returncode == 0)


def answers(folder: str) -> bool:
    """Whether the system runs systemd with a manager for this account, and the deployment lies in its home.

    What lies elsewhere need not be there yet when the manager starts.
    """
    home = os.path.realpath(os.path.expanduser("~"))
    if os.path.commonpath([home, os.path.realpath(folder)]) != home or not os.path.isdir("/run/systemd/system"):
        return False
    return shutil.which("systemctl") is not None and _systemctl("show", "--property=Version").returncode == 0


def lingers() -> bool:
    """Whether this account's manager is started at boot and stays."""
    return os.path.exists(os.path.join("/var/lib/systemd/linger", user()))


def unit_name(folder: str) -> str:
    """The unit of a deployment; two bases may have deployments of one name."""
    base, name = os.path.split(os.path.abspath(folder))
    return "edgeflow-%s-%s.service" % (name, hashlib.sha256(os.fsencode(base)).hexdigest()[:8])


def installed(unit: str) -> bool:
    """Whether the unit's file is there."""
    return os.path.exists(_path(unit))


def unit_text(folder: str, argv: Sequence[str]) -> str:
    """The unit's file. Raises Refusal for paths that no unit can hold."""
    for word in [folder, *argv]:
        if any(ord(sign) < 32 or ord(sign) == 127 for sign in word):
            raise Refusal(Status.BAD_REQUEST, "a path with control characters cannot stand in a unit")
    return "\n".join(
        [
            "# made by edgeflow; the next deployment writes it again",
            "[Unit]",
            "Description=edgeflow " + os.path.basename(folder),
            "StartLimitIntervalSec=300",
            "StartLimitBurst=5",
            "",
            "[Service]",
            "Type=exec",
            "ExecStart=" + " ".join(quoted(word) for word in argv),
            "Restart=on-failure",
            "RestartSec=1",
            "TimeoutStopSec=%d" % GRACE_S,
            "NoNewPrivileges=yes",
            "",
            "[Install]",
            "WantedBy=default.target",
            "",
        ]
    )


def quoted(word: str) -> str:
    """A word of ExecStart= that systemd reads as it is (systemd.service(5), COMMAND LINES)."""
    for sign, written in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%"), ("$", "$$")):
        word = word.replace(sign, written)
    return '"' + word + '"'


def install(unit: str, folder: str, argv: Sequence[str]) -> None:
    """Write the unit, have it start with the account's manager, which is at boot."""
    path, text = _path(unit), unit_text(folder, argv).encode("utf-8", "surrogateescape")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write_whole(path, text)
    _need("daemon-reload")
    _need("enable", unit)


def restart(unit: str) -> None:
    """End what runs and start the current release's application; does not wait for it."""
    _systemctl("reset-failed", unit)
    _need("restart", "--no-block", unit)


def remove(unit: str) -> None:
    """End the application and take the unit away."""
    _systemctl("disable", "--now", unit)
    os.unlink(_path(unit))
    _systemctl("daemon-reload")
    _systemctl("reset-failed", unit)


def show(unit: str) -> Shown:
    """Ask for a unit's state."""
    names = ("ActiveState", "SubState", "MainPID", "NRestarts", "ExecMainCode", "ExecMainStatus", "Result")
    done = _systemctl("show", unit, "--property=" + ",".join(names))
    said: Dict[str, str] = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    state = {"active": "running", "failed": "failed", "inactive": "ended"}.get(said.get("ActiveState", ""), "waiting")
    if said.get("ActiveState") == "activating" and said.get("SubState") != "auto-restart":
        state = "starting"
    if state == "ended" and said.get("ExecMainCode", "0") == "0":
        state = "stopped"
    how = {"1": "status", "2": "signal", "3": "signal"}.get(said.get("ExecMainCode", ""), "")
    last = "%s %s" % (how, said.get("ExecMainStatus", "?")) if how and state != "running" else ""
    return Shown(state, _int(said.get("MainPID", "")), _int(said.get("NRestarts", "")), last)


def journal(unit: str) -> str:
    """The last lines that the application wrote; empty where the journal is not this account's to read."""
    if not shutil.which("journalctl"):
        return ""
    return _run(["journalctl", "--user-unit", unit, "-n", "20", "-o", "cat", "_SYSTEMD_USER_UNIT=" + unit]).stdout


def execute(folder: str) -> NoReturn:
    """Become the application of the current release: what the unit starts."""
    try:
        back = pending.start(folder)
        if back is not None:
            sys.stderr.write("edgeflow: nobody accepted the pending release; back to %s\n" % (back or "none"))
    except OSError as error:
        sys.stderr.write("edgeflow: the state of the release cannot be written: %s\n" % error)
    launch = launch_of(folder)
    if launch is None:
        sys.stderr.write("edgeflow: the current release has no application\n")
        sys.exit(0)
    told = {"state": "running", "release": launch.release, "started_ms": now_ms(), "pid": os.getpid()}
    write_status(folder, birth=birth(os.getpid()), restarts=0, last="", **told)
    program = found_program(launch.argv[0], launch.environment["PATH"]) or launch.argv[0]
    try:
        os.chdir(launch.folder)
        os.execve(program, launch.argv, launch.environment)
    except OSError as error:
        sys.stderr.write("edgeflow: %s does not start: %s\n" % (launch.argv[0], error.strerror))
        sys.exit(127)


def _path(unit: str) -> str:
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.path.join(home, "systemd", "user", unit)


def _need(*words: str) -> None:
    done = _systemctl(*words)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise Refusal(Status.RUNTIME_ERROR, "systemctl --user %s: %s" % (words[0], lines[-1] if lines else "failed"))


def _systemctl(*words: str) -> subprocess.CompletedProcess[str]:
    return _run(["systemctl", "--user", "--no-pager", *words])


def _run(argv: List[str]) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ, LC_ALL="C")
    place = "/run/user/%d" % os.getuid()
    if "XDG_RUNTIME_DIR" not in environment and os.path.isdir(place):
        environment["XDG_RUNTIME_DIR"] = place  # a login without PAM sets none
    try:
        return subprocess.run(
            argv,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
            errors="replace",
            timeout=_COMMAND_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(argv, 1, "", str(error))


def user() -> str:
    """This account's name."""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _int(text: str) -> int:
    return int(text) if text.isdigit() else 0
