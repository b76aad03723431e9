"""The parent's side of the conversion child: started when needed, kept warm, restarted after a crash, reaped."""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from edgeflow import errors
from edgeflow.errors import ConversionError, EdgeflowError
from edgeflow.progress import Progress, silent

_ERRORS: dict[str, type[EdgeflowError]] = {
    kind.__name__: kind for kind in (errors.ModelError, errors.ConversionError, errors.UsageError, errors.TargetError)
}
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "CUDA_VISIBLE_DEVICES": "-1"}
_TEMPORARY = ("TMPDIR", "TEMP", "TMP")  # TensorFlow leaves sources that it wrote for itself there
_LOG_TAIL_BYTES = 4096
LOOP_CALIBRATED = "edgeflow: calibrating a model with a loop"  # the child's last words where a known crash may follow
_CHATTER = ("fully_quantize:", "WARNING:", "INFO:", "I0000", "W0000")  # lines that explain nothing


def child_command(module: str) -> list[str]:
    """The command that runs one of edgeflow's own modules, whatever lies in the current folder."""
    return [sys.executable, "-P", "-m", module]


def child_environment() -> dict[str, str]:
    """The environment in which a child finds this edgeflow and keeps TensorFlow quiet."""
    package = str(Path(errors.__file__).resolve().parent.parent)
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, **_QUIET, "PYTHONPATH": os.pathsep.join(paths)}


class Worker:
    """One conversion child at a time. Use as a context manager, or `shared()`; safe to call from several threads.

    A child without work for `idle_s` seconds ends by itself, and the next request starts another.
    """

    def __init__(self, *, idle_s: float = 300.0) -> None:
        self._idle_s = idle_s
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[bytes | None] = queue.Queue()
        self._folder: Path | None = None
        self._log_mark = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The child's process id, None where none runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def request(
        self, request: Mapping[str, Any], *, progress: Progress = silent, timeout_s: float = 600.0, subject: str = ""
    ) -> dict[str, Any]:
        """Send one request and wait for its answer; `subject` says in errors what was being done.

        Raises what the child raises, and ConversionError where the child dies or takes longer than `timeout_s`;
        the next request then starts a new one.
        """
        with self._lock:
            try:
                return self._exchange(request, progress, time.monotonic() + timeout_s, timeout_s, subject)
            except EdgeflowError:
                raise
            except BaseException:  # Ctrl-C or a failing progress callback: nothing may go on in the background
                self._stop(kill=True)
                raise

    def close(self) -> None:
        """End the child and remove what it wrote. Does nothing where none runs."""
        with self._lock:
            self._stop(kill=False)

    def _exchange(
        self, request: Mapping[str, Any], progress: Progress, end: float, timeout_s: float, subject: str
    ) -> dict[str, Any]:
        what = subject or str(request["do"])
        process = self._send(request)
        again = True
        while True:
            try:
                line = self._answers.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                self._stop(kill=True)
                raise ConversionError(f"{what}: not done after {timeout_s:g} s", "allow more with --timeout") from None
            if line is None:
                if again and process.wait() == 0:  # it had just ended by itself, having been idle
                    self._stop(kill=True)
                    process, again = self._send(request), False
                    continue
                raise self._crashed(process, what)
            again = False
            answer = json.loads(line)
            if "progress" in answer:
                stage, done, total = answer["progress"]
                progress(stage, done, total)
            elif "error" in answer:
                failure = answer["error"]
                kind = _ERRORS.get(failure["type"], ConversionError)
                raise kind(failure["message"], failure["hint"], failure["reasons"])
            else:
                value: dict[str, Any] = answer["value"]
                return value

    def _send(self, request: Mapping[str, Any]) -> subprocess.Popen[bytes]:
        process = self._running()
        self._log_mark = self._log_bytes()
        assert process.stdin is not None
        with contextlib.suppress(OSError):  # if it died meanwhile, its answers end, which the caller notices
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
        return process

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._stop(kill=True)
        if importlib.util.find_spec("tensorflow") is None:
            raise ConversionError("TensorFlow is not installed", "pip install 'edgeflow[convert]'")
        self._folder = Path(tempfile.mkdtemp(prefix="edgeflow-convert-"))
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [*child_command("edgeflow.convert.child"), str(self._folder), str(self._idle_s)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=child_environment() | dict.fromkeys(_TEMPORARY, str(self._folder)),
                start_new_session=os.name == "posix",  # Ctrl-C is the parent's to handle
            )
        self._answers = queue.Queue()
        assert self._process.stdout is not None
        threading.Thread(target=_pump, args=(self._process.stdout, self._answers), daemon=True).start()
        return self._process

    def _crashed(self, process: subprocess.Popen[bytes], what: str) -> ConversionError:
        try:
            code = process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        last = self._last_words()
        self._stop(kill=True)
        cause, way_out = "", "try another recipe, or --quantize none to see whether it is the recipe"
        if LOOP_CALIBRATED in last:  # tensorflow#101050
            last = tuple(line for line in last if line != LOOP_CALIBRATED)
            cause = ": it cannot calibrate a loop, as a recurrent layer of Keras 3 is one"
            way_out = "pass --unroll-rnn (or build the layer with unroll=True), or choose --quantize dynamic"
        return ConversionError(f"{what}: TensorFlow's converter crashed ({death(code)}){cause}", way_out, last)

    def _log_bytes(self) -> int:
        log = self._folder / "log" if self._folder else None
        return log.stat().st_size if log is not None and log.is_file() else 0

    def _last_words(self) -> tuple[str, ...]:
        """The last lines the child left in its log since the request came."""
        if self._folder is None or not (size := self._log_bytes()):
            return ()
        with (self._folder / "log").open("rb") as file:
            file.seek(max(self._log_mark, size - _LOG_TAIL_BYTES))
            lines = file.read().decode("utf-8", "replace").splitlines()
        told = [line.strip()[:200] for line in lines if line.strip() and not line.startswith(_CHATTER)]
        return tuple(told[-3:])

    def _stop(self, *, kill: bool) -> None:
        process, self._process = self._process, None
        if process is not None:
            if kill:
                process.kill()
            assert process.stdin is not None
            with contextlib.suppress(OSError):
                process.stdin.close()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _pump(stream: IO[bytes], into: queue.Queue[bytes | None]) -> None:
    with stream:
        for line in stream:
            into.put(line)
    into.put(None)


def death(code: int) -> str:
    """How a child ended, for people."""
    if code < 0:
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"
    return f"exit status {code}"


_shared: Worker | None = None


def shared() -> Worker:
    """The process's one worker, ended at exit."""
    global _shared
    if _shared is None:
        _shared = Worker()
        atexit.register(_shared.close)
    return _shared
