"""The same promise on an Android device, where the runner keeps the releases and files come by adb push."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import pytest

from edgeflow.deploy import health, keys
from edgeflow.device.connect import connect, reference_session
from edgeflow.device.types import Device
from edgeflow.errors import EdgeflowError
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.pipeline.deploy import deploy
from edgeflow.transport.address import parse_address
from tests.adbd import Adbd
from tests.faults.matrix import Fault
from tests.faults.rig import DATA, DISK_BYTES, NAME, OLD, TIMEOUT_S, Outcome, answer, rival, shared
from tests.faults.strikes import act, strikes

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
        shutil.rmtree(self.data / "template/cache")
        if not keys.own_keys():
            keys.new_key("release")

    def close(self) -> None:
        self._stack.close()

    def run(self, fault: Fault) -> Outcome:
        """Let a deployment meet the fault. Raises AssertionError when something does not hold afterwards."""
        began = time.monotonic()
        name, new, struck = f"device-{fault.number}", self.models[fault.model], threading.Event()
        device = self._device(name)
        with self._folder(name, "disk" in fault.kind) as base:
            subprocess.run(["cp", "-a", f"{self.data}/template/.", base], check=True)
            deployed = self._meet(fault, device, base, new, struck)
            self._gone(base)
            active = self._check(fault, device, base, new, deployed)
            self._gone(base)
            _clean(base)
        shutil.rmtree(self.data / name)
        return Outcome(fault, struck.is_set(), deployed, active, round(time.monotonic() - began, 1))

    def _device(self, name: str) -> Device:
        address = parse_address(f"adb://{self.daemon.serials[0]}")
        return Device("phone", address, target="android-x86-64", base=f"/data/{_FOLDER}/{name}")

    @contextlib.contextmanager
    def _folder(self, name: str, own_disk: bool) -> Iterator[Path]:
        """The device's folder, seen from here; on a small disk of its own for faults of the disk."""
        base = self.data / name
        base.mkdir()
        if not own_disk:
            yield base
            return
        self._mount(name, "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "edgeflow-fault")
        try:
            yield Path(f"/proc/{self._adbd}/root/data/{_FOLDER}/{name}")
        finally:
            self._mount(name, "-l", command="umount")

    def _inside(self, name: str) -> Path:
        """The device's folder where only the daemon's file systems are."""
        return self.daemon.data[0].with_name("fs") / "data" / _FOLDER / name

    def _mount(self, name: str, *words: str, command: str = "mount") -> None:
        argv = ["nsenter", "--target", str(self._adbd), "--mount", command, *words, str(self._inside(name))]
        subprocess.run(argv, check=True)

    @cached_property
    def _adbd(self) -> int:
        """The daemon's process: the one that sees this device's /data."""
        own = self.daemon.data[0].stat().st_ino
        for pid, words in _processes():
            with contextlib.suppress(OSError):
                if b"platform-tools/adbd" in words and Path(f"/proc/{pid}/root/data").stat().st_ino == own:
                    return pid
        raise RuntimeError("the daemon is gone")

    def _meet(self, fault: Fault, device: Device, base: Path, new: Model, struck: threading.Event) -> str:
        signed = fault.kind.startswith("signed")
        if signed:
            (base / ".allowed_signers").write_text(_pinned())
        with contextlib.ExitStack() as undo, strikes(fault, struck, lambda: self._act(fault, device, base, new, undo)):
            other = rival(device, self.old) if fault.kind == "two hosts at once" else None
            try:
                sign = "release" if signed else None
                result: str = deploy(new, device, name=NAME, timeout_s=TIMEOUT_S, sign=sign).action
            except EdgeflowError as error:
                assert error.message and error.exit_code in (1, 2, 3, 5, 6), f"{fault}: {error.message}"
                result = type(error).__name__
            except KeyboardInterrupt:
                result = "KeyboardInterrupt"
            if other is not None:
                other.join(60)
                assert not other.is_alive()
        return result

    def _check(self, fault: Fault, device: Device, base: Path, new: Model, deployed: str) -> str:
        with connect(device, wait_s=20, timeout_s=30) as session:
            current = (base / NAME / "current").readlink()
            found = hashlib.sha256((base / NAME / current / "model.tflite").read_bytes()).hexdigest()
            assert found in (self.old.sha256, new.sha256), "what is active is neither the old model nor the new one"
            assert answer(session, NAME) == self.answers[found], "the active model answers something else"
            if deployed == "deployed" and fault.kind != "two hosts at once":  # then the other may have come after
                assert found == new.sha256, "it said it had deployed"
        done = deploy(new, device, name=NAME, sign="release" if (base / ".allowed_signers").exists() else None)
        assert done.action == ("unchanged" if found == new.sha256 else "deployed")
        with connect(device, timeout_s=30) as session:
            assert answer(session, NAME) == self.answers[new.sha256]
        return "new" if found == new.sha256 else "old"

    def _act(self, fault: Fault, device: Device, base: Path, new: Model, undo: contextlib.ExitStack) -> None:
        match fault.kind:
            case "runner killed":
                self._kill(self._runners(base))
            case "adb killed":
                serial = self.daemon.serials[0].encode()
                self._kill([pid for pid, words in _processes() if serial in words and base.name.encode() in words])
            case "disk read-only":
                self._mount(base.name, "--bind", str(self._inside(base.name)))  # the runner's lock is open for writing
                undo.callback(self._mount, base.name, "-l", command="umount")
                self._mount(base.name, "-o", "remount,bind,ro")
            case "runner altered at rest":
                (runner,) = (base / "agent").iterdir()
                data = bytearray(runner.read_bytes())
                data[int(fault.details["at"] * (len(data) - 1))] ^= 1 << fault.details["bit"]
                runner.write_bytes(bytes(data))
            case "runner half pushed":
                (runner,) = (base / "agent").iterdir()
                (base / "agent" / f"{runner.name}.part").write_bytes(runner.read_bytes()[:5000])
                runner.unlink()
            case _:
                act(fault, base / NAME, base, new, undo)  # as on every device that keeps releases as files

    def _kill(self, pids: list[int]) -> None:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _runners(self, base: Path) -> list[int]:
        mark = f"/{base.name}/agent/".encode()
        return [pid for pid, words in _processes() if mark in words.split(b"\0")[0]]

    def _gone(self, base: Path) -> None:
        ends = time.monotonic() + _GONE_S
        while pids := self._runners(base):
            assert time.monotonic() < ends, f"runners {pids} are still there"
            time.sleep(0.02)


def _pinned() -> str:
    return f'edgeflow namespaces="edgeflow" {keys.find_public_key("release").line}\n'


def _clean(base: Path) -> None:
    """Nothing of the fault is left on the device."""
    app = base / NAME
    left = [*(app / "incoming").iterdir(), *app.glob("*.new"), *(base / "io").iterdir(), *base.glob("agent/*.part")]
    assert left == [], f"left behind: {[str(path.relative_to(base)) for path in left]}"
    assert all((release / "model.tflite").is_file() for release in (app / "releases").iterdir())
    assert {path.name for path in base.iterdir()} <= {"agent", "app", "cache", "io", ".lock", ".allowed_signers"}
    assert (base / ".lock").read_bytes() == b""


def _processes() -> list[tuple[int, bytes]]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                found.append((int(entry.name), (entry / "cmdline").read_bytes()))
    return found
