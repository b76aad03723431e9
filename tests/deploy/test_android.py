"""Android over adb: the same commands, with a real adbd and the static runner."""

import hashlib
import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgeflow.device.android import DEFAULT_BASE
from edgeflow.device.book import find_device
from edgeflow.device.connect import connect, reference_session
from edgeflow.device.tensors import feed_random
from edgeflow.errors import DeviceBusyError, DeviceError, LinkError
from edgeflow.pipeline.bench import bench
from edgeflow.pipeline.deploy import deploy
from edgeflow.pipeline.invoke import invoke
from edgeflow.pipeline.keys import trust_key
from edgeflow.pipeline.rollback import rollback
from edgeflow.wire.constants import Command, Slots
from tests.adbd import adbd, unavailable_reason

DATA = Path(__file__).parents[1] / "data"
SINE, KWS, VWW = (DATA / f"{name}.tflite" for name in ("sine_float32", "kws_int8", "vww_int8"))
RUNNING = "for p in /proc/[0-9]*; do case $(readlink $p/exe) in */edgeflow/runner/*) echo ${p#/proc/};; esac; done"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    if reason := unavailable_reason():
        pytest.skip(reason)
    with adbd(tmp_path_factory.mktemp("adbd")) as started:
        yield started


@pytest.fixture
def phones(daemon, monkeypatch, tmp_path):
    """Two devices that hold no model yet; at the end no runner is left on them."""
    monkeypatch.setenv("EDGEFLOW_ADB", str(daemon.adb))
    monkeypatch.setenv("EDGEFLOW_CONFIG_DIR", str(tmp_path / "config"))
    for number in range(len(daemon.serials)):
        daemon.shell(f"rm -f {DEFAULT_BASE}/slots {DEFAULT_BASE}/trial {DEFAULT_BASE}/.lock", number)
    yield tuple(find_device(f"adb://{serial}", target="android-x86-64") for serial in daemon.serials)
    for number in range(len(daemon.serials)):
        assert runners(daemon, number, wanted=0) == []


def runners(daemon, number=0, wanted=None, within_s=20):
    """Process ids of runners on a device, once there are as many as wanted."""
    ends = time.monotonic() + within_s
    while True:
        found = daemon.shell(RUNNING, number).split()
        if wanted is None or len(found) == wanted or time.monotonic() > ends:
            return found
        time.sleep(0.1)


def answers(device):
    """What the active model gives for random inputs."""
    with connect(device, wait_s=20) as session:
        opened = session.open("")
        for info, data in zip(opened.inputs, feed_random(opened.inputs, 3).data, strict=True):
            session.write_input(info.index, data)
        session.invoke(max_runs=1)
        return [session.read_output(info.index) for info in opened.outputs]


def expected(model, tmp_path):
    """The same by this machine's reference kernels, which edgeflow's runtime equals."""
    with reference_session(tmp_path) as session:
        opened = session.open(str(model), delegate="reference")
        for info, data in zip(opened.inputs, feed_random(opened.inputs, 3).data, strict=True):
            session.write_input(info.index, data)
        session.invoke(max_runs=1)
        return [session.read_output(info.index) for info in opened.outputs]


def test_deploy_bench_invoke_and_rollback_go_as_on_other_devices(phones, tmp_path):
    phone, other = phones
    first = deploy(SINE, phone, name="app")
    assert (first.action, first.sent_bytes, first.persistent) == ("deployed", SINE.stat().st_size, True)
    assert first.health.compared
    second = deploy(KWS, phone, name="app")
    assert second.previous and second.release != first.release
    assert deploy(KWS, phone, name="app").action == "unchanged"
    assert answers(phone) == expected(KWS, tmp_path)
    result = bench(KWS, phone, runs=5, warmup=1, processes=1)
    assert result.latency_us.count >= 5 and result.runtime.name == "edgeflow"
    assert (result.device.os, result.device.emulated) == ("Android 14", False)
    found = invoke(SINE, phone, inputs={"0": np.array([[0.5]], np.float32)})
    assert found.device.name == phone.name
    back = rollback(phone)
    assert back.model_sha256 == hashlib.sha256(SINE.read_bytes()).hexdigest()
    with connect(phone) as session:
        assert session.hello.slots == Slots.FLASH
        assert (session.hello.board, session.hello.os) == ("Trixie Phone", "Android 14")
    again = deploy(KWS, phone, name="app")  # both are there: nothing is sent, and the right one is switched to
    assert (again.action, again.sent_bytes, again.release) == ("deployed", 0, second.release)
    assert answers(phone) == expected(KWS, tmp_path)
    with connect(other) as session:
        assert session.models.slots() == {}  # the one named by its serial number is the one that was meant


