"""Applications: read from a folder, kept running on a device, undone when they do not stay up."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from edgeflow.cli import main
from edgeflow.deploy.acceptance import Acceptance
from edgeflow.deploy.app import read_app
from edgeflow.deploy.bundle import make_bundle, manifest_json
from edgeflow.deploy.history import read_history
from edgeflow.device.connect import connect
from edgeflow.device.session import Session
from edgeflow.device.types import Device
from edgeflow.errors import EdgeflowError, LinkError, UsageError
from edgeflow.model.read import load_model
from edgeflow.pipeline.deploy import deploy
from edgeflow.pipeline.rollback import rollback
from edgeflow.transport.address import parse_address
from tests.schemas import check_answer

DATA = Path(__file__).parents[1] / "data"
FIRST, SECOND = DATA / "sine_int8.tflite", DATA / "sine_float32.tflite"
STEADY = "import os, time\nprint(os.environ['EDGEFLOW_RELEASE'], flush=True)\ntime.sleep(600)\n"


@pytest.fixture
def base(tmp_path):
    """A device's base folder; whatever was started there is ended."""
    folder = tmp_path / "device" / "base"
    folder.mkdir(parents=True)
    (folder / "venv").symlink_to(sys.prefix)
    yield folder
    for lock in folder.glob("*/run/supervisor.lock"):
        with contextlib.suppress(OSError, ValueError):
            os.kill(int(lock.read_text()), signal.SIGTERM)
    _wait_for(lambda: not _processes(folder))


