"""Android over adb: the same commands, with a real adbd and the static runner."""

import hashlib
import json
import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgeflow.deploy.acceptance import Acceptance
from edgeflow.deploy.bundle import make_bundle, manifest_json
from edgeflow.deploy.history import read_history
from edgeflow.deploy.keys import load_signing_key
from edgeflow.device.android import DEFAULT_BASE
from edgeflow.device.book import find_device
from edgeflow.device.connect import connect, reference_session
from edgeflow.device.tensors import feed_random
from edgeflow.errors import DeviceBusyError, DeviceError, DeviceStatusError, EdgeflowError, LinkError, UsageError
from edgeflow.pipeline.bench import bench
from edgeflow.pipeline.deploy import deploy
from edgeflow.pipeline.invoke import invoke
from edgeflow.pipeline.keys import new_key, trust_key, trusted_keys
from edgeflow.pipeline.rollback import rollback
from edgeflow.wire.constants import Command, Slots

DATA = Path(__file__).parents[1] / "data"
SINE, KWS, VWW = (DATA / f"{name}.tflite" for name in ("sine_float32", "kws_int8", "vww_int8"))
RUNNING = "for p in /proc/[0-9]*; do case $(readlink $p/exe) in */edgeflow/agent/*) echo ${p#/proc/};; esac; done"


@pytest.fixture
def phones(daemon, monkeypatch, tmp_path):
    """Two devices that hold no model yet; at the end no runner is left on them."""
    monkeypatch.setenv("EDGEFLOW_ADB", str(daemon.adb))
    monkeypatch.setenv("EDGEFLOW_CONFIG_DIR", str(tmp_path / "config"))
    for number in range(len(daemon.serials)):
        daemon.shell(f"cd {DEFAULT_BASE} && rm -rf .[a-z]* $(ls | grep -vx agent)", number)
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
        opened = session.open("app")
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
        assert session.hello.slots == Slots.FILES
        assert (session.hello.board, session.hello.os) == ("Trixie Phone", "Android 14")
    again = deploy(KWS, phone, name="app")  # both are there: nothing is sent, and the right one is switched to
    assert (again.action, again.sent_bytes, again.release) == ("deployed", 0, second.release)
    assert answers(phone) == expected(KWS, tmp_path)
    with connect(other) as session:
        assert session.models.slots() == {}  # the one named by its serial number is the one that was meant


def test_a_model_over_64_kib_is_pushed_whole_and_not_again_after_a_break(phones, daemon, tmp_path):
    phone = phones[0]
    deploy(SINE, phone, name="app")
    before = answers(phone)

    def cut(stage, done, total):
        if stage == "upload" and done == total:
            for pid in runners(daemon):
                daemon.shell(f"kill -9 {pid}")

    with pytest.raises(LinkError, match="ended with"):
        deploy(VWW, phone, name="app", progress=cut)
    assert answers(phone) == before
    done = deploy(VWW, phone, name="app")
    assert done.action == "deployed" and done.sent_bytes == 0  # it had arrived; its digest says so
    assert answers(phone) == expected(VWW, tmp_path)
    left = daemon.shell(f"cd {DEFAULT_BASE} && ls -d app/incoming/* app/*.new io/*").split()
    assert left == []


def test_releases_lie_as_on_linux_and_several_deployments_have_their_own_history(phones, daemon, capsys):
    phone = phones[0]
    deploy(SINE, phone, name="app")
    second = deploy(KWS, phone, name="app")
    deploy(SINE, phone, name="other")
    with pytest.raises(UsageError, match="several deployments"):
        rollback(phone)
    assert rollback(phone, name="app").previous == second.release
    with connect(phone) as session:
        history = read_history(session)
    assert {release.name for release in history.releases} == {"app", "other"}
    told = [(event.name, event.event) for event in history.events]
    assert told.count(("app", "activate")) == 3 and told.count(("other", "commit")) == 1
    base = daemon.data[0] / "local/tmp/edgeflow"
    model = base / "app/current/model.tflite"
    assert model.read_bytes() == SINE.read_bytes() and model.stat().st_mode & 0o222 == 0
    assert (base / "app/current").readlink().parent == Path("releases")
    assert json.loads((base / "app/current/manifest.json").read_text())["name"] == "app"
    bench(VWW, phone, runs=2, warmup=0, processes=1)
    assert [path.suffix for path in (base / "cache").iterdir()] == [".tflite"]  # only tried
    with connect(phone) as session:
        assert set(session.models.slots()) == {"app", "other"}


