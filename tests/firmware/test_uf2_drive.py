"""A bootloader's drive is told by what it says of itself, and gets the image whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeflow.errors import ToolchainError
from edgeflow.firmware.uf2_drive import board_of, copy_to, find_drive


def drive(folder: Path, board: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "INFO_UF2.TXT").write_bytes(
        f"UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: {board}\r\n".encode()
    )
    return folder


def test_the_drive_of_the_right_board_is_found_among_others(tmp_path: Path) -> None:
    drive(tmp_path / "media/ann/RP2350", "RP2350")
    mine = drive(tmp_path / "media/ann/RPI-RP2", "RPI-RP2")
    (tmp_path / "media/ann/usb-stick").mkdir()
    roots = [tmp_path / "media/ann", tmp_path / "nowhere"]
    assert find_drive("RPI-RP2", roots) == mine
    copy_to(mine, "RPI-RP2", b"\x55" * 512)
    assert (mine / "edgeflow.uf2").read_bytes() == b"\x55" * 512


def test_none_several_or_another_board_s_drive_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match="no drive"):
        find_drive("RPI-RP2", [tmp_path])
    one = drive(tmp_path / "a", "RPI-RP2")
    drive(tmp_path / "b", "RPI-RP2")
    with pytest.raises(ToolchainError, match="2 drives") as several:
        find_drive("RPI-RP2", [tmp_path])
    assert str(one) in several.value.hint
    with pytest.raises(ToolchainError, match="RPI-RP2, not of RP2350"):
        copy_to(one, "RP2350", b"x")
    with pytest.raises(ToolchainError, match="no drive of a UF2 bootloader"):
        copy_to(tmp_path, "RP2350", b"x")
    assert not (one / "edgeflow.uf2").exists() and board_of(tmp_path / "none") is None
