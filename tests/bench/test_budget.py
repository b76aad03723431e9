"""`[budget]`: what is beyond a limit is told, all of it, with exit code 3."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from edgeflow.bench.budget import Budget, over_fit, over_result, read_budget
from edgeflow.bench.types import result_from_json
from edgeflow.cli import cli
from edgeflow.errors import EdgeflowError, UsageError
from edgeflow.pipeline.check import check
from tests.results.conftest import make_result

DATA = Path(__file__).parents[1] / "data"


def test_every_limit_of_a_result_is_held() -> None:
    document = make_result(instructions={"init": 1, "per_invoke": 1000}, flash_bytes={"text": 4000, "model": 1000})
    document["memory_bytes"] |= {"arena_planned": 700, "arena_persistent": 300}
    result = result_from_json(document)
    at = Budget(101.5, 102.97, 50_000_000, 1000, 5000, 1000)
    assert over_result(at, result) == ()
    below = Budget(101.4, 102.96, 49_999_999, 999, 4999, 999)
    told = over_result(below, result)
    assert [line.split(": ")[1].split(" ")[0] for line in told] == [
        "p50_us",
        "p99_us",
        "peak_rss_bytes",
        "arena_bytes",
        "flash_bytes",
        "instructions",
    ]
    assert told[3] == "sine_int8 on pi4: arena_bytes is 1,000, the budget 999 (+0.1 %)"


def test_what_was_not_measured_exceeds_nothing() -> None:
    assert over_result(Budget(instructions=0, arena_bytes=0, flash_bytes=0), result_from_json(make_result())) == ()


def test_a_fit_is_held_to_arena_and_flash() -> None:
    fit = check(DATA / "sine_int8.tflite", "mps2-an386")
    assert fit.arena is not None and fit.flash_needed_bytes is not None
    budget = Budget(arena_bytes=fit.arena.total_bytes, flash_bytes=fit.flash_needed_bytes)
    assert over_fit(budget, fit) == ()
    assert len(over_fit(Budget(arena_bytes=1, flash_bytes=1), fit)) == 2


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("p98_us = 1", "unknown 'p98_us'.*"),
        ("p99_us = true", "p99_us is True"),
        ("p99_us = '5'", "p99_us is '5'"),
        ("p99_us = nan", "p99_us is nan"),
        ("arena_bytes = -1", "arena_bytes is -1"),
    ],
)
def test_a_bad_budget_is_refused(tmp_path: Path, table: str, said: str) -> None:
    file = tmp_path / "edgeflow.toml"
    file.write_text(f"schema = 1\n[budget]\n{table}\n")
    with pytest.raises(UsageError, match=said):
        read_budget(file)


def test_bench_and_check_end_with_3_beyond_the_budget_of_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = str(DATA / "sine_int8.tflite")
    bench = ["bench", model, "--device", "local:", "--runs", "5", "--min-seconds", "0", "--processes", "1"]
    target = ["check", model, "--target", "mps2-an386"]
    for command in (bench, target):
        assert CliRunner().invoke(cli, command, standalone_mode=False).return_value == 0
    (tmp_path / "edgeflow.toml").write_text(
        "schema = 1\n[budget]\np50_us = 0.001\npeak_rss_bytes = 1\narena_bytes = 1\nflash_bytes = 1\n"
    )
    for command in (bench, target):
        done = CliRunner().invoke(cli, command, standalone_mode=False)
        assert done.return_value == 3 and "over the budget of edgeflow.toml: 2 limits" in done.stderr
        answers = json.loads(CliRunner().invoke(cli, [*command, "--json"], standalone_mode=False).stdout)
        assert answers[-1]["exit"] == 3 and len(answers[-1]["reasons"]) == 2 and len(answers) == 2


def test_a_bad_budget_is_told_before_anything_is_measured(tmp_path: Path) -> None:
    file = tmp_path / "budget.toml"
    file.write_text("schema = 1\n[budget]\nspeed = 1\n")
    done = CliRunner().invoke(
        cli, ["bench", "none.tflite", "--device", "local:", "--project", str(file)], standalone_mode=False
    )
    assert isinstance(done.exception, EdgeflowError) and "speed" in done.exception.message
