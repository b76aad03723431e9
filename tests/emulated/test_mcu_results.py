"""The last dated run of `make bench-mcu`: everything asked for is in it and was reached, and its images agree."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PEERS = tomllib.loads((ROOT / "hardware/benchmarks/mcu_peers.toml").read_text(encoding="utf-8"))
MODELS = {"ad01", "kws", "resnet8", "vww"}


@pytest.fixture(scope="module")
def last() -> dict[str, Any]:
    dated = [path for path in (ROOT / "hardware/results").iterdir() if re.fullmatch(r"[\d-]{10}-mcu\.json", path.name)]
    answer: dict[str, Any] = json.loads(max(dated).read_text(encoding="utf-8"))
    assert answer["schema"] == "edgeflow.mcu/1"
    return answer


@pytest.mark.parametrize("goal", PEERS["goal"], ids=lambda goal: f"{goal['row']} {goal.get('model', '')}".strip())
def test_what_must_be_reached_was_reached(last: dict[str, Any], goal: dict[str, Any]) -> None:
    (row,) = [r for r in last["table"] if (r["row"], r["model"]) == (goal["row"], goal.get("model"))]
    assert row["value"] is not None and row["value"] <= row["must"] == goal["must"]
    if row["peer"]:
        assert row["value"] == pytest.approx(row["figure"] / row["peer"])


def test_every_build_of_every_model_is_there_and_all_give_the_same_output(last: dict[str, Any]) -> None:
    builds = {(b["core"], b["model"], b["build"]) for b in last["builds"]}
    kinds = {"aot-speed", "aot-ram", "interpreter"}
    assert builds == {(core, m, kind) for core in ("cortex-m4", "cortex-m55") for m in MODELS for kind in kinds}
    for model in MODELS:
        assert len({b["digest"] for b in last["builds"] if b["model"] == model}) == 1
        assert all(b["operators"] for b in last["builds"] if b["model"] == model and b["build"] != "aot-ram")
    assert last["peer"] == PEERS["name"] and all(last["models"].values())
