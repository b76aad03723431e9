"""The same promise on an Android device, where the runner keeps two slots in a file."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from edgeflow.deploy import health
from edgeflow.device.connect import connect, reference_session
from edgeflow.device.types import Device
from edgeflow.errors import EdgeflowError
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.pipeline.deploy import deploy
from edgeflow.transport.address import parse_address
from tests.adbd import Adbd
from tests.faults.matrix import Fault
from tests.faults.rig import DATA, NAME, OLD, TIMEOUT_S, Outcome, answer, rival, shared
from tests.faults.strikes import strikes

_FOLDER = "local/tmp"
_GONE_S = 60.0


class AndroidRig:
    """A device behind a real adbd; each fault gets a folder with the old model active."""

    def __init__(self, folder: Path, daemon: Adbd) -> None:
        self.daemon, self.data = daemon, daemon.data[0] / _FOLDER
        self.models = {name: load_model(DATA / f"{name}.tflite") for name in ("kws_int8", "vww_int8")}
        self.old = load_model(OLD)
        self._stack = contextlib.ExitStack()
        reference = self._stack.enter_context(reference_session(folder))
        patch = self._stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(health, "reference_session", shared(reference))
        patch.setenv("EDGEFLOW_ADB", str(daemon.adb))
        template = self._device("template")
        deploy(OLD, template, name=NAME)  # which compares with this machine's interpreter
        self.answers = {}
        for model in (self.old, *self.models.values()):
            with connect(template, timeout_s=30) as session:
                self.answers[model.sha256] = answer(session, session.models.place(model))
        (self.data / "template/trial").unlink()

    def close(self) -> None:
        self._stack.close()

    def run(self, fault: Fault) -> Outcome:
        """Let a deployment meet the fault. Raises AssertionError when something does not hold afterwards."""
        began = time.monotonic()
        name = f"device-{fault.number}"
        base, new, struck = self.data / name, self.models[fault.model], threading.Event()
        subprocess.run(["cp", "-a", "--sparse=always", self.data / "template", base], check=True)
        device = self._device(name)
        deployed = self._meet(fault, device, base, new, struck)
        self._gone(base)
        with connect(device, wait_s=20, timeout_s=30) as session:
            (active,) = [digest for state, digest in session.models.slots().values() if state == "active"]
            assert active in (self.old.sha256, new.sha256), "what is active is neither the old model nor the new one"
            assert answer(session, "") == self.answers[active], "the active model answers something else"
            if deployed == "deployed" and fault.kind != "two hosts at once":  # then the other may have come after
                assert active == new.sha256, "it said it had deployed"
        done = deploy(new, device, name=NAME)
        assert done.action == ("unchanged" if active == new.sha256 else "deployed")
        with connect(device, timeout_s=30) as session:
            assert answer(session, "") == self.answers[new.sha256]
        self._gone(base)
        assert {path.name for path in base.iterdir()} <= {"runner", "slots", ".lock"}
        assert [path.suffix for path in (base / "runner").iterdir()] == [""]
        assert (base / ".lock").read_bytes() == b""
        shutil.rmtree(base)
        model = "new" if active == new.sha256 else "old"
        return Outcome(fault, struck.is_set(), deployed, model, round(time.monotonic() - began, 1))

    def _device(self, name: str) -> Device:
        address = parse_address(f"adb://{self.daemon.serials[0]}")
        return Device("phone", address, target="android-x86-64", base=f"/data/{_FOLDER}/{name}")

    def _meet(self, fault: Fault, device: Device, base: Path, new: Model, struck: threading.Event) -> str:
        with strikes(fault, struck, lambda: self._act(fault, base)):
            other = rival(device, self.old) if fault.kind == "two hosts at once" else None
            try:
                result: str = deploy(new, device, name=NAME, timeout_s=TIMEOUT_S).action
            except EdgeflowError as error:
                assert error.message and error.exit_code in (1, 5, 6), f"{fault}: {error.message}"
                result = type(error).__name__
            except KeyboardInterrupt:
                result = "KeyboardInterrupt"
            if other is not None:
                other.join(60)
                assert not other.is_alive()
        return result

    def _act(self, fault: Fault, base: Path) -> None:
        match fault.kind:
            case "runner killed":
                self._kill(self._runners(base))
            case "adb killed":
                serial = self.daemon.serials[0].encode()
                self._kill([pid for pid, words in _processes() if serial in words and str(base.name).encode() in words])
            case "host interrupted":
                raise KeyboardInterrupt
            case "expired lock":
                (base / ".lock").write_text("gone@away:12 1000000000\n")
            case "runner altered at rest":
                (runner,) = (base / "runner").iterdir()
                data = bytearray(runner.read_bytes())
                data[int(fault.details["at"] * (len(data) - 1))] ^= 1 << fault.details["bit"]
                runner.write_bytes(bytes(data))
            case "runner half pushed":
                (runner,) = (base / "runner").iterdir()
                (base / "runner" / f"{runner.name}.part").write_bytes(runner.read_bytes()[:5000])
                runner.unlink()
            case _:
                pass  # it is in what is sent

    def _kill(self, pids: list[int]) -> None:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _runners(self, base: Path) -> list[int]:
        mark = f"/{base.name}/runner/".encode()
        return [pid for pid, words in _processes() if mark in words.split(b"\0")[0]]

    def _gone(self, base: Path) -> None:
        ends = time.monotonic() + _GONE_S
        while pids := self._runners(base):
            assert time.monotonic() < ends, f"runners {pids} are still there"
            time.sleep(0.02)


def _processes() -> list[tuple[int, bytes]]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                found.append((int(entry.name), (entry / "cmdline").read_bytes()))
    return found
