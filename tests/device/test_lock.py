import logging
import os
import subprocess
import sys
import threading

import pytest

from edgeflow.device.lock import busy_error, hold, lock_file, owner
from edgeflow.device.types import Device
from edgeflow.errors import DeviceBusyError, LinkError
from edgeflow.resources import runtime_dir
from edgeflow.transport.address import parse_address

HOLDER = """
import sys, time
from edgeflow.device.lock import hold
from edgeflow.device.types import Device
from edgeflow.transport.address import parse_address
with hold(Device("d", parse_address(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""
AGENT = """
import sys
sys.path.insert(0, sys.argv[1])
import lock
lock.acquire(sys.argv[2], sys.argv[3])
print("held", flush=True)
sys.stdin.read()
lock.release()
"""


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


def device(text="local:"):
    return Device("desk", parse_address(text))


def start(*argv):
    child = subprocess.Popen(
        [sys.executable, "-c", *argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    return child


def held(child):
    assert child.stdout.readline() == "held\n"
    return child


def finish(child):
    _, err = child.communicate(timeout=20)
    return child.returncode, err


def test_a_second_session_is_told_who_and_how_long():
    child = held(start(HOLDER, "local:"))
    try:
        with (
            pytest.raises(DeviceBusyError, match=rf"'desk' is in use by .*:{child.pid} for \d+ s") as caught,
            hold(device()),
        ):
            pass
        assert caught.value.exit_code == 6
    finally:
        finish(child)
    with hold(device()):
        pass


def test_two_sessions_of_one_process_exclude_each_other():
    with hold(device()), pytest.raises(DeviceBusyError), hold(device()):
        pass


def test_waiting_gets_the_device_when_it_becomes_free():
    child = held(start(HOLDER, "local:"))
    threading.Timer(0.5, child.stdin.close).start()
    with hold(device(), wait_s=20):
        pass
    child.wait(20)
    for stream in (child.stdout, child.stderr):
        stream.close()


def test_a_dead_owners_lock_is_taken_over_and_said(caplog):
    child = held(start(HOLDER, "local:"))
    child.kill()
    finish(child)
    with caplog.at_level(logging.WARNING), hold(device()):
        pass
    assert any("took over" in m and f":{child.pid} " in m for m in caplog.messages)
    caplog.clear()
    with hold(device()):
        pass
    assert caplog.messages == []


def test_garbage_in_a_lock_file_does_no_harm():
    path = lock_file(device().address)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\xff\x00[1]")
    with hold(device()):
        pass


def test_different_devices_do_not_exclude_each_other():
    with hold(device()), hold(device("qemu:mps2-an386")), hold(device("qemu:mps2-an386/two")):
        pass


def test_one_port_by_two_names_is_one_device(tmp_path):
    port = tmp_path / "ttyX"
    port.touch()
    (tmp_path / "by-id").symlink_to(port)
    assert lock_file(parse_address(f"serial://{port}")) == lock_file(parse_address(f"serial://{tmp_path}/by-id"))
    assert lock_file(parse_address(f"serial://{port}")) != lock_file(parse_address(f"serial://{port}2"))


@pytest.mark.parametrize("address", ["serial:///dev/../../etc/passwd", "serial://a;b c/$(x)", "local:"])
def test_lock_files_stay_in_their_folder(state, address):
    path = lock_file(parse_address(address))
    assert path.resolve().parent == (state / "locks").resolve()


def test_a_device_with_its_own_lock_needs_none_here(state):
    with hold(device("ssh://pi")), hold(device("ssh://pi")):
        pass
    assert not state.exists()


def test_the_agents_lock_refuses_a_second_agent_and_frees_on_death(tmp_path):
    path, where = str(tmp_path / "base" / ".lock"), str(runtime_dir() / "agent")
    first = held(start(AGENT, where, path, "me@here:1"))
    status, said = finish(start(AGENT, where, path, "you@there:2"))
    assert status == 75
    assert said.startswith("busy me@here:1 ")
    error = busy_error(
        "pi", LinkError(f"ssh://pi: the program on the device ended with status {status}: {said.strip()}")
    )
    assert isinstance(error, DeviceBusyError)
    assert "'pi' is in use by me@here:1" in error.message
    first.kill()
    finish(first)
    second = held(start(AGENT, where, path, "you@there:2"))
    status, said = finish(second)
    assert status == 0
    assert "took over the lock that me@here:1 left" in said
    status, said = finish(held(start(AGENT, where, path, "they@there:3")))
    assert (status, said) == (0, "")


def test_the_agents_lock_does_not_follow_a_link(tmp_path):
    (tmp_path / "precious").write_text("x")
    (tmp_path / ".lock").symlink_to(tmp_path / "precious")
    status, _ = finish(start(AGENT, str(runtime_dir() / "agent"), str(tmp_path / ".lock"), "me"))
    assert status not in (0, 75)
    assert (tmp_path / "precious").read_text() == "x"


def test_other_ends_of_an_agent_are_not_taken_for_busy():
    assert busy_error("pi", LinkError("ended with status 1: busy me 3")) is None


def test_owner_is_one_word():
    assert len(owner().split()) == 1
    assert owner().endswith(f":{os.getpid()}")
