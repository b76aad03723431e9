"""The same promise on a real arm64 Debian: its cable, its power, its disk, its clock, and the emulator itself."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from edgeflow.deploy import health
from edgeflow.deploy.acceptance import Acceptance
from edgeflow.device.connect import DEFAULT_BASE, connect, reference_session
from edgeflow.device.types import Device
from edgeflow.errors import EdgeflowError
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.pipeline.deploy import deploy
from edgeflow.pipeline.provision import provision
from edgeflow.transport.address import parse_address
from tests.faults.board import FaultBoard, StuckError
from tests.faults.matrix import Fault
from tests.faults.rig import DATA, NAME, OLD, Outcome, answer, rival, shared
from tests.faults.strikes import strikes

_HOME = "/home/pi"
_BASE = DEFAULT_BASE.replace("~", _HOME)
_PATIENCE_S = 300.0  # for what must succeed, also on a busy machine
_SHORTEST_S = 10.0  # the least that a deployment that meets a fault waits for an answer
_GONE_S = 90.0
_LIMITS = Acceptance(runs=20, rss_bytes=1 << 30)


class VmRig:
    """A board with the old release active, and what it answers for each model; each fault begins with its snapshot.

    `disk` is that of a board that has its interpreter already.
    """

    def __init__(self, folder: Path, *, name: str = "faults", disk: Path | None = None) -> None:
        self.models = {name: load_model(DATA / f"{name}.tflite") for name in ("kws_int8", "vww_int8")}
        self.old = load_model(OLD)
        self._stack = contextlib.ExitStack()
        try:
            self._begin(folder, name, disk)
        except BaseException:
            self._stack.close()
            raise

    def _begin(self, folder: Path, name: str, disk: Path | None) -> None:
        self.board = FaultBoard(name, disk=disk)
        self._stack.callback(self.board.close)
        reference = self._stack.enter_context(reference_session(folder))
        self._patch = self._stack.enter_context(pytest.MonkeyPatch.context())
        self._patch.setattr(health, "reference_session", shared(reference))
        self.board.start()
        device = self._device()
        provision(device, timeout_s=_PATIENCE_S)
        self.board.inside("import shutil\nshutil.rmtree(base + '/app', ignore_errors=True)", base=_BASE)
        deploy(OLD, device, name=NAME, timeout_s=_PATIENCE_S)  # which compares with this machine's interpreter
        self.answers = {}
        with connect(device, timeout_s=_PATIENCE_S) as session:
            for model in (self.old, *self.models.values()):
                self.answers[model.sha256] = answer(session, session.models.place(model))
        self.board.inside(_FORGET, base=_BASE)
        self.board.inside("import os\nos.sync()")
        self._gone()
        self.board.remember()
        began = time.monotonic()
        deploy(self.models["vww_int8"], device, name=NAME, timeout_s=_PATIENCE_S, acceptance=_LIMITS)
        self.timeout_s = max(_SHORTEST_S, time.monotonic() - began)
        self.files = set(self._survey()["files"])  # of a deployment without a fault

    def close(self) -> None:
        self._stack.close()

    def run(self, fault: Fault) -> Outcome:
        """Let a deployment meet the fault. Raises AssertionError when something does not hold afterwards.

        Once in hundreds of times QEMU's guest stands still after a snapshot was loaded: that is told, and tried again.
        """
        try:
            return self._run(fault)
        except StuckError as stuck:
            print(f"{fault}: once more, {stuck}", flush=True)
            return self._run(fault)

    def _run(self, fault: Fault) -> Outcome:
        began = time.monotonic()
        new, struck = self.models[fault.model], threading.Event()
        try:
            self.board.restore()
            if fault.details.get("without_agent"):
                self.board.inside("import shutil\nshutil.rmtree(base + '/agent')", base=_BASE)
            deployed = self._meet(fault, self._device(), new, struck)
            if struck.is_set() and fault.kind in ("power cut", "power cut after it", "emulator ended"):
                self.board.wait_until_up(gone=fault.kind == "emulator ended")
            active = self._check(fault, new, deployed)
        except BaseException:
            self.board.close()  # the next one begins in a QEMU of its own
            raise
        return Outcome(fault, struck.is_set(), deployed, active, round(time.monotonic() - began, 1))

    def _device(self) -> Device:
        """The board as any SSH device; its port is another one after each start of QEMU."""
        running = self.board.running
        self._patch.setenv("EDGEFLOW_SSH_CONFIG", str(running.ssh_config))
        return Device("board", parse_address(str(running.address)), target="linux-arm64")

    def _meet(self, fault: Fault, device: Device, new: Model, struck: threading.Event) -> str:
        """Deploy `new` while the fault strikes; returns what came of it. Only errors with a remedy may come."""
        timers: list[threading.Timer] = []
        with contextlib.ExitStack() as undo:
            with strikes(fault, struck, lambda: self._act(fault, new, timers, undo)):
                other = rival(device, self.old) if fault.kind == "two hosts at once" else None
                limits = _LIMITS if fault.details.get("limits") else None
                try:
                    done = deploy(new, device, name=NAME, timeout_s=self.timeout_s, acceptance=limits)
                    result: str = done.action
                except EdgeflowError as error:
                    assert error.message and error.hint, f"{fault}: {error.message}, and no remedy"
                    assert error.exit_code in (1, 3, 5, 6), f"{fault}: {error.message} exits with {error.exit_code}"
                    result = type(error).__name__
                except KeyboardInterrupt:
                    result = "KeyboardInterrupt"
                if other is not None:
                    other.join(_PATIENCE_S)
                    assert not other.is_alive()
            if fault.kind == "power cut after it":
                time.sleep(fault.details["wait_s"])
                self.board.cut_power()
            for timer in timers:
                timer.join()
        return result

    def _act(self, fault: Fault, new: Model, timers: list[threading.Timer], undo: contextlib.ExitStack) -> None:
        told = fault.details
        match fault.kind:
            case "cable pulled":
                self.board.cable(plugged=False)
                self._end_of(fault, timers, undo, lambda: self.board.cable(plugged=True))
            case "hang":
                self.board.stop()
                self._end_of(fault, timers, undo, self.board.go_on)
            case "slow network":
                self.board.slow_down(told["interval_us"])
                undo.callback(self.board.slow_down, 0)
            case "power cut":
                self.board.cut_power()
            case "emulator ended":
                self.board.end()
            case "agent killed":
                self.board.inside(_KILL)
            case "disk full":
                undo.callback(self.board.inside, "import os\nos.unlink(home + '/filler')", home=_HOME)
                self.board.inside(_FILL, home=_HOME, room=told["room"])
            case "disk read-only":
                undo.callback(self.board.inside, _WRITABLE)
                self.board.inside(_READ_ONLY)
            case "clock jump":
                self.board.inside(
                    "import time\ntime.clock_settime(time.CLOCK_REALTIME, time.time() + by)", by=told["by_s"]
                )
            case "bundle altered at rest":
                self.board.inside(_ALTER, app=f"{_BASE}/{NAME}", sha256=new.sha256, **told)
            case "host interrupted":
                raise KeyboardInterrupt
            case _:
                pass  # another host, or afterwards

    def _end_of(self, fault: Fault, timers: list[threading.Timer], undo: contextlib.ExitStack, end: Any) -> None:
        """A fault that ends by itself while the deployment goes on, or once that has given up."""
        if fault.details["for_s"] is None:
            undo.callback(end)
        else:
            timers.append(threading.Timer(fault.details["for_s"], end))
            timers[-1].start()

    def _check(self, fault: Fault, new: Model, deployed: str) -> str:
        """What must hold now, then a deployment, in one session."""
        self._gone()
        device = self._device()
        self._whole(new)
        with connect(device, timeout_s=_PATIENCE_S, wait_s=_GONE_S) as session:
            given = answer(session, NAME)
        self._gone()
        found = self._whole(new)  # what nobody accepted is gone by now
        assert given == self.answers[found], "the active model answers something else"
        if deployed == "deployed" and fault.kind != "two hosts at once":  # then the other may have come after
            assert found == new.sha256, "it said it had deployed"
        done = deploy(new, device, name=NAME, timeout_s=_PATIENCE_S)
        assert done.action == ("unchanged" if found == new.sha256 else "deployed")
        self._gone()
        assert self._whole(new) == new.sha256
        seen = self._survey()
        assert seen["state"] != "pending" and seen["owner"] == ""
        assert seen["unfinished"] == [], f"left behind: {seen['unfinished']}"
        assert set(seen["files"]) <= self.files, f"left behind: {set(seen['files']) - self.files}"
        return "new" if found == new.sha256 else "old"

    def _whole(self, new: Model) -> str:
        """SHA-256 of the active model, which is the old or the new one, in a release and on a disk that are sound."""
        seen = self._survey()
        found: str = seen["active"]
        assert found in (self.old.sha256, new.sha256), (
            f"what is active is neither the old model nor the new one: {seen}"
        )
        assert seen["broken"] == [], f"files of the active release are not what its manifest lists: {seen['broken']}"
        assert seen["file_system"] == [], seen["file_system"]
        return found

    def _survey(self) -> dict[str, Any]:
        seen: dict[str, Any] = self.board.inside(_SURVEY, base=_BASE, name=NAME)
        return seen

    def _gone(self) -> None:
        """No agent works in the guest any more."""
        ends = time.monotonic() + _GONE_S
        while agents := self.board.inside(_AGENTS):
            assert time.monotonic() < ends, f"agents are still there: {agents}"
            time.sleep(0.2)


_AGENTS = """
import os
answer = []
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read().decode("utf-8", "replace").split("\\0")
    except OSError:
        continue
    if any(word.endswith(".pyz") for word in words):
        answer.append([int(pid), *words])
