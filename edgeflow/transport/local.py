"""This machine as a device: programs in child processes, files as files."""

from __future__ import annotations

import collections
import contextlib
import logging
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from edgeflow.errors import DeviceError, LinkError
from edgeflow.progress import Progress
from edgeflow.transport.base import Completed, FileChannel, Pipe, Shell

_console = logging.getLogger("edgeflow.console")
_READ_BYTES = 256 * 1024
_GRACE_S = 2.0


class ProcessPipe:
    """A child's stdin and stdout as a pipe; its stderr goes to the console log.

    Threads move the bytes, so that every wait has a deadline on every system and a full stderr never blocks.
    """

    def __init__(self, argv: Sequence[str]) -> None:
        """Start `argv` in a session of its own, so that Ctrl-C reaches only us."""
        try:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            raise LinkError(f"{argv[0]} does not start: {error.strerror}") from None
        self._name = argv[0]
        self._received: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._to_send: queue.SimpleQueue[tuple[bytes, threading.Event] | None] = queue.SimpleQueue()
        self._rest = b""
        self._ended = False
        self._closed = False
        self._last_lines: collections.deque[str] = collections.deque(maxlen=5)
        self._threads = [
            threading.Thread(target=work, name=f"{work.__name__} {self._process.pid}", daemon=True)
            for work in (self._move_stdout, self._move_stderr, self._move_stdin)
        ]
        for thread in self._threads:
            thread.start()

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        if not self._rest:
            if self._ended:
                raise LinkError(self._why_ended())
            try:
                self._rest = self._received.get(timeout=max(0.0, timeout_s))
            except queue.Empty:
                return b""
            if not self._rest:
                self._ended = True
                raise LinkError(self._why_ended())
        data, self._rest = self._rest[:max_bytes], self._rest[max_bytes:]
        return data

    def write(self, data: bytes, timeout_s: float) -> None:
        if self._closed:
            raise LinkError("the pipe is closed")
        done = threading.Event()
        self._to_send.put((data, done))
        deadline = time.monotonic() + timeout_s
        while not done.wait(min(0.2, max(0.0, deadline - time.monotonic()))):
            if self._process.poll() is not None:
                raise LinkError(self._why_ended())
            if time.monotonic() >= deadline:
                raise LinkError(f"the program took no input for {timeout_s:g} s")

    def close(self) -> None:
        """Close its stdin, which asks the program to end; after that TERM, then KILL. It is always reaped."""
        if self._closed:
            return
        self._closed = True
        self._to_send.put(None)
        for stop in (None, self._process.terminate, self._process.kill):
            if stop is not None:
                stop()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_GRACE_S)
                break
        self._process.wait()
        for thread in self._threads:
            thread.join(_GRACE_S)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def _why_ended(self) -> str:
        try:
            status = self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            return "the program closed its output"
        self._threads[1].join(_GRACE_S)
        last = f": {self._last_lines[-1]}" if self._last_lines else ""
        return f"the program ended with {ending(status)}{last}"

    def _move_stdout(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(OSError, ValueError):
            while data := self._process.stdout.read(_READ_BYTES):
                self._received.put(data)
        self._received.put(b"")

    def _move_stderr(self) -> None:
        assert self._process.stderr is not None
        with contextlib.suppress(OSError, ValueError):
            for line in self._process.stderr:
                text = line.decode("utf-8", "replace").rstrip()
                if text:
                    self._last_lines.append(text)
                    _console.info("%s", text)

    def _move_stdin(self) -> None:
        assert self._process.stdin is not None
        stdin = self._process.stdin
        with contextlib.suppress(OSError, ValueError):
            while item := self._to_send.get():
                data, done = memoryview(item[0]), item[1]
                while data:
                    data = data[stdin.write(data) :]
                done.set()
        with contextlib.suppress(OSError):
            stdin.close()


def ending(status: int) -> str:
    """An exit status in words: `status 1`, `signal 11 (SIGSEGV)`."""
    if status >= 0:
        return f"status {status}"
    try:
        return f"signal {-status} ({signal.Signals(-status).name})"
    except ValueError:
        return f"signal {-status}"


class LocalShell:
    """Commands of this machine."""

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Completed:
        try:
            done = subprocess.run(argv, input=stdin, capture_output=True, timeout=timeout_s)
        except subprocess.TimeoutExpired:
            raise DeviceError(f"{argv[0]} did not finish within {timeout_s:g} s") from None
        except OSError as error:
            return Completed(127, b"", f"{argv[0]}: {error.strerror}".encode())
        return Completed(done.returncode if done.returncode >= 0 else -1, done.stdout, done.stderr)

    def start(self, argv: Sequence[str]) -> Pipe:
        return ProcessPipe(argv)


class LocalFiles:
    """Files of this machine; `~/` is the user's home."""

    def put(self, data: bytes | Path, remote: str, *, offset: int = 0, progress: Progress) -> None:
        content = data if isinstance(data, bytes) else data.read_bytes()
        path = Path(remote).expanduser()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("r+b" if offset else "wb") as file:
                file.seek(offset)
                file.write(content[offset:])
                file.truncate()
        except OSError as error:
            raise DeviceError(f"{path}: {error.strerror}", "free space or choose another --base") from None
        progress("upload", len(content), len(content))

    def get(self, remote: str, *, max_bytes: int) -> bytes:
        path = Path(remote).expanduser()
        try:
            with path.open("rb") as file:
                data = file.read(max_bytes + 1)
        except OSError as error:
            raise DeviceError(f"{path}: {error.strerror}") from None
        if len(data) > max_bytes:
            raise DeviceError(f"{path} is larger than {max_bytes} bytes")
        return data


class LocalTransport:
    """`local:`"""

    def __init__(self) -> None:
        self._shell, self._files = LocalShell(), LocalFiles()

    @property
    def shell(self) -> Shell | None:
        return self._shell

    @property
    def files(self) -> FileChannel | None:
        return self._files

    def open(self) -> Pipe:
        raise LinkError("this machine has no link of its own; start the agent")

    def close(self) -> None:
        """Nothing is held."""