def test_a_model_over_64_kib_arrives_whole_and_a_broken_upload_goes_on(phones, daemon, tmp_path):
    phone = phones[0]
    deploy(SINE, phone, name="app")
    before = answers(phone)

    def cut(stage, done, total):
        if stage == "upload" and done >= 150_000:
            for pid in runners(daemon):
                daemon.shell(f"kill -9 {pid}")

    with pytest.raises(LinkError, match="ended with"):
        deploy(VWW, phone, name="app", progress=cut)
    assert answers(phone) == before
    done = deploy(VWW, phone, name="app")
    assert done.action == "deployed" and 0 < done.sent_bytes < VWW.stat().st_size
    assert answers(phone) == expected(VWW, tmp_path)


def test_one_session_a_device_and_its_owner_is_named(phones):
    phone, other = phones
    with connect(phone):
        with pytest.raises(DeviceBusyError, match=r"in use by \S+@\S+:\d+ for \d+ s") as caught:
            deploy(SINE, phone)
        assert caught.value.exit_code == 6
        assert deploy(SINE, other).action == "deployed"
    assert deploy(SINE, phone).action == "deployed"


def test_nothing_is_left_running_when_the_host_dies_in_the_middle(phones, daemon, caplog):
    phone = phones[0]
    with connect(phone) as session:
        session.open(session.models.place(_model(VWW)))
        session._connection._link._write(200, Command.INVOKE, _endless(), 5.0)
        assert len(runners(daemon, wanted=1)) == 1
        os.kill(session._connection._link._pipe._pipe.pid, signal.SIGKILL)  # adb itself, which says no goodbye
        assert runners(daemon, wanted=0) == []
    with caplog.at_level("INFO"), connect(phone) as session:
        assert session.hello.runtime == "edgeflow"
    assert "took over the lock that" in caplog.text


def test_a_runner_that_hangs_ends_by_itself(phones, daemon):
    phone = phones[0]
    with connect(phone):
        (pid,) = runners(daemon)
        limit = daemon.shell(f"tr '\\0' ' ' </proc/{pid}/cmdline").split("--limit ")[1].split()[0]
    assert 60 <= int(limit) <= 120
    argv = [daemon.data[0] / "local/tmp/edgeflow/runner" / _runner_name(daemon), "--limit", "1"]
    stuck = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    os.set_blocking(stuck.stdout.fileno(), False)
    try:
        stuck.stdin.write(bytes(7))  # it has heard something, and then nobody takes what it says
        stuck.stdin.flush()
        time.sleep(1.5)
        assert stuck.poll() is None  # it waits for more, which is no hanging
    finally:
        stuck.kill()
        stuck.communicate()


def test_a_damaged_runner_on_the_device_is_brought_anew(phones, daemon):
    phone = phones[0]
    with connect(phone):
        pass
    path = daemon.data[0] / "local/tmp/edgeflow/runner" / _runner_name(daemon)
    good = path.read_bytes()
    path.write_bytes(good[:-1000] + bytes(1000))
    with connect(phone) as session:
        assert session.hello.runtime == "edgeflow"
    assert path.read_bytes() == good and path.stat().st_mode & 0o777 == 0o700


def test_a_base_that_cannot_be_written_is_one_clear_error(phones):
    with (
        pytest.raises(DeviceError, match="runner cannot be made") as caught,
        connect(replace(phones[0], base="/proc/x")),
    ):
        pass
    assert caught.value.exit_code == 5 and "base" in caught.value.hint


def test_names_with_everything_in_them_are_only_names(phones, daemon):
    odd = replace(phones[0], base="/data/local/tmp/a b$(touch /data/hit)'\";`x`")
    with connect(odd) as session:
        assert session.hello.runtime == "edgeflow"
    assert not (daemon.data[0] / "hit").exists()
    assert "a b$(touch" in daemon.shell("ls /data/local/tmp")
    daemon.shell("rm -rf /data/local/tmp/a*")


def test_a_device_that_is_not_there_is_told_with_what_to_do(phones):
    for address in ("adb://emulator-1234", "adb://127.0.0.1:9"):
        with pytest.raises(DeviceError) as caught, connect(find_device(address, target="android-arm64")):
            pass
        assert caught.value.exit_code == 5 and caught.value.hint


def test_no_signature_is_checked_there_and_that_is_said(phones):
    from edgeflow.pipeline.keys import new_key

    new_key("release")
    done = deploy(SINE, phones[0], sign="release")
    assert any("checks no signatures" in warning for warning in done.warnings)
    with pytest.raises(DeviceError, match="keeps no keys"):
        trust_key("release", phones[0])


def _model(path):
    from edgeflow.model.read import load_model

    return load_model(path)


def _endless():
    from edgeflow.wire import message

    plan = {"warmup": 0, "warmup_ms": 0, "max_runs": 0, "min_ms": 0, "max_ms": 600_000, "period_us": 0, "flags": 0}
    return message.pack_request(Command.INVOKE, **plan)


def _runner_name(daemon):
    (path,) = (daemon.data[0] / "local/tmp/edgeflow/runner").iterdir()
    return path.name
