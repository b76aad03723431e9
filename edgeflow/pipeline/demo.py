"""The public verb `demo`: a tour from training to measured numbers, on whatever this machine offers."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from edgeflow.bench.types import Result
from edgeflow.convert.types import Conversion
from edgeflow.convert.worker import child_environment
from edgeflow.device.book import find_device
from edgeflow.device.probe import this_machine
from edgeflow.device.types import Device
from edgeflow.errors import ConversionError, DeviceError, EdgeflowError
from edgeflow.fit.types import Fit
from edgeflow.pipeline.accuracy import accuracy
from edgeflow.pipeline.bench import bench
from edgeflow.pipeline.check import check
from edgeflow.pipeline.convert import convert_all
from edgeflow.pipeline.deploy import deploy
from edgeflow.pipeline.generate import generate_files
from edgeflow.progress import Progress, silent
from edgeflow.transport.address import Address, parse_address
from edgeflow.transport.loopback_sshd import loopback_sshd
from edgeflow.transport.loopback_sshd import unavailable_reason as no_sshd
from edgeflow.transport.ssh_config import CONFIG_VARIABLE

TARGETS = ("android-arm64", "raspberry-pi-4", "nucleo-l4r5zi")
RECIPES = ("none", "int8")
EMULATED_BOARD = "mps2-an386"
_TRAINING_S = 300


@dataclass(frozen=True)
class Trained:
    """The Keras model and its accuracy (0..1) on `images` test images."""

    model: Path
    accuracy: float
    parameters: int
    images: int


@dataclass(frozen=True)
class Made:
    """A converted model and its accuracy on the same test images."""

    conversion: Conversion
    accuracy: float


@dataclass(frozen=True)
class Generated:
    target: str
    folder: Path
    files: int


@dataclass(frozen=True)
class Demo:
    """What the tour made and measured; `left_out` says in one line each what was not to be had here."""

    folder: Path
    trained: Trained
    models: tuple[Made, ...]
    fits: tuple[Fit, ...]
    generated: tuple[Generated, ...]
    results: tuple[Result, ...]
    left_out: tuple[str, ...]


def demo(output: Path | str, *, progress: Progress = silent) -> Demo:
    """Train a small CNN on scikit-learn's digits, convert, check, generate, deploy and bench it; files go to `output`.

    Devices are this machine, a throw-away sshd and an emulated Cortex-M4, as far as they are installed. Raises
    ConversionError when the training packages are missing; everything else that is missing is left out and said.
    """
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    progress("training", 0, None)
    trained = _train(folder)
    with np.load(folder / "test.npz") as test:
        images, labels = test["images"], test["labels"]
    models = []
    for made in convert_all(
        trained.model, RECIPES, representative_data=folder / "calibration.npz", output=folder, progress=progress
    ):
        (scored,) = accuracy(made.path, images, labels=labels).models
        models.append(Made(made, scored.scores["top-1"]))
    small = models[-1].conversion.path
    left_out: list[str] = []
    fits = tuple(check(made.conversion.path, target) for target in TARGETS for made in models)
    generated = []
    for target in TARGETS:
        try:
            files = generate_files(small, target=target, output=folder / "generated" / target, force=True).files
            generated.append(Generated(target, folder / "generated" / target, len(files)))
        except EdgeflowError as error:
            left_out.append(f"code for {target}: {error.message}")
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="edgeflow-demo-") as scratch:
        for title, opened in DEVICES:
            try:
                with opened(Path(scratch)) as device:
                    results.extend(_measure(device, [made.conversion.path for made in models], progress))
            except EdgeflowError as error:
                left_out.append(f"{title}: {error.message}")
    return Demo(folder, trained, tuple(models), fits, tuple(generated), tuple(results), tuple(left_out))


def _measure(device: Device, models: list[Path], progress: Progress) -> Iterator[Result]:
    for model in models:
        progress(f"{model.stem} on {device.name}", 0, None)
        deploy(model, device)
        yield bench(model, device)


def _train(folder: Path) -> Trained:
    missing = [name for name in ("tensorflow", "sklearn") if importlib.util.find_spec(name) is None]
    if missing:
        raise ConversionError(f"the demo trains with {' and '.join(missing)}", "pip install 'edgeflow[demo]'")
    command = [sys.executable, "-m", "edgeflow.pipeline.digits", str(folder)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=_TRAINING_S,
            env=child_environment(),
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise ConversionError(f"training took longer than {_TRAINING_S} s", "try again on a quieter machine") from None
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or [f"status {done.returncode}"]
        raise ConversionError(f"training failed: {last[0]}", f"run it by itself: {' '.join(command)}")
    told = json.loads(done.stdout.splitlines()[-1])
    return Trained(folder / "digits.keras", told["accuracy"], told["parameters"], told["images"])


@contextmanager
def _local(scratch: Path) -> Iterator[Device]:
    target, board = this_machine()
    yield Device("this machine", Address("local"), target, board, base=str(scratch / "local"))


@contextmanager
def _over_ssh(scratch: Path) -> Iterator[Device]:
    if reason := no_sshd():
        raise DeviceError(reason)
    target, _ = this_machine()
    base = scratch / "ssh"
    base.mkdir()
    (base / "venv").symlink_to(sys.prefix)  # the interpreter that is installed here; a Pi has its own
    before = os.environ.get(CONFIG_VARIABLE)
    with loopback_sshd(scratch / "sshd") as sshd:
        os.environ[CONFIG_VARIABLE] = str(sshd.config)
        try:
            yield Device("over SSH", parse_address(sshd.address), target, base=str(base))
        finally:
            if before is None:
                del os.environ[CONFIG_VARIABLE]
            else:
                os.environ[CONFIG_VARIABLE] = before


@contextmanager
def _emulated(_: Path) -> Iterator[Device]:
    yield replace(find_device(f"qemu:{EMULATED_BOARD}/demo"), name="Cortex-M4, QEMU")


DEVICES = (
    ("this machine", _local),
    ("a device over SSH", _over_ssh),
    (f"an emulated {EMULATED_BOARD}", _emulated),
)
