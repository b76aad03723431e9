"""Keeps an application running where there is no systemd: `python3 supervisor.pyz --supervise BASE/NAME`.

It outlives the session that started it. SIGHUP starts the current release's application anew, SIGTERM ends it and the
supervisor. An application that ends with another status than 0 is started again, later each time.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from typing import Optional

from . import pending
from .app import birth, launch_of, now_ms, read_status, run_folder, write_status

LOCK, LOG = "supervisor.lock", "app.log"
LOG_BYTES = 512 * 1024  # of the log, and once more of the one before
GRACE_S = 5.0  # between TERM and KILL
_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _STEADY_S = 1.0, 60.0, 60.0
_READ_BYTES = 65536


class Supervisor:
    """One deployment's application."""

    def __init__(self, folder: str) -> None:
        self._folder = os.path.abspath(folder)
        self._app: Optional[subprocess.Popen[bytes]] = None
        self._release = self._last = ""
        self._state = "waiting"
        self._restarts = 0
        self._started_ms = 0
        self._pause_s = _FIRST_PAUSE_S
        self._next_start: Optional[float] = 0.0  # monotonic; None for never
        self._again = self._ending = False
        self._log_path = os.path.join(run_folder(self._folder), LOG)

    def run(self) -> None:
        """Until SIGTERM, or until the current release has no application."""
        wake_out, wake_in = os.pipe()
        for descriptor in (wake_out, wake_in):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(wake_in, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGHUP, lambda *_: setattr(self, "_again", True))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(self, "_ending", True))
        self._end_orphan()
        while not self._ending:
            if self._again:
                self._again = False
                self._stop()
                self._restarts, self._last, self._pause_s, self._next_start = 0, "", _FIRST_PAUSE_S, 0.0
            if self._app is None and self._next_start is not None and time.monotonic() >= self._next_start:
                self._start()
            self._move(wake_out, self._wait_s())
            if self._app is not None and self._app.poll() is not None:
                self._ended()
        self._stop()
        self._tell("stopped")

    def _wait_s(self) -> Optional[float]:
        if self._app is not None or self._next_start is None:
            return None
        return max(0.0, self._next_start - time.monotonic())

    def _start(self) -> None:
        with contextlib.suppress(OSError):  # a disk that cannot be written keeps what it has
            pending.start(self._folder)
        launch = launch_of(self._folder)
        if launch is None:
            self._ending = True
            return
        self._release, self._started_ms, self._next_start = launch.release, now_ms(), None
        try:
            self._app = subprocess.Popen(
                launch.argv,
                cwd=launch.folder,
                env=launch.environment,
                executable=found_program(launch.argv[0], launch.environment["PATH"]),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            self._write(("%s: %s\n" % (launch.argv[0], error)).encode("utf-8", "replace"))
            self._last = "%s does not start: %s" % (launch.argv[0], getattr(error, "strerror", None) or error)
            self._later()
            return
        self._tell("running")

    def _ended(self) -> None:
        """The application ended by itself: with it ends whatever it has started."""
        assert self._app is not None
        status = self._app.returncode
        up_s = (now_ms() - self._started_ms) / 1000
        self._last = "%s after %.1f s" % ("status %d" % status if status >= 0 else "signal %d" % -status, up_s)
        if up_s >= _STEADY_S:
            self._pause_s = _FIRST_PAUSE_S
        self._end_group(self._app)
        self._app = None
        if status == 0:
            self._tell("ended")
        else:
            self._later()

    def _later(self) -> None:
        self._restarts += 1
        self._next_start = time.monotonic() + self._pause_s
        self._pause_s = min(_LONGEST_PAUSE_S, 2 * self._pause_s)
        self._tell("waiting")

    def _stop(self) -> None:
        """TERM, and KILL for what is left after the grace."""
        app, self._app = self._app, None
        if app is None:
            return
        _signal(app.pid, signal.SIGTERM)
        ends = time.monotonic() + GRACE_S
        while app.poll() is None and time.monotonic() < ends:
            self._read(app, 0.05)
        self._end_group(app)
        self._last = ""

    def _end_group(self, app: subprocess.Popen[bytes]) -> None:
        _signal(app.pid, signal.SIGKILL)
        app.wait()
        while self._read(app, 0.0):
            pass
        if app.stdout is not None:
            app.stdout.close()

    def _end_orphan(self) -> None:
        """End what a supervisor that was killed has left running."""
        told = read_status(self._folder)
        pid, born = told.get("pid"), told.get("birth")
        if not isinstance(pid, int) or not isinstance(born, int) or pid <= 1 or not born or birth(pid) != born:
            return
        _signal(pid, signal.SIGTERM)
        ends = time.monotonic() + GRACE_S
        while birth(pid) == born and time.monotonic() < ends:
            time.sleep(0.05)
        _signal(pid, signal.SIGKILL)
        while birth(pid) == born and time.monotonic() < ends + GRACE_S:
            time.sleep(0.05)

    def _move(self, wake: int, timeout_s: Optional[float]) -> None:
        """Wait for a signal or for what the application says, at most `timeout_s`."""
        out = self._app.stdout if self._app is not None else None
        watched = [wake] if out is None or out.closed else [wake, out.fileno()]
        ready, _, _ = select.select(watched, [], [], timeout_s)
        if wake in ready:
            with contextlib.suppress(OSError):
                os.read(wake, 4096)
        elif ready and self._app is not None and not self._read(self._app, 0.0) and self._app.stdout is not None:
            self._app.stdout.close()  # it has closed its output and may run on

    def _read(self, app: subprocess.Popen[bytes], timeout_s: float) -> bool:
        out = app.stdout
        if out is None or out.closed:
            time.sleep(timeout_s)
            return False
        if not select.select([out.fileno()], [], [], timeout_s)[0]:
            return False
        data = os.read(out.fileno(), _READ_BYTES)
        self._write(data)
        return bool(data)

    def _write(self, data: bytes) -> None:
        """Add to the log; a full one makes room before, so that what was said last always stands in it."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        with contextlib.suppress(OSError):
            if os.lstat(self._log_path).st_size + len(data) > LOG_BYTES:
                os.replace(self._log_path, self._log_path + ".1")
        with contextlib.suppress(OSError):
            descriptor = os.open(self._log_path, flags, 0o600)
            try:
                os.write(descriptor, data)
            finally:
                os.close(descriptor)

    def _tell(self, state: str) -> None:
        self._state = state
        told = {"state": state, "release": self._release, "started_ms": self._started_ms}
        told.update(restarts=self._restarts, last=self._last, supervisor=os.getpid())
        if self._app is not None:
            told.update(pid=self._app.pid, birth=birth(self._app.pid))
        write_status(self._folder, **told)


def supervise(folder: str) -> None:
    """Be the one supervisor of a deployment, or end at once when there is one."""
    os.umask(0o077)
    descriptor = os.open(
        os.path.join(run_folder(folder), LOCK), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
    )
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit(0)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # what it would say is read at the first start
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
    Supervisor(folder).run()


def found_program(word: str, path: str) -> Optional[str]:
    """The file of a program that is named without a slash, by the application's own PATH; None leaves it as it is."""
    import shutil

    return None if os.sep in word else shutil.which(word, path=path)


def _signal(group: int, number: int) -> None:
    """To a process and all those that it has started in its session's group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
