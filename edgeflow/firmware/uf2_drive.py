"""Boards whose bootloader is a small drive: found by the Board-ID in its INFO_UF2.TXT, flashed by a copy."""

from __future__ import annotations

import getpass
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from edgeflow.errors import ToolchainError

_INFO = "INFO_UF2.TXT"
_INFO_BYTES = 4096


def find_drive(board_id: str, roots: Iterable[Path] | None = None) -> Path:
    """The one mounted drive with that Board-ID. Raises ToolchainError where there is none or several."""
    found = [drive for drive in _drives(roots or _mounts()) if board_of(drive) == board_id]
    if not found:
        raise ToolchainError(
            f"no drive of a board {board_id} is mounted",
            "hold BOOTSEL while you plug the board in; name the drive's folder with --port if it lies elsewhere",
        )
    if len(found) > 1:
        raise ToolchainError(
            f"{len(found)} drives of boards {board_id} are mounted", f"choose with --port: {', '.join(map(str, found))}"
        )
    return found[0]


def board_of(drive: Path) -> str | None:
    """The Board-ID that a drive's bootloader states, None where it is no such drive."""
    try:
        with (drive / _INFO).open("rb") as file:
            text = file.read(_INFO_BYTES).decode("utf-8", "replace")
    except OSError:
        return None
    found = re.search(r"^Board-ID:[ \t]*(\S+)", text, re.MULTILINE)
    return found[1] if found else None


def copy_to(drive: Path, board_id: str, content: bytes) -> None:
    """Write a UF2 image to the drive; the board restarts by itself. Raises ToolchainError."""
    stated = board_of(drive)
    if stated != board_id:
        what = f"the drive of a board {stated}" if stated else f"no drive of a UF2 bootloader (no {_INFO})"
        raise ToolchainError(f"{drive} is {what}, not of {board_id}", "connect the right board in BOOTSEL mode")
    try:
        with (drive / "edgeflow.uf2").open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ToolchainError(f"{drive}: {error.strerror}", "connect the board in BOOTSEL mode again") from None


def _mounts() -> list[Path]:
    """Folders below which this system mounts drives, or drives themselves."""
    if sys.platform == "win32":
        return [Path(f"{letter}:\\") for letter in "DEFGHIJKLMNOPQRSTUVWXYZ"]
    if sys.platform == "darwin":
        return [Path("/Volumes")]
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = ""
    return [Path("/media") / user, Path("/run/media") / user, Path("/media"), Path("/mnt")]


def _drives(roots: Iterable[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for root in roots:
        try:
            below = sorted(root.iterdir()) if root.is_dir() else []
        except OSError:
            below = []
        for drive in (root, *below):
            if (drive / _INFO).is_file():
                found[drive.resolve()] = None
    return list(found)
