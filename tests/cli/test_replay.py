"""`edgeflow replay`: the same arguments again on `local:`, and refusals before anything is measured."""

from __future__ import annotations

import inspect
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from edgeflow.cli import main
from edgeflow.pipeline.bench import bench
from edgeflow.pipeline.replay import Arguments
from edgeflow.pipeline.results import list_results, record, show_result
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


def test_every_argument_of_bench_that_decides_a_measurement_is_replayed() -> None:
    chosen_anew = {"require_trusted", "wait_s", "timeout_s", "fresh", "tags", "store", "progress"}
    assert set(Arguments.__annotations__) == set(inspect.signature(bench).parameters) - chosen_anew
