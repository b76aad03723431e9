"""One fault on one device, and what must hold after it.

Before: an old release is active. Then a deployment of a new one meets the fault. After: what is active is the old model
or the new one and answers as this machine's interpreter does, a deployment succeeds, and nothing is left behind.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from edgeflow.deploy import health, keys
from edgeflow.deploy.bundle import make_bundle
from edgeflow.deploy.deploy import deploy_bundle
from edgeflow.device.connect import connect, reference_session
from edgeflow.device.session import Session
from edgeflow.device.tensors import feed_random
from edgeflow.device.types import Device
from edgeflow.errors import DeviceBusyError, EdgeflowError
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.pipeline.deploy import deploy
from edgeflow.transport.address import parse_address
from edgeflow.transport.loopback_sshd import LoopbackSshd
from tests.faults.line import LineFault, faulty_line
from tests.faults.matrix import Fault
from tests.faults.strikes import act, agents, strikes

DATA = Path(__file__).parents[1] / "data"
OLD = DATA / "sine_float32.tflite"
NAME = "app"
TIMEOUT_S = 4.0
_HELLO_S = 10.0
DISK_BYTES = 6 << 20
_AGENT_S = 60.0  # for the last agent to end, on a machine with much else to do


@dataclass(frozen=True)
class Outcome:
    """What became of the deployment that met the fault, and which model was active then.

    `struck` is false where the deployment was over before the fault's place came.
    """

    fault: Fault
    struck: bool
    deployed: str  # "deployed", "unchanged", or the error's class
    active: str  # "old" or "new"
    seconds: float


class Rig:
    """A template of a device with its old release, and this machine's answers; shared by all faults of a transport."""

    def __init__(self, transport: str, folder: Path, server: LoopbackSshd | None) -> None:
        self.transport, self.folder, self.server = transport, folder, server
        self.template = folder / "template"
        self.template.mkdir()
        (self.template / "venv").symlink_to(sys.prefix)
        self.models = {name: load_model(DATA / f"{name}.tflite") for name in ("kws_int8", "vww_int8")}
        self.old = load_model(OLD)
        self._stack = contextlib.ExitStack()
        reference = self._stack.enter_context(reference_session(folder))
        patch = self._stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(health, "reference_session", shared(reference))
        self.answers = {model.sha256: answer(reference, str(model.path)) for model in (self.old, *self.models.values())}
        with self._device(self.template) as device:
            deploy(OLD, device, name=NAME)
            if not keys.own_keys():
                keys.new_key("release")

    def close(self) -> None:
        self._stack.close()

    def run(self, fault: Fault) -> Outcome:
        """Let a deployment meet the fault. Raises AssertionError when something does not hold afterwards."""
        began = time.monotonic()
        base = self.folder / f"device-{fault.number}"
        new = self.models[fault.model]
        with _disk(base, "disk" in fault.kind), self._device(base) as device:
            shutil.copytree(self.template, base, symlinks=True, dirs_exist_ok=True)
            struck = threading.Event()
            deployed = self._meet(fault, device, base, new, struck)
            _gone(base)
            active = self._check(fault, device, base, new, deployed)
            _clean(base)
        shutil.rmtree(base, ignore_errors=True)
        return Outcome(fault, struck.is_set(), deployed, active, round(time.monotonic() - began, 1))

    @contextlib.contextmanager
    def _device(self, base: Path) -> Iterator[Device]:
        if self.server is None:
            yield Device("desk", parse_address("local:"), target="linux-x86-64", base=str(base))
            return
        config, known = self.folder / "ssh_config", self.folder / "known"
        known.write_text("box " + (self.server.folder / "hostkey.pub").read_text())
        identity = f"IdentityFile {self.server.folder}/id\n UserKnownHostsFile {known}"
        config.write_text(f"Host *\n HostKeyAlias box\n {identity}\n")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("EDGEFLOW_SSH_CONFIG", str(config))
            yield Device("box", parse_address(self.server.address), target="linux-x86-64", base=str(base))

    def _meet(self, fault: Fault, device: Device, base: Path, new: Model, struck: threading.Event) -> str:
        """Deploy `new` while the fault strikes; returns what came of it. Only errors with a remedy may come."""
        signed = fault.kind.startswith("signed")
        if signed:
            (base / ".allowed_signers").write_text(_pinned())
        with contextlib.ExitStack() as stack:
            undo = stack.enter_context(contextlib.ExitStack())  # what the fault changed on the device is put right
            if fault.kind.startswith("line "):
                assert self.server is not None
                port = stack.enter_context(faulty_line(self.server.port, LineFault(**fault.details), struck))
                device = replace(device, address=replace(device.address, port=port))
            elif fault.kind == "host key changed":
                key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "B" * 43
                (self.folder / "known").write_text(f"box {key}\n")
                struck.set()
            else:
                stack.enter_context(strikes(fault, struck, partial(act, fault, base / NAME, base, new, undo)))
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            # a greeting that was lost need not cost more
            patch.setattr("edgeflow.device.connection._HELLO_S", _HELLO_S)
            other = rival(device, self.old) if fault.kind == "two hosts at once" else None
            try:
                done = deploy(new, device, name=NAME, timeout_s=TIMEOUT_S, sign="release" if signed else None)
                result = done.action
            except EdgeflowError as error:
                assert error.message, f"{fault}: an error without words"
                assert error.exit_code in (1, 2, 3, 5, 6), f"{fault}: {error.message} exits with {error.exit_code}"
                result = type(error).__name__
            except KeyboardInterrupt:
                result = "KeyboardInterrupt"
            if other is not None:
                other.join(60)
                assert not other.is_alive()
        if fault.kind == "host key changed":
            assert result == "DeviceError"
            (self.folder / "known").write_text("box " + (self.server.folder / "hostkey.pub").read_text())  # type: ignore[union-attr]  # ssh has one
        return result

    def _check(self, fault: Fault, device: Device, base: Path, new: Model, deployed: str) -> str:
        with connect(device, wait_s=20, timeout_s=30) as session:
            current = (base / NAME / "current" / "model.tflite").read_bytes()
            found = hashlib.sha256(current).hexdigest()
            assert found in (self.old.sha256, new.sha256), "what is active is neither the old model nor the new one"
            assert answer(session, NAME) == self.answers[found], "the active model answers something else"
            if deployed == "deployed" and fault.kind != "two hosts at once":  # then the other may have come after
                assert found == new.sha256, "it said it had deployed"
            key = keys.load_signing_key("release", ask=lambda _: None) if (base / ".allowed_signers").exists() else None
            done = deploy_bundle(session, device, make_bundle(new, name=NAME), key=key)
            assert done.action == ("unchanged" if found == new.sha256 else "deployed")
            assert answer(session, NAME) == self.answers[new.sha256]
        return "new" if found == new.sha256 else "old"


