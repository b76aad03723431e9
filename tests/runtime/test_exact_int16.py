"""Operators with int16 activations give LiteRT's outputs, in the memory that operators.toml states."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from edgeflow.fit.arena import plan_arena
from edgeflow.model.read import read_model
from tests.runtime import cases_int16 as make
from tests.runtime.cases_moving import MOVES, moved
from tests.runtime.exactness import Check, compare, identical
from tests.runtime.host_build import build
from tests.runtime.planned import plan_with
from tests.runtime.single_operator import Case

Make = Callable[[np.random.Generator, int], Iterable[Case]]

INT16: dict[str, tuple[Make, Check]] = {
    "conv_2d": (lambda rng, n: make.conv(rng, n), identical),
    "depthwise_conv_2d": (lambda rng, n: make.conv(rng, n, depthwise=True), identical),
    "fully_connected": (make.fully_connected, identical),
    "add": (lambda rng, n: make.binary(rng, n, "ADD"), identical),
    "sub": (lambda rng, n: make.binary(rng, n, "SUB"), identical),
    "mul": (lambda rng, n: make.binary(rng, n, "MUL"), identical),
    "relu": (lambda rng, n: make.unary(rng, n, "RELU"), identical),
    "leaky_relu": (lambda rng, n: make.unary(rng, n, "LEAKY_RELU"), identical),
    "logistic": (lambda rng, n: make.unary(rng, n, "LOGISTIC"), identical),
    "tanh": (lambda rng, n: make.unary(rng, n, "TANH"), identical),
    "softmax": (make.softmax, identical),
    "quantize float32 to int16": (lambda rng, n: make.quantize(rng, n, "FLOAT32", "INT16"), identical),
    "quantize int8 to int16": (lambda rng, n: make.quantize(rng, n, "INT8", "INT16"), identical),
    "quantize int16 to int8": (lambda rng, n: make.quantize(rng, n, "INT16", "INT8"), identical),
    "quantize int16 to int16": (lambda rng, n: make.quantize(rng, n, "INT16", "INT16"), identical),
    "dequantize int16": (lambda rng, n: make.quantize(rng, n, "INT16", "FLOAT32"), identical),
    "average_pool_2d": (lambda rng, n: make.pool(rng, n, True), identical),
    "max_pool_2d": (lambda rng, n: make.pool(rng, n, False), identical),
    "pad": (make.pad, identical),
    "concatenation": (make.concatenation, identical),
    "transpose_conv": (make.transpose_conv, identical),
    "strided_slice": (
        lambda rng, n: moved(rng, n, "STRIDED_SLICE", "INT16", *MOVES["STRIDED_SLICE"]),
        identical,
    ),
}


@pytest.mark.parametrize("name", INT16)
def test_outputs_are_those_of_litert(name: str, drivers: list[Path], tmp_path: Path) -> None:
    cases, check = INT16[name]
    tally = compare(list(cases(np.random.default_rng(16), 200)), drivers, tmp_path, check)
    assert tally.compared >= 160 * len(drivers), tally
    assert tally.crashed_litert == 0


def test_formulas_state_the_bytes_that_kernels_ask_for(tmp_path_factory: pytest.TempPathFactory) -> None:
    program = build("plan_report.c", "plain", tmp_path_factory)
    cases = [case for pair in INT16.values() for case in pair[0](np.random.default_rng(17), 20)]
    for case, answer in zip(cases, plan_with(program, [(c.model, 1 << 24, False) for c in cases]), strict=True):
        assert answer.status == 0, (case.name, answer)
        plan = plan_arena(read_model(case.model, Path("case.tflite")))
        assert (plan.planned_bytes, plan.persistent_bytes) == (answer.planned, answer.persistent), case.name
