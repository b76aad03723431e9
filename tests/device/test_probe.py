"""What a machine says of itself names its target or board."""

import platform

import pytest

from edgeflow.device.probe import target_of, this_machine
from edgeflow.targets.registry import load_boards, load_targets

CASES = [
    ("aarch64", 64, "Raspberry Pi 4 Model B Rev 1.4", "raspberry-pi-4", None),
    ("aarch64", 64, "Raspberry Pi 400 Rev 1.0", "raspberry-pi-4", None),
    ("aarch64", 64, "Raspberry Pi Compute Module 4 Rev 1.1", "raspberry-pi-4", None),
    ("aarch64", 64, "Raspberry Pi 5 Model B Rev 1.0", "linux-arm64", "raspberry-pi-5"),
    ("aarch64", 64, "Raspberry Pi 3 Model B Plus Rev 1.3", "raspberry-pi-3", None),
    ("aarch64", 64, "Raspberry Pi Zero 2 W Rev 1.0", "raspberry-pi-3", "raspberry-pi-zero-2w"),
    ("armv7l", 32, "Raspberry Pi 4 Model B Rev 1.4", "raspberry-pi-armv7", None),
    ("aarch64", 32, "Raspberry Pi 4 Model B Rev 1.4", "raspberry-pi-armv7", None),
    ("armv7l", 32, "Raspberry Pi 2 Model B Rev 1.1", "raspberry-pi-armv7", None),
    ("aarch64", 64, "Radxa ROCK 5B", "linux-arm64", None),
    ("aarch64", 64, "", "linux-arm64", None),
    ("x86_64", 64, "", "linux-x86-64", None),
    ("x86_64", 32, "", None, None),
    ("armv6l", 32, "Raspberry Pi Zero W Rev 1.1", None, None),
    ("riscv64", 64, "", None, None),
]


@pytest.mark.parametrize(("machine", "bits", "model", "target", "board"), CASES)
def test_a_machine_is_known_by_what_it_says(machine, bits, model, target, board):
    assert target_of(machine, str(bits), model) == (target, board)


@pytest.mark.parametrize(("machine", "bits", "model", "target", "board"), CASES)
def test_what_is_named_stands_in_the_registry(machine, bits, model, target, board):
    assert target is None or target in load_targets()
    assert board is None or load_boards()[board].target == target


def test_this_machine_is_read_from_its_device_tree(tmp_path, monkeypatch):
    (tmp_path / "proc/device-tree").mkdir(parents=True)
    (tmp_path / "proc/device-tree/model").write_bytes(b"Raspberry Pi 4 Model B Rev 1.5\0")
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert this_machine(tmp_path)[0] == "raspberry-pi-4"
    assert this_machine(tmp_path / "nowhere")[0] == "linux-arm64"
