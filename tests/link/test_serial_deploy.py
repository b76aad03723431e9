"""The command line on a serial board: a second model replaces the first, a bad one does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from relay import Relay

from edgeflow.firmware.runner import build_posix_runner

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "EDGEFLOW_STATE_DIR": str(tmp_path / "state"),
        "EDGEFLOW_CONFIG_DIR": str(tmp_path / "config"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }


def test_models_are_deployed_replaced_refused_and_rolled_back(environment: dict[str, str], tmp_path: Path) -> None:
    broken = tmp_path / "broken.tflite"
    broken.write_bytes((DATA / "kws_int8.tflite").read_bytes()[:30_000])
    with Relay([build_posix_runner().path]) as relay:

        def run(verb: str, *words: object) -> subprocess.CompletedProcess[str]:
            where = ["--device", f"serial://{relay.path}?baud=921600", "--target", "nucleo-l4r5zi"]
            command = [sys.executable, "-m", "edgeflow", verb, *map(str, words), *where, "--json"]
            return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)

        releases = []
        for deployed in ("sine_int8", "kws_int8"):
            done = run("deploy", DATA / f"{deployed}.tflite", "--name", "app")
            assert done.returncode == 0, done.stderr
            releases.append(json.loads(done.stdout)["release"])
        assert len(set(releases)) == 2
        unfit = run("deploy", DATA / "counter_float32.tflite", "--name", "app")
        assert unfit.returncode == 3 and json.loads(unfit.stdout)["reasons"]
        assert run("deploy", broken, "--name", "app").returncode == 1
        back = run("rollback", "--name", "app")
        assert back.returncode == 0, back.stderr
        assert json.loads(back.stdout)["release"] == releases[0]
