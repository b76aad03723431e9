"""CONV_2D and FULLY_CONNECTED with int4 weights give LiteRT's outputs, in the memory that operators.toml states."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from edgeflow.fit.arena import plan_arena
from edgeflow.model.read import read_model
from tests.runtime import cases_int4 as make
from tests.runtime.exactness import Check, compare, identical
from tests.runtime.host_build import build
from tests.runtime.planned import plan_with
from tests.runtime.single_operator import Case

Make = Callable[[np.random.Generator, int], Iterable[Case]]

INT4: dict[str, tuple[Make, Check]] = {
    "conv_2d": (make.conv, identical),
    "fully_connected": (make.fully_connected, identical),
}


@pytest.mark.parametrize("name", INT4)
def test_outputs_are_those_of_litert(name: str, drivers: list[Path], tmp_path: Path) -> None:
    cases, check = INT4[name]
    tally = compare(list(cases(np.random.default_rng(4), 300)), drivers, tmp_path, check)
    assert tally.compared >= 290 * len(drivers), tally
    assert tally.crashed_litert == 0


def test_formulas_state_the_bytes_that_kernels_ask_for(tmp_path_factory: pytest.TempPathFactory) -> None:
    program = build("plan_report.c", "plain", tmp_path_factory)
    cases = [case for pair in INT4.values() for case in pair[0](np.random.default_rng(17), 20)]
    for case, answer in zip(cases, plan_with(program, [(c.model, 1 << 24, False) for c in cases]), strict=True):
        assert answer.status == 0, (case.name, answer)
        plan = plan_arena(read_model(case.model, Path("case.tflite")))
        assert (plan.planned_bytes, plan.persistent_bytes) == (answer.planned, answer.persistent), case.name