def shared(session: Session) -> Callable[[Path], contextlib.AbstractContextManager[Session]]:
    """One interpreter of this machine for all deployments, each in its turn."""
    turn = threading.Lock()

    @contextlib.contextmanager
    def use(_: Path) -> Iterator[Session]:
        with turn:
            yield session

    return use


def answer(session: Session, source: str, delegate: str = "") -> list[bytes]:
    """What a model gives for inputs that are always the same."""
    opened = session.open(source, delegate=delegate)
    for info, data in zip(opened.inputs, feed_random(opened.inputs, 7).data, strict=True):
        session.write_input(info.index, data)
    session.invoke(max_runs=1)
    return [session.read_output(info.index) for info in opened.outputs]


def rival(device: Device, model: Model) -> threading.Thread:
    """Another host that deploys the old model at the same time; it may be told that the device is busy."""

    def work() -> None:
        with contextlib.suppress(DeviceBusyError):
            deploy(model, device, name=NAME, timeout_s=30)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def _pinned() -> str:
    key = keys.find_public_key("release")
    return f'edgeflow namespaces="edgeflow" {key.line}\n'


def _gone(base: Path) -> None:
    ends = time.monotonic() + _AGENT_S
    while pids := agents(base):
        assert time.monotonic() < ends, f"agents {pids} are still there"
        time.sleep(0.02)


def _clean(base: Path) -> None:
    """Nothing of the fault is left on the device."""
    _gone(base)
    app = base / NAME
    left = [*(app / "incoming").iterdir(), *app.glob("*.new"), *(base / "io").iterdir(), *base.glob("agent/*.part")]
    assert left == [], f"left behind: {[str(path.relative_to(base)) for path in left]}"
    assert all((release / "model.tflite").is_file() for release in (app / "releases").iterdir())
    known = {"agent", "app", "cache", "io", "venv", ".lock", ".allowed_signers"}
    assert {path.name for path in base.iterdir()} <= known


@contextlib.contextmanager
def _disk(base: Path, small: bool) -> Iterator[None]:
    """A disk of its own for faults of the disk."""
    base.mkdir()
    if not small:
        yield
        return
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "edgeflow-fault", str(base)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(base)], check=True)
