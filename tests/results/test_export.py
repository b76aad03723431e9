"""Each format, read back by the tool it is for where that tool can be had."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import edgeflow
from edgeflow.cli import cli
from edgeflow.errors import UsageError
from edgeflow.pipeline.report import report
from edgeflow.pipeline.results import record
from edgeflow.results.export import FOLDERS, FORMATS
from tests.results.conftest import make_result
from tests.schemas import check_answer


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A real device with times, an emulated board with instructions, and names that want escaping."""
    path = tmp_path / "results.db"
    record(make_result("timed"), tags=["desk"], store=path)
    counted = make_result("counted", latency_us=None, created="2026-01-02T00:00:00+00:00")
    counted["instructions"] = {"init": 5000, "per_invoke": 777}
    counted["device"] = {**counted["device"], "name": "qemu:mps2-an386", "emulated": False}
    record(counted, store=path)
    hostile = make_result("hostile", created="2026-01-03T00:00:00+00:00", trusted=False, reasons=["<throttled>"])
    hostile["model"] = {**hostile["model"], "name": '=cmd|"/c calc"!A1\n\x07</testcase>{}'}
    record(hostile, store=path)
    return str(path)


def exported(store: str, format_name: str, *options: str) -> bytes:
    done = CliRunner().invoke(cli, ["results", "export", "--format", format_name, "--store", store, *options])
    assert done.exit_code == 0, done.output
    return done.stdout_bytes


def test_csv_has_a_line_a_run_and_no_formula(store: str) -> None:
    rows = list(csv.DictReader(exported(store, "csv").decode().splitlines(keepends=True)))
    assert [row["run_id"] for row in rows] == ["hostile", "counted", "timed"]
    assert rows[0]["model"].startswith("'=cmd") and rows[0]["reasons"] == "<throttled>"
    assert (rows[1]["p50_us"], rows[1]["instructions"]) == ("", "777")
    assert (float(rows[2]["p50_us"]), rows[2]["instructions"], rows[2]["tags"]) == (101.5, "", "desk")


def test_what_a_wrapper_does_is_exported_apart_from_the_latency(tmp_path: Path) -> None:
    part = {"count": 50, "mean": 9.0, "p90": 9.5, "p99": 12.0, "max": 15.0, "mad": 0.5, "runs_per_sample": 1}
    halves = {"pre": {**part, "min": 8.0, "p50": 9.25}, "post": {**part, "min": 1.0, "p50": 2.5}}
    result = make_result("timed", wrapper_us={"language": "python", "given": "photo: uint8 [480, 640, 3]", **halves})
    check_answer(result)
    store = tmp_path / "results.db"
    record(result, store=store)
    (row,) = csv.DictReader(exported(str(store), "csv").decode().splitlines(keepends=True))
    assert (row["pre_p50_us"], row["post_p50_us"], row["p50_us"]) == ("9.25", "2.5", "101.5")
    told = exported(str(store), "prometheus").decode()
    assert "edgeflow_preprocessing_seconds{" in told and told.count(" 9.25e-06") == 1 and told.count(" 2.5e-06") == 1
    entries = json.loads(exported(str(store), "google-benchmark"))["benchmarks"]
    assert {(entry["pre_p50_us"], entry["post_p50_us"]) for entry in entries} == {(9.25, 2.5)}
    page, markdown = tmp_path / "report.html", tmp_path / "report.md"
    report(output=page, markdown=markdown, store=store)
    assert "before, 2.5 µs (p99 12 µs) after, by the python wrapper on photo" in page.read_text()


def test_junit_fails_what_is_not_to_be_trusted(store: str) -> None:
    root = ElementTree.fromstring(exported(store, "junit"))
    suites = {suite.get("name"): suite for suite in root.findall("testsuite")}
    assert (suites["pi4"].get("tests"), suites["pi4"].get("failures")) == ("2", "1")
    failure = suites["pi4"].find("testcase/failure")
    assert failure is not None and failure.get("message") == "not to be trusted: <throttled>"


