"""One model onto several devices: the first one first, the others at once, and what stops them."""

import _thread
import json
import sys
import threading
from pathlib import Path

import pytest

from edgeflow.cli import main
from edgeflow.device.types import Device
from edgeflow.errors import DeviceError, DoesNotFitError, EdgeflowError, MismatchError, UsageError
from edgeflow.pipeline.deploy import deploy
from edgeflow.pipeline.deploy_many import deploy_many, worst_exit_code
from edgeflow.progress import silent
from edgeflow.transport.address import Address, parse_address
from tests.schemas import check_answer

DATA = Path(__file__).parents[1] / "data"
KWS, SINE, VWW = (DATA / f"{name}.tflite" for name in ("kws_int8", "sine_float32", "vww_int8"))


@pytest.fixture
def devices(ssh_device, tmp_path):
    """Three devices behind one sshd, each with a base of its own."""
    found = []
    for name in ("one", "two", "three"):
        base = tmp_path / name
        base.mkdir()
        (base / "venv").symlink_to(sys.prefix)
        found.append(Device(name, parse_address(ssh_device.address), base=str(base)))
    return found


@pytest.fixture
def pretended(monkeypatch):
    """Deployments that do nothing but fail where they are told to: what was begun, in order, and the way to say so."""
    begun, failures = [], {}

    def pretend(model, device, *, progress=silent, dry_run=False, **_):
        if dry_run:
            return None
        begun.append(device.name)
        progress("upload", 0, 1)
        if failure := failures.get(device.name):
            raise failure
        return device.name

    monkeypatch.setattr("edgeflow.pipeline.deploy_many.deploy", pretend)
    return begun, failures


def named(*names):
    return [Device(name, Address("serial", name), target="cortex-m4") for name in names]


def current(device, name="app"):
    return (Path(device.base) / name / "current" / "model.tflite").read_bytes()


def test_the_first_device_comes_before_the_others_and_all_end_with_the_model(devices, tmp_path, capfd):
    def run(*words):
        with pytest.raises(SystemExit) as stop:
            main([str(word) for word in words])
        printed = capfd.readouterr()
        return stop.value.code, printed.out, printed.err

    book = "".join(
        f'[device.{each.name}]\naddress = "{each.address}"\nbase = "{each.base}"\ntarget = "linux-x86-64"\n'
        for each in devices
    )
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "devices.toml").write_text(f"schema = 1\n{book}")
    words = ["deploy", SINE, "--name", "app", *(word for each in devices for word in ("-d", each.name))]
    code, out, err = run(*words)
    assert code == 0
    assert err.splitlines()[0] == "one: deployed"
    assert sorted(err.splitlines()[1:]) == ["three: deployed", "two: deployed"]
    table = [line.split()[:2] for line in out.splitlines()]
    assert [words for words in table if words[1:] == ["deployed"]] == [[each.name, "deployed"] for each in devices]
    assert all(len(line) <= 80 for line in out.splitlines())
    assert {current(each) for each in devices} == {SINE.read_bytes()}
    (Path(devices[1].base) / "app" / "current").unlink()  # so that its agent is asked, which cannot start now
    (Path(devices[1].base) / "venv").unlink()
    (Path(devices[1].base) / "venv" / "bin").mkdir(parents=True)
    (Path(devices[1].base) / "venv" / "bin" / "python3").symlink_to("/bin/false")
    code, out, err = run(*words, "--json", "--jobs", 1)
    answers = json.loads(out)
    for answer in answers:
        check_answer(answer)
    assert [answer.get("action") for answer in answers] == ["unchanged", None, "unchanged"]
    assert (answers[1]["device"], answers[1]["exit"], code) == ("two", 5, 5)
    assert err == ""


def test_a_first_device_that_fails_keeps_the_model_from_the_others(pretended):
    begun, failures = pretended
    failures["one"] = DeviceError("one: no answer", "look")
    heard = []
    outcomes = deploy_many(SINE, named("one", "two", "three"), told=heard.append)
    assert begun == ["one"]
    assert [outcome.begun for outcome in outcomes] == [True, False, False]
    assert "two was not touched: it failed on one" in outcomes[1].failure.message
    assert worst_exit_code(outcomes) == 5
    assert sorted(outcome.device.name for outcome in heard) == ["one", "three", "two"]


def test_a_device_that_is_away_does_not_stop_the_others_but_a_bad_release_does(pretended):
    begun, failures = pretended
    failures["two"] = DeviceError("two: no answer")
    outcomes = deploy_many(SINE, named("one", "two", "three", "four"), jobs=1)
    assert begun == ["one", "two", "three", "four"]
    assert [outcome.exit_code for outcome in outcomes] == [0, 5, 0, 0]
    begun.clear()
    failures["three"] = MismatchError("output off")
    outcomes = deploy_many(SINE, named("one", "two", "three", "four"), jobs=1)
    assert begun == ["one", "two", "three"]
    assert not outcomes[3].begun
    assert "it failed on three" in outcomes[3].failure.message
    assert worst_exit_code(outcomes) == 4


def test_as_many_as_asked_for_work_at_once(pretended, monkeypatch):
    meeting = threading.Barrier(3, timeout=60)
    monkeypatch.setattr(
        "edgeflow.pipeline.deploy_many.deploy",
        lambda model, device, *, progress=silent, dry_run=False: dry_run or device.name == "one" or meeting.wait() >= 0,
    )
    outcomes = deploy_many(SINE, named("one", *"abcdef"), jobs=3)  # fewer would wait for ever
    assert worst_exit_code(outcomes) == 0


def test_what_does_not_fit_one_of_them_touches_none(pretended, monkeypatch):
    begun, _ = pretended
    monkeypatch.setattr("edgeflow.pipeline.deploy_many.deploy", deploy)
    board = Device("small", Address("serial", "x"), target="cortex-m4", board="nucleo-f446re")
    with pytest.raises(DoesNotFitError, match="small"):
        deploy_many(DATA / "vww_float32.tflite", [Device("desk", Address("local")), board])
    assert begun == []


def test_a_device_named_twice_is_a_usage_error(pretended):
    with pytest.raises(UsageError, match="the same device twice"):
        deploy_many(SINE, [*named("one"), *named("one")])
    with pytest.raises(EdgeflowError, match="no device"):
        deploy_many(SINE, [])


def test_interrupted_each_device_has_the_old_model_or_the_new_one(devices):
    for device in devices:
        deploy(SINE, device, name="app")
    others = threading.Event()

    def progress_of(device):
        def interrupt(stage, done, total):
            if device.name != "one" and stage == "upload":
                if not others.is_set():
                    others.set()
                    _thread.interrupt_main()
                threading.Event().wait(0.5)  # the main thread gets it before the next block

        return interrupt

    outcomes = deploy_many(VWW, devices, name="app", jobs=1, progress_of=progress_of)
    assert [outcome.exit_code for outcome in outcomes] == [0, 130, 130]
    assert [outcome.begun for outcome in outcomes] == [True, True, False]
    assert worst_exit_code(outcomes) == 130
    assert [current(device) for device in devices] == [VWW.read_bytes(), SINE.read_bytes(), SINE.read_bytes()]
    again = deploy_many(VWW, devices, name="app", wait_s=30)
    assert [outcome.deployment.action for outcome in again] == ["unchanged", "deployed", "deployed"]
