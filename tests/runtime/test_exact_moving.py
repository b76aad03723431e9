"""Operators that move, cast or choose elements give LiteRT's outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from tests.runtime import cases_moving as make
from tests.runtime.exactness import compare
from tests.runtime.single_operator import Case

COUNT = 200
OTHERS: dict[str, Callable[[np.random.Generator, int, str], Iterable[Case]]] = {
    "SHAPE": make.shape,
    "CAST": make.cast,
    "SELECT_V2": make.select,
}
WITHOUT_BOOL = ("EXPAND_DIMS", "DEPTH_TO_SPACE", "SPACE_TO_DEPTH", "PACK", "MIRROR_PAD", "SPLIT", "SPLIT_V")


@pytest.mark.parametrize("name", make.MOVES)
def test_operators_that_move_elements_give_the_outputs_of_litert(
    name: str, drivers: list[Path], tmp_path: Path
) -> None:
    cases, low, high = make.MOVES[name]
    for dtype in ("INT8", "FLOAT32", "INT32"):
        made = list(make.moved(np.random.default_rng(7), COUNT, name, dtype, cases, low, high))
        tally = compare(made, drivers, tmp_path)
        assert tally.compared == COUNT * len(drivers), (dtype, tally)
        assert tally.crashed_litert == 0


@pytest.mark.parametrize("name", OTHERS)
def test_operators_that_look_at_elements_give_the_outputs_of_litert(
    name: str, drivers: list[Path], tmp_path: Path
) -> None:
    for dtype in ("INT8", "FLOAT32", "INT32"):
        tally = compare(list(OTHERS[name](np.random.default_rng(7), COUNT, dtype)), drivers, tmp_path)
        assert tally.compared == COUNT * len(drivers), (dtype, tally)
        assert tally.crashed_litert == 0
