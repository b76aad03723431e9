"""What was deployed on a device is told by the device."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from edgeflow.cli import main
from edgeflow.deploy.history import read_history
from edgeflow.wire.constants import Slots
from tests.schemas import check_answer

DATA = Path(__file__).parents[1] / "data"


def test_show_history_tells_releases_and_what_was_done(ssh_device, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    base = tmp_path / "base"
    base.mkdir()
    (base / "venv").symlink_to(sys.prefix)
    (tmp_path / "devices.toml").write_text(
        f'schema = 1\n[device.box]\naddress = "{ssh_device.address}"\nbase = "{base}"\ntarget = "linux-x86-64"\n'
    )

    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        assert stop.value.code == 0, capfd.readouterr().err
        return capfd.readouterr().out

    assert "nothing is deployed" in run("devices", "show", "box", "--history")
    for model in ("sine_int8", "sine_float32"):
        run("deploy", DATA / f"{model}.tflite", "--device", "box", "--name", "wave")
    answer = json.loads(run("devices", "show", "box", "--history", "--json"))
    check_answer(answer)
    releases = answer["history"]["releases"]
    assert [(entry["name"], entry["state"]) for entry in releases] == [("wave", "active"), ("wave", "previous")]
    done = [(event["event"], event["release"]) for event in answer["history"]["events"]]
    first, second = releases[1]["release"], releases[0]["release"]
    assert done == [("commit", first), ("activate", first), ("commit", second), ("activate", second)]
    text = run("devices", "show", "box", "--history")
    assert f"wave: switched to {second}" in text and releases[0]["model_sha256"][:12] in text
    plain = json.loads(run("devices", "show", "box", "--json"))
    check_answer(plain)
    assert plain["history"] is None  # it was not asked


def test_a_log_with_nonsense_is_read_as_far_as_it_goes():
    class Hello:
        slots, base = Slots.FILES, "/base"

    class Models:
        def slots(self, slot=""):
            return {"r1": ("active", "0" * 64)} if slot else {"wave": ("active", "0" * 64)}

        def read_file(self, path, *, max_bytes):
            good = b'{"time": "2026-01-01T00:00:00Z", "event": "activate", "release": "r1"}\n'
            return (
                b'[1]\nnull\n{"time": 1}\n\xff\xfe\n{"time": 5, "event": "commit", "release": "x"}\n'
                + good
                + b'{"time"'
            )

        def app(self, slot):
            return {"state": "waiting", "by": "supervisor", "restarts": "2", "last": "status 1", "rss_bytes": "-1"}

    class Told:
        hello, models = Hello(), Models()

    history = read_history(Told())
    assert [event.release for event in history.events] == ["r1"] and len(history.releases) == 1
    (app,) = history.apps
    assert (app.name, app.state, app.restarts, app.up_s, app.rss_bytes) == ("wave", "waiting", 2, None, None)