"""
_KILL = f"""{_AGENTS}
import signal
for pid, *_ in answer:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
"""
_FILL = """
import os
file = os.open(home + "/filler", os.O_WRONLY | os.O_CREAT)
size, step = 0, 1 << 30
while step >= 4096:
    try:
        os.posix_fallocate(file, size, step)
        size += step
    except OSError:
        step //= 2
os.truncate(file, max(0, size - room))
os.close(file)
"""
_MOUNTED = """
def mounted():
    with open("/proc/mounts") as file:
        return next(line.split()[3].split(",")[0] for line in file if line.split()[1:3] == ["/", "ext4"])
"""
_READ_ONLY = f"""{_MOUNTED}
import time
with open("/proc/sysrq-trigger", "w") as file:  # what is open for writing does not stop it
    file.write("u")
ends = time.monotonic() + 20
while mounted() != "ro" and time.monotonic() < ends:
    time.sleep(0.02)
assert mounted() == "ro"
"""
_WRITABLE = f"""{_MOUNTED}
import subprocess
subprocess.run(["mount", "-o", "remount,rw", "/"], check=True)
assert mounted() == "rw"
"""
_ALTER = """
import hashlib, os
for folder, _, names in os.walk(app):
    if "model.tflite" not in names or os.path.islink(folder):
        continue
    with open(folder + "/model.tflite", "rb") as other:
        if hashlib.sha256(other.read()).hexdigest() != sha256:
            continue
    path = os.path.join(folder, "model.tflite" if file == "model" else "manifest.json")
    if os.path.exists(path):
        with open(path, "r+b") as altered:
            content = bytearray(altered.read())
            content[int(at * (len(content) - 1))] ^= 1 << bit
            altered.seek(0)
            altered.write(content)