def test_what_does_not_hold_up_is_undone_on_the_device(phones):
    phone = phones[0]
    first = deploy(SINE, phone, name="app")
    with pytest.raises(EdgeflowError, match=f"rolled back to {first.release}"):
        deploy(KWS, phone, name="app", acceptance=Acceptance(runs=3, p99_us=0.001))
    assert deploy(SINE, phone, name="app").action == "unchanged"
    done = deploy(KWS, phone, name="app", acceptance=Acceptance(runs=3, rss_bytes=1 << 30))
    assert done.accepted.runs == 3 and done.accepted.rss_bytes


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
    with connect(phone) as session:  # whether the runner saw its input end or was hung up on: the lock is free
        assert session.hello.runtime == "edgeflow"
        (runner,) = runners(daemon, wanted=1)
        daemon.shell(f"kill -9 {runner}")
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
    argv = [daemon.data[0] / "local/tmp/edgeflow/agent" / _runner_name(daemon), "--limit", "1"]
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
    path = daemon.data[0] / "local/tmp/edgeflow/agent" / _runner_name(daemon)
    good = path.read_bytes()
    path.write_bytes(good[:-1000] + bytes(1000))
    with connect(phone) as session:
        assert session.hello.runtime == "edgeflow"
    assert path.read_bytes() == good and path.stat().st_mode & 0o777 == 0o700


def test_a_base_that_cannot_be_written_is_one_clear_error(phones):
    with (
        pytest.raises(DeviceError, match="agent cannot be made") as caught,
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


def test_a_pinned_device_takes_what_a_pinned_key_signed_and_nothing_else(phones, daemon):
    phone, other = phones
    new_key("release")
    new_key("stranger")
    assert deploy(SINE, phone, name="app", sign="release").warnings[-1].startswith(f"{phone.name} trusts no key yet")
    deploy(KWS, phone, name="unsigned")
    assert trust_key("release", phone).notes == (
        "unsigned runs an unsigned release; it stays until the next deploy or rollback",
    )
    for sign in (None, "stranger"):
        with pytest.raises(EdgeflowError, match=r"takes only bundles|does not trust"):
            deploy(KWS, phone, name="app", sign=sign)
    with connect(phone) as session:  # a host that does not ask before: the device itself says no
        content = KWS.read_bytes()
        manifest = manifest_json(make_bundle(_model(KWS), name="app"))
        stranger, release = (load_signing_key(name, ask=lambda _: None) for name in ("stranger", "release"))
        for signature in (b"", stranger.sign(manifest), release.sign(manifest + b" "), b"x"):
            with pytest.raises(DeviceStatusError) as caught:
                session.models.upload("app", content, manifest=manifest, signature=signature)
            assert (caught.value.status, caught.value.exit_code) == ("BAD_SIGNATURE", 1)
        assert session.models.slots("app").keys() == {deploy_release(session)}
    done = deploy(KWS, phone, name="app", sign="release")
    assert done.action == "deployed" and done.signed_by == release.public.fingerprint and not done.warnings
    base = daemon.data[0] / "local/tmp/edgeflow"
    signers = base / ".allowed_signers"
    current = base / "app/current"
    argv = ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", "edgeflow", "-n", "edgeflow"]
    argv += ["-s", current / "manifest.json.sig"]
    subprocess.run(argv, input=(current / "manifest.json").read_bytes(), check=True, capture_output=True)
    older = base / "app/previous/model.tflite"
    older.chmod(0o644)
    older.write_bytes(bytes(older.stat().st_size))
    with pytest.raises(DeviceStatusError, match="has changed"):
        rollback(phone, name="app")
    assert trusted_keys(phone).keys[0].text == release.public.text
    assert trust_key("release", phone, remove=True).keys is None
    assert trusted_keys(other).keys is None


def deploy_release(session):
    """The only release of the deployment `app`."""
    (release,) = session.models.slots("app")
    return release


def test_what_earlier_versions_kept_goes_with_their_runner(phones, daemon):
    phone, base = phones[0], daemon.data[0] / "local/tmp/edgeflow"
    deploy(SINE, phone, name="trial")
    (base / "runner").mkdir()
    (base / "runner/0123").touch()
    (base / "slots").write_bytes(bytes(100))
    for path in (base / "agent").iterdir():
        path.unlink()
    with connect(phone) as session:
        assert set(session.models.slots()) == {"trial"}
    assert {path.name for path in base.iterdir()} == {"agent", "cache", "io", "trial", ".lock"}


@pytest.mark.parametrize("base", ["edgeflow", "~/edgeflow", "/" + "x" * 600])
def test_a_base_that_is_no_absolute_path_is_told_with_what_to_do(phones, base):
    with pytest.raises(DeviceError, match="cannot be the folder") as caught, connect(replace(phones[0], base=base)):
        pass
    assert caught.value.exit_code == 5 and DEFAULT_BASE in caught.value.hint


def _model(path):
    from edgeflow.model.read import load_model

    return load_model(path)


def _endless():
    from edgeflow.wire import message

    plan = {"warmup": 0, "warmup_ms": 0, "max_runs": 0, "min_ms": 0, "max_ms": 600_000, "period_us": 0, "flags": 0}
    return message.pack_request(Command.INVOKE, **plan)


def _runner_name(daemon):
    (path,) = (daemon.data[0] / "local/tmp/edgeflow/agent").iterdir()
    return path.name
