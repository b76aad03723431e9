"""Every board's command lines against the tools themselves: understood, the image read, the missing board named."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from edgeflow.errors import EdgeflowError, ToolchainError, UsageError
from edgeflow.firmware.flash import choose_method, plan_flash, run_flash
from edgeflow.firmware.flash_tools import TOOLS, UF2_DRIVE
from edgeflow.firmware.segments import Segment, write_hex, write_uf2
from edgeflow.targets.registry import find_board, find_target, load_boards
from edgeflow.targets.types import Board

METHODS = [(board.name, method.tool) for board in load_boards().values() for method in board.flash]
# OpenOCD's own imitation of a flash, in the place of a probe and a chip
_FAUX = """
adapter driver dummy
transport select jtag
adapter speed 1000
jtag newtap chip cpu -irlen 4
target create chip.cpu testee -chain-position chip.cpu
flash bank main faux {address} {bytes} 4 4 chip.cpu driver
"""
_RISCV_ELF = (
    struct.pack("<16sHHIIIIIHHHHHH", b"\x7fELF\x01\x01\x01", 2, 243, 1, 0, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    + struct.pack("<8I", 1, 84, 0, 0x10000000, 4, 4, 5, 4)
    + b"code"
)


def need(tool: str) -> None:
    if TOOLS[tool].command() is None:
        pytest.skip(f"{tool} is not installed: {TOOLS[tool].install}")


def image_for(board: Board, tool: str, folder: Path) -> Path:
    """An image of some hundred bytes at the start of the board's flash, in a form that every tool gets converted."""
    path = folder / "image"
    if tool == "esptool":
        path.write_bytes(b"\xe9" + bytes(0x8000 - 1) + b"\xaa\x50" + bytes(0x1000))
    else:
        assert board.flash_address is not None
        path.write_bytes(write_hex((Segment(board.flash_address, bytes(range(256)) * 3),)))
    return path


def takes_port(board: str, tool: str) -> dict[str, str]:
    words = next(method for method in find_board(board).flash if method.tool == tool).arguments
    return {"port": "/dev/ttyACM97"} if any("{port}" in word for word in words) else {}


def flash(board_name: str, tool: str, folder: Path, **options: str) -> None:
    board = find_board(board_name)
    image = image_for(board, tool, folder)
    run_flash(plan_flash(board, find_target(board.target), image, tool=tool, **options))


@pytest.mark.parametrize(("board", "tool"), [one for one in METHODS if one[1] not in ("picotool", UF2_DRIVE)])
def test_the_tool_understands_the_command_and_its_missing_board_is_told_in_two_lines(
    board: str, tool: str, tmp_path: Path
) -> None:
    need(tool)
    with pytest.raises(ToolchainError) as failed:
        flash(board, tool, tmp_path, **takes_port(board, tool))
    known = {
        "openocd": ("no ST-LINK found", "no CMSIS-DAP probe found"),
        "pyocd": ("no debug probe found",),
        "esptool": ("no port /dev/ttyACM97, or it is in use",),
        "dfu-util": ("no board in DFU mode found",),
        "bossac": ("no bootloader on that port",),
    }
    program, _, reason = failed.value.message.partition(": ")
    assert program == tool and reason in known[tool] and failed.value.hint and failed.value.exit_code == 7


@pytest.mark.parametrize("board", [board for board, tool in METHODS if tool == "pyocd"])
def test_pyocd_knows_the_target(board: str) -> None:
    need("pyocd")
    command = next(method for method in find_board(board).flash if method.tool == "pyocd").arguments
    listed = subprocess.run(
        [sys.executable, "-m", "pyocd", "json", "--targets"], capture_output=True, text=True, timeout=120, check=True
    )
    names = {target["name"] for target in json.loads(listed.stdout)["targets"]}
    assert command[command.index("--target") + 1] in names


