"""The registry: every file in the tree holds what its schema asks for, and a mistake is named."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest

from edgeflow.errors import TargetError
from edgeflow.resources import runtime_dir, targets_dir
from edgeflow.targets.registry import find_board, find_target, load_boards, load_targets, resolve

PROMISED_TARGETS = {
    "android-arm64", "android-arm32", "android-x86-64", "raspberry-pi-4", "raspberry-pi-3", "raspberry-pi-armv7",
    "linux-x86-64", "linux-arm64", "cortex-m0plus", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55", "rv32imac",
}  # fmt: skip
PROMISED_BOARDS = {
    "nucleo-l4r5zi", "nucleo-f446re", "nucleo-h743zi", "pico", "pico2", "esp32-s3", "esp32-c3", "nano33ble",
    "raspberry-pi-5", "raspberry-pi-zero-2w", "mps2-an385", "mps2-an386", "mps2-an500", "mps2-an505", "mps3-an547",
}  # fmt: skip


def copy_of_tree(folder: Path) -> Path:
    return Path(shutil.copytree(targets_dir(), folder / "targets"))


def test_every_promised_target_and_board_is_there():
    assert set(load_targets()) >= PROMISED_TARGETS
    assert set(load_boards()) >= PROMISED_BOARDS


def test_every_file_of_the_tree_is_loaded():
    assert set(load_targets()) == {path.stem for path in targets_dir().glob("*.toml")}
    assert set(load_boards()) == {path.stem for path in (targets_dir() / "boards").glob("*.toml")}


def test_microcontroller_boards_name_their_ram_and_no_name_stands_twice():
    targets = load_targets()
    for board in load_boards().values():
        assert board.name not in targets
        names = [region.name for region in board.ram]
        assert len(set(names)) == len(names), board.name
        if targets[board.target].family == "microcontroller":
            assert board.ram_bytes >= 8 * 1024, board.name
            assert board.clock_hz, board.name


def test_memory_regions_with_addresses_do_not_overlap():
    for board in load_boards().values():
        spans = sorted((region.address, region.bytes) for region in board.ram if region.address is not None)
        for (start, size), (following, _) in itertools.pairwise(spans):
            assert start + size <= following, board.name


def test_only_emulated_boards_name_an_emulator_and_they_have_a_port():
    for board in load_boards().values():
        assert board.emulator in (None, "qemu")
        described = targets_dir() / "emulators" / f"{board.name}.toml"
        assert (board.emulator is not None) == described.is_file(), board.name
        if board.emulator and find_target(board.target).family == "microcontroller":
            assert board.port, board.name


def test_a_port_that_is_named_exists_once_ports_are_written():
    for board in load_boards().values():
        if board.port and (runtime_dir() / "port").is_dir() and any((runtime_dir() / "port").glob("mps*")):
            assert (runtime_dir() / "port" / board.port).is_dir(), board.name


def test_microcontroller_targets_are_built_by_our_runtime_and_say_when_no_compiler_is_known():
    for target in load_targets().values():
        assert len(set(target.languages)) == len(target.languages) > 0, target.name
        if target.family != "microcontroller":
            assert target.runtime in ("litert", "tflite-runtime"), target.name
            continue
        assert target.runtime == "edgeflow", target.name
        assert target.toolchain or "no toolchain" in target.notes, target.name
        assert not target.toolchain or target.cflags, target.name


def test_resolve_gives_a_target_alone_or_a_board_with_its_target():
    assert resolve("cortex-m4") == (find_target("cortex-m4"), None)
    assert resolve("pico2") == (find_target("cortex-m33"), find_board("pico2"))


@pytest.mark.parametrize(
    ("name", "meant"),
    [("cortex_m4", "cortex-m4"), ("rasberry-pi-4", "raspberry-pi-4"), ("NUCLEO-F446RE", "nucleo-f446re")],
)
def test_a_misspelt_name_is_answered_with_the_nearest_one(name: str, meant: str):
    with pytest.raises(TargetError, match=name) as caught:
        resolve(name)
    assert meant in caught.value.hint
    assert caught.value.exit_code == 2


def test_a_name_like_no_other_is_answered_with_where_to_look():
    for find in (find_target, find_board, resolve):
        with pytest.raises(TargetError) as caught:
            find("zzzzzzzz")
        assert "targets list" in caught.value.hint


@pytest.mark.parametrize(
    ("file", "line", "message", "hint"),
    [
        ("cortex-m4.toml", "colour = 'red'", "colour", "cflags"),
        ("boards/pico.toml", "wheels = 4", "wheels", "flash_bytes"),
        ("boards/pico.toml", "speed = 4", "speed", "name, bytes, address"),
        ("boards/pico.toml", "bytes = 4", "not TOML", "line"),
    ],
)
def test_an_unknown_key_is_refused_and_the_known_ones_are_listed(
    tmp_path: Path, file: str, line: str, message: str, hint: str
):
    root = copy_of_tree(tmp_path)
    path = root / file
    text = path.read_text()
    at_end = line.startswith(("speed", "bytes"))  # after the last [[ram]] header
    path.write_text(f"{text}{line}\n" if at_end else text.replace("schema = 1\n", f"schema = 1\n{line}\n"))
    with pytest.raises(TargetError, match=message) as caught:
        load_boards(root)
    assert hint in caught.value.hint
    assert file.rpartition("/")[2] in caught.value.message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("schema = 1", "schema = 2", "schema 2"),
        ('target = "cortex-m0plus"', 'target = "cortex-m0pluss"', "does not exist"),
        ("clock_hz = 133_000_000", 'clock_hz = "fast"', "clock_hz"),
        ("flash_bytes = 2_097_152", "flash_bytes = -1", "flash_bytes"),
        ('"2e8a:0003"', '"2E8A-3"', "usb_ids"),
        ("cpu =", "# cpu =", "cpu"),
        ('title = "', 'title = "\udcff', "cannot be read"),
    ],
)
def test_a_broken_board_file_is_refused_with_its_name(tmp_path: Path, old: str, new: str, message: str):
    root = copy_of_tree(tmp_path)
    path = root / "boards" / "pico.toml"
    assert old in path.read_text()
    path.write_bytes(path.read_text().replace(old, new).encode("utf-8", "surrogateescape"))
    with pytest.raises(TargetError, match=message) as caught:
        load_boards(root)
    assert "pico.toml" in caught.value.message
    assert caught.value.hint


def test_a_board_may_not_take_a_targets_name(tmp_path: Path):
    root = copy_of_tree(tmp_path)
    (root / "boards" / "pico.toml").rename(root / "boards" / "cortex-m4.toml")
    with pytest.raises(TargetError, match="same name"):
        load_boards(root)
