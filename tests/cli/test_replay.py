"""`edgeflow replay`: the same arguments again on `local:`, and refusals before anything is measured."""

from __future__ import annotations

import inspect
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from edgeflow.cli import cli, main
from edgeflow.pipeline.bench import bench
from edgeflow.pipeline.replay import Arguments, ValidationArguments, changes_of
from edgeflow.pipeline.results import list_results, record, show_result
from edgeflow.pipeline.validate import validate
from edgeflow.validate.types import Tolerance, validation_from_json
from tests.results.conftest import make_result
from tests.schemas import check_answer

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def replay(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Replay with a store of its own: replay(*arguments) -> (status, stdout, stderr)."""
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[Any, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["replay", "--store", str(tmp_path / "runs.db"), *arguments])
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


def test_a_run_is_measured_again_with_its_arguments_and_compared(replay: Any, tmp_path: Path) -> None:
    model, store = tmp_path / "sine.tflite", tmp_path / "runs.db"
    shutil.copy(DATA / "sine_int8.tflite", model)
    old = bench(
        model, "local:", runs=11, min_s=0.0, warmup=0, processes=2, delegate="none", seed=3, pin=(0,), store=store
    )
    status, out, _ = replay("last", "--json", "--tag", "again")
    answer = json.loads(out)
    check_answer(answer)
    assert status == 0 and answer["old"]["run_id"] == old.run_id and not answer["interleaved"]
    new = answer["new"]
    assert (new["plan"], new["inputs"]) == (answer["old"]["plan"], answer["old"]["inputs"])
    assert new["runtime"]["delegate"] == "none" and new["conditions"]["after"]["affinity"] == "0"
    first, again = show_result(old.run_id, store=store), show_result("tag:again", store=store)
    assert first.arguments == again.arguments and again.run_id == new["run_id"] != old.run_id

    model.write_bytes(model.read_bytes() + b"\0")
    status, out, err = replay(old.run_id)
    assert status == 2 and out == "" and "is not the model that was measured" in err and len(err.splitlines()) == 2
    model.unlink()
    status, out, err = replay(old.run_id)
    assert status == 2 and "its model is gone" in err and len(err.splitlines()) == 2
    assert len(list_results(store=store)) == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (None, "keeps no arguments"),
        ({"model": "x.tflite", "colour": 1}, "unknown argument 'colour'"),
        ({"model": "x.tflite", "threads": "many"}, "damaged arguments"),
        ({"device": "local:"}, "damaged arguments"),
        ({"model": "no/such.tflite"}, "its model is gone"),
    ],
)
def test_a_run_without_sound_arguments_is_refused(
    replay: Any, tmp_path: Path, arguments: dict[str, Any] | None, told: str
) -> None:
    record(make_result("old"), arguments, store=tmp_path / "runs.db")
    status, out, err = replay("old")
    assert status == 2 and out == "" and told in err and len(err.splitlines()) == 2


def test_a_validation_is_made_again_on_the_same_data(replay: Any, tmp_path: Path) -> None:
    model, store, data = tmp_path / "sine.tflite", tmp_path / "runs.db", tmp_path / "angles.npz"
    shutil.copy(DATA / "sine_int8.tflite", model)
    np.savez(data, angle=np.linspace(0, 6, 5, dtype=np.float32).reshape(5, 1))
    old = validate(
        model,
        "local:",
        data=data,
        delegate="none",
        max_samples=4,
        per_layer=True,
        tolerance=Tolerance(0.0),
        store=store,
    )
    assert validation_from_json(json.loads(json.dumps(old.to_json()))) == old
    shown = CliRunner().invoke(cli, ["results", "show", "last", "--store", str(store)]).stdout
    assert "LiteRT, reference" in shown and "operator by operator" in shown
    listed = CliRunner().invoke(cli, ["results", "list", "--store", str(store)]).stdout
    assert "validated" in listed
    status, out, _ = replay("last", "--json", "--tag", "again")
    answer = json.loads(out)
    check_answer(answer)
    assert status == (0 if old.matches else 4)
    assert answer["old"]["run_id"] == old.run_id and answer["changes"] == []
    assert answer["new"]["samples"] == 4 and answer["new"]["data"] == str(data)
    first, again = show_result(old.run_id, store=store), show_result("tag:again", store=store)
    assert first.arguments == again.arguments and again.noun == "validation"

    data.write_bytes(data.read_bytes() + b"\0")
    status, out, err = replay(old.run_id)
    assert status == 2 and out == "" and f"{data} has changed since" in err and len(err.splitlines()) == 2
    data.unlink()
    assert replay(old.run_id)[0] == 2 and len(list_results(store=store)) == 2


def test_what_a_validation_answers_differently_is_told() -> None:
    error = {"name": "y", "max_abs": 0.5}
    old: dict[str, Any] = {
        "matches": True,
        "scores": {"top-1": 0.9},
        "drop": 0.0,
        "runtime": {"name": "litert", "version": "2.3", "delegate": "xnnpack"},
        "against": [{"name": "reference", "errors": [error]}],
    }
    new = {
        **old,
        "matches": False,
        "scores": {"top-1": 0.85},
        "runtime": {**old["runtime"], "version": "2.4"},
        "against": [{"name": "reference", "errors": [{**error, "max_abs": 1.5}]}],
    }
    assert changes_of(old, old) == ()
    assert changes_of(old, new) == (
        "matches: yes → no",
        "scores: top-1 90.00% → top-1 85.00%",
        "runtime version: 2.3 → 2.4",
        "largest error of y against reference: 0.5 → 1.5",
    )


def test_every_argument_of_validate_that_decides_it_is_replayed() -> None:
    chosen_anew = {"wait_s", "timeout_s", "fresh", "tags", "store", "progress"}
    assert set(ValidationArguments.__annotations__) - {"digests"} == (
        set(inspect.signature(validate).parameters) - chosen_anew
    )


def test_every_argument_of_bench_that_decides_a_measurement_is_replayed() -> None:
    chosen_anew = {"require_trusted", "wait_s", "timeout_s", "fresh", "tags", "store", "progress"}
    assert set(Arguments.__annotations__) == set(inspect.signature(bench).parameters) - chosen_anew