@pytest.mark.parametrize("board", [board for board, tool in METHODS if tool == "openocd"])
def test_openocd_reads_the_image_and_writes_it_to_a_flash_of_its_imagination(
    board: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("openocd")
    found = find_board(board)
    method = next(method for method in found.flash if method.tool == "openocd")
    faux = _FAUX.format(address=found.flash_address, bytes=found.flash_bytes)
    for number, name in enumerate(word for word in method.arguments if word.endswith(".cfg")):
        path = tmp_path / "scripts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("" if number else faux)
    monkeypatch.setenv("OPENOCD_SCRIPTS", str(tmp_path / "scripts"))
    image = image_for(found, "openocd", tmp_path)
    plan = plan_flash(found, find_target(found.target), image, tool="openocd")
    words = [word.replace("verify reset ", "") for word in plan.command(str(image))]  # there is no chip to read back
    words = [word for word in words if word != "transport select swd"]
    words = [word for at, word in enumerate(words) if word != "-c" or words[at + 1 : at + 2] not in ([], ["-f"])]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "** Programming Finished **" in done.stderr, done.stderr[-2000:]
    (bad := tmp_path / "bad.hex").write_bytes(image.read_bytes()[:-20])
    broken = [word.replace(str(image), str(bad)) for word in words]
    assert subprocess.run(broken, capture_output=True, timeout=60).returncode != 0


def test_dfu_util_opens_the_image_before_it_looks_for_the_board(tmp_path: Path) -> None:
    need("dfu-util")
    board = find_board("nucleo-h743zi")
    plan = plan_flash(board, find_target(board.target), image_for(board, "dfu-util", tmp_path), tool="dfu-util")
    assert plan.content == bytes(range(256)) * 3 and "0x08000000:leave" in plan.arguments
    missing = subprocess.run(plan.command(str(tmp_path / "none.bin")), capture_output=True, text=True, timeout=60)
    assert "Could not open file" in missing.stderr  # what it says of an image that it cannot read


@pytest.mark.parametrize("board", [board for board, tool in METHODS if tool == "esptool"])
def test_esptool_knows_the_chip_and_makes_merged_images_that_are_taken_and_others_are_not(
    board: str, tmp_path: Path
) -> None:
    need("esptool")
    found = find_board(board)
    arguments = found.flash[0].arguments
    chip = arguments[arguments.index("--chip") + 1]
    for name, content in (("boot", b"\xe9" + bytes(99)), ("table", b"\xaa\x50" + bytes(30)), ("app", b"\xe9" * 50)):
        (tmp_path / name).write_bytes(content)
    merge = [sys.executable, "-m", "esptool", "--chip", chip, "merge-bin", "-o", "merged", "--flash-size", "keep"]
    merge += ["0x0", "boot", "0x8000", "table", "0x10000", "app"]
    subprocess.run(merge, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    target = find_target(found.target)
    plan = plan_flash(found, target, tmp_path / "merged", port="/dev/ttyUSB0")
    assert plan.content is None and plan.written == "bin" and "0x00000000" in plan.arguments
    with pytest.raises(ToolchainError, match="no partition table"):
        plan_flash(found, target, tmp_path / "app", port="/dev/ttyUSB0")
    (tmp_path / "h").write_bytes(write_hex((Segment(0x42000000, b"x"),)))
    with pytest.raises(ToolchainError, match="nothing that esptool takes"):
        plan_flash(found, target, tmp_path / "h", port="/dev/ttyUSB0")


@pytest.mark.parametrize(("board", "tool"), METHODS)
def test_every_method_is_described_whole(board: str, tool: str) -> None:
    method = next(method for method in find_board(board).flash if method.tool == tool)
    assert tool in TOOLS or (tool == UF2_DRIVE and method.uf2_family and method.drive)
    words = " ".join(method.arguments)
    assert set(re.findall(r"{(\w+)}", words)) <= {"image", "port", "address", "probe_arguments"}
    assert ("{image}" in words) == (tool != UF2_DRIVE)
    assert ("{probe_arguments}" in words) == bool(method.probe_arguments) and bool(method.probe_arguments) >= (
        method.probe_is_board
    )
    assert not method.probe_arguments or "{probe}" in " ".join(method.probe_arguments)


@pytest.mark.parametrize("tool", sorted(TOOLS))
def test_a_missing_tool_is_named_with_how_to_install_it(
    tool: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    board, _ = next(one for one in METHODS if one[1] == tool)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ToolchainError, match=f"{tool} is not installed") as missing:
        flash(board, tool, tmp_path, **takes_port(board, tool))
    assert "install" in missing.value.hint


def test_the_first_installed_tool_is_taken_and_a_probe_only_by_those_that_know_probes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed = {"openocd"}
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name in installed else None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    pico, s3 = find_board("pico"), find_board("esp32-s3")
    assert choose_method(pico, None).tool == "uf2" and choose_method(pico, None, "E66").tool == "openocd"
    installed.add("picotool")
    assert choose_method(pico, None).tool == "picotool" and choose_method(pico, "pyocd").tool == "pyocd"
    with pytest.raises(ToolchainError, match="none of esp32-s3's tools is installed"):
        choose_method(s3, None)
    for board, tool, probe in ((s3, None, "X"), (s3, "openocd", None), (find_board("raspberry-pi-5"), None, None)):
        with pytest.raises(UsageError):
            choose_method(board, tool, probe)


def test_the_board_s_own_usb_serial_number_names_its_probe(tmp_path: Path) -> None:
    board = find_board("nucleo-f446re")
    image = image_for(board, "openocd", tmp_path)
    target = find_target(board.target)
    plan = plan_flash(board, target, image, tool="openocd", usb_serial="0671FF")
    assert "adapter serial 0671FF" in plan.arguments
    dfu = plan_flash(board, target, image, tool="dfu-util", usb_serial="0671FF")
    assert "0671FF" not in dfu.arguments  # the chip's own USB has another number
    assert "0671FF" in plan_flash(board, target, image, tool="dfu-util", probe="0671FF").arguments


@pytest.mark.parametrize(
    "options", [{"probe": "x]; exec id"}, {"probe": "-c"}, {"probe": ""}, {"port": "/dev/ttyACM0"}]
)
def test_options_that_openocd_would_obey_or_not_use_are_refused(options: dict[str, str], tmp_path: Path) -> None:
    board = find_board("nucleo-f446re")
    with pytest.raises(UsageError):
        plan_flash(board, find_target(board.target), image_for(board, "openocd", tmp_path), tool="openocd", **options)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (write_hex((Segment(0x20000000, b"ram"),)), "the flash of pico is from 0x10000000"),
        (write_hex((Segment(0x101FFFFF, b"beyond"),)), "the flash of pico is from"),
        (write_uf2((Segment(0x10000000, b"x"),), 0xE48BFF59), "UF2 family 0xe48bff59"),
        (bytes(3 << 20), "has 3145728 bytes"),
        (_RISCV_ELF, "is for riscv, pico is arm"),
    ],
)
def test_an_image_for_another_board_is_refused_before_a_tool_is_run(content: bytes, said: str, tmp_path: Path) -> None:
    pico = find_board("pico")
    (path := tmp_path / "image").write_bytes(content)
    with pytest.raises(EdgeflowError) as refused:
        plan_flash(pico, find_target(pico.target), path, tool="uf2")
    assert said in refused.value.message and refused.value.exit_code == 7


def test_a_path_with_any_characters_reaches_the_tool_as_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = tmp_path / "said"
    fake = tmp_path / "bin/openocd"
    fake.parent.mkdir()
    fake.write_text(f"#!{sys.executable}\nimport pathlib, sys\npathlib.Path({str(said)!r}).write_text(sys.argv[-1])\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(fake.parent))
    board = find_board("nucleo-f446re")
    odd = tmp_path / "a } [exit] $x ;\n"
    odd.mkdir()
    shutil.copy(image_for(board, "openocd", tmp_path), odd / "it's.hex")
    run_flash(plan_flash(board, find_target(board.target), odd / "it's.hex", tool="openocd"))
    assert re.fullmatch(r"program [\w./-]+/image\.hex verify reset exit", said.read_text())
