"""`edgeflow deploy` and `edgeflow rollback` as a user types them."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

import edgeflow
from edgeflow.cli import main

DATA = Path(__file__).parents[1] / "data"
SCHEMAS = Path(edgeflow.__file__).parent / "results" / "schemas"


@pytest.fixture
def run(capfd):
    """Run the command line in this process: (exit code, stdout, stderr)."""

    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        printed = capfd.readouterr()
        return stop.value.code, printed.out, printed.err

    return run


@pytest.fixture
def base(tmp_path):
    folder = tmp_path / "base"
    folder.mkdir()
    (folder / "venv").symlink_to(sys.prefix)
    return folder


@pytest.fixture
def box(run, ssh_device, base):
    """A device of the book behind the sshd."""
    assert run("devices", "add", "box", ssh_device.address, "--base", base)[0] == 0
    return "box"


def check(answer):
    schema = json.loads((SCHEMAS / "deployment.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(answer, schema)
    return answer


def test_deploying_twice_then_rolling_back(run, box, base):
    code, out, _ = run("deploy", DATA / "sine_int8.tflite", "-d", box, "--name", "app", "--json")
    assert code == 0
    first = check(json.loads(out))
    assert first["action"] == "deployed"
    code, out, _ = run("deploy", DATA / "sine_float32.tflite", "-d", box, "--name", "app", "--json")
    second = check(json.loads(out))
    assert second["previous"] == first["release"]
    assert check(json.loads(run("rollback", "-d", box, "--json")[1]))["release"] == first["release"]
    assert (base / "app/current/model.tflite").read_bytes() == (DATA / "sine_int8.tflite").read_bytes()
    code, out, err = run("deploy", DATA / "sine_int8.tflite", "-d", box, "--name", "app")
    assert (code, err) == (0, "")
    assert "already active" in out
    assert "rolled back" in run("rollback", "-d", box, "--to", second["release"])[1]


def test_a_dry_run_says_what_would_happen(run, box, base):
    code, out, _ = run("deploy", DATA / "sine_int8.tflite", "-d", box, "--dry-run", "--json")
    assert code == 0
    assert check(json.loads(out))["action"] == "planned"
    assert [path.name for path in base.iterdir()] == ["venv"]


def test_a_model_that_does_not_fit_is_exit_3_with_reasons(run, ssh_device, base):
    code, out, err = run(
        "deploy", DATA / "vww_float32.tflite", "-d", ssh_device.address, "--target", "nucleo-f446re", "--json"
    )
    assert code == 3
    answer = json.loads(out)
    assert answer["exit"] == 3
    assert answer["reasons"]
    assert err.strip().splitlines()[-2].startswith("edgeflow: vww_float32 does not fit")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (None, "no such file"),
        (b"", "empty"),
        (b"PK\x03\x04 something else", ""),
        (b"\x1c\0\0\0TFL3" + b"\xff" * 64, ""),
    ],
)
def test_what_is_no_model_is_exit_1(run, box, base, tmp_path, content, word):
    path = tmp_path / "m.tflite"
    if content is not None:
        path.write_bytes(content)
    code, _, err = run("deploy", path, "-d", box)
    assert code == 1
    assert len(err.strip().splitlines()) == 2
    assert word in err.lower()
    assert [entry.name for entry in base.iterdir()] == ["venv"]


@pytest.mark.parametrize("name", ["../up", "a/b", "$(id)", ".hidden", "venv", "", "A"])
def test_hostile_names_are_exit_2_and_leave_nothing(run, box, base, name):
    code, _, err = run("deploy", DATA / "sine_int8.tflite", "-d", box, "--name", name)
    assert code == 2
    assert len(err.strip().splitlines()) == 2
    assert [entry.name for entry in base.iterdir()] == ["venv"]
    assert run("rollback", "-d", box, "--name", name)[0] == 2


def test_an_unknown_device_and_none_at_all_are_exit_2(run, ssh_device, monkeypatch):
    monkeypatch.delenv("EDGEFLOW_DEVICE", raising=False)
    assert run("deploy", DATA / "sine_int8.tflite", "-d", "nobody")[0] == 2
    code, _, err = run("deploy", DATA / "sine_int8.tflite")
    assert code == 2
    assert "--device" in err


def test_a_device_in_use_is_exit_6(run, box, base):
    from edgeflow.device.book import find_device
    from edgeflow.device.connect import connect

    with connect(find_device(box)):
        code, _, err = run("deploy", DATA / "sine_int8.tflite", "-d", box)
    assert code == 6
    assert "in use by" in err
    assert "--wait" in err


def test_a_lower_version_is_exit_1(run, box):
    assert run("deploy", DATA / "sine_int8.tflite", "-d", box, "--name", "app", "--bundle-version", 3)[0] == 0
    code, _, err = run("deploy", DATA / "sine_float32.tflite", "-d", box, "--name", "app", "--bundle-version", 2)
    assert code == 1
    assert "version 3" in err
    assert run("deploy", DATA / "sine_float32.tflite", "-d", box, "--name", "app", "--bundle-version", -1)[0] == 2


def test_several_devices_get_the_model_one_after_the_other(run, box, ssh_device, base, tmp_path):
    second = tmp_path / "second"
    second.mkdir()
    (second / "venv").symlink_to(sys.prefix)
    assert run("devices", "add", "two", ssh_device.address, "--base", second)[0] == 0
    code, out, _ = run("deploy", DATA / "sine_int8.tflite", "-d", box, "-d", "two", "--json")
    assert code == 0
    assert [check(answer)["device"]["name"] for answer in json.loads(out)] == ["box", "two"]
    assert (second / "sine_int8/current/model.tflite").read_bytes() == (DATA / "sine_int8.tflite").read_bytes()
    code, out, err = run("deploy", DATA / "sine_int8.tflite", "-d", box, "-d", "nobody")
    assert code == 2
    assert "nobody" in err


def test_rollback_on_a_device_made_fresh_is_the_users_mistake(run):
    status, _, err = run("rollback", "-d", "qemu:mps2-an386", "--fresh")
    assert status == 2 and "--fresh drops the releases" in err


def test_taking_over_a_dead_sessions_lock_over_ssh_is_said(box, base):
    """In a process of its own, because logging is set up once."""
    (base / ".lock").write_text('{"owner": "me@desk:7", "time": 1}')
    words = ["deploy", str(DATA / "sine_int8.tflite"), "--device", box]
    done = subprocess.run([sys.executable, "-m", "edgeflow", *words], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "notice: took over the lock that me@desk:7 left" in done.stderr
