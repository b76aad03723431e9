"""The agent over SSH: installed once, locked on the device, and what is missing there is said."""

import contextlib
import hashlib
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgeflow.device.agent_bundle import agent_bundle
from edgeflow.device.connect import ROADS, connect
from edgeflow.device.types import Device
from edgeflow.errors import DeviceBusyError, DeviceError, DeviceStatusError
from edgeflow.model.read import load_model
from edgeflow.transport.address import parse_address

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def device(ssh_device, tmp_path):
    return Device("pi", parse_address(ssh_device.address), base=str(tmp_path / "device base"))


@pytest.fixture
def with_interpreter(device):
    """The device's base holds a virtual environment that has an interpreter."""
    Path(device.base).mkdir()
    (Path(device.base) / "venv").symlink_to(sys.prefix)
    return device


def test_the_agent_is_installed_once_and_runs(with_interpreter, caplog):
    caplog.set_level(logging.INFO, "edgeflow.device.connect")
    device = with_interpreter
    for _ in range(2):
        with connect(device) as session:
            opened = session.open(session.models.place(load_model(DATA / "kws_int8.tflite")))
            session.write_input(0, bytes(opened.inputs[0].bytes))
            assert len(session.invoke(max_runs=3).samples) == 3
            assert len(session.read_output(0)) == 12
    assert len([record for record in caplog.records if "installing" in record.getMessage()]) == 1
    files = list((Path(device.base) / "agent").iterdir())
    assert [file.name for file in files] == [agent_bundle().name]
    assert hashlib.sha256(files[0].read_bytes()).hexdigest() == agent_bundle().sha256


def test_an_agent_that_a_power_cut_left_empty_is_installed_again(with_interpreter):
    agent = Path(with_interpreter.base) / "agent" / agent_bundle().name
    agent.parent.mkdir()
    agent.touch()
    with connect(with_interpreter) as session:
        assert session.hello.runtime == "litert"
    assert agent.read_bytes() == agent_bundle().content


def test_the_lock_lies_on_the_device(with_interpreter):
    busy = pytest.raises(DeviceBusyError, match=r"device 'pi' is in use by \S+@")
    with connect(with_interpreter), busy as error, connect(with_interpreter):
        pass
    assert error.value.exit_code == 6
    with connect(with_interpreter) as session:
        session.restart()
        assert session.hello.runtime == "litert"


HOST = """
import sys
from edgeflow.device.connect import connect
from edgeflow.device.types import Device
from edgeflow.transport.address import parse_address
with connect(Device("pi", parse_address(sys.argv[1]), base=sys.argv[2])) as session:
    session.open(sys.argv[3])
    print("running", flush=True)
    session.invoke(max_runs=0, min_ms=600_000)
"""


def agents(base):
    """Process ids of agents that serve this base."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f".pyz\0{base}\0".encode() in (process / "cmdline").read_bytes():
                found.append(int(process.name))
    return found


def test_the_agent_goes_when_the_host_of_an_ssh_session_is_killed(with_interpreter):
    device = with_interpreter
    argv = [sys.executable, "-c", HOST, str(device.address), device.base, str(DATA / "sine_float32.tflite")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as host:
        assert host.stdout.readline() == "running\n"
        assert len(agents(device.base)) == 1
        os.kill(host.pid, signal.SIGKILL)
        host.wait(10)
    for _ in range(200):
        if not agents(device.base):
            break
        time.sleep(0.05)
    assert agents(device.base) == []
    with connect(device) as session:  # and its lock with it
        assert session.hello.runtime == "litert"


def test_a_device_without_python_is_told(device, monkeypatch):
    monkeypatch.setattr("edgeflow.device.connect._START", "echo welcome; echo edgeflow-no-python; exit 3")
    with pytest.raises(DeviceError, match="pi: no python3 on the device") as error, connect(device):
        pass
    assert error.value.exit_code == 5 and "Python 3.9" in error.value.hint


def test_a_device_without_an_interpreter_is_told(device, tmp_path):
    (Path(device.base) / "venv/bin").mkdir(parents=True)
    python = Path(device.base) / "venv/bin/python3"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S -E "$@"\n')
    python.chmod(0o755)
    with connect(device) as session:
        assert session.hello.runtime == ""
        with pytest.raises(DeviceStatusError, match="NO_RUNTIME") as error:
            session.open(session.models.place(load_model(DATA / "kws_int8.tflite")))
    assert error.value.exit_code == 5 and error.value.hint


def test_a_base_that_cannot_be_made_is_told(ssh_device):
    device = Device("pi", parse_address(ssh_device.address), base="/proc/nowhere/edgeflow")
    with pytest.raises(DeviceError, match="cannot be made") as error, connect(device):
        pass
    assert "base" in error.value.hint


def test_every_scheme_has_a_road():
    assert set(ROADS) == {"local", "ssh", "serial", "qemu", "adb"}
    assert [scheme for scheme, road in ROADS.items() if road.lossy] == ["serial", "qemu"]
