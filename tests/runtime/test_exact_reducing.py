"""Operators that reduce, pick, or normalize along dimensions give LiteRT's outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from tests.runtime import cases_reducing as make
from tests.runtime.exactness import Check, close, compare, identical, ulps
from tests.runtime.single_operator import Case

COUNT = 200
Make = Callable[[np.random.Generator, int, str, str], Iterable[Case]]
REDUCING: dict[tuple[str, str], tuple[Make, Check]] = {
    ("SUM", "INT8"): (make.reduced, identical),
    ("SUM", "FLOAT32"): (make.reduced, close),
    ("SUM", "INT32"): (make.reduced, identical),
    **{
        (name, dtype): (make.reduced, identical)
        for name in ("REDUCE_MAX", "REDUCE_MIN")
        for dtype in ("INT8", "FLOAT32", "INT32")
    },
    **{
        (name, dtype): (make.arg, identical)
        for name in ("ARG_MAX", "ARG_MIN")
        for dtype in ("INT8", "FLOAT32", "INT32")
    },
    ("L2_NORMALIZATION", "INT8"): (make.rows, identical),
    ("L2_NORMALIZATION", "FLOAT32"): (make.rows, ulps(4)),
    ("LOG_SOFTMAX", "INT8"): (make.rows, identical),
    ("LOG_SOFTMAX", "FLOAT32"): (make.rows, ulps(4)),
}


@pytest.mark.parametrize(("name", "dtype"), REDUCING)
def test_outputs_are_those_of_litert(name: str, dtype: str, drivers: list[Path], tmp_path: Path) -> None:
    cases, check = REDUCING[name, dtype]
    tally = compare(list(cases(np.random.default_rng(7), COUNT, name, dtype)), drivers, tmp_path, check)
    assert tally.compared == COUNT * len(drivers), tally
    assert tally.crashed_litert == 0
