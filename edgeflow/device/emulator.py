"""Emulated boards: what `targets/emulators/*.toml` says, the runner built for them, what they keep by name."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec

from edgeflow.device.lock import state_dir
from edgeflow.device.types import Device
from edgeflow.errors import DeviceError, TargetError, ToolchainError, UsageError
from edgeflow.firmware.image import Image
from edgeflow.firmware.runner import build_runner
from edgeflow.progress import Progress, silent
from edgeflow.resources import targets_dir
from edgeflow.targets.registry import find_board, find_target
from edgeflow.transport.base import FileChannel, Pipe, Shell, Transport
from edgeflow.transport.qemu import Keeps, Machine, QemuTransport
from edgeflow.transport.qemu_linux import LinuxDisk, LinuxMachine, QemuLinux

_log = logging.getLogger(__name__)
_Size = Annotated[int, msgspec.Meta(ge=1)]
_FileName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
_DISK = "disk.ext4"
_BUILD = "build it in a checkout of edgeflow: hardware/images/build.sh"


class _RunnerFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="runner"):
    schema: int
    board: str
    program: str
    machine: str
    icount_shift: Annotated[int, msgspec.Meta(ge=0, le=10)]
    keeps: Keeps
    memory_bytes: _Size
    slots_bytes: _Size
    source: str
    arguments: tuple[str, ...] = ()


class _LinuxFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="linux"):
    schema: int
    board: str
    image: _FileName
    program: str
    arguments: tuple[str, ...]
    kernel: _FileName
    initrd: _FileName
    command_line: str
    drive: str
    devices: tuple[str, ...]
    user: str
    start_s: Annotated[float, msgspec.Meta(gt=0)]
    source: str
    dtb: _FileName | None = None
    serial_before: Annotated[int, msgspec.Meta(ge=0, le=3)] = 0


def open_qemu(device: Device, *, timeout_s: float, fresh: bool, image: Path | None = None) -> Transport:
    """`qemu:BOARD[/NAME]`: build its runner if that has changed; what it keeps persists under NAME unless `fresh`.

    `image` is started in the runner's place. A board that runs Linux starts its own disk instead.
    Raises TargetError on an unknown board, DeviceError on one that is not emulated, ToolchainError when the compiler,
    QEMU or the disk's image is missing.
    """
    file = _read(device.address.where)
    if isinstance(file, _LinuxFile):
        if image is not None:
            raise UsageError(f"{device.name} runs Linux, no firmware", "leave out --aot, or name a microcontroller")
        if (running := _kept_on.get(str(device.address))) is not None:
            return _StaysOn(running)
        return QemuLinux(*_linux(file, device, fresh))
    machine = _machine(file)
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


@contextmanager
def kept_on(device: Device, *, fresh: bool = False) -> Iterator[QemuLinux]:
    """A board that runs Linux stays on for all that this process does with it until the end. Raises as `open_qemu`."""
    with QemuLinux(*linux_machine(device, fresh=fresh)) as board:
        _kept_on[str(device.address)] = board
        try:
            yield board
        finally:
            del _kept_on[str(device.address)]


_kept_on: dict[str, QemuLinux] = {}  # by address


class _StaysOn:
    """A board that somebody else switches off."""

    def __init__(self, board: QemuLinux) -> None:
        self._board = board

    @property
    def shell(self) -> Shell:
        return self._board.shell

    @property
    def files(self) -> FileChannel:
        return self._board.files

    def open(self) -> Pipe:
        return self._board.open()

    def close(self) -> None:
        """Leave it on."""


def linux_machine(device: Device, *, fresh: bool = False) -> tuple[LinuxMachine, LinuxDisk]:
    """What a board that runs Linux starts with, without starting it. Raises as `open_qemu`."""
    file = _read(device.address.where)
    if not isinstance(file, _LinuxFile):
        raise UsageError(f"{device.name} runs no Linux", "it starts at once with each command")
    return _linux(file, device, fresh)


def starts_linux(device: Device) -> bool:
    """Whether `device` is an emulated board with an SSH server, and so a shell. Raises what `open_qemu` does."""
    return device.address.scheme == "qemu" and isinstance(_read(device.address.where), _LinuxFile)


def load_machine(board: str) -> Machine:
    """How QEMU plays a microcontroller's board.

    Raises TargetError on an unknown board, DeviceError on one that is not emulated or runs Linux.
    """
    file = _read(board)
    if isinstance(file, _LinuxFile):
        raise DeviceError(f"{board} runs Linux, no firmware", "name a microcontroller's board")
    return _machine(file)


def linux_boards() -> tuple[str, ...]:
    """The emulated boards that run Linux."""
    boards = sorted(path.stem for path in (targets_dir() / "emulators").glob("*.toml"))
    return tuple(board for board in boards if isinstance(_read(board), _LinuxFile))


def missing_image(board: str) -> ToolchainError | None:
    """Why a board that runs Linux cannot start for want of its image, or None."""
    file = _read(board)
    if not isinstance(file, _LinuxFile):
        return None
    folder = image_folder(file.image)
    wanted = [_DISK, file.kernel, file.initrd, "id", "host_key.pub", *([file.dtb] if file.dtb else [])]
    missing = [name for name in wanted if not (folder / name).is_file()]
    return ToolchainError(f"qemu:{board}: {folder} has no {missing[0]}", _BUILD) if missing else None


def image_folder(name: str) -> Path:
    """Where the files of an image lie."""
    from platformdirs import user_cache_path

    return user_cache_path("edgeflow", appauthor=False) / "images" / name


def _read(board: str) -> _RunnerFile | _LinuxFile:
    find_board(board)
    path = targets_dir() / "emulators" / f"{board}.toml"
    if not path.is_file():
        known = sorted(p.stem for p in path.parent.glob("*.toml"))
        raise DeviceError(f"{board} is not emulated", f"emulated boards: {', '.join(known)}")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(content, _RunnerFile | _LinuxFile)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        fields = dict.fromkeys((*_RunnerFile.__struct_fields__, *_LinuxFile.__struct_fields__))
        raise TargetError(f"{path}: {error}", f"known keys: {', '.join(fields)}") from None


def _machine(file: _RunnerFile) -> Machine:
    return Machine(
        program=file.program,
        name=file.machine,
        icount_shift=file.icount_shift,
        memory_bytes=file.memory_bytes,
        slots_bytes=file.slots_bytes,
        keeps=file.keeps,
        arguments=file.arguments,
    )


def _linux(file: _LinuxFile, device: Device, fresh: bool) -> tuple[LinuxMachine, LinuxDisk]:
    """The machine and its disk. What was kept on an image that was built anew since cannot be used: it is dropped."""
    folder = image_folder(file.image)
    if missing := missing_image(file.board):
        raise missing
    build = hashlib.sha256((folder / "host_key.pub").read_bytes()).hexdigest()[:12]
    kept = state_dir() / "qemu" / file.board
    name = device.address.name or "default"
    overlay = kept / f"{name}@{build}.qcow2"
    for other in kept.glob(f"{name}@*.qcow2"):
        if fresh or other != overlay:
            _log.info("%s: dropping what it kept (%s)", device.name, other)
            other.unlink(missing_ok=True)
    machine = LinuxMachine(
        name=str(device.address).removeprefix("qemu:").replace("/", "-"),
        program=file.program,
        arguments=file.arguments,
        kernel=folder / file.kernel,
        initrd=folder / file.initrd,
        dtb=folder / file.dtb if file.dtb else None,
        command_line=file.command_line,
        drive=file.drive,
        devices=file.devices,
        serial_before=file.serial_before,
        user=file.user,
        start_s=file.start_s,
    )
    return machine, LinuxDisk(folder / _DISK, overlay, folder / "id", folder / "host_key.pub")