def test_google_benchmark_json_holds_a_repetition_a_round_and_aggregates(store: str) -> None:
    content = json.loads(exported(store, "google-benchmark"))
    assert set(content) == {"context", "benchmarks"}
    entries = [entry for entry in content["benchmarks"] if entry["run_name"] == "sine_int8/pi4/threads:1"]
    assert [entry["run_type"] for entry in entries] == ["iteration", "aggregate", "aggregate"]
    assert entries[0]["iterations"] == 4 and entries[0]["real_time"] == pytest.approx(101.5)
    assert entries[0]["time_unit"] == "us"


def test_pytest_benchmark_itself_compares_what_is_exported(store: str, tmp_path: Path) -> None:
    one = tmp_path / "0001_one.json"
    one.write_bytes(exported(store, "pytest-benchmark", "--tag", "desk"))
    command = [sys.executable, "-m", "pytest_benchmark", "--storage", f"file://{tmp_path}", "compare", str(one)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert "sine_int8/pi4/threads:1" in done.stdout and "101.5" in done.stdout


def test_prometheus_text_is_read_by_its_own_parser(store: str) -> None:
    from prometheus_client.parser import text_string_to_metric_families

    families = {f.name: f for f in text_string_to_metric_families(exported(store, "prometheus").decode())}
    samples = {
        (s.name, s.labels["model"], s.labels.get("quantile")): s.value for f in families.values() for s in f.samples
    }
    assert samples["edgeflow_invoke_seconds", "sine_int8", "0.5"] == pytest.approx(101.5e-6)
    assert samples["edgeflow_instructions", "sine_int8", None] == 777
    assert samples["edgeflow_trusted", '=cmd|"/c calc"!A1\n\x07</testcase>{}', None] == 0
    assert families["edgeflow_invoke_seconds"].type == "summary"


def test_mlflow_itself_reads_the_runs(store: str, tmp_path: Path) -> None:
    folder = tmp_path / "mlruns"
    exported(store, "mlflow", "--output", str(folder), "--tag", "desk")
    script = f"""
import json
from mlflow import MlflowClient
client = MlflowClient(tracking_uri={folder.as_uri()!r})
(run,) = client.search_runs([client.get_experiment_by_name("edgeflow").experiment_id])
print(json.dumps([run.info.status, run.data.params, run.data.metrics, run.data.tags]))
"""
    env = {**os.environ, "MLFLOW_ALLOW_FILE_STORE": "true"}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=env, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    status, parameters, metrics, tags = json.loads(done.stdout)
    assert status == "FINISHED" and metrics["p50_us"] == 101.5 and parameters["device"] == "pi4"
    assert tags["edgeflow.tag.desk"] == "true"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mlruns", "results.db"]


def test_mlperf_tiny_says_in_every_file_that_nobody_verified_it(store: str, tmp_path: Path) -> None:
    folder = tmp_path / "submission"
    exported(store, "mlperf-tiny", "--output", str(folder))
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.relative_to(folder).as_posix() for path in files} >= {
        "README.md",
        "systems/pi4.json",
        "results/pi4/sine_int8/performance.txt",
    }
    assert [path for path in files if "not verified by mlcommons" not in path.read_text().lower()] == []
    assert all(folder in path.resolve().parents for path in files)


def test_no_format_takes_anything_from_an_empty_store(tmp_path: Path) -> None:
    for format_name in ("json", *FORMATS):
        with pytest.raises(UsageError, match="no run"):
            edgeflow.export_results(format_name=format_name, path=tmp_path / "out", store=tmp_path / "s.db")
    assert not (tmp_path / "out").exists()


def test_formats_without_times_say_so(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    record(make_result("none", latency_us=None), store=path)
    for format_name in set(FORMATS) - {"csv", "junit"}:
        with pytest.raises(UsageError):
            edgeflow.export_results(format_name=format_name, path=tmp_path / "out", store=path)


def test_where_an_export_cannot_go(store: str, tmp_path: Path) -> None:
    attempts: list[tuple[dict[str, Any], str]] = [
        ({"format_name": "parquet"}, "no format"),
        ({"format_name": FOLDERS[0]}, "is a folder"),
        ({"format_name": "mlperf-tiny", "path": tmp_path}, "exists"),
        ({"format_name": "csv", "path": tmp_path / "none" / "a.csv"}, "cannot write"),
    ]
    for arguments, said in attempts:
        with pytest.raises(UsageError, match=said):
            edgeflow.export_results(store=store, **arguments)
