"""Who keeps an application running: systemd's user manager where there is one, else a supervisor of ours."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from typing import Callable, Dict, Tuple

from edgeflow.wire.bundle import APP_FAILED
from edgeflow.wire.constants import Status

from . import systemd
from .app import RUN, birth, memory, now_ms, read_status, run_folder
from .links import linked, write_whole
from .manifest import read_small
from .refusal import Refusal
from .supervisor import GRACE_S, LOCK, LOG, LOG_BYTES

PROGRAM = "supervisor.pyz"
START_S = 120.0  # until the application runs: an emulated board on a busy machine takes long
_STOP_S = 2 * GRACE_S + 10.0
_POLL_S = 0.05
_LINE_BYTES = 4096


class Service:
    """The application of one deployment. `folder` is BASE/NAME."""

    def __init__(self, folder: str) -> None:
        self._folder = os.path.abspath(folder)
        self._unit = systemd.unit_name(self._folder)

    def start(self) -> int:
        """Start the current release's application, ending the one that runs; returns the time of asking (`now_ms`)."""
        program, newer = self._place_program()
        asked = now_ms()
        if systemd.usable(self._folder):
            self._end_supervisor()
            systemd.install(self._unit, self._folder, [sys.executable, program, "--exec", self._folder])
            systemd.restart(self._unit)
        else:
            pid = self._supervisor()
            if pid and newer:
                self._end_supervisor()
                pid = 0
            if pid:
                os.kill(pid, signal.SIGHUP)
            else:
                self._spawn(program)
        return asked

    def stop(self) -> None:
        """End the application, and do not start it any more."""
        if systemd.installed(self._unit):
            systemd.remove(self._unit)
        self._end_supervisor()

    def revive(self) -> None:
        """Start again what was killed, did not come back at boot, or is not the current release's."""
        other = read_status(self._folder).get("release") != linked(self._folder, "current")
        if other or not (systemd.installed(self._unit) or self._supervisor()):
            self.start()

    def status(self) -> Dict[str, str]:
        """How it does: see the command APP."""
        told = read_status(self._folder)
        found = {"by": "supervisor", "release": str(told.get("release", "")), "last": str(told.get("last", ""))}
        if systemd.installed(self._unit):
            said = systemd.show(self._unit)
            pid, state, restarts = said.pid, said.state, said.restarts
            found.update(by="systemd", last=said.last, boot="")
        else:
            pid, state, restarts = told.get("pid", 0), str(told.get("state", "stopped")), told.get("restarts", 0)
            if not self._supervisor():
                state = "stopped"
            found["boot"] = self._boot_hint()
        found.update(state=state, restarts=str(restarts))
        if state == "running" and isinstance(pid, int) and pid > 1 and birth(pid):
            found["pid"] = str(pid)
            found["up_ms"] = str(max(0, now_ms() - int(told.get("started_ms", 0))))
            found.update({name: str(size) for name, size in memory(pid).items()})
        return found

    def wait_up(self, asked: int, release: str, up_s: float, beat: Callable[[], None]) -> None:
        """Wait until the application has stayed up for `up_s`. Raises Refusal, with how it ended, when it does not."""
        ends = time.monotonic() + START_S + up_s
        while True:
            beat()
            told = read_status(self._folder)
            if int(told.get("started_ms", 0)) >= asked:
                if told.get("release") != release:
                    raise Refusal(Status.RUNTIME_ERROR, self._why("it could not be kept running"))
                now = self.status()
                if now["state"] in ("ended", "failed", "waiting") or now["restarts"] != "0":
                    raise Refusal(Status.RUNTIME_ERROR, self._why(now["last"] or now["state"]))
                if now["state"] == "running" and int(now.get("up_ms", "0")) >= up_s * 1000:
                    return
            if time.monotonic() > ends:
                raise Refusal(Status.RUNTIME_ERROR, self._why("it did not start within %d s" % START_S))
            time.sleep(_POLL_S)

    def _why(self, last: str) -> str:
        """How it failed, with the last thing it said where that may be read."""
        if systemd.installed(self._unit):
            text = systemd.journal(self._unit)
            if not text:
                return APP_FAILED + "%s: journalctl --user-unit %s" % (last, self._unit)
        else:
            text = (read_small(os.path.join(self._folder, RUN, LOG), 2 * LOG_BYTES) or b"").decode("utf-8", "replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        said = "".join(sign if sign.isprintable() else " " for sign in lines[-1][:_LINE_BYTES]) if lines else ""
        return APP_FAILED + "%s%s" % (last, ": " + said if said and said not in last else "")

    def _boot_hint(self) -> str:
        """What starts the supervisor at boot, where the account's crontab does not yet."""
        if systemd.answers(self._folder):
            return (
                "to start the application at boot: loginctl enable-linger %s, as root, and deploy again"
                % systemd.user()
            )
        argv = [sys.executable, os.path.join(self._folder, RUN, PROGRAM), "--supervise", self._folder]
        line = "@reboot " + " ".join(shlex.quote(word) for word in argv).replace("%", "\\%")  # cron's own sign
        if shutil.which("crontab"):
            try:
                found = subprocess.run(
                    ["crontab", "-l"],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    timeout=10,
                )
                if os.fsencode(line) in found.stdout.splitlines():
                    return ""
            except (OSError, subprocess.TimeoutExpired):
                pass
        return "to start the application at boot, add to the crontab of its account: " + line

    def _place_program(self) -> Tuple[str, bool]:
        """This agent, kept beside the deployment, as what starts the application must not vanish with an update.

        Returns its path, and whether it is another than before.
        """
        path = os.path.join(run_folder(self._folder), PROGRAM)
        with open(os.path.abspath(sys.argv[0]), "rb") as file:
            content = file.read()
        newer = read_small(path, len(content)) != content
        if newer:
            write_whole(path, content)
        return path, newer

    def _spawn(self, program: str) -> None:
        subprocess.Popen(
            [sys.executable, program, "--supervise", self._folder],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _supervisor(self) -> int:
        """Its process id while it holds its lock; 0 where none does."""
        try:
            descriptor = os.open(os.path.join(self._folder, RUN, LOCK), os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return 0
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return _number(os.pread(descriptor, 32, 0))
        finally:
            os.close(descriptor)
        return 0

    def _end_supervisor(self) -> None:
        ends = time.monotonic() + _STOP_S
        pid = self._supervisor()
        with contextlib.suppress(ProcessLookupError):
            if pid:
                os.kill(pid, signal.SIGTERM)
        while pid and self._supervisor() == pid:
            if time.monotonic() > ends:
                raise Refusal(Status.RUNTIME_ERROR, "the supervisor of the application does not end")
            time.sleep(_POLL_S)


def _number(text: bytes) -> int:
    words = text.split()
    return int(words[0]) if words and words[0].isdigit() and int(words[0]) > 1 else 0
