"""CPUs for the agent and the governor: set where that is possible, said where not, put back however the agent ends."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from edgeflow.resources import runtime_dir, wire_dir

GOVERNOR = "sys/devices/system/cpu/cpu{}/cpufreq/scaling_governor"
OFFERED = "sys/devices/system/cpu/cpu{}/cpufreq/scaling_available_governors"


@pytest.fixture
def root(tmp_path):
    for cpu in (0, 1):
        (tmp_path / GOVERNOR.format(cpu)).parent.mkdir(parents=True)
        (tmp_path / GOVERNOR.format(cpu)).write_text("ondemand\n")
        (tmp_path / OFFERED.format(cpu)).write_text("ondemand performance powersave\n")
    return tmp_path


@pytest.fixture
def tuning(agent):
    made = []

    def make(root):
        made.append(agent("tuning").Tuning(str(root)))
        return made[-1]

    yield make
    for one in made:
        one.restore()


def governors(root):
    return [(root / GOVERNOR.format(cpu)).read_text().strip() for cpu in (0, 1)]


def settles(root, expected, within_s=10.0):
    deadline = time.monotonic() + within_s
    while governors(root) != expected and time.monotonic() < deadline:
        time.sleep(0.02)
    return governors(root) == expected


def test_the_governor_is_set_and_put_back(root, tuning):
    tuned = tuning(root)
    assert tuned.apply({"governor": "performance"}) == {} and governors(root) == ["performance"] * 2
    tuned.restore()
    assert governors(root) == ["ondemand"] * 2


def test_only_what_was_changed_is_put_back(root, tuning):
    (root / GOVERNOR.format(1)).write_text("performance\n")
    tuned = tuning(root)
    tuned.apply({"governor": "performance"})
    (root / GOVERNOR.format(1)).write_text("powersave\n")
    tuned.restore()
    assert governors(root) == ["ondemand", "powersave"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_governor_is_put_back_when_the_process_is_killed(root, number):
    program = textwrap.dedent(
        f"""
        import sys, time
        sys.path[:0] = [{str(runtime_dir())!r}, {str(wire_dir().parents[1])!r}]
        from agent.tuning import Tuning
        Tuning({str(root)!r}).apply({{"governor": "performance"}})
        print("set", flush=True)
        time.sleep(60)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with process:
        assert process.stdout.readline() == b"set\n" and governors(root) == ["performance"] * 2
        process.send_signal(number)
        process.wait(10)
    assert settles(root, ["ondemand"] * 2)


def test_why_a_governor_cannot_be_set_is_told_and_nothing_is_changed(root, tuning, tmp_path, monkeypatch):
    tuned = tuning(root)
    assert tuned.apply({"governor": "fast"}) == {"governor": "the system offers ondemand, performance, powersave"}
    assert "no governor" in tuned.apply({"governor": "../x"})["governor"]
    assert tuning(tmp_path / "none").apply({"governor": "performance"}) == {"governor": "the system has no governors"}
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert tuned.apply({"governor": "performance"}) == {"governor": "that needs root on the device"}
    assert governors(root) == ["ondemand"] * 2


def test_without_a_guardian_nothing_is_changed(root, tuning, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert "put it back" in tuning(root).apply({"governor": "performance"})["governor"]
    assert governors(root) == ["ondemand"] * 2


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system pins no process")
def test_a_process_is_pinned_to_cpus_it_may_use(root, tuning):
    before = os.sched_getaffinity(0)
    tuned = tuning(root)
    try:
        assert tuned.apply({"pin": str(min(before))}) == {} and os.sched_getaffinity(0) == {min(before)}
    finally:
        os.sched_setaffinity(0, before)
    assert "may use CPU" in tuned.apply({"pin": "4095"})["pin"]
    assert "no list" in tuned.apply({"pin": "0-3"})["pin"]
    assert tuned.apply({"colour": "red"}) == {"colour": "the agent knows no such setting"}
    assert os.sched_getaffinity(0) == before
