"""LiteRT's own kernels on an Android device: the bundle and its runner, over a real adbd."""

import json
import os
import random
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from edgeflow.device.android_litert import LitertRunner
from edgeflow.device.book import find_device
from edgeflow.device.connect import connect, reached, reference_session
from edgeflow.device.litert_bundle import LIBRARY, litert_bundle
from edgeflow.device.runtime_choice import with_runtime
from edgeflow.device.system_libraries import system_libraries
from edgeflow.device.tensors import feed_random
from edgeflow.errors import DeviceBusyError, DeviceError, DeviceStatusError, UsageError
from edgeflow.firmware.litert_runner import build_litert_runner
from edgeflow.model.read import load_model
from edgeflow.pipeline.bench import bench
from edgeflow.pipeline.invoke import Step, invoke
from edgeflow.pipeline.provision import provision
from edgeflow.resources import runtime_dir
from edgeflow.wire import frame, message
from edgeflow.wire.constants import Command, Reset, Slots, Status
from tests.adbd import adbd, unavailable_reason
from tests.litert_parts import MACHINE, deb, library, parts
from tests.schemas import check_answer

DATA = Path(__file__).parents[1] / "data"
TARGET = {"x86_64": "android-x86-64", "aarch64": "android-arm64"}
KWS, VWW, COUNTER, TWO = (
    DATA / f"{name}.tflite" for name in ("kws_int8", "vww_int8", "counter_float32", "two_signatures_float32")
)
RUNNING = r"""
for p in /proc/[0-9]*; do case $(tr '\0' ' ' <$p/cmdline) in /data/*/litert/*/runner*) echo ${p#/proc/};; esac; done
"""


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    """Two devices, and a cache that holds the bundle's fetched parts as the user's own does after the first time."""
    if reason := unavailable_reason():
        pytest.skip(reason)
    build_litert_runner(f"{MACHINE}-linux-gnu.2.28")  # with the user's own cache of what zig builds
    with pytest.MonkeyPatch.context() as patch, adbd(tmp_path_factory.mktemp("adbd")) as started:
        patch.setenv("EDGEFLOW_CACHE_DIR", platformdirs.user_cache_dir("edgeflow", appauthor=False))
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        litert_bundle(MACHINE, "phone", parts(tmp_path_factory.mktemp("parts")))
        yield started


