"""Puts an image on a board: which tool, which form of the image, which command; then runs it."""

from __future__ import annotations

import logging
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edgeflow.errors import ToolchainError, UsageError
from edgeflow.firmware import uf2_drive
from edgeflow.firmware.flash_tools import TOOLS, UF2_DRIVE, find_tool
from edgeflow.firmware.segments import Contents, Segment, read_image, write_bin, write_hex, write_uf2
from edgeflow.targets.types import Board, FlashMethod, Target
from edgeflow.transport.serial import Port, list_ports

_log = logging.getLogger(__name__)
_RUN_S = 900.0
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_./:+-]+")  # what every tool's own little language leaves as it is
_PARTITIONS, _PARTITION_MAGIC = 0x8000, b"\xaa\x50"  # ESP-IDF programming guide, partition tables
_SERIAL_NUMBER = re.compile(r"[A-Za-z0-9._:][A-Za-z0-9._:-]{0,127}")  # OpenOCD's commands are a language
_ARCHITECTURES = {"arm": "arm", "rv": "riscv", "xtensa": "xtensa"}


@dataclass(frozen=True)
class FlashPlan:
    """One image for one board, ready to be written.

    `source` is the user's file and `format` what it is; `content` is what the tool gets in form `written`, None where
    it gets the file itself. `arguments` hold `{image}`; `port` is the drive for a UF2 bootloader.
    """

    board: Board
    method: FlashMethod
    source: Path
    format: str
    written: str
    size: int
    content: bytes | None
    arguments: tuple[str, ...]
    port: str | None

    def command(self, image: str) -> tuple[str, ...]:
        """What is run for an image at that path, with the tool by its plain name; empty for a copy to a drive."""
        if self.method.tool == UF2_DRIVE:
            return ()
        return (TOOLS[self.method.tool].program, *(word.replace("{image}", image) for word in self.arguments))

    @property
    def image_name(self) -> str:
        """The image's path, or the name of the converted copy."""
        return str(self.source) if self.content is None else f"image.{self.written}"


def plan_flash(
    board: Board,
    target: Target,
    image: Path,
    *,
    tool: str | None = None,
    port: str | None = None,
    probe: str | None = None,
    usb_serial: str | None = None,
    own_port: Callable[[], str] | None = None,
) -> FlashPlan:
    """Decide everything without touching the board.

    `port` is a serial port, or the drive of a UF2 bootloader; `probe` the serial number of a probe, `usb_serial` that
    of the board's own USB port, which counts where the board carries its probe; `own_port` finds the device's port.
    Raises UsageError where the board has no such way, ToolchainError where the image is none for it.
    """
    method = choose_method(board, tool, probe)
    if probe is None and method.probe_is_board:
        probe = usb_serial
    if probe is not None and not _SERIAL_NUMBER.fullmatch(probe):
        raise UsageError(f"{probe!r} is no serial number of a probe", "it has letters, digits and . _ : - only")
    contents = read_image(image)
    _check(board, target, method, contents, image)
    written, content, address = _form(board, method, contents, image)
    arguments = method.arguments
    if any("{port}" in word for word in arguments):
        port = port or (own_port() if own_port else _port_of(board, list_ports()))
        if port.startswith("-"):
            raise UsageError(f"{port!r} is no serial port", "give a path such as /dev/ttyACM0, or COM5")
    elif port and method.tool != UF2_DRIVE:
        raise UsageError(
            f"{method.tool} takes no --port for {board.name}", "name a probe with --probe, or leave it out"
        )
    expanded: list[str] = []
    for word in arguments:
        if word == "{probe_arguments}":
            expanded += [part.replace("{probe}", probe) for part in method.probe_arguments] if probe else []
        else:
            expanded.append(word.replace("{port}", port or "").replace("{address}", f"0x{address:08x}"))
    return FlashPlan(
        board, method, image, contents.format, written, contents.bytes, content, tuple(expanded), port or None
    )


