"""Runs are kept by themselves, and travel between stores."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

import edgeflow
from edgeflow.errors import UsageError
from edgeflow.pipeline.results import record
from edgeflow.results.store import StoreError
from tests.results.conftest import make_result

DATA = Path(__file__).parents[1] / "data"


def test_bench_keeps_its_result_and_how_it_was_made(tmp_path: Path) -> None:
    store = tmp_path / "results.db"
    model = DATA / "sine_int8.tflite"
    result = edgeflow.bench(model, "local:", runs=5, min_s=0, processes=1, warmup=0, tags=["mine"], store=store)
    (kept,) = edgeflow.list_results(store=store)
    assert kept.document == json.loads(json.dumps(result.to_json()))
    assert (kept.run_id, kept.tags, kept.device, kept.model_name) == (result.run_id, ("mine",), "local:", "sine_int8")
    assert result.latency_us is not None and kept.p50_us == result.latency_us.p50
    assert kept.arguments and (kept.arguments["model"], kept.arguments["runs"]) == (str(model), 5)
    assert edgeflow.show_result("last", store=store) == kept == edgeflow.show_result("tag:mine", store=store)


def test_a_bad_tag_is_refused_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="tag"):
        edgeflow.bench(tmp_path / "missing.tflite", "local:", tags=[""])


def test_a_store_that_fails_costs_no_measurement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EDGEFLOW_RESULTS", str(tmp_path / "file" / "results.db"))
    with caplog.at_level(logging.WARNING):
        record(make_result())
    assert "not in the result store" in caplog.text
    with pytest.raises(StoreError):
        record(make_result(), store=tmp_path / "file" / "results.db")


def test_an_export_goes_into_another_store_unchanged(tmp_path: Path) -> None:
    one, two, file = tmp_path / "one.db", tmp_path / "two.db", tmp_path / "runs.json"
    for number in range(3):
        record(make_result(f"run-{number}"), {"runs": number}, tags=["t"], store=one)
    edgeflow.export_results(path=file, store=one)
    done = edgeflow.import_results([file, file], store=two)
    assert sorted(done.added) == sorted(done.present) == ["run-0", "run-1", "run-2"]
    assert edgeflow.list_results(store=two) == edgeflow.list_results(store=one)


def test_what_bench_printed_is_imported_with_tags(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    file.write_text(json.dumps([make_result("a"), make_result("b")]))
    assert edgeflow.import_results([file], tags=["desk"], store=tmp_path / "s.db").added == ("a", "b")
    assert {run.tags for run in edgeflow.list_results(store=tmp_path / "s.db")} == {("desk",)}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[1]",
        b'{"schema": "edgeflow.fit/1"}',
        b'{"schema": "edgeflow.runs/1"}',
        b'{"schema": "edgeflow.runs/1", "runs": [{"tags": []}]}',
        b'{"schema": "edgeflow.runs/1", "runs": [{"document": {}, "tags": [3]}]}',
        b'{"schema": "edgeflow.result/1", "run_id": "x"}',
    ],
    ids=range(9),
)
def test_a_foreign_file_is_refused_and_nothing_is_added(tmp_path: Path, content: bytes) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(make_result()))
    bad.write_bytes(content)
    with pytest.raises(UsageError):
        edgeflow.import_results([good, bad], store=tmp_path / "s.db")
    with pytest.raises(UsageError):
        edgeflow.import_results([good, tmp_path / "missing.json"], store=tmp_path / "s.db")
    assert not (tmp_path / "s.db").exists()
