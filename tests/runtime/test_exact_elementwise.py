"""Operators that work value by value, reduce, or move data give LiteRT's outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from tests.runtime import cases_elementwise as make
from tests.runtime.exactness import Check, close, compare, identical, ulps
from tests.runtime.single_operator import Case

Make = Callable[[np.random.Generator, int], Iterable[Case]]

OPERATORS: dict[str, tuple[Make, Check]] = {
    "add int8": (lambda rng, n: make.binary(rng, n, "ADD", "INT8"), identical),
    "add float32": (lambda rng, n: make.binary(rng, n, "ADD", "FLOAT32"), close),
    "mul int8": (lambda rng, n: make.binary(rng, n, "MUL", "INT8"), identical),
    "mul float32": (lambda rng, n: make.binary(rng, n, "MUL", "FLOAT32"), close),
    "relu int8": (lambda rng, n: make.unary(rng, n, "RELU", "INT8"), identical),
    "relu float32": (lambda rng, n: make.unary(rng, n, "RELU", "FLOAT32"), identical),
    "relu6 int8": (lambda rng, n: make.unary(rng, n, "RELU6", "INT8"), identical),
    "relu6 float32": (lambda rng, n: make.unary(rng, n, "RELU6", "FLOAT32"), identical),
    "logistic int8": (lambda rng, n: make.unary(rng, n, "LOGISTIC", "INT8"), identical),
    "logistic float32": (lambda rng, n: make.unary(rng, n, "LOGISTIC", "FLOAT32"), ulps(4)),
    "softmax int8": (lambda rng, n: make.softmax(rng, n, "INT8"), identical),
    "softmax float32": (lambda rng, n: make.softmax(rng, n, "FLOAT32"), ulps(4)),
    "mean int8": (lambda rng, n: make.mean(rng, n, "INT8"), identical),
    "mean float32": (lambda rng, n: make.mean(rng, n, "FLOAT32"), close),
    "reshape int8": (lambda rng, n: make.reshape(rng, n, "INT8"), identical),
    "reshape float32": (lambda rng, n: make.reshape(rng, n, "FLOAT32"), identical),
    "pad int8": (lambda rng, n: make.pad(rng, n, "PAD", "INT8"), identical),
    "pad float32": (lambda rng, n: make.pad(rng, n, "PAD", "FLOAT32"), identical),
    "padv2 int8": (lambda rng, n: make.pad(rng, n, "PADV2", "INT8"), identical),
    "padv2 float32": (lambda rng, n: make.pad(rng, n, "PADV2", "FLOAT32"), identical),
    "concatenation int8": (lambda rng, n: make.concatenation(rng, n, "INT8"), identical),
    "concatenation float32": (lambda rng, n: make.concatenation(rng, n, "FLOAT32"), identical),
    "quantize float32 to int8": (lambda rng, n: make.quantize(rng, n, "FLOAT32"), identical),
    "quantize int8 to int8": (lambda rng, n: make.quantize(rng, n, "INT8"), identical),
    "dequantize int8": (make.dequantize, identical),
}


@pytest.mark.parametrize("name", OPERATORS)
def test_outputs_are_those_of_litert(name: str, drivers: list[Path], tmp_path: Path) -> None:
    cases, check = OPERATORS[name]
    tally = compare(list(cases(np.random.default_rng(7), 300)), drivers, tmp_path, check)
    assert tally.compared == 300 * len(drivers), tally
    assert tally.crashed_litert == 0