def run_flash(plan: FlashPlan) -> None:
    """Write the image. Raises ToolchainError with what the tool's failure means."""
    if plan.method.tool == UF2_DRIVE:
        assert plan.method.drive is not None
        drive = Path(plan.port) if plan.port else uf2_drive.find_drive(plan.method.drive)
        uf2_drive.copy_to(drive, plan.method.drive, plan.content or plan.source.read_bytes())
        return
    program = find_tool(plan.method.tool)
    with tempfile.TemporaryDirectory(prefix="edgeflow-") as folder:
        image = plan.source.absolute()
        if plan.content is not None or not _PLAIN_PATH.fullmatch(image.as_posix()):
            image = Path(folder) / f"image.{plan.written}"
            if plan.content is not None:
                image.write_bytes(plan.content)
            else:
                shutil.copyfile(plan.source, image)
        argv = [*program, *plan.command(image.as_posix())[1:]]
        try:
            done = subprocess.run(
                argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=_RUN_S
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ToolchainError(f"{argv[0]} does not run: {error}", TOOLS[plan.method.tool].install) from None
    output = done.stdout.decode("utf-8", "replace")
    for line in output.splitlines():
        _log.info("%s", line)
    if done.returncode != 0:
        raise TOOLS[plan.method.tool].failure(output, done.returncode)


def choose_method(board: Board, tool: str | None, probe: str | None = None) -> FlashMethod:
    """The way asked for, else the first whose tool is here (of those that can name a probe, with `probe`).

    Raises UsageError where the board has none, ToolchainError where no tool is installed.
    """
    if not board.flash:
        raise UsageError(
            f"nothing is flashed to {board.name}",
            "an emulated board starts by itself: edgeflow bench --device qemu:" + board.name
            if board.emulator
            else "edgeflow deploy puts models on Linux devices; edgeflow targets list shows boards",
        )
    names = ", ".join(method.tool for method in board.flash)
    if tool is not None:
        found = next((method for method in board.flash if method.tool == tool), None)
        if found is None:
            raise UsageError(f"{board.name} is not flashed with {tool}", f"its tools: {names}")
        return found
    able = [method for method in board.flash if method.probe_arguments or not probe]
    if not able:
        raise UsageError(f"no tool for {board.name} tells boards apart by a serial number", "leave --probe out")
    for method in able:
        if method.tool == UF2_DRIVE or TOOLS[method.tool].command() is not None:
            return method
    raise ToolchainError(f"none of {board.name}'s tools is installed: {names}", TOOLS[able[0].tool].install)


def _check(board: Board, target: Target, method: FlashMethod, contents: Contents, image: Path) -> None:
    """That the image is one for this board."""
    wanted = next((name for prefix, name in _ARCHITECTURES.items() if target.arch.startswith(prefix)), None)
    if contents.architecture is not None and contents.architecture != wanted:
        raise ToolchainError(
            f"{image} is for {contents.architecture}, {board.name} is {wanted}", "build the image for this board"
        )
    if contents.families and method.uf2_family is not None and method.uf2_family not in contents.families:
        found = ", ".join(f"0x{family:08x}" for family in contents.families)
        raise ToolchainError(
            f"{image} is for the UF2 family {found}, {board.name} is 0x{method.uf2_family:08x}",
            "build the image for this board",
        )
    if method.tool == "esptool" and contents.format == "bin":
        data = contents.segments[0].data
        if data[_PARTITIONS : _PARTITIONS + len(_PARTITION_MAGIC)] != _PARTITION_MAGIC:
            raise ToolchainError(f"{image} has no partition table at 0x{_PARTITIONS:x}", f"give {method.notes}")
    if contents.placed and board.flash_address is not None and board.flash_bytes is not None:
        first, end = board.flash_address, board.flash_address + board.flash_bytes
        for segment in contents.segments:
            if segment.address < first or segment.end > end:
                raise ToolchainError(
                    f"{image} has bytes from 0x{segment.address:08x} to 0x{segment.end:08x}, the flash of "
                    f"{board.name} is from 0x{first:08x} to 0x{end:08x}",
                    "build the image for this board, to run from flash",
                )
    elif board.flash_bytes is not None and contents.bytes > board.flash_bytes:
        raise ToolchainError(
            f"{image} has {contents.bytes} bytes, the flash of {board.name} {board.flash_bytes}",
            "build a smaller image: fewer operators, -Os",
        )


def _form(board: Board, method: FlashMethod, contents: Contents, image: Path) -> tuple[str, bytes | None, int]:
    """(format, converted bytes or None, address of the first byte): as it is where the tool takes it."""
    base = method.address if method.address is not None else board.flash_address or 0
    segments = contents.segments
    if not contents.placed:
        segments = (Segment(base, segments[0].data),)
    first = segments[0].address
    if contents.format in method.formats:
        return contents.format, None, first
    written = next((form for form in method.formats if form != "elf"), None)
    try:
        if written == "bin":
            fixed = method.address is not None or not any("{address}" in word for word in method.arguments)
            if fixed and first != base:
                raise ValueError(f"it begins at 0x{first:08x}")
            return written, write_bin(segments), first
        if written == "hex":
            return written, write_hex(segments), first
        if written == "uf2" and method.uf2_family is not None:
            return written, write_uf2(segments, method.uf2_family), first
        raise ValueError("there is no way to convert it")
    except ValueError as error:
        raise ToolchainError(
            f"{image} ({contents.format}) is nothing that {method.tool} takes for {board.name}: {error}",
            f"give {' or '.join(method.formats)}{': ' + method.notes if method.notes else ''}",
        ) from None


def _port_of(board: Board, ports: list[Port]) -> str:
    """The one serial port with USB ids of the board. Raises ToolchainError where there is none or several."""
    found = [port for port in ports if port.usb[:9].lower() in board.usb_ids]
    if len(found) == 1:
        return found[0].path
    known = ", ".join(port.path for port in (found or ports)) or "none are there"
    what = f"{len(found)} serial ports are" if found else "no serial port is"
    raise ToolchainError(f"{what} a {board.name} by USB ids", f"name the port with --port (ports: {known})")
