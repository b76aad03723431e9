"""The public verb `flash`: an image onto a board."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path

from edgeflow.device.book import find_device
from edgeflow.device.lock import hold
from edgeflow.device.types import Device
from edgeflow.errors import UsageError
from edgeflow.firmware.flash import FlashPlan, plan_flash, run_flash
from edgeflow.generate.frameworks import built_image
from edgeflow.progress import Progress, silent
from edgeflow.targets.registry import find_board, find_target
from edgeflow.targets.types import Board
from edgeflow.transport.address import Address
from edgeflow.transport.serial import find_port, list_ports

_USB_IDS_CHARACTERS = len("2e8a:000a:")


@dataclass(frozen=True)
class Flashing:
    """What was written to which board, or would be with `dry_run`.

    `format` is what the image is, `written` what the tool was given, `bytes` what lands in flash; `command` is empty
    where the image is copied to the bootloader's drive.
    """

    device: str | None
    board: str
    tool: str
    command: tuple[str, ...]
    image: Path
    sha256: str
    format: str
    written: str
    bytes: int
    port: str | None
    dry_run: bool
    notes: str


def flash(
    image: Path | str | None = None,
    device: Device | str | None = None,
    *,
    board: Board | str | None = None,
    port: str | None = None,
    tool: str | None = None,
    probe: str | None = None,
    dry_run: bool = False,
    wait_s: float = 0,
    progress: Progress = silent,
) -> Flashing:
    """Write an image (ELF, Intel HEX, UF2, binary, or a built project's folder) to a device or to a board.

    With `board` and no device, whatever such board is connected is written to. Without an image the runner is built,
    where edgeflow has a port for the board. `port` is a serial port or the drive of a UF2 bootloader, `tool` one of the
    board's, `probe` the serial number of a debug probe. `dry_run` touches nothing.
    Raises UsageError, TargetError, DeviceError and its kinds, ToolchainError.
    """
    named = find_board(board) if isinstance(board, str) else board
    found = device if isinstance(device, Device) else None
    if found is None and (device is not None or named is None):
        found = find_device(device if isinstance(device, str) else None)
    if found is not None:
        named = _board(found, named)
    assert named is not None
    chosen = named
    usb_serial = None
    if found is not None and found.address.is_usb:
        usb_serial = found.address.where[_USB_IDS_CHARACTERS:] or None

    def own_port() -> str:
        assert found is not None
        return found.address.where if dry_run else find_port(found.address, list_ports())

    plan = plan_flash(
        chosen,
        find_target(chosen.target),
        _image(chosen, image, progress),
        tool=tool,
        port=port,
        probe=probe,
        usb_serial=usb_serial,
        own_port=own_port if found else None,
    )
    if not dry_run:
        progress(f"flash with {plan.method.tool}", 0, None)
        with _held(found, plan, wait_s):
            run_flash(plan)
    return Flashing(
        device=found.name if found else None,
        board=chosen.name,
        tool=plan.method.tool,
        command=plan.command(plan.image_name),
        image=plan.source,
        sha256=hashlib.sha256(plan.source.read_bytes()).hexdigest(),
        format=plan.format,
        written=plan.written,
        bytes=plan.size,
        port=plan.port,
        dry_run=dry_run,
        notes=plan.method.notes,
    )


def _board(device: Device, named: Board | None) -> Board:
    """The board named, else that of the device. Raises UsageError where a device is none to flash."""
    if device.address.scheme == "qemu":
        raise UsageError(
            f"{device.name} is emulated: it is started, not flashed", f"edgeflow bench MODEL --device {device.name}"
        )
    if device.address.scheme in ("ssh", "adb", "local"):
        raise UsageError(
            f"{device.name} ({device.address}) is no board to flash", f"edgeflow deploy MODEL --device {device.name}"
        )
    if named is not None:
        return named
    if device.board is None:
        raise UsageError(
            f"which board {device.name} is stands nowhere",
            f"give --board, or edgeflow devices add {device.name} {device.address} --board BOARD --force",
        )
    return find_board(device.board)


def _held(device: Device | None, plan: FlashPlan, wait_s: float) -> contextlib.AbstractContextManager[None]:
    """The device, or the serial port that is written through, held against other sessions."""
    if device is None and plan.port and plan.method.drive is None:
        device = Device(plan.port, Address("serial", plan.port), board=plan.board.name)
    return hold(device, wait_s=wait_s) if device is not None else contextlib.nullcontext()


def _image(board: Board, image: Path | str | None, progress: Progress) -> Path:
    """The file to flash: that one, what a generated project built, or edgeflow's own runner."""
    if image is not None:
        given = Path(image)
        return built_image(board, given) if given.is_dir() else given
    if board.port is None or board.emulator is not None or not board.flash:
        raise UsageError(
            f"no image for {board.name} was given, and edgeflow builds none for it",
            f"edgeflow generate --runner --board {board.name} -o DIR, build it there, then edgeflow flash DIR",
        )
    from edgeflow.firmware.runner import build_runner

    return build_runner(board, find_target(board.target), progress=progress).path
