"""The same promise over serial: a runner behind a pseudo-terminal with slots in flash, and emulated boards.

Before: the old model is active, another one lies in the other slot. Then a deployment of a new one meets the fault.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest
import serial

from edgeflow.deploy import health
from edgeflow.deploy.bundle import make_bundle
from edgeflow.deploy.deploy import deploy_bundle, roll_back
from edgeflow.deploy.history import read_history
from edgeflow.device.connect import connect, reference_session
from edgeflow.device.lock import lock_file, state_dir
from edgeflow.device.session import Session
from edgeflow.device.types import Device
from edgeflow.errors import EdgeflowError
from edgeflow.firmware.build import Source, build
from edgeflow.firmware.runner import build_posix_runner, posix_recipe
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.pipeline.deploy import deploy
from edgeflow.transport.address import parse_address
from edgeflow.transport.qemu import QemuPipe
from edgeflow.transport.serial import SerialPipe
from tests.faults.emulated import EmulatedBoard
from tests.faults.matrix import Fault
from tests.faults.rig import DATA, NAME, Outcome, answer, rival, shared
from tests.faults.serial_line import SerialBoard, SerialFault

OLD, OLDER = DATA / "sine_int8.tflite", DATA / "dict_io_int8.tflite"
_TOO_LARGE = 10 << 20  # for the slots of any of them
TIMEOUT_S = 3.0
_SLOTS_BYTES = 2 * 4096 + 2 * 13 * 4096
_POWER_CUT = Path(__file__).with_name("power_cut_nor.c")


class Bench(Protocol):
    """One device on the bench, and what can be done to it."""

    @property
    def device(self) -> Device: ...
    @property
    def flash(self) -> Path: ...
    @property
    def struck(self) -> threading.Event: ...
    def act(self, fault: Fault) -> None: ...
    def mend(self) -> None: ...
    def processes(self) -> list[int]: ...


class SerialRig:
    """Templates of boards with their two slots, and this machine's answers; shared by all faults."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.old, self.older = load_model(OLD), load_model(OLDER)
        self._stack = contextlib.ExitStack()
        self._models: dict[str, Model] = {}
        self._answers: dict[str, list[bytes]] = {}
        self._reference = self._stack.enter_context(reference_session(folder))
        patch = self._stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(health, "reference_session", shared(self._reference))
        patch.setattr("edgeflow.device.connection._HELLO_S", TIMEOUT_S)

    def close(self) -> None:
        self._stack.close()

    def run(self, fault: Fault) -> Outcome:
        """Let a deployment meet the fault. Raises AssertionError when something does not hold afterwards."""
        began = time.monotonic()
        folder = self.folder / f"board-{fault.number}"
        folder.mkdir()
        new = self._model(fault.model)
        with self._bench(fault, folder) as bench:
            deployed = self._meet(fault, bench, new)
            bench.mend()
            active = self._check(fault, bench, new, deployed)
            struck = bench.struck.is_set()
        assert bench.processes() == [], "a process is left behind"
        shutil.rmtree(folder)
        return Outcome(fault, struck, deployed, active, round(time.monotonic() - began, 1))

    @functools.cached_property
    def _cut_runner(self) -> Path:
        """The runner whose power can go at any step of its flash."""
        recipe = posix_recipe()
        wraps = tuple(f"-Wl,--wrap=ef_nor_{step}" for step in ("erase", "program"))
        sources = (*recipe.sources, Source(_POWER_CUT))
        return build(
            replace(recipe, name="runner-power-cut", sources=sources, link_flags=(*wraps, *recipe.link_flags))
        ).path

    @contextlib.contextmanager
    def _bench(self, fault: Fault, folder: Path) -> Iterator[Bench]:
        kind = fault.details.get("board", "")
        template = self.folder / f"template{kind and '-' + kind}"
        if not template.exists():
            (making := folder / "making").mkdir()
            with self._made(making, kind) as bench:
                for model in (self.older, self.old):
                    deploy(model, bench.device, name=NAME)  # which compares with this machine's interpreter
                _copy(bench.flash, template)
        cut, probed = fault.kind.startswith("power cut"), fault.number % 2 == 1
        with self._made(folder, kind, template, cut=cut, probed=probed) as bench:
            yield bench

    @contextlib.contextmanager
    def _made(
        self, folder: Path, kind: str, template: Path | None = None, *, cut: bool = False, probed: bool = False
    ) -> Iterator[Bench]:
        if kind:
            with EmulatedBoard(kind, folder) as board:
                if template is not None:
                    board.flash.parent.mkdir(parents=True, exist_ok=True)
                    _copy(template, board.flash)
                yield board
            return
        flash = folder / "flash"
        if template is not None:
            _copy(template, flash)
        runner = self._cut_runner if cut else build_posix_runner().path
        with SerialBoard(folder, [str(runner), "--slots", str(_SLOTS_BYTES), "--flash", str(flash)]) as line:
            yield _Wired(line, flash, probed=probed)

    def _model(self, name: str) -> Model:
        if name not in self._models:
            self._models[name] = load_model(DATA / f"{name}.tflite")
        return self._models[name]

    def _too_large(self) -> Model:
        path = self.folder / "too_large.tflite"
        if not path.exists():
            content = OLD.read_bytes()
            path.write_bytes(content + bytes(_TOO_LARGE - len(content)))
        return load_model(path)

    def _answer(self, model: Model) -> list[bytes]:
        """What BUILTIN_REF gives, with whose outputs edgeflow's kernels are bit-exact."""
        if model.sha256 not in self._answers:
            self._answers[model.sha256] = answer(self._reference, str(model.path), delegate="reference")
        return self._answers[model.sha256]

    def _meet(self, fault: Fault, bench: Bench, new: Model) -> str:
        wanted = self._too_large() if fault.kind.endswith("model too large") else new
        with _strikes(fault, bench, wanted):
            other = rival(bench.device, self.old) if fault.kind.endswith("two hosts at once") else None
            try:
                result: str = deploy(wanted, bench.device, name=NAME, timeout_s=TIMEOUT_S).action
            except EdgeflowError as error:
                assert error.message and error.hint, f"{fault}: an error without words"
                assert error.exit_code in (1, 3, 4, 5, 6), f"{fault}: {error.message} exits with {error.exit_code}"
                result = type(error).__name__
            except KeyboardInterrupt:
                result = "KeyboardInterrupt"
            if other is not None:
                other.join(60)
                assert not other.is_alive()
        if wanted is not new:
            assert result in ("DeviceStatusError", "DoesNotFitError"), "a model that no slot holds was not refused"
        if fault.details.get("which") == "new afterwards" and result == "deployed":
            bench.mend()
            damage(bench, new, fault)
        return result

    def _check(self, fault: Fault, bench: Bench, new: Model, deployed: str) -> str:
        device = bench.device
        with connect(device, wait_s=20, timeout_s=30) as session:
            opened = answer(session, "")
            found, spoiled = _active(session), fault.details.get("which")
            known = {model.sha256: model for model in (self.old, new, self.older)}[found]
            # where the old model itself was damaged the one before it stands in
            assert known is not self.older or spoiled == "old before", "neither the old model nor the new one is active"
            assert opened == self._answer(known), "the active model answers something else"
            if deployed == "deployed" and spoiled is None and not fault.kind.endswith("two hosts at once"):
                assert found == new.sha256, "it said it had deployed"
            done = deploy_bundle(session, device, make_bundle(new, name=NAME))
            assert done.action == ("unchanged" if found == new.sha256 else "deployed")
            assert answer(session, "") == self._answer(new)
            releases = read_history(session).releases
            assert [release.state for release in releases] == ["active", "previous"][: len(releases)]
            assert releases[0].model_sha256 == new.sha256
            if len(releases) == 2:
                (before,) = (model for model in (self.old, self.older) if model.sha256 == releases[1].model_sha256)
                roll_back(session, device, NAME, None)
                assert answer(session, "") == self._answer(before)
        for lock in (state_dir() / "locks").glob("*"):
            assert lock.read_bytes() == b"", f"{lock.name} still names an owner"
        return "new" if found == new.sha256 else "old" if known is self.old else "the one before"