"""
_FORGET = """
import os
for folder in ("cache", "io"):
    for name in os.listdir(f"{base}/{folder}"):
        os.unlink(f"{base}/{folder}/{name}")
"""
# the active release against its own manifest; what an upload or a switch leaves half done; what lies where nothing of
# ours belongs
_SURVEY = """
import glob, hashlib, json, os, subprocess
def digest(path):
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError as error:
        return error.strerror
app = f"{base}/{name}"
answer = {"active": digest(app + "/current/model.tflite"), "broken": []}
try:
    with open(app + "/current/manifest.json", "rb") as file:
        for listed in json.load(file)["files"]:
            if digest(f"{app}/current/{listed['path']}") != listed["sha256"]:
                answer["broken"].append(listed["path"])
except (OSError, ValueError, KeyError) as error:
    answer["broken"].append(repr(error))
try:
    with open(app + "/state.json", "rb") as file:
        answer["state"] = json.load(file)["state"]
except FileNotFoundError:
    answer["state"] = ""
with open(base + "/.lock") as file:
    answer["owner"] = file.read()
unfinished = [glob.glob(pattern) for pattern in (
    app + "/incoming/*", base + "/io/*", app + "/*.new", app + "/*.part", app + "/releases/*.part",
    base + "/*.new", base + "/*.part", base + "/agent/*.part", base + "/cache/*.part",
)]
answer["unfinished"] = [path for paths in unfinished for path in paths] + [
    path for path in glob.glob(app + "/releases/*") if not os.path.exists(path + "/model.tflite")
]
folders = (base, app, "/home/pi", "/tmp", "/var/tmp")
answer["files"] = [os.path.join(folder, entry) for folder in folders for entry in os.listdir(folder)]
said = subprocess.run(["dmesg"], capture_output=True).stdout.decode("utf-8", "replace").splitlines()
answer["file_system"] = [line for line in said if "EXT4-fs error" in line or "I/O error" in line]
"""
