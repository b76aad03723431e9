"""A real arm64 Debian as a device: provisioned, deployed to, measured and rolled back as any other."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from edgeflow.pipeline.devices import probe_device
from edgeflow.transport.qemu_linux import QemuLinux
from tests.same_commands import FIRST, deploy_bench_roll_back
from tests.vm.conftest import ADDRESS, Board, edgeflow

pytestmark = [pytest.mark.vm, pytest.mark.timeout(1800)]
DATA = Path(__file__).parents[1] / "data"
SINE = DATA / "sine_int8.tflite"
QUICK = ("--runs", "5", "--min-seconds", "0", "--processes", "1", "--warmup", "1")


def test_it_is_an_arm64_debian_that_reaches_nothing(vm: QemuLinux) -> None:
    said = vm.shell.run(["sh", "-c", "uname -m; id -un; cat /proc/1/comm"], timeout_s=300).stdout.split()
    assert said == [b"aarch64", b"pi", b"systemd"]
    outward = "import socket; socket.create_connection(('10.0.2.2', 22), 5)"  # the machine that runs the emulator
    assert vm.shell.run(["python3", "-c", outward], timeout_s=300).status != 0
    assert vm.shell.run(["sudo", "-n", "ss", "-Htnl"], timeout_s=300).stdout.count(b"\n") <= 2  # sshd, IPv4 and IPv6


def test_provisioning_brings_the_interpreter_and_says_when_it_is_there(provisioned: QemuLinux) -> None:
    answer = edgeflow("devices", "provision", "vm", "--force")
    assert answer["installed"]["sent_bytes"] == 0 and answer["machine"] == "aarch64"
    assert answer["runtime"] == {"name": "litert", "version": "2.3.0"}
    assert answer["installed"]["distributions"][0] == "ai_edge_litert 2.3.0"


def test_deploy_bench_and_rollback_are_those_of_any_device(provisioned: QemuLinux) -> None:
    deploy_bench_roll_back(edgeflow, "vm")
    digest = 'sha256sum "$HOME/.local/share/edgeflow/wave/current/model.tflite"'
    held = provisioned.shell.run(["sh", "-c", digest], timeout_s=300)
    assert held.stdout.split()[0].decode() == hashlib.sha256(FIRST.read_bytes()).hexdigest()


def test_its_figures_are_an_emulators_and_what_it_does_not_tell_is_null(provisioned: QemuLinux) -> None:
    result = edgeflow("bench", SINE, "--device", "vm", *QUICK, "--governor", "performance")
    assert result["device"]["emulated"] and not result["trusted"] and "emulated" in result["reasons"]
    assert result["latency_us"]["count"] >= 5 and result["latency_us"]["p50"] > 0
    assert result["runtime"]["name"] == "litert" and result["memory_bytes"]["peak_rss"] > 1 << 20
    before = result["conditions"]["before"]
    for source in ("governor", "frequency_khz", "temperature_mc", "throttled", "power_supply"):
        assert before[source] is None, before  # a virtual machine has no such source, which is not 0
    assert before["kernel"].startswith("6.1.") and before["cpu_part"] == "0x41:0xd0b"  # a Cortex-A76, by Arm
    assert "governor" in json.dumps(result["reasons"]) + json.dumps(result["conditions"].get("tuning"))


def test_its_outputs_are_those_of_this_machine(provisioned: QemuLinux, tmp_path: Path) -> None:
    np.savez(tmp_path / "in.npz", angle=np.array([[37]], np.int8))
    for device, name in (("vm", "there.npz"), ("local:", "here.npz")):
        edgeflow("invoke", SINE, "--device", device, "--inputs", tmp_path / "in.npz", "--outputs", tmp_path / name)
    there, here = np.load(tmp_path / "there.npz"), np.load(tmp_path / "here.npz")
    assert there.files == here.files
    for key in here.files:
        np.testing.assert_allclose(there[key].astype(int), here[key].astype(int), atol=1)


def test_a_board_that_is_kept_on_serves_its_address_without_starting_again(vm: QemuLinux) -> None:
    found = probe_device(ADDRESS).found
    assert found is not None and found.machine == "aarch64" and found.glibc == "2.36" and found.pointer_bits == 64
    assert vm.shell.run(["true"], timeout_s=300).status == 0  # and is on still


def test_the_address_alone_starts_it_with_what_it_kept_and_ends_it(provisioned: QemuLinux, board: Board) -> None:
    board.off()
    assert not Path(f"/proc/{provisioned.pid}").exists() and not provisioned.ssh_config.parent.exists()
    result = edgeflow("bench", SINE, "--device", ADDRESS, *QUICK)  # by the interpreter that was brought there before
    assert result["device"]["address"] == ADDRESS and result["device"]["board"] == "arm64-virt"
    assert result["device"]["emulated"] and not result["trusted"] and "emulated" in result["reasons"]
    assert result["runtime"]["version"] == "2.3.0"
