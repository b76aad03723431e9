"""Emulated Linux boards before they start: what is missing is said in two lines, what is stale is dropped."""

from __future__ import annotations

import pytest

from edgeflow.device.book import find_device
from edgeflow.device.emulator import image_folder, kept_on, open_qemu, starts_linux
from edgeflow.errors import DeviceError, ToolchainError, UsageError

BOARDS = ("arm64-virt", "raspi3b")
FILES = ("disk.ext4", "vmlinuz-cloud", "initrd-cloud.gz", "vmlinuz-full", "initrd-full.gz", "bcm2837-rpi-3-b.dtb")


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))


@pytest.fixture
def image():
    folder = image_folder("debian-12-arm64-1")
    folder.mkdir(parents=True)
    for name in FILES:
        (folder / name).write_bytes(b"\0" * 1024)
    (folder / "id").write_text("no key")
    (folder / "host_key.pub").write_text("ssh-ed25519 AAAA\n")
    return folder


@pytest.mark.parametrize("board", BOARDS)
def test_without_its_image_the_command_that_builds_it_is_named(board, run):
    code, _, err = run("bench", "tests/data/sine_int8.tflite", "--device", f"qemu:{board}")
    assert code == 7 and "hardware/images/build.sh" in err and len(err.strip().splitlines()) == 2, err


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("program", ["qemu-img", "qemu-system-aarch64"])
def test_without_qemu_what_to_install_is_said(board, program, image, tmp_path, monkeypatch):
    tools = tmp_path / "tools"
    tools.mkdir()
    if program != "qemu-img":  # then the disk can be made
        (tools / "qemu-img").write_text('#!/bin/sh\nfor last; do :; done\n: >"$last"\n')
        (tools / "qemu-img").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}")
    with pytest.raises(ToolchainError) as caught:
        open_qemu(find_device(f"qemu:{board}"), timeout_s=1, fresh=False)
    assert caught.value.message == f"{program} is not installed" and "apt install" in caught.value.hint


def test_what_was_kept_on_an_image_that_was_built_anew_is_dropped(image, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    kept = tmp_path / "state" / "qemu" / "arm64-virt"
    kept.mkdir(parents=True)
    for name in ("mine@0123456789ab.qcow2", "other@0123456789ab.qcow2"):
        (kept / name).touch()
    with pytest.raises(ToolchainError):
        open_qemu(find_device("qemu:arm64-virt/mine"), timeout_s=1, fresh=False)
    assert [path.name for path in kept.iterdir()] == ["other@0123456789ab.qcow2"]


def test_it_takes_no_firmware_and_microcontrollers_have_no_shell(image, tmp_path):
    with pytest.raises(UsageError, match="no firmware"):
        open_qemu(find_device("qemu:arm64-virt"), timeout_s=1, fresh=False, image=tmp_path)
    assert starts_linux(find_device("qemu:raspi3b/mine"))
    assert not starts_linux(find_device("qemu:mps2-an386")) and not starts_linux(find_device("local:"))
    with pytest.raises(UsageError, match="no Linux"), kept_on(find_device("qemu:mps2-an386")):
        pass
    with pytest.raises(DeviceError, match="not emulated"):
        starts_linux(find_device("qemu:pico2"))
