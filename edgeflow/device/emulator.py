"""Emulated boards: what `targets/emulators/*.toml` says, the runner built for them, their slots kept by name."""

from __future__ import annotations

import contextlib
import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from edgeflow.device.lock import state_dir
from edgeflow.device.types import Device
from edgeflow.errors import DeviceError, TargetError
from edgeflow.firmware.image import Image
from edgeflow.firmware.runner import build_runner
from edgeflow.progress import Progress, silent
from edgeflow.resources import targets_dir
from edgeflow.targets.registry import find_board, find_target
from edgeflow.transport.qemu import Keeps, Machine, QemuTransport

_Size = Annotated[int, msgspec.Meta(ge=1)]


class _RunnerFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    schema: int
    board: str
    kind: Literal["runner"]
    program: str
    machine: str
    icount_shift: Annotated[int, msgspec.Meta(ge=0, le=10)]
    keeps: Keeps
    memory_bytes: _Size
    slots_bytes: _Size
    source: str
    arguments: tuple[str, ...] = ()


def open_qemu(device: Device, *, timeout_s: float, fresh: bool, image: Path | None = None) -> QemuTransport:
    """`qemu:BOARD[/NAME]`: build the board's runner if it has changed; its slots persist under NAME unless `fresh`.

    `image` is started in the runner's place.
    Raises TargetError on an unknown board, DeviceError on one that is not emulated, ToolchainError when the compiler
    or QEMU is missing.
    """
    machine = load_machine(device.address.where)
    memory = memory_file(device)
    if fresh:
        with contextlib.suppress(FileNotFoundError):
            memory.unlink()
    return QemuTransport(machine, image or board_image(device.address.where).path, memory)


def memory_file(device: Device) -> Path:
    """Where an emulated board's slots are kept between sessions."""
    return state_dir() / "qemu" / device.address.where / f"{device.address.name or 'default'}.slots"


def board_image(board: str, *, progress: Progress = silent) -> Image:
    """The runner of an emulated board, built when needed."""
    found = find_board(board)
    return build_runner(found, find_target(found.target), progress=progress)


def load_machine(board: str) -> Machine:
    """How QEMU plays a board. Raises TargetError on an unknown board, DeviceError on one that is not emulated."""
    find_board(board)
    path = targets_dir() / "emulators" / f"{board}.toml"
    if not path.is_file():
        known = sorted(p.stem for p in path.parent.glob("*.toml"))
        raise DeviceError(f"{board} is not emulated", f"emulated boards: {', '.join(known)}")
    try:
        file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _RunnerFile)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise TargetError(f"{path}: {error}", f"known keys: {', '.join(_RunnerFile.__struct_fields__)}") from None
    return Machine(
        program=file.program,
        name=file.machine,
        icount_shift=file.icount_shift,
        memory_bytes=file.memory_bytes,
        slots_bytes=file.slots_bytes,
        keeps=file.keeps,
        arguments=file.arguments,
    )