@pytest.fixture
def phones(daemon, monkeypatch, tmp_path):
    monkeypatch.setenv("EDGEFLOW_ADB", str(daemon.adb))
    monkeypatch.setenv("EDGEFLOW_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    devices = tuple(find_device(f"adb://{serial}", target=TARGET[MACHINE]) for serial in daemon.serials)
    yield tuple(with_runtime(device, "litert") for device in devices)
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


def answers(session, source, **options):
    """Outputs by name, for random inputs."""
    opened = session.open(source, **options)
    for info, data in zip(opened.inputs, feed_random(opened.inputs, 3).data, strict=True):
        session.write_input(info.index, data)
    session.invoke(max_runs=2, warmup=1)
    return {info.name: session.read_output(info.index) for info in opened.outputs}


def test_every_model_answers_as_litert_does_here(phones, tmp_path):
    with connect(phones[0]) as session, reference_session(tmp_path) as here:
        assert (session.hello.runtime, session.hello.slots) == ("litert", Slots.FILES)
        compared = 0
        for path in sorted(DATA.glob("*.tflite")):
            model = load_model(path)
            for key in [signature.key for signature in model.signatures] or [""]:
                found = answers(session, session.models.place(model), signature=key)
                wanted = answers(here, str(path), signature=key)
                assert set(found) == set(wanted), path.name
                for name in found:
                    if "int8" in path.name:
                        assert found[name] == wanted[name], (path.name, name)
                    else:
                        pair = [np.frombuffer(raw[name], np.float32) for raw in (found, wanted)]
                        np.testing.assert_allclose(*pair, rtol=1e-6, atol=1e-6, err_msg=path.name)
                compared += 1
        assert compared > 15


def test_bench_and_invoke_take_it_by_name_and_tell_what_ran(phones):
    phone = replace(phones[0], runtime=None)
    result = bench(
        KWS, phone, runtime="litert", runs=5, warmup=1, processes=2, min_s=0.0, threads=2, pin=[0], cold=True
    )
    assert result.latency_us.count >= 10 and result.latency_us.p50 > 0
    assert (result.runtime.name, result.runtime.api, result.runtime.delegate) == ("litert", "compiled-model", "xnnpack")
    assert result.memory_bytes.peak_rss > library().stat().st_size / 8
    assert set(result.memory_bytes.phases) == {"import", "load", "allocate", "first_invoke", "steady"}
    assert {reading["round"] for reading in result.conditions["during"]} == {"0", "1"}
    assert result.conditions["tuning"]["pin"]["refused"] is None and result.device.os == "Android 14"
    steps = [Step("add", {"amount": np.float32([[value, 1]])}) for value in (2, 3)]
    done = invoke(COUNTER, phone, steps=[*steps, Step("read")], runtime="litert")
    assert next(iter(done.outputs.values())).reshape(-1).tolist() == [5.0, 2.0]  # with state kept between them


def test_large_tensors_go_as_files_and_inputs_take_other_shapes(phones):
    sine = DATA / "sine_any_batch_float32.tflite"
    values = np.linspace(-3, 3, 40_000, dtype=np.float32).reshape(-1, 1)
    name = load_model(sine).signatures[0].inputs[0][0]
    found = invoke(sine, phones[0], inputs={name: values}, input_shapes={name: values.shape})
    wanted = invoke(sine, "local:", inputs={name: values}, input_shapes={name: values.shape})
    np.testing.assert_allclose(*(next(iter(one.outputs.values())) for one in (found, wanted)), atol=1e-5)
    with pytest.raises(DeviceStatusError, match="not an input") as caught:
        invoke(sine, phones[0], input_shapes={"nothing": (2, 1)})
    assert caught.value.exit_code in (1, 2)


def test_what_it_lacks_is_refused_by_name_and_the_session_goes_on(phones):
    with connect(phones[0]) as session:
        for command, fields, said in (
            (Command.MODEL_BEGIN, {"slot": "app", "size": 1, "sha256": bytes(32)}, "deploys none"),
            (Command.SLOTS, {"slot": ""}, "UNKNOWN_COMMAND"),
            (Command.INVOKE, dict.fromkeys(PLAN, 0), "no model is open"),
            (Command.MODEL_USE, {"path": "/data/none", "sha256": bytes(32)}, "no such file"),
            (Command.MODEL_USE, {"path": "/proc/self/exe", "sha256": bytes(32)}, "BAD_CHECKSUM"),
        ):
            with pytest.raises(DeviceStatusError, match=said):
                session.request(command, **fields)
        source = session.models.place(load_model(KWS))
        for options, said in (
            ({"api": "interpreter"}, "compiled-model"),
            ({"library": "0" * 64 + ":/data/x.so"}, "no custom operators"),
            ({"signature": "nothing"}, "no such signature"),
            ({"shapes": {"0": (7, 7, 7)}}, "LiteRT"),
        ):
            with pytest.raises(DeviceStatusError, match=said):
                session.open(source, **options)
        with pytest.raises(DeviceStatusError, match="LiteRT does not read this model"):
            session.open("/bin/sh")
        with pytest.raises(DeviceStatusError, match="times no operators"):
            session.open(source)
            session.invoke(max_runs=1, flags=1)
        for path in ("/data/local/tmp/edgeflow/io/../x", "/etc/passwd", "/data/local/tmp/edgeflow/cache/x"):
            session.invoke(max_runs=1)
            with pytest.raises(DeviceStatusError, match="folder io"):
                session.request(Command.OUTPUT_SAVE, index=0, path=path)
        before = answers(session, source)
        session.reset(Reset.VARIABLES)
        session.invoke(max_runs=1)
        assert {"again": session.read_output(0)} == {"again": next(iter(before.values()))}  # its inputs were kept


PLAN = ("warmup", "warmup_ms", "max_runs", "min_ms", "max_ms", "period_us", "flags")


def test_one_session_a_device_and_nothing_is_left_when_the_host_dies(phones, daemon):
    phone = phones[0]
    with connect(phone) as session:
        with pytest.raises(DeviceBusyError, match=r"in use by \S+@\S+:\d+"), connect(phone):
            pass
        session.open(session.models.place(load_model(VWW)))
        link = session._connection._link
        link._write(200, Command.INVOKE, message.pack_request(Command.INVOKE, **dict.fromkeys(PLAN, 0) | ENDLESS), 5.0)
        assert len(runners(daemon, wanted=1)) == 1
        os.kill(link._pipe._pipe.pid, signal.SIGKILL)  # adb itself, which says no goodbye
        assert runners(daemon, wanted=0) == []


ENDLESS = {"max_runs": 2**31}


def test_a_damaged_library_is_replaced_and_other_devices_are_left_alone(phones, daemon, run):
    phone, other = phones
    assert run("devices", "add", "phone", phone.address, "--target", phone.target, "--no-probe")[0] == 0
    code, out, _ = run("devices", "provision", "phone", "--force", "--json")
    answer = json.loads(out)
    check_answer(answer)
    assert code == 0 and answer["installed"]["sent_bytes"] > library().stat().st_size and answer["python"] is None
    assert "there; --runtime litert" in run("devices", "probe", "phone")[2]
    assert provision(phone).tried.runtime == "litert"
    assert provision(phone).installed is None  # all of it is there
    place = next((daemon.data[0] / "local/tmp/edgeflow/litert").iterdir()) / LIBRARY
    whole = place.read_bytes()
    place.write_bytes(whole[: len(whole) // 2])
    done = provision(phone)
    assert done.installed.sent_bytes == len(whole) and place.read_bytes() == whole
    with reached(other) as transport:
        assert isinstance(transport, LitertRunner)
        assert "not there; edgeflow devices provision" in transport.note()


def test_what_is_no_part_of_a_bundle_says_so(tmp_path):
    with pytest.raises(DeviceError, match="not for 'armv7l'") as caught:
        litert_bundle("armv7l", "phone")
    assert "edgeflow's own runtime" in caught.value.hint
    with pytest.raises(UsageError, match="no wheel of ai-edge-litert"):
        litert_bundle(MACHINE, "phone", tmp_path)
    with pytest.raises(UsageError, match=r"no ld-linux.*libc\.so\.6, .* for arm64"):
        system_libraries("arm64", "ld-linux-aarch64.so.1", tmp_path)
    package = tmp_path / "libc6_1_arm64.deb"
    for content in (b"", b"MZ", deb({"libc.so.6": b"x"})[:100], deb({"libc.so.6": b"x"})[:-700]):
        package.write_bytes(content)
        with pytest.raises(UsageError, match=r"is no Debian package|no ld-linux"):
            system_libraries("arm64", "ld-linux-aarch64.so.1", tmp_path)


def test_a_runtime_that_a_device_does_not_have_is_refused():
    with pytest.raises(UsageError, match="no runtime 'edgeflow'"):
        with_runtime(find_device("local:"), "edgeflow")
    with pytest.raises(UsageError, match="no runtime 'litert'"):
        with_runtime(find_device("qemu:mps2-an386"), "litert")


def test_hostile_requests_are_answered_once_each_and_the_runner_goes_on(daemon, tmp_path):
    dice = random.Random(8)
    commands = [command for command in Command if command not in (Command.RESET, Command.INVOKE)]
    sent = [(dice.choice(commands), dice.randbytes(dice.choice([0, 1, 2, 5, 9, 33, 100, 60_000]))) for _ in range(250)]
    source = message.pack_request(
        Command.OPEN, source=str(KWS), signature="", threads=0, api="", delegate="", shapes="", library=""
    )
    sent[100], sent[-1] = (Command.OPEN, source), (Command.HELLO, b"")
    stream = b"".join(
        frame.encode(number, command, payload) + dice.randbytes(dice.randrange(9))
        for number, (command, payload) in enumerate(sent)
    )
    path = next(path for name, path, _ in litert_bundle(MACHINE, "here").files if name == "runner")
    argv = [path, library(), tmp_path]
    done = subprocess.run(argv, input=stream, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
    assert done.returncode == 0
    items = [item for item in frame.Splitter(1 << 17).feed(done.stdout) if not isinstance(item, bytes)]
    replies = {seq: status for seq, status, _ in items if status != Status.RUNNING}
    assert len(replies) == len([1 for _, status, _ in items if status != Status.RUNNING]) > 200
    assert (replies[100], replies[249]) == (Status.OK, Status.OK)
    assert set(replies.values()) >= {Status.BAD_REQUEST, Status.UNKNOWN_COMMAND, Status.BAD_STATE, Status.NOT_FOUND}


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_the_runner_compiles_without_a_warning(compiler):
    root = runtime_dir()
    flags = ["-std=c99", "-O1", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror", "-fsyntax-only"]
    folders = [f"-I{root / folder}" for folder in ("core", "link", "port/posix", "litert/runner")]
    files = [*sorted((root / "litert/runner").glob("*.c")), root / "port/posix/ef_hold.c"]
    assert len(files) > 5
    done = subprocess.run([compiler, *flags, *folders, *files], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
