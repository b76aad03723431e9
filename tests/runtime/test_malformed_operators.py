"""Damaged models of every operator that works by value, moves, or reduces give a status, under the sanitizers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.runtime import cases_moving, cases_values
from tests.runtime.host_build import build
from tests.runtime.test_exact_moving import OTHERS
from tests.runtime.test_exact_reducing import REDUCING
from tests.runtime.test_exact_values import BINARY, UNARY
from tests.runtime.test_malformed import run

MUTATIONS = 120


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("malformed.c", "checked", tmp_path_factory)


def models() -> list[bytes]:
    rng = np.random.default_rng(13)
    made = [next(cases_values.unary(rng, 1, name, dtypes[0])) for name, (dtypes, _) in UNARY.items()]
    made += [next(cases_values.binary(rng, 1, name, dtypes[0])) for name, dtypes in BINARY.items()]
    for name, (make, low, high) in cases_moving.MOVES.items():
        made += cases_moving.moved(rng, 2, name, "FLOAT32", make, low, high)
    made += [next(iter(make(rng, 1, "INT32"))) for make in OTHERS.values()]
    made += [next(iter(make(rng, 1, name, dtype))) for (name, dtype), (make, _) in REDUCING.items()]
    return [case.model for case in made]


def test_damaged_operators_give_a_status_with_a_reason(program: Path) -> None:
    seeds = models()
    counts, invoked, speechless = run(program, seeds, MUTATIONS)
    assert speechless == 0
    assert invoked > len(seeds) * 10
    assert sum(counts) - counts[0] > len(seeds) * 10, counts
