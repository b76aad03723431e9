"""`edgeflow compare`, on models, files and runs of the store."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from edgeflow.cli import cli
from edgeflow.errors import EdgeflowError
from edgeflow.pipeline.results import record
from tests.results.conftest import make_result
from tests.schemas import check_answer

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process's session on local: is none of these tests'."""
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))


def compare(*arguments: str) -> Result:
    done = CliRunner().invoke(cli, ["compare", *arguments], standalone_mode=False)
    if done.exception and not isinstance(done.exception, click.ClickException | EdgeflowError):
        raise done.exception
    return done


def timed(run_id: str, factor: float, **changes: Any) -> dict[str, Any]:
    document = make_result(run_id, **changes)
    samples = [[factor * (100 + number + run % 7 / 10) for run in range(60)] for number in range(4)]
    flat = sorted(sample for one in samples for sample in one)
    document["latency_us"] |= {
        "count": len(flat),
        "min": flat[0],
        "max": flat[-1],
        "p50": flat[len(flat) // 2],
        "rounds": [{"init_us": 1.0, "first_invoke_us": 1.0, "samples": one} for one in samples],
    }
    return document


@pytest.fixture
def store(tmp_path: Path) -> str:
    path = tmp_path / "results.db"
    record(timed("base", 1.0), tags=["main"], store=path)
    record(timed("slow", 1.2), store=path)
    return str(path)


def test_a_regression_of_a_recorded_run_fails_with_3_and_says_what(store: str, tmp_path: Path) -> None:
    junit, markdown = tmp_path / "c.xml", tmp_path / "c.md"
    done = compare(
        "tag:main", "slow", "--store", store, "--fail-over", "5%", "--junit", str(junit), "--markdown", str(markdown)
    )
    assert done.return_value == 3, done.output
    assert "slower" in done.stdout and "+20.0 %" in done.stdout
    assert "p50" in done.stderr and "edgeflow: worse by more than 5.0%" in done.stderr
    suite = ElementTree.parse(junit).getroot().find("testsuite")
    assert suite is not None and (suite.get("failures"), suite.get("tests")) == ("1", "2")
    assert "| p50 |" in markdown.read_text() and "1 over the limit" in markdown.read_text()
    assert compare("slow", "tag:main", "--store", store, "--fail-over", "5%").return_value == 0
    assert compare("base", "slow", "--store", store, "--fail-over", "0.3").return_value == 0


def test_the_json_answer_keeps_its_schema(store: str) -> None:
    done = compare("base", "slow", "--store", store, "--fail-over", "5%", "--json")
    answer = json.loads(done.stdout)
    check_answer(answer)
    assert done.return_value == 3 and answer["regressions"][0].startswith("p50")
    p50 = answer["figures"][0]
    assert (p50["name"], p50["verdict"], round(p50["ratio"], 6)) == ("p50", "slower", 1.2)
    assert p50["timing"]["rounds"] == [4, 4] and p50["timing"]["interval99"][0] > 1.1


@pytest.mark.emulated
def test_two_models_on_an_emulated_board_are_compared_exactly() -> None:
    models = str(DATA / "sine_int8.tflite"), str(DATA / "sine_float32.tflite")
    answers = [json.loads(compare(*models, "--device", "qemu:mps2-an386", "--json").stdout) for _ in range(2)]
    check_answer(answers[0])
    figures = {figure["name"]: figure for figure in answers[0]["figures"]}
    assert figures["instructions"]["exact"] and figures["instructions"]["verdict"] in ("faster", "slower")
    assert answers[0]["figures"] == answers[1]["figures"]
    same = json.loads(compare(models[0], models[0], "--device", "qemu:mps2-an386", "--json").stdout)
    assert {figure["verdict"] for figure in same["figures"]} == {"same"}


def test_two_models_are_measured_in_turns_in_fresh_processes() -> None:
    models = str(DATA / "sine_int8.tflite"), str(DATA / "sine_float32.tflite")
    plan = ["--rounds", "3", "--runs", "5", "--min-seconds", "0", "--warmup", "0"]
    answer = json.loads(compare(*models, "--device", "local:", *plan, "--json").stdout)
    check_answer(answer)
    assert answer["interleaved"] and answer["figures"][0]["timing"]["paired"]
    assert answer["figures"][0]["timing"]["rounds"] == [3, 3]
    assert [answer[side]["plan"]["processes"] for side in ("old", "new")] == [3, 3]


@pytest.mark.parametrize(
    ("old", "new", "options", "said"),
    [
        ("base", "none", [], "no run 'none'"),
        ("base", "missing.json", [], "missing.json"),
        ("base", "slow", ["--device", "local:"], "without a device"),
        ("base", "emulated", [], "emulated"),
        ("base", "slow", ["--fail-over", "much"], "no share"),
        ("base", "nothing", [], "nor instructions"),
    ],
)
def test_what_cannot_be_compared_is_said(store: str, old: str, new: str, options: list[str], said: str) -> None:
    emulated = timed("emulated", 1.0)
    emulated["device"]["emulated"] = True
    record(emulated, store=store)
    record(make_result("nothing", latency_us=None), store=store)
    done = compare(old, new, "--store", store, *options)
    assert isinstance(done.exception, EdgeflowError | click.ClickException)
    assert said in done.exception.message and done.exception.exit_code == 2


def test_what_makes_a_comparison_doubtful_is_told(store: str) -> None:
    other = timed("other", 1.0, trusted=False, reasons=["throttling: throttled"])
    other["runtime"]["threads"] = 4
    record(other, store=store)
    done = compare("base", "other", "--store", store)
    assert "different threads" in done.stderr and "new is not to be trusted: throttling" in done.stderr


def test_a_gate_that_could_not_have_seen_the_limit_says_so(store: str) -> None:
    done = compare("base", "slow", "--store", store, "--fail-over", "0.01%")
    assert "too noisy or too few processes to see 0.0%" in done.stderr
