"""The same commands on a server over SSH, an Android device and a board; tests/vm has them on emulated arm64."""

import json
import sys

import pytest

from edgeflow.cli import main
from tests.same_commands import deploy_bench_roll_back


@pytest.fixture
def edgeflow(capfd):
    def run(*words):
        with pytest.raises(SystemExit) as stop:
            main([*map(str, words), "--json"])
        printed = capfd.readouterr()
        assert stop.value.code == 0, printed.err
        return json.loads(printed.out)

    return run


def test_over_ssh(edgeflow, ssh_device, tmp_path):
    (tmp_path / "base").mkdir()
    (tmp_path / "base/venv").symlink_to(sys.prefix)
    edgeflow("devices", "add", "dut", ssh_device.address, "--base", tmp_path / "base")
    deploy_bench_roll_back(edgeflow, "dut")


def test_over_adb(edgeflow, daemon, tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_ADB", str(daemon.adb))
    monkeypatch.setenv("EDGEFLOW_CONFIG_DIR", str(tmp_path / "config"))
    edgeflow("devices", "add", "dut", f"adb://{daemon.serials[0]}", "--target", "android-x86-64")
    deploy_bench_roll_back(edgeflow, "dut")


@pytest.mark.emulated
def test_on_a_board(edgeflow, tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    edgeflow("devices", "add", "dut", "qemu:mps2-an386/dut")
    deploy_bench_roll_back(edgeflow, "dut")
