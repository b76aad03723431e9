"""`edgeflow run` and `edgeflow demo`, as a user starts them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edgeflow.errors import TargetError
from edgeflow.pipeline.demo import FURTHER_DEVICES
from tests.schemas import check_answer

DATA = Path(__file__).parents[1] / "data"


def edgeflow(*arguments: str, cwd: Path, timeout_s: float = 240) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "EDGEFLOW_STATE_DIR": str(cwd / "state"), "XDG_DATA_HOME": str(cwd / "data")}
    command = [sys.executable, "-m", "edgeflow", *arguments]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=timeout_s)


def test_run_takes_a_tflite_to_a_device_and_measures_it(tmp_path: Path) -> None:
    shutil.copy(DATA / "sine_int8.tflite", tmp_path / "sine.tflite")
    (tmp_path / "devices.toml").write_text(
        f'schema = 1\n[device.here]\naddress = "local:"\nbase = "{tmp_path}/base"\n', encoding="utf-8"
    )
    done = edgeflow("run", "sine.tflite", "--device", "here", "--runs", "10", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    check_answer(answer)
    assert answer["conversion"] is None
    assert answer["deployment"]["action"] == "deployed"
    deployed = tmp_path / "base" / "sine" / "current" / "model.tflite"
    assert deployed.read_bytes() == (tmp_path / "sine.tflite").read_bytes()
    assert answer["result"]["model"]["sha256"] == answer["deployment"]["model"]["sha256"]


@pytest.mark.tensorflow
def test_run_converts_as_the_project_says_and_holds_its_budget(tmp_path: Path, keras_sources: Path) -> None:
    (tmp_path / "edgeflow.toml").write_text(
        f'schema = 1\n[convert]\nquantize = "int8"\nrepresentative_data = "{keras_sources / "pixels.npz"}"\n'
        "[budget]\npeak_rss_bytes = 1\n",
        encoding="utf-8",
    )
    (tmp_path / "devices.toml").write_text(
        f'schema = 1\n[device.here]\naddress = "local:"\nbase = "{tmp_path}/base"\n', encoding="utf-8"
    )
    source = str(keras_sources / "cnn.keras")
    done = edgeflow("run", source, "--device", "here", "--runs", "5", "--json", cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    answers = json.loads(done.stdout)
    check_answer(answers[0])
    assert answers[0]["conversion"]["options"]["quantize"] == "int8"
    assert answers[1]["exit"] == 3 and "peak_rss_bytes" in answers[1]["reasons"][0]


def test_run_of_a_missing_file_says_so_in_two_lines(tmp_path: Path) -> None:
    done = edgeflow("run", "none.keras", "--device", "local:", cwd=tmp_path)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert len(lines) == 2 and "none.keras" in lines[0], lines
    assert list(tmp_path.iterdir()) == []


@pytest.mark.tensorflow
@pytest.mark.emulated
@pytest.mark.timeout(600)  # minutes where other tests share the machine
def test_demo_measures_two_models_on_three_kinds_of_device_and_reports_on_them(tmp_path: Path) -> None:
    done = edgeflow("demo", "--json", cwd=tmp_path, timeout_s=580)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    check_answer(answer)
    assert {(r["model"]["name"], r["device"]["name"]) for r in answer["results"]} == {
        (model, device)
        for model in ("digits_none", "digits_int8")
        for device in ("this machine", "over SSH", "Cortex-M4, QEMU")
    }
    assert all(r["per_operator"] for r in answer["results"])
    page = Path(tmp_path / answer["report"]).read_text(encoding="utf-8")
    assert page.count("<svg") >= 10 and all(r["run_id"] in page for r in answer["results"])
    assert min(answer["accuracy"].values()) > 0.9
    assert abs(answer["accuracy"]["digits_int8"] - answer["accuracy"]["keras"]) < 0.02
    assert (tmp_path / "build/demo/generated/nucleo-l4r5zi").is_dir()


def test_the_full_tour_has_a_second_board_and_says_where_there_is_no_arm64_one(tmp_path: Path) -> None:
    found: list[str | None] = []
    for _, opened in FURTHER_DEVICES:
        try:
            with opened(tmp_path) as device:
                found.append(device.board)
        except TargetError as error:
            assert opened is FURTHER_DEVICES[-1][1] and "none yet" in error.message
    assert found[0] == "mps3-an547"
