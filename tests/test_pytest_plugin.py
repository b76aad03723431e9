"""The pytest plugin in a pytest of its own: the device, the gate, and what loading it costs."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.results.conftest import make_result

pytest_plugins = ["pytester"]
ROOT = Path(__file__).parents[1]
MODEL = ROOT / "tests" / "data" / "sine_int8.tflite"
PLUGIN = ("-p", "no:edgeflow", "-p", "edgeflow.pytest_plugin", "-p", "no:xdist")  # loaded once, installed or not
QUICK = "rounds=1, runs=12, min_s=0.0, warmup=1"


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(pytester.path / "state"))
    monkeypatch.setenv("EDGEFLOW_RESULTS", str(pytester.path / "runs.db"))
    monkeypatch.delenv("EDGEFLOW_DEVICE", raising=False)
    return pytester


def write_baseline(path: Path, model_bytes: int) -> None:
    """A record of a model so large; it took far longer than any device does, so that time decides nothing here."""
    document = make_result("base")
    document["latency_us"]["rounds"] = [{"init_us": 1.0, "first_invoke_us": 1.0, "samples": [1e9] * 12}]
    document["model"]["bytes"] = model_bytes
    path.write_text(json.dumps(document))


def test_loading_the_plugin_imports_nothing_heavy() -> None:
    code = "import pytest, sys; before = set(sys.modules); import edgeflow.pytest_plugin; "
    code += "print(*(name for name in set(sys.modules) - before if not name.startswith('edgeflow')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {name.partition(".")[0] for name in done.stdout.split()} <= set(sys.stdlib_module_names)


def test_pytest_finds_the_plugin_by_its_entry_point() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"edgeflow": "edgeflow.pytest_plugin"}


def test_the_device_is_the_option_s_else_the_environment_s_else_this_machine(
    inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner.makepyfile("def test_it(edgeflow_device): print('on', edgeflow_device.address)")
    inner.runpytest_subprocess(*PLUGIN, "-s").stdout.fnmatch_lines(["*on local:*"])
    monkeypatch.setenv("EDGEFLOW_DEVICE", "qemu:mps2-an386")
    inner.runpytest_subprocess(*PLUGIN, "-s").stdout.fnmatch_lines(["*on qemu:mps2-an386*"])
    inner.runpytest_subprocess(*PLUGIN, "-s", "--edgeflow-device", "local:").stdout.fnmatch_lines(["*on local:*"])
    done = inner.runpytest_subprocess(*PLUGIN, "--edgeflow-device", "nowhere")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*nowhere*"])


def test_a_model_that_became_worse_fails_and_one_that_did_not_passes(inner: pytest.Pytester) -> None:
    size = MODEL.stat().st_size
    write_baseline(inner.path / "smaller.json", round(size / 1.1))
    write_baseline(inner.path / "same.json", size)
    inner.makepyfile(
        f"""
        def test_worse(assert_no_regression):
            assert_no_regression({str(MODEL)!r}, baseline="smaller.json", fail_over="5%", {QUICK})

        def test_within(assert_no_regression):
            assert_no_regression({str(MODEL)!r}, baseline="smaller.json", fail_over=0.2, {QUICK})

        def test_same(assert_no_regression):
            found = assert_no_regression({str(MODEL)!r}, baseline="same.json", {QUICK})
            assert found.figures[0].name == "p50" and found.new.plan.processes == 1

        def test_missing(assert_no_regression):
            assert_no_regression({str(MODEL)!r}, baseline="none.json")

        def test_share(assert_no_regression):
            assert_no_regression({str(MODEL)!r}, baseline="same.json", fail_over="much")
        """
    )
    done = inner.runpytest_subprocess(*PLUGIN)
    outcomes = done.parseoutcomes()
    assert (outcomes["passed"], outcomes["failed"]) == (2, 3)
    done.stdout.fnmatch_lines(
        [
            "*sine_int8 on local: is worse than smaller.json by more than 5.0%:",
            "model: * B → * B (+10.0 %)",
            "none.json: No such file or directory",
            "'much' is no share",
        ]
    )
    assert "Traceback" not in done.stdout.str() and "edgeflow/pipeline" not in done.stdout.str()