def damage(bench: Bench, model: Model, fault: Fault) -> None:
    """Turn one bit of a model in flash, if it is there."""
    content = bytearray(bench.flash.read_bytes())
    begins = content.find(model.content[:64])
    if begins < 0:
        return
    at = begins + int(fault.details["at"] * (model.size - 1))
    with bench.flash.open("r+b") as file:  # a running board sees it at once, as it would see its own flash
        file.seek(at)
        file.write(bytes([content[at] ^ 1 << fault.details["bit"]]))


class _Wired:
    """The runner behind a pseudo-terminal."""

    def __init__(self, line: SerialBoard, flash: Path, *, probed: bool) -> None:
        """`probed`: the rate is found out, by greetings that a fault can meet as well."""
        self.line, self.flash, self.struck = line, flash, line.struck
        self.device = Device("board", parse_address(f"serial://{line.path}{'' if probed else '?baud=921600'}"))
        self._thief: threading.Thread | None = None

    def mend(self) -> None:
        """Nobody else reads the port any more, and the runner is behind it."""
        if self._thief is not None:
            self._thief.join(60)
        self.line.mend()

    def act(self, fault: Fault) -> None:
        back_s = 0.3 if fault.details.get("returns") else None
        match fault.kind:
            case "runner killed":
                self.line.power_off(back_s)
            case "port unplugged":
                self.line.unplug()
                if fault.details["powered by it"]:
                    self.line.power_off()
                if back_s:
                    self.line.mend()
            case "port read by another":
                self._thief = threading.Thread(target=self.line.steal, args=(0.3,), daemon=True)
                self._thief.start()

    def processes(self) -> list[int]:
        return [self.line.pid] if self.line.pid is not None else []


