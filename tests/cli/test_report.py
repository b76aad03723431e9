"""`edgeflow report`, as a user starts it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import edgeflow
from edgeflow.pipeline.results import record
from tests.results.report.conftest import HOSTILE, counted, timed
from tests.schemas import check_answer


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "results.db"
    for number, document in enumerate((timed(1), timed(2, day=5), timed(3, model="kws_float32", us=2000), counted(4))):
        record(document, tags=["first"] if number == 0 else [], store=path)
    record(timed(5, model=HOSTILE, device="bench"), store=path)
    return path


def started(*arguments: str, cwd: Path, store: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edgeflow", "report", *arguments]
    env = {**os.environ, "EDGEFLOW_RESULTS": str(store)}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=200)


def test_a_page_markdown_and_plots_come_from_one_command(tmp_path: Path, store: Path) -> None:
    done = started("--markdown", "r.md", "--plots", "plots", "--json", cwd=tmp_path, store=store)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    check_answer(answer)
    assert answer["page_bytes"] == (tmp_path / "report.html").stat().st_size < 1_500_000
    assert len(answer["runs"]) == 5 and answer["missing"] == []
    assert sorted(p.name for p in (tmp_path / "plots").iterdir()) == sorted(Path(p).name for p in answer["plots"])
    for name in answer["plots"]:
        assert re.fullmatch(r"plots/[a-z0-9_-]+\.svg", name)
        root = ElementTree.parse(tmp_path / name).getroot()
        assert root.tag == "{http://www.w3.org/2000/svg}svg" and root.get("viewBox")
    markdown = (tmp_path / "r.md").read_text(encoding="utf-8")
    linked = re.findall(r"!\[.*\]\((plots/[^)]+)\)", markdown)
    assert sorted(linked) == sorted(answer["plots"])


def test_markdown_keeps_its_tables_whatever_a_model_is_called(tmp_path: Path, store: Path) -> None:
    done = edgeflow.report(device="bench", output=tmp_path / "r.html", markdown=tmp_path / "r.md", store=store)
    text = (tmp_path / "r.md").read_text(encoding="utf-8")
    assert done.markdown and "\u202e" not in text
    tables = [block.splitlines() for block in re.findall(r"(?:^\|.*\n)+", text, re.M)]
    assert len(tables) == 2
    for lines in tables:
        bars = {len(re.findall(r"(?<!\\)\|", line)) for line in lines}
        assert len(bars) == 1 and len(lines) >= 3
    assert re.findall(r"(?<!\\)<", text) == [] and re.findall(r"(?<!\\)`", text) == []


def test_named_runs_and_json_files_are_reported_without_the_others(tmp_path: Path, store: Path) -> None:
    (tmp_path / "bench.json").write_text(json.dumps(timed(9, model="elsewhere")), encoding="utf-8")
    done = edgeflow.report(["tag:first", str(tmp_path / "bench.json")], output=tmp_path / "r.html", store=store)
    assert sorted(done.runs) == [timed(1)["run_id"], timed(9)["run_id"]]


def test_plots_as_png_are_pixels(tmp_path: Path, store: Path) -> None:
    done = edgeflow.report(
        device="pi4", output=tmp_path / "r.html", plots=tmp_path / "deep/plots", plot_format="png", store=store
    )
    assert done.plots and all(path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" for path in done.plots)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--model", "no such model"), "no run matches"),
        (("last", "--device", "pi4"), "named and searched for"),
        (("no-such-run",), "no-such-run"),
        (("missing.json",), "missing.json"),
        (("-o", "no/such/folder/r.html", "--device", "bench"), "cannot write"),
    ],
)
def test_what_cannot_be_is_said_in_two_lines_and_nothing_is_written(
    tmp_path: Path, store: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = started(*arguments, cwd=tmp_path, store=store)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert len(lines) == 2 and told in lines[0], lines
    assert list(tmp_path.iterdir()) == []
