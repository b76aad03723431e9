"""The agent as a process: what damages nothing, and that it never outlives its host."""

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import pytest

from edgeflow.device import agent_bundle
from edgeflow.device.session import Session
from edgeflow.errors import DeviceStatusError, LinkError
from edgeflow.progress import silent
from edgeflow.transport.local import LocalFiles, ProcessPipe
from edgeflow.wire import frame, message
from edgeflow.wire.constants import Command, Reset, Slots, Status

DATA = Path(__file__).parents[1] / "data"
FOR_EVER = {"warmup": 0, "warmup_ms": 0, "max_runs": 0, "min_ms": 600_000, "max_ms": 0, "period_us": 0, "flags": 0}


@pytest.fixture
def pyz(tmp_path):
    path = tmp_path / "agent.pyz"
    path.write_bytes(agent_bundle.agent_bundle().content)
    return path


@pytest.fixture
def pipes():
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def start(pyz, tmp_path, pipes):
    """Start a session with the agent in a child process: start(python, environment) -> (session, pipes)."""

    def start(python=sys.executable, **environment):
        opened = []

        def open_pipe():
            assignments = [f"{name}={value}" for name, value in environment.items()]
            argv = ["env", *assignments, str(python), str(pyz), str(tmp_path / "base")]
            opened.append(ProcessPipe(argv))
            return opened[-1]

        session = pipes.enter_context(Session(open_pipe, name="here", files=LocalFiles(), timeout_s=30))
        return session, opened

    return start


def gone(pid, within_s=10):
    for _ in range(within_s * 20):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_an_agent_whose_host_vanished_without_a_word_ends(pyz, tmp_path):
    """Its input stays open, as that of an SSH server does whose peer is gone; nobody takes what it sends."""
    argv = [sys.executable, str(pyz), str(tmp_path / "base")]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as agent:
        try:
            agent.stdout.close()
            assert gone(agent.pid, within_s=60)
        finally:
            agent.kill()


def open_sine(session):
    return session.open(str(DATA / "sine_float32.tflite"))


def test_the_agent_introduces_itself(start, tmp_path):
    session, _ = start()
    assert session.hello.slots == Slots.FILES and session.hello.base == str(tmp_path / "base")
    assert session.hello.runtime == "litert" and session.hello.ticks_hz == 1_000_000_000


def test_an_unknown_command_and_a_wrong_request_are_answered(start):
    session, _ = start()
    for command, fields, status in (
        (Command.PROFILE, {"first": 0}, "UNSUPPORTED_OPTION"),
        (Command.INVOKE, FOR_EVER, "BAD_STATE"),
        (Command.RESET, {"what": 9}, "BAD_REQUEST"),
        (Command.TENSOR, {"side": 0, "index": 0}, "BAD_STATE"),
        (Command.OUTPUT, {"index": 0, "offset": 0, "length": 1}, "BAD_STATE"),
    ):
        with pytest.raises(DeviceStatusError) as error:
            session.request(command, **fields)
        assert error.value.status == status


def test_closing_the_pipe_ends_the_agent_even_while_it_runs(start):
    session, opened = start()
    open_sine(session)
    opened[0].write(frame.encode(200, Command.INVOKE, message.pack_request(Command.INVOKE, **FOR_EVER)), 10)
    running = frame.encode(200, Status.RUNNING)
    assert opened[0].read(len(running), 10) == running
    session.close()
    assert gone(opened[0].pid)