@contextlib.contextmanager
def _strikes(fault: Fault, bench: Bench, new: Model) -> Iterator[None]:
    """Have the fault come before the request that it names, or at once where it lies there already."""
    kind = fault.kind.removeprefix("emulated: ")
    with contextlib.ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        if kind.startswith("line "):
            assert isinstance(bench, _Wired)
            bench.line.spoil(SerialFault(**fault.details))
        elif kind.startswith("power cut"):
            assert isinstance(bench, _Wired)
            details = fault.details
            bench.line.power_off()
            cut = f"{kind.split()[-1]} {details['step']} {details['way']} {details['seed']}"
            bench.line.power_on(cut=cut, returns_after_s=0.3 if details["returns"] else None)
        elif kind == "expired lock":
            path = lock_file(bench.device.address)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f'{{"owner": "gone@away:12", "time": {fault.details["time"]}}}')
            bench.struck.set()
        elif kind == "port taken":
            assert isinstance(bench, _Wired)
            stack.enter_context(serial.Serial(str(bench.line.path), exclusive=True))
            bench.struck.set()
        elif fault.details.get("which") == "old before":
            damage(bench, load_model(OLD), fault)
            bench.struck.set()
        elif kind in ("two hosts at once", "model too large") or fault.details.get("which") == "new afterwards":
            bench.struck.set()
        else:
            timers: list[threading.Timer] = []
            for pipe in (SerialPipe, QemuPipe):
                patch.setattr(pipe, "write", _counted(fault, kind, bench, new, pipe.write, timers))
            stack.callback(lambda: [timer.join() for timer in timers])
        yield


def _counted(
    fault: Fault, kind: str, bench: Bench, new: Model, original: Callable[..., None], timers: list[threading.Timer]
) -> Callable[..., None]:
    writes = 0

    def write(self: Any, data: bytes, timeout_s: float) -> None:
        nonlocal writes
        writes += 1
        if writes != fault.event + 1:
            return original(self, data, timeout_s)
        bench.struck.set()
        if kind == "host interrupted":
            original(self, data[: int(len(data) * fault.details["part"])], timeout_s)
            raise KeyboardInterrupt
        act = (lambda: damage(bench, new, fault)) if "which" in fault.details else (lambda: bench.act(fault))
        if not fault.delay_s:
            act()
            return original(self, data, timeout_s)
        timers.append(threading.Timer(fault.delay_s, act))  # in the middle of what follows
        timers[0].start()
        return original(self, data, timeout_s)

    return write


def _active(session: Session) -> str:
    (active,) = [digest for state, digest in session.models.slots().values() if state == "active"]
    return active


def _copy(source: Path, to: Path) -> None:
    """Without what is only holes: a board's memory is larger than what it keeps."""
    with source.open("rb") as read, to.open("wb") as write:
        size = os.fstat(read.fileno()).st_size
        while block := read.read(1 << 16):
            if block.count(0) == len(block):
                write.seek(len(block), os.SEEK_CUR)
            else:
                write.write(block)
        write.truncate(size)
