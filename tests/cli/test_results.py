"""`edgeflow results`, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from edgeflow.cli import cli
from edgeflow.pipeline.results import record
from tests.results.conftest import make_result
from tests.schemas import check_answer


@pytest.fixture
def store(tmp_path: Path) -> str:
    path = tmp_path / "results.db"
    record(make_result("20260101T000000Z-00000001"), store=path)
    record(make_result("20260102T000000Z-00000002", created="2026-01-02T00:00:00+00:00"), tags=["old"], store=path)
    return str(path)


def run(*arguments: str) -> str:
    done = CliRunner().invoke(cli, ["results", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_list_shows_a_line_a_run_in_80_columns(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = run("list", "--store", store).splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines if line.startswith(" 2026")] == [
        "20260102T000000Z-00000002",
        "20260101T000000Z-00000001",
    ]


def test_every_json_answer_keeps_its_schema(store: str, tmp_path: Path) -> None:
    answer = json.loads(run("list", "--store", store, "--tag", "old", "--json"))
    check_answer(answer)
    assert [entry["run_id"] for entry in answer["runs"]] == ["20260102T000000Z-00000002"]
    shown = json.loads(run("show", "20260101", "--store", store, "--json"))
    check_answer(shown)
    check_answer(shown["document"])
    tagged = json.loads(run("tag", "last", "a", "b", "--store", store, "--json"))
    check_answer(tagged)
    assert tagged["tags"] == ["a", "b", "old"]
    file = tmp_path / "one.json"
    file.write_text(json.dumps(shown["document"]))
    imported = json.loads(run("import", str(file), "--store", store, "--json"))
    check_answer(imported)
    assert imported["present"] == ["20260101T000000Z-00000001"]


def test_show_prints_the_run_as_bench_did(store: str) -> None:
    text = run("show", "tag:old", "--store", store)
    assert "20260102T000000Z-00000002" in text and "tags: old" in text and "102 µs" in text


def test_an_empty_store_says_how_to_fill_it(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["results", "list", "--store", str(tmp_path / "new.db")])
    assert done.exit_code == 0 and "edgeflow bench" in done.stderr
