"""SVDF gives LiteRT's outputs over several steps, in the memory that operators.toml states."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from edgeflow.fit.arena import plan_arena
from edgeflow.model.read import read_model
from tests.runtime import cases_state as make
from tests.runtime.exactness import Check, compare, identical
from tests.runtime.host_build import build
from tests.runtime.oracle import Outcome
from tests.runtime.planned import plan_with
from tests.runtime.single_operator import Case

Make = Callable[[np.random.Generator, int], Iterable[Case]]


def close_at_every_step(case: Case, ours: np.ndarray, theirs: np.ndarray, magnitude: Outcome | None) -> str:
    """|a - b| <= 1e-5 * the greatest sum |x*w| of any step: magnitudes grow from step to step."""
    assert isinstance(magnitude, list), f"no magnitude for {case.name}"
    bound = 1e-5 * np.maximum(np.abs(theirs), np.max(magnitude, axis=0))
    wrong = np.flatnonzero(~(np.abs(ours.astype(np.float64) - theirs) <= bound).ravel())
    return f"{len(wrong)} of {ours.size} differ" if len(wrong) else ""


STATE: dict[str, tuple[Make, Check]] = {
    "svdf int8": (lambda rng, n: make.svdf(rng, n, "INT8"), identical),
    "svdf float32": (lambda rng, n: make.svdf(rng, n, "FLOAT32"), close_at_every_step),
}


@pytest.mark.parametrize("name", STATE)
def test_outputs_are_those_of_litert(name: str, drivers: list[Path], tmp_path: Path) -> None:
    cases, check = STATE[name]
    tally = compare(list(cases(np.random.default_rng(27), 300)), drivers, tmp_path, check)
    assert tally.compared == 300 * len(drivers), tally


def test_formulas_state_the_bytes_that_kernels_ask_for(tmp_path_factory: pytest.TempPathFactory) -> None:
    program = build("plan_report.c", "plain", tmp_path_factory)
    cases = [case for pair in STATE.values() for case in pair[0](np.random.default_rng(28), 20)]
    for case, answer in zip(cases, plan_with(program, [(c.model, 1 << 24, False) for c in cases]), strict=True):
        assert answer.status == 0, (case.name, answer)
        plan = plan_arena(read_model(case.model, Path("case.tflite")))
        assert (plan.planned_bytes, plan.persistent_bytes) == (answer.planned, answer.persistent), case.name
