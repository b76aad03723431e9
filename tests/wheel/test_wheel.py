"""The wheel in an empty virtual environment, far from the repository, does what the checkout does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

pytestmark = [pytest.mark.wheel, pytest.mark.timeout(1500)]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `edgeflow` command of a virtual environment that holds the wheel and what it asks for."""
    venv = tmp_path_factory.mktemp("empty") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True, timeout=300)
    install = [str(venv / "bin/python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*install, f"edgeflow[convert] @ file://{wheel}"], check=True, timeout=1200)
    return venv / "bin/edgeflow"


def run(installed: Path, cwd: Path, *arguments: str, timeout_s: float = 300) -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    env |= {"HOME": str(cwd), "XDG_CACHE_HOME": str(cwd / "cache"), "XDG_DATA_HOME": str(cwd / "data")}
    return _checked([str(installed), *arguments], cwd, env, timeout_s)


def _checked(command: Sequence[str], cwd: Path, env: dict[str, str], timeout_s: float) -> str:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=timeout_s)
    assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_wheel_carries_runtime_targets_and_templates_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for folder in ("runtime/core/", "runtime/agent/", "targets/boards/", "templates/"):
        assert any(name.startswith(f"edgeflow/_data/{folder}") for name in names), folder
    strangers = [name for name in names if not name.startswith(("edgeflow/", "edgeflow-"))]
    assert strangers == []
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".o", ".elf"))]


def test_targets_list_works_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    answer = json.loads(run(installed, tmp_path, "targets", "list", "--json"))
    assert "cortex-m4" in json.dumps(answer)


def test_convert_and_bench_on_local_work_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    make = (
        "import keras\n"
        "keras.utils.set_random_seed(1)\n"
        "m = keras.Sequential([keras.Input((8,), name='x'), keras.layers.Dense(4, activation='softmax')])\n"
        "m.save('m.keras')\n"
    )
    _checked([str(installed.parent / "python"), "-c", make], tmp_path, dict(os.environ), 300)
    run(installed, tmp_path, "convert", "m.keras", "--quantize", "none", "-o", "m.tflite")
    result = json.loads(run(installed, tmp_path, "bench", "m.tflite", "--device", "local:", "--runs", "20", "--json"))
    result = result[0] if isinstance(result, list) else result
    assert result["latency_us"]["count"] >= 20
    assert result["model"]["bytes"] == (tmp_path / "m.tflite").stat().st_size