def test_the_agent_goes_when_its_host_is_killed(pyz, tmp_path):
    script = textwrap.dedent(
        """
        import sys
        from edgeflow.device.session import Session
        from edgeflow.transport.local import ProcessPipe
        pipes = []
        def open_pipe():
            pipes.append(ProcessPipe([sys.executable, sys.argv[1], sys.argv[2]]))
            return pipes[-1]
        session = Session(open_pipe, name="here")
        session.open(sys.argv[3])
        print(pipes[0].pid, flush=True)
        session.invoke(max_runs=0, min_ms=600_000)
        """
    )
    argv = [sys.executable, "-c", script, str(pyz), str(tmp_path / "base"), str(DATA / "sine_float32.tflite")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as host:
        agent_pid = int(host.stdout.readline())
        assert not gone(agent_pid, within_s=0) and Path(f"/proc/{agent_pid}").exists()
        os.kill(host.pid, signal.SIGKILL)
        host.wait(10)
    assert gone(agent_pid)


def test_a_crash_of_the_interpreter_is_told_as_the_agents_death(start):
    session, opened = start()
    open_sine(session)
    os.kill(opened[0].pid, signal.SIGSEGV)
    with pytest.raises(LinkError, match=r"the agent died while answering INVOKE: .*signal 11 \(SIGSEGV\)"):
        session.invoke()
    session.restart()
    open_sine(session)
    assert session.invoke().samples


def test_a_run_longer_than_the_timeout_is_told(start):
    session, _ = start()
    shapes = {"angle": (2_000_000, 1)}
    session.open(str(DATA / "sine_any_batch_float32.tflite"), shapes=shapes, delegate="reference")
    session._connection.timeout_s = 0.1
    with pytest.raises(LinkError, match=r"did not answer INVOKE for 0.1 s") as error:
        session.invoke(warmup=3)
    assert "--timeout" in error.value.hint


def test_heartbeats_keep_a_long_measurement_alive(start):
    session, _ = start()
    open_sine(session)
    session._connection.timeout_s = 0.9
    done = session.invoke(max_runs=0, min_ms=2000, period_us=100_000)
    assert done.samples


def test_what_a_library_prints_reaches_the_console_and_not_the_link(start, tmp_path, caplog):
    noisy = tmp_path / "noisy"
    noisy.mkdir()
    code = (
        "import os, sys\nprint('hello from python', flush=True)\nos.write(1, b'from a library' + bytes(5) + b'\\n')\n"
    )
    (noisy / "numpy.py").write_text(
        f"{code}import sys\nsys.path.remove({str(noisy)!r})\ndel sys.modules['numpy']\nimport numpy\n"
    )
    caplog.set_level(logging.INFO, "edgeflow.console")
    session, _ = start(PYTHONPATH=noisy)
    open_sine(session)
    assert session.invoke().samples
    session.close()
    said = [record.getMessage() for record in caplog.records if record.name == "edgeflow.console"]
    assert any("hello from python" in line for line in said)


def test_a_flood_on_stderr_blocks_nothing(tmp_path):
    code = (
        "import sys, os\nos.write(2, b'x' * 99 + b'\\n' * 1)\n[os.write(2, b'y' * 999 + b'\\n') for _ in range(5000)]\n"
    )
    pipe = ProcessPipe([sys.executable, "-c", code + "os.write(1, b'done')\nsys.stdin.read()"])
    try:
        assert pipe.read(100, 30) == b"done"
    finally:
        pipe.close()
    assert gone(pipe.pid, within_s=0) or not Path(f"/proc/{pipe.pid}").exists()


def test_a_program_that_ignores_everything_is_still_reaped():
    code = (
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('on', flush=True)\ntime.sleep(600)"
    )
    pipe = ProcessPipe([sys.executable, "-c", code])
    assert pipe.read(2, 30) == b"on"
    pipe.close()
    assert not Path(f"/proc/{pipe.pid}").exists()
    with pytest.raises(LinkError):
        pipe.write(b"x", 1)


def test_without_an_interpreter_the_agent_says_what_to_install(start, tmp_path):
    python = tmp_path / "bare"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S -E "$@"\n')  # no site packages
    python.chmod(0o755)
    session, _ = start(python)
    assert session.hello.runtime == "" and session.hello.os
    with pytest.raises(DeviceStatusError) as error:
        open_sine(session)
    assert error.value.status == "NO_RUNTIME" and error.value.exit_code == 5
    assert "ai-edge-litert" in error.value.message
    assert session.conditions()["python"]


def test_reset_restarts_the_device_after_answering(start):
    session, opened = start()
    session.reset(Reset.DEVICE)
    assert gone(opened[0].pid)


def test_the_bundle_is_the_same_bytes_from_any_copy_of_the_sources(tmp_path):
    from edgeflow import resources

    for name, source in (("agent", resources.runtime_dir() / "agent"), ("wire", resources.wire_dir())):
        shutil.copytree(source, tmp_path / name)
        for path in (tmp_path / name).glob("*.py"):
            os.utime(path, (1, 1))
            path.chmod(0o600)
    (tmp_path / "agent/__pycache__").mkdir(exist_ok=True)
    (tmp_path / "agent/notes.txt").write_text("no part of it")
    bundle = agent_bundle.agent_bundle()
    assert agent_bundle.pack(tmp_path / "agent", tmp_path / "wire") == bundle
    assert bundle.name == f"{bundle.sha256[:16]}.pyz"
    path = tmp_path / "agent.pyz"
    path.write_bytes(bundle.content)
    names = zipfile.ZipFile(path).namelist()
    assert names == sorted(names) and "edgeflow/wire/gen.py" not in names
    assert zipfile.ZipFile(path).read("edgeflow/__init__.py") == b""


def test_files_go_through_the_local_channel(tmp_path):
    files = LocalFiles()
    target = tmp_path / "deep/er/file"
    files.put(b"0123456789", str(target), progress=silent)
    files.put(b"01234XYZ", str(target), offset=5, progress=silent)
    assert files.get(str(target), max_bytes=8) == b"01234XYZ"


@pytest.fixture
def system_root(tmp_path):
    """A tree in which a Raspberry Pi with a governor gets warm."""
    root = tmp_path / "system"
    files = {
        "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "ondemand",
        "sys/devices/system/cpu/cpu0/cpufreq/scaling_available_governors": "ondemand performance",
        "sys/class/thermal/thermal_zone0/temp": "48312",
        "sys/class/thermal/thermal_zone0/type": "cpu-thermal",
        "sys/devices/platform/soc/soc:firmware/get_throttled": "0",
    }
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content + "\n")
    return root


