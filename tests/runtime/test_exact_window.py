"""CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED and the pools give LiteRT's outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from tests.runtime import cases_window
from tests.runtime.exactness import Check, close, compare, identical
from tests.runtime.single_operator import Case

Make = Callable[[np.random.Generator, int], Iterable[Case]]

INT8: dict[str, Make] = {
    "conv_2d": lambda rng, n: cases_window.conv(rng, n),
    "conv_2d_grouped": cases_window.conv_grouped,
    "depthwise_conv_2d": lambda rng, n: cases_window.conv(rng, n, depthwise=True),
    "fully_connected": cases_window.fully_connected,
    "average_pool_2d": lambda rng, n: cases_window.pool(rng, n, True, "INT8"),
    "max_pool_2d": lambda rng, n: cases_window.pool(rng, n, False, "INT8"),
}

FLOAT32: dict[str, tuple[Make, Check]] = {
    "conv_2d": (lambda rng, n: cases_window.conv_float(rng, n), close),
    "depthwise_conv_2d": (lambda rng, n: cases_window.conv_float(rng, n, depthwise=True), close),
    "fully_connected": (cases_window.fully_connected_float, close),
    "average_pool_2d": (lambda rng, n: cases_window.pool(rng, n, True, "FLOAT32"), close),
    "max_pool_2d": (lambda rng, n: cases_window.pool(rng, n, False, "FLOAT32"), identical),
}


@pytest.mark.parametrize("name", INT8)
def test_int8_outputs_are_identical(name: str, drivers: list[Path], tmp_path: Path) -> None:
    tally = compare(list(INT8[name](np.random.default_rng(4), 400)), drivers, tmp_path)
    assert tally.compared >= 390 * len(drivers)
    assert tally.crashed_litert == 0


@pytest.mark.parametrize("name", FLOAT32)
def test_float32_outputs_are_close(name: str, drivers: list[Path], tmp_path: Path) -> None:
    make, check = FLOAT32[name]
    tally = compare(list(make(np.random.default_rng(4), 300)), drivers, tmp_path, check)
    assert tally.compared >= 230 * len(drivers)
    assert tally.crashed_litert == 0


@pytest.mark.parametrize("operator", ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"])
def test_sums_next_to_a_tie_round_as_the_reference_does(operator: str, drivers: list[Path], tmp_path: Path) -> None:
    tally = compare(list(cases_window.near_ties(np.random.default_rng(4), 200, operator)), drivers, tmp_path)
    assert tally.compared == 200 * len(drivers)
