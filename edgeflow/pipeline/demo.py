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
import numpy.typing as npt

from edgeflow.bench.types import Result
from edgeflow.convert.types import Conversion
from edgeflow.convert.worker import child_environment
from edgeflow.device.book import find_device
from edgeflow.device.emulator import kept_on
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
from edgeflow.pipeline.provision import provision
from edgeflow.pipeline.report import report
from edgeflow.pipeline.validate import validate
from edgeflow.progress import Progress, silent
from edgeflow.transport.address import Address, parse_address
from edgeflow.transport.loopback_sshd import loopback_sshd
from edgeflow.transport.loopback_sshd import unavailable_reason as no_sshd
from edgeflow.transport.ssh_config import CONFIG_VARIABLE
from edgeflow.validate.types import Validation

TARGETS = ("android-arm64", "raspberry-pi-4", "nucleo-l4r5zi")
RECIPES = ("none", "int8")
EMULATED_BOARD = "mps2-an386"
FURTHER_BOARD = "mps3-an547"
LINUX_BOARD = "arm64-virt"  # of the full tour
STORE, PAGE = "results.db", "report.html"
_VALIDATED = 100  # images
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
    """What the tour made and measured; `left_out` says in one line each what was not to be had here.

    `report` is the page on its runs, None where that could not be made.
    """

    folder: Path
    trained: Trained
    models: tuple[Made, ...]
    fits: tuple[Fit, ...]
    generated: tuple[Generated, ...]
    results: tuple[Result, ...]
    validations: tuple[Validation, ...]
    report: Path | None
    left_out: tuple[str, ...]


def demo(output: Path | str, *, full: bool = False, progress: Progress = silent) -> Demo:
    """Train a small CNN on scikit-learn's digits, convert, check, generate, deploy and bench it, and report on it.

    Devices are this machine, a throw-away sshd and an emulated Cortex-M4, as far as they are installed; with `full` an
    emulated Cortex-M55 and an emulated arm64 Linux board too, and every device is validated. Files go to `output`, runs
    into a result store there, where those of earlier tours are. Raises ConversionError when the training packages are
    missing; everything else that is missing is left out and said.
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
    validations: list[Validation] = []
    with tempfile.TemporaryDirectory(prefix="edgeflow-demo-") as scratch:
        for title, opened in (*DEVICES, *(FURTHER_DEVICES if full else ())):
            try:
                with opened(Path(scratch)) as device:
                    results.extend(_measure(device, models, folder, progress))
                    if full:
                        validations.extend(_validate(device, models, images, labels, folder, progress))
            except EdgeflowError as error:
                left_out.append("; ".join(filter(None, (f"{title}: {error.message}", error.hint))))
    page = None
    try:
        progress("report", 0, None)
        page = report(output=folder / PAGE, store=folder / STORE).page if results else None
    except EdgeflowError as error:
        left_out.append(f"the report: {error.message}")
    return Demo(
        folder,
        trained,
        tuple(models),
        fits,
        tuple(generated),
        tuple(results),
        tuple(validations),
        page,
        tuple(left_out),
    )


def _measure(device: Device, models: list[Made], folder: Path, progress: Progress) -> Iterator[Result]:
    for made in models:
        model = made.conversion.path
        progress(f"{model.stem} on {device.name}", 0, None)
        deploy(model, device)
        tags = [f"accuracy={made.accuracy:.4f}"]
        yield bench(model, device, with_operators=True, tags=tags, store=folder / STORE)


def _validate(
    device: Device,
    models: list[Made],
    images: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int64],
    folder: Path,
    progress: Progress,
) -> Iterator[Validation]:
    for made in models:
        progress(f"{made.conversion.path.stem} validated on {device.name}", 0, None)
        yield validate(
            made.conversion.path, device, data=images, labels=labels, max_samples=_VALIDATED, store=folder / STORE
        )


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


@contextmanager
def _further(_: Path) -> Iterator[Device]:
    yield replace(find_device(f"qemu:{FURTHER_BOARD}/demo"), name="Cortex-M55, QEMU")


@contextmanager
def _linux_board(_: Path) -> Iterator[Device]:
    device = replace(find_device(f"qemu:{LINUX_BOARD}/demo"), name="arm64 Linux, QEMU")
    with kept_on(device):
        provision(device)
        yield device


DEVICES = (
    ("this machine", _local),
    ("a device over SSH", _over_ssh),
    (f"an emulated {EMULATED_BOARD}", _emulated),
)
FURTHER_DEVICES = (
    (f"an emulated {FURTHER_BOARD}", _further),
    (f"an emulated arm64 Linux board (qemu:{LINUX_BOARD})", _linux_board),
)
