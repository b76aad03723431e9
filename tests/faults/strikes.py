"""How faults strike: before an event of a deployment, in what is sent, or beforehand on the device."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edgeflow.device.connection import Connection
from edgeflow.model.types import Model
from edgeflow.transport.adb import AdbTransport
from edgeflow.transport.local import LocalFiles, ProcessPipe
from edgeflow.transport.sftp import SftpChannel
from tests.faults.line import HANG_S
from tests.faults.matrix import Fault

_FUTURE, _PAST = "20990101T000000Z", "20010909T014640Z"
SLOW_S = 0.05  # for each write
_AT_AN_EVENT = (
    "agent killed",
    "agent stopped",
    "runner killed",
    "adb killed",
    "host interrupted",
    "disk full",
    "disk read-only",
    "bundle altered at rest",
    "cable pulled",
    "hang",
    "power cut",
    "emulator ended",
    "clock jump",
)
_IN_THE_MIDDLE = (
    "agent killed",
    "agent stopped",
    "runner killed",
    "adb killed",
    "cable pulled",
    "hang",
    "power cut",
    "emulator ended",
)


@contextlib.contextmanager
def strikes(fault: Fault, struck: threading.Event, act: Callable[[], None]) -> Iterator[None]:
    """Have `act` come before the event that the fault names, or at once where it lies on the device already."""
    events = 0

    def strike_now() -> None:
        struck.set()
        act()

    timer = threading.Timer(fault.delay_s, strike_now)

    def strike() -> None:
        if fault.delay_s and fault.kind in _IN_THE_MIDDLE:
            timer.start()
        else:
            strike_now()

    def counted(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal events
            events += 1
            if events == fault.event + 1 and fault.kind in _AT_AN_EVENT:
                strike()
            return original(*args, **kwargs)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in ((Connection, "request"), (LocalFiles, "put"), (SftpChannel, "put"), (AdbTransport, "put")):
            patch.setattr(owner, name, counted(getattr(owner, name)))
        if fault.kind in ("bundle altered in flight", "signed bundle altered in flight"):
            for files in (LocalFiles, SftpChannel, AdbTransport):
                patch.setattr(files, "put", _altering(fault, files.put, struck))
        if fault.kind.startswith("link "):
            patch.setattr(ProcessPipe, "write", _mangling(fault, ProcessPipe.write, struck))
        if fault.kind not in _AT_AN_EVENT:
            if not fault.kind.startswith("link ") and "flight" not in fault.kind:
                struck.set()
            act()
        try:
            yield
        finally:
            timer.cancel()
            if timer.ident is not None:
                timer.join()


def act(fault: Fault, app: Path, base: Path, new: Model, undo: contextlib.ExitStack) -> None:
    """What happens on a device that keeps releases as files: `app` is the deployment's folder below `base`."""
    match fault.kind:
        case "agent killed" | "agent stopped":
            for pid in agents(base):
                with contextlib.suppress(ProcessLookupError):
                    if fault.kind == "agent stopped":
                        undo.callback(_go_on, pid)
                    os.kill(pid, signal.SIGKILL if fault.kind == "agent killed" else signal.SIGSTOP)
        case "host interrupted":
            raise KeyboardInterrupt
        case "disk full":
            filler = base / "filler"
            undo.callback(filler.unlink, missing_ok=True)
            with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
        case "disk read-only":
            subprocess.run(["mount", "--bind", str(base), str(base)], check=True)  # the lock below is open for writing
            undo.callback(subprocess.run, ["umount", "-l", str(base)], check=True)
            subprocess.run(["mount", "-o", "remount,bind,ro", str(base)], check=True)
        case "bundle altered at rest":
            for path in app.rglob("model.tflite" if fault.details["file"] == "model" else "manifest.json"):
                if hashlib.sha256((path.parent / "model.tflite").read_bytes()).hexdigest() == new.sha256:
                    _flip(path, fault)
        case "clock put back":
            _date(app, base, _FUTURE, 4_070_908_800)
        case "clock put forward":
            _date(app, base, _PAST, 1_000_000_000)
        case "expired lock":
            (base / ".lock").write_text('{"owner": "gone@away:12", "time": 1000000000.0}')
        case "release half made":
            half = app / "incoming" / f"{_FUTURE}-{new.sha256[:8]}"
            half.mkdir()
            (half / "model.tflite").write_bytes(new.content[:1000])
            (app / "current.new").symlink_to("releases/nothing")
            (app / "incoming" / f"{new.sha256}.part.json").write_bytes(b"{}")
        case _:
            pass  # it is in what is sent


def _date(app: Path, base: Path, stamp: str, time: int) -> None:
    """The release that is active, and the lock that was left, are from another time than the clock tells now."""
    (release,) = (app / "releases").iterdir()
    other = release.with_name(stamp + release.name[len(stamp) :])
    release.rename(other)
    (app / "current").unlink()
    (app / "current").symlink_to(f"releases/{other.name}")
    (base / ".lock").write_text(f'{{"owner": "x@y:1", "time": {time}.0}}')
    for path in (other, *other.iterdir(), app / "incoming", base / ".lock"):
        os.utime(path, (time, time))


def _go_on(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


def _altering(fault: Fault, original: Callable[..., None], struck: threading.Event) -> Callable[..., None]:
    """Alter the first file of the kind that goes to the device, behind every check of this side."""

    def put(self: Any, data: bytes | Path, remote: str, **more: Any) -> None:
        wanted = ".part" if fault.details["file"] == "model" else ".part.json"
        if isinstance(data, bytes) and remote.endswith(wanted) and not struck.is_set():  # a path is a program's
            struck.set()
            at = int(fault.details["at"] * (len(data) - 1))
            data = data[:at] + bytes([data[at] ^ 1 << fault.details["bit"]]) + data[at + 1 :]
        original(self, data, remote, **more)

    return put


def _mangling(fault: Fault, original: Callable[..., None], struck: threading.Event) -> Callable[..., None]:
    """Spoil what goes through the first pipe after a number of bytes."""
    passed = 0
    first: ProcessPipe | None = None

    def write(self: ProcessPipe, data: bytes, timeout_s: float) -> None:
        nonlocal passed, first
        first = first or self
        if self is not first:  # this machine's interpreter, to compare with, is no part of the device
            return original(self, data, timeout_s)
        if struck.is_set() and fault.kind == "link slow":
            time.sleep(SLOW_S)
        elif not struck.is_set() and passed + len(data) > fault.details["after"]:
            struck.set()
            at = fault.details["after"] - passed
            match fault.kind:
                case "link bytes corrupted":
                    data = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
                case "link bytes doubled":
                    data = data + data
                case "link hang":
                    time.sleep(HANG_S)
                case "link slow":
                    pass  # from now on
                case _:
                    original(self, data[:at], timeout_s)
                    return self.close()
        passed += len(data)
        return original(self, data, timeout_s)

    return write


def _flip(path: Path, fault: Fault) -> None:
    data = bytearray(path.read_bytes())
    if data:
        data[int(fault.details["at"] * (len(data) - 1))] ^= 1 << fault.details["bit"]
        path.chmod(0o644)
        path.write_bytes(bytes(data))


def agents(base: Path) -> list[int]:
    """Agents that work below `base`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if str(base).encode() in words and any(word.endswith(b".pyz") for word in words):
                    found.append(int(entry.name))
    return found