@pytest.fixture(params=["local", "ssh"])
def device(request, base, tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    address = "local:" if request.param == "local" else request.getfixturevalue("ssh_device").address
    return Device("box", parse_address(address), base=str(base), target="linux-x86-64")


def folder_of(tmp_path, name, script):
    folder = tmp_path / name
    folder.mkdir()
    (folder / "main.py").write_text(script)
    return folder


def _processes(base):
    """The supervisors and applications that run below a base, by process id."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                place, words = str((entry / "cwd").readlink()), (entry / "cmdline").read_bytes().split(b"\0")
                if place.startswith(str(base)) or (b"--supervise" in words and str(base).encode() in words[-2]):
                    found[int(entry.name)] = words
    return found


def _applications(base):
    return [pid for pid, words in _processes(base).items() if b"--supervise" not in words]


def _wait_for(what, within_s=30):
    ends = time.monotonic() + within_s
    while not (found := what()):
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.02)
    return found


def current(base):
    return (base / "wave" / "current").resolve().name


def test_deployed_broken_rolled_back_and_taken_away(device, base, tmp_path, monkeypatch):
    app = folder_of(tmp_path, "app", STEADY)
    first = deploy(FIRST, device, name="wave", app=app, app_up_s=0.2)
    assert first.app and first.app.state == "running" and first.app.by == "supervisor" and "@reboot" in first.app.boot
    (old,) = _applications(base)  # it has outlived the session
    assert deploy(FIRST, device, name="wave", app=app, app_up_s=0.2).action == "unchanged"
    assert _applications(base) == [old]

    (app / "main.py").write_text("raise SystemExit('no camera here')\n")
    with pytest.raises(EdgeflowError, match=f"status 1 .*no camera here; rolled back to {first.release}") as caught:
        deploy(FIRST, device, name="wave", app=app, app_up_s=0.2)  # the same model with another application
    assert caught.value.exit_code == 1 and caught.value.hint
    assert current(base) == first.release and not (base / "wave" / "previous").is_symlink()
    assert len(_wait_for(lambda: _applications(base))) == 1

    (app / "main.py").write_text(STEADY + "# another\n")
    with pytest.raises(EdgeflowError, match=f"memory .* bytes, allowed are 1000; rolled back to {first.release}"):
        deploy(FIRST, device, name="wave", app=app, app_up_s=0.2, acceptance=Acceptance(runs=3, rss_bytes=1000))
    second = deploy(FIRST, device, name="wave", app=app, app_up_s=0.2, acceptance=Acceptance(3, rss_bytes=1 << 30))
    assert second.accepted and second.accepted.rss_bytes and second.previous == first.release

    back = rollback(device, name="wave")
    assert back.release == first.release and back.app and back.app.state == "running"
    with connect(device) as session:
        history = read_history(session)
    assert [(told.name, told.release, told.state) for told in history.apps] == [("wave", first.release, "running")]
    assert [event.event for event in history.events].count("return") == 2

    deploy(SECOND, device, name="wave")  # without one: the old one ends
    _wait_for(lambda: not _processes(base))


def test_a_first_application_that_does_not_stay_up_leaves_nothing_running_and_nothing_current(device, base, tmp_path):
    with pytest.raises(EdgeflowError, match="no release before: none is active"):
        deploy(FIRST, device, name="wave", app=folder_of(tmp_path, "app", "print('done')"), app_up_s=0.2)
    assert not (base / "wave" / "current").is_symlink()
    _wait_for(lambda: not _processes(base))


def test_when_the_host_goes_before_it_has_accepted_the_device_goes_back(device, base, tmp_path, monkeypatch):
    first = deploy(FIRST, device, name="wave", app=folder_of(tmp_path, "one", STEADY), app_up_s=0.2)
    invoke = Session.invoke

    def broken(session, **plan):
        if plan.get("max_runs") == 13:
            session.close()
            monkeypatch.setattr(Session, "restart", lambda _: (_ for _ in ()).throw(LinkError("cable pulled")))
            raise LinkError("cable pulled")
        return invoke(session, **plan)

    monkeypatch.setattr(Session, "invoke", broken)
    restart = Session.restart
    with pytest.raises(EdgeflowError, match="cable pulled; the device goes back by itself"):
        deploy(
            SECOND, device, name="wave", app=folder_of(tmp_path, "two", STEADY), app_up_s=0, acceptance=Acceptance(13)
        )
    monkeypatch.setattr(Session, "restart", restart)
    _wait_for(lambda: current(base) == first.release)
    told = base / "wave" / "run" / "status.json"
    _wait_for(lambda: json.loads(told.read_text())["release"] == first.release)
    assert json.loads((base / "wave" / "state.json").read_text())["state"] == "good"


def test_an_agent_that_was_killed_while_a_release_was_pending_is_made_up_for_by_the_next(device, base, tmp_path):
    first = deploy(FIRST, device, name="wave", app=folder_of(tmp_path, "app", STEADY), app_up_s=0)
    with connect(device) as session:
        content = SECOND.read_bytes()
        uploaded = session.models.upload("wave", content)
        session.models.try_release("wave", uploaded.release, hold_s=60)
        assert current(base) == uploaded.release and not _applications(base)
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
                if str(base).encode() in words and any(word.endswith(b".pyz") for word in words):
                    os.kill(int(entry.name), signal.SIGKILL)
    assert current(base) == uploaded.release  # as after a power cut
    for pid in _processes(base):
        os.kill(pid, signal.SIGKILL)
    with connect(device) as session:
        assert session.models.slots("wave")[first.release][0] == "active"
    assert len(_wait_for(lambda: _applications(base))) == 1


def test_the_command_line_plans_deploys_and_says_so(base, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("EDGEFLOW_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "devices.toml").write_text(f'schema = 1\n[device.desk]\naddress = "local:"\nbase = "{base}"\n')
    app = folder_of(tmp_path, "app", STEADY)

    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            main(["deploy", str(FIRST), "--device", "desk", "--name", "wave", *map(str, arguments)])
        printed = capfd.readouterr()
        return stop.value.code, printed.out, printed.err

    code, out, _ = run("--app", app, "--dry-run")
    assert code == 0 and "app/main.py" in out and "started by: python3 main.py" in out
    assert not (base / "wave").exists()
    code, out, err = run("--app", app, "--entry", "python3 -u main.py", "--app-up", 0.1, "--json")
    answer = json.loads(out)
    check_answer(answer)
    assert code == 0 and answer["app"]["state"] == "running" and answer["entry"] == ["python3", "-u", "main.py"]
    assert {file["path"] for file in answer["files"]} == {"model.tflite", "app/main.py"} and "crontab" in err
    for arguments in (("--entry", "x"), ("--app", tmp_path / "none"), ("--app", app, "--entry", "./none")):
        code, _, err = run(*arguments)
        assert code == 2 and len(err.splitlines()) == 2 and "Traceback" not in err


def test_a_folder_is_read_in_one_order_with_what_starts_it(tmp_path):
    (tmp_path / "lib" / "__pycache__").mkdir(parents=True)
    (tmp_path / "lib" / "__pycache__" / "x.pyc").write_bytes(b"x")
    for name, content in (("run", "#!/bin/sh\n"), ("main.py", ""), ("lib/ä b.py", "pass"), ("a", "1")):
        (tmp_path / name).write_text(content)
    (tmp_path / "run").chmod(0o755)
    (tmp_path / "link").symlink_to("a")
    app = read_app(tmp_path)
    assert [(file.path, file.executable) for file in app.files] == [
        ("app/a", False),
        ("app/link", False),
        ("app/main.py", False),
        ("app/run", True),
        ("app/lib/ä b.py", False),
    ]
    assert app.payload == b"11#!/bin/sh\npass" and app.entry == ("./run",)
    assert read_app(tmp_path, entry="run --port '80; reboot'").entry == ("./run", "--port", "80; reboot")
    (tmp_path / "run").unlink()
    assert read_app(tmp_path).entry == ("python3", "main.py")
    told = json.loads(manifest_json(make_bundle(load_model(FIRST), app=app)))
    assert told["entry"] == ["./run"] and told["up_s"] == 5.0 and told["files"][-2]["executable"] is True


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda folder: (folder / "out").symlink_to("/etc/hostname"), "leads out"),
        (lambda folder: (folder / "out").symlink_to(".."), "leads out"),
        (lambda folder: ((folder / "d").mkdir(), (folder / "in").symlink_to("d")), "link to a folder"),
        (lambda folder: (folder / "gone").symlink_to("nowhere"), "No such file"),
        (lambda folder: os.mkfifo(folder / "pipe"), "neither a file nor a folder"),
        (lambda folder: (folder / "a\nb").write_text(""), "control characters"),
        (lambda folder: Path(os.fsdecode(os.fsencode(folder) + b"/\xff")).write_text(""), "not UTF-8"),
        (lambda folder: (folder / "main.py").unlink(), "empty folder"),
        (lambda folder: (folder / "main.py").rename(folder / "other.py"), "nothing says how it starts"),
        (lambda folder: (folder / "main.py").rename(folder / "run"), "run is not executable"),
    ],
)
def test_what_cannot_go_is_refused_in_two_lines(tmp_path, prepare, words):
    (tmp_path / "main.py").write_text("pass")
    prepare(tmp_path)
    with pytest.raises(UsageError, match=words) as caught:
        read_app(tmp_path)
    assert caught.value.exit_code == 2 and caught.value.hint
    assert "\n" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("entry", ["", "'", "../evil", "none/of/it", "main.py", "\0"])
def test_an_entry_that_starts_nothing_is_refused(tmp_path, entry):
    (tmp_path / "main.py").write_text("pass")
    with pytest.raises(UsageError) as caught:
        read_app(tmp_path, entry=entry)
    assert caught.value.hint


def test_more_files_or_bytes_than_a_device_takes_are_refused(tmp_path, monkeypatch):
    from edgeflow.deploy import app

    (tmp_path / "main.py").write_text("pass")
    (tmp_path / "b").write_bytes(bytes(100))
    monkeypatch.setattr(app, "MAX_FILES", 1)
    with pytest.raises(UsageError, match="more than 1 files"):
        read_app(tmp_path)
    monkeypatch.setattr(app, "MAX_FILES", 10)
    monkeypatch.setattr(app, "MAX_APP_BYTES", 50)
    with pytest.raises(UsageError, match="more than"):
        read_app(tmp_path)
