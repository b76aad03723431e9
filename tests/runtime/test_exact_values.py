"""Operators of one value or of two give LiteRT's outputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.runtime import cases_values as make
from tests.runtime.exactness import Check, close, compare, identical, ulps

COUNT = 200
UNARY: dict[str, tuple[tuple[str, ...], Check]] = {
    "TANH": (("INT8", "FLOAT32"), ulps(4)),
    "ELU": (("INT8", "FLOAT32"), ulps(4)),
    "GELU": (("INT8", "FLOAT32"), close),  # LiteRT's erf is an approximation
    "EXP": (("INT8", "FLOAT32"), ulps(4)),
    "LOG": (("INT8", "FLOAT32"), ulps(4)),
    "SQRT": (("INT8", "FLOAT32"), ulps(0)),
    "RSQRT": (("INT8", "FLOAT32"), ulps(0)),
    "ABS": (("INT8", "FLOAT32", "INT32"), identical),
    "NEG": (("INT8", "FLOAT32", "INT32"), identical),
    "FLOOR": (("FLOAT32",), identical),
    "CEIL": (("FLOAT32",), identical),
    "ROUND": (("FLOAT32",), identical),
    "HARD_SWISH": (("INT8", "FLOAT32"), ulps(1)),
    "LEAKY_RELU": (("INT8", "FLOAT32"), identical),
    "RELU_N1_TO_1": (("INT8", "FLOAT32"), identical),
    "LOGICAL_NOT": (("BOOL",), identical),
}
NUMBERS = ("INT8", "FLOAT32", "INT32", "INT64")
BINARY: dict[str, tuple[str, ...]] = {
    "SUB": ("INT8", "FLOAT32", "INT32"),
    "DIV": ("INT8", "FLOAT32", "INT32"),
    "MAXIMUM": ("INT8", "FLOAT32", "INT32"),
    "MINIMUM": ("INT8", "FLOAT32", "INT32"),
    "SQUARED_DIFFERENCE": ("INT8", "FLOAT32", "INT32"),
    "PRELU": ("INT8", "FLOAT32"),
    "EQUAL": (*NUMBERS, "BOOL"),
    "NOT_EQUAL": (*NUMBERS, "BOOL"),
    "LESS": NUMBERS,
    "LESS_EQUAL": NUMBERS,
    "GREATER": NUMBERS,
    "GREATER_EQUAL": NUMBERS,
    "LOGICAL_AND": ("BOOL",),
    "LOGICAL_OR": ("BOOL",),
}


@pytest.mark.parametrize("name", UNARY)
def test_operators_of_one_input_give_the_outputs_of_litert(name: str, drivers: list[Path], tmp_path: Path) -> None:
    dtypes, check = UNARY[name]
    for dtype in dtypes:
        cases = list(make.unary(np.random.default_rng(7), COUNT, name, dtype))
        tally = compare(cases, drivers, tmp_path, identical if dtype == "INT8" else check)
        assert tally.compared == COUNT * len(drivers), (dtype, tally)
        assert tally.crashed_litert == 0


@pytest.mark.parametrize("name", BINARY)
def test_operators_of_two_inputs_give_the_outputs_of_litert(name: str, drivers: list[Path], tmp_path: Path) -> None:
    for dtype in BINARY[name]:
        cases = list(make.binary(np.random.default_rng(7), COUNT, name, dtype))
        tally = compare(cases, drivers, tmp_path, identical)
        assert tally.compared == COUNT * len(drivers), (dtype, tally)
        assert tally.crashed_litert == 0
