"""The supervisor with real processes: crash loops, what hangs, what it leaves when it is killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edgeflow.resources import runtime_dir, wire_dir
from tests.agent.releases import FIRST, SECOND, current, lay, make_current, wait_for

STEADY = "import time\nprint('up', flush=True)\ntime.sleep(600)\n"
START = (
    "import sys; from agent import supervisor as s; s._FIRST_PAUSE_S = 0.02; s.GRACE_S = 0.5; s.LOG_BYTES = 65536; "
    "s.supervise(sys.argv[1])"
)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "base" / "wave"


@pytest.fixture
def start(folder):
    """start() -> a supervisor of the deployment; whatever runs at the end is ended."""
    paths = os.pathsep.join((str(runtime_dir()), str(wire_dir().parents[1])))
    started = []

    def start() -> subprocess.Popen[bytes]:
        argv = [sys.executable, "-c", START, str(folder)]
        started.append(subprocess.Popen(argv, env={**os.environ, "PYTHONPATH": paths}))
        return started[-1]

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.wait(30)
    with contextlib.suppress(KeyError, ProcessLookupError, FileNotFoundError):
        os.killpg(told(folder)["pid"], signal.SIGKILL)


def told(folder: Path) -> dict:
    with contextlib.suppress(OSError, ValueError):
        return json.loads((folder / "run" / "status.json").read_text())
    return {}


def runs(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def running(folder, release=FIRST):
    return wait_for(lambda: (now := told(folder)).get("release") == release and now["state"] == "running" and now)


def log(folder):
    return (folder / "run" / "app.log").read_text() if (folder / "run" / "app.log").exists() else ""


def test_an_application_knows_its_model_and_runs_in_its_folder_with_nothing_of_ours(folder, start, monkeypatch):
    monkeypatch.setenv("A_SECRET_OF_THE_SESSION", "x")
    lay(folder, FIRST, "import os, time\nprint(dict(os.environ), os.getcwd(), flush=True)\ntime.sleep(600)\n")
    make_current(folder, FIRST)
    start()
    said = wait_for(lambda: log(folder).endswith("\n") and log(folder))
    place = folder / "releases" / FIRST
    assert f"'EDGEFLOW_MODEL': '{place}/model.tflite'" in said and f"'EDGEFLOW_RELEASE': '{FIRST}'" in said
    assert said.rstrip().endswith(str(place / "app")) and "A_SECRET" not in said
    told_pid = running(folder)["pid"]
    found = {str(path.readlink()) for path in Path(f"/proc/{told_pid}/fd").iterdir() if path.name in "012"}
    assert "/dev/null" in found and len(found) == 2  # nothing to read, and one pipe for what it says


def test_a_pending_release_that_keeps_crashing_gives_way_to_the_one_before(folder, start, agent):
    lay(folder, FIRST, STEADY)
    lay(folder, SECOND, "raise SystemExit('no camera')")
    make_current(folder, FIRST)
    agent("pending").begin(str(folder), SECOND, 600)
    start()
    running(folder, FIRST)
    assert current(folder) == FIRST and log(folder).count("no camera") == 3
    assert json.loads((folder / "state.json").read_text())["state"] == "good"


def test_a_release_that_was_accepted_is_started_again_each_time_later(folder, start):
    lay(folder, FIRST, "import sys; sys.exit(3)")
    make_current(folder, FIRST)
    start()
    now = wait_for(lambda: told(folder).get("restarts", 0) >= 4 and told(folder))
    assert now["last"].startswith("status 3 after") and current(folder) == FIRST


def test_one_that_ends_well_is_left_alone_until_it_is_asked_for_again(folder, start):
    lay(folder, FIRST, "print('done')")
    make_current(folder, FIRST)
    supervisor = start()
    wait_for(lambda: told(folder).get("state") == "ended")
    lay(folder, SECOND, STEADY)
    make_current(folder, SECOND)
    supervisor.send_signal(signal.SIGHUP)
    running(folder, SECOND)


def test_one_that_ignores_being_asked_to_end_is_killed_with_what_it_started(folder, start):
    lay(
        folder,
        FIRST,
        "import signal, subprocess, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen(['sleep', '600'])\nprint(child.pid, flush=True)\ntime.sleep(600)\n",
    )
    make_current(folder, FIRST)
    supervisor = start()
    child = int(wait_for(lambda: log(folder).strip()))
    pid = running(folder)["pid"]
    supervisor.terminate()
    assert supervisor.wait(30) == 0
    wait_for(lambda: not runs(pid) and not runs(child))
    assert told(folder)["state"] == "stopped"


def test_after_a_killed_supervisor_the_next_one_leaves_no_second_application(folder, start):
    lay(folder, FIRST, STEADY)
    make_current(folder, FIRST)
    first = start()
    orphan = running(folder)["pid"]
    first.kill()
    first.wait(30)
    assert runs(orphan)  # it goes on: an application does not fall with its supervisor
    start()
    wait_for(lambda: told(folder).get("pid") not in (None, orphan))
    assert not runs(orphan) and runs(running(folder)["pid"])
    assert start().wait(30) == 0  # a second supervisor of the same deployment ends at once


def test_the_log_has_bounds_whatever_an_application_says(folder, start):
    lay(
        folder, FIRST, "import os, time\nfor _ in range(100): os.write(1, b'x' * 9999)\nprint('end')\ntime.sleep(600)\n"
    )
    make_current(folder, FIRST)
    start()
    wait_for(lambda: log(folder).endswith("end\n"))
    sizes = [path.stat().st_size for path in (folder / "run").glob("app.log*")]
    assert len(sizes) == 2 and max(sizes) <= 65536 + 65536


def test_a_program_that_is_not_there_is_said_and_tried_again(folder, start):
    lay(folder, FIRST, STEADY)
    manifest = folder / "releases" / FIRST / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"entry": ["no-such-program", "$(id)"]}))
    make_current(folder, FIRST)
    start()
    wait_for(lambda: told(folder).get("restarts", 0) >= 2)
    assert "no-such-program does not start" in told(folder)["last"] and "uid=" not in log(folder)