@pytest.mark.parametrize("ends", ["closed", "killed", "restarted"])
def test_the_governor_is_set_for_the_agent_s_life_and_read_between_runs(start, system_root, ends):
    governor = system_root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
    session, opened = start(EDGEFLOW_SYSTEM_ROOT=system_root)
    assert session.conditions()["governor"] == "ondemand"
    assert session.tune({"governor": "performance", "pin": "4095"}).keys() == {"pin"}
    open_sine(session)
    session.invoke(max_runs=5, warmup=1, min_ms=0)
    readings = session.conditions_during()
    assert readings[0]["governor"] == "performance" and readings[-1]["temperature_mc"] == "cpu-thermal=48312"
    assert len(readings) >= 2 and int(readings[-1]["at_ms"]) >= int(readings[0]["at_ms"]) == 0
    if ends == "killed":
        os.kill(opened[-1]._process.pid, signal.SIGKILL)
    elif ends == "restarted":
        session.restart()
    else:
        opened[-1].close()
    deadline = time.monotonic() + 20
    while governor.read_text().strip() != "ondemand" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert governor.read_text().strip() == "ondemand"


def test_the_buffer_that_empties_caches_is_not_the_models_memory(start):
    session, _ = start()
    open_sine(session)
    before = session.memory()["peak_rss"]
    session.invoke(max_runs=2, warmup=2, flags=4)
    evicted = int(session.conditions()["evicted_bytes"])
    assert evicted >= 8 << 20 and session.memory()["peak_rss"] < before + evicted // 2
    assert session.memory()["rss_steady"] < before + evicted // 2
    session.invoke(max_runs=2)
    assert "evicted_bytes" not in session.conditions()
