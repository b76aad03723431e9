"""Resizing, TRANSPOSE_CONV and BATCH_MATMUL give LiteRT's outputs, in the memory that operators.toml states."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from edgeflow.fit.arena import plan_arena
from edgeflow.model.read import read_model
from tests.runtime import cases_resampling as make
from tests.runtime.exactness import Check, close, compare, identical
from tests.runtime.host_build import build
from tests.runtime.planned import plan_with
from tests.runtime.single_operator import Case

Make = Callable[[np.random.Generator, int], Iterable[Case]]

RESAMPLING: dict[str, tuple[Make, Check]] = {
    "resize_nearest_neighbor int8": (lambda rng, n: make.resize(rng, n, "RESIZE_NEAREST_NEIGHBOR", "INT8"), identical),
    "resize_nearest_neighbor float32": (
        lambda rng, n: make.resize(rng, n, "RESIZE_NEAREST_NEIGHBOR", "FLOAT32"),
        identical,
    ),
    "resize_bilinear int8": (lambda rng, n: make.resize(rng, n, "RESIZE_BILINEAR", "INT8"), identical),
    "resize_bilinear float32": (lambda rng, n: make.resize(rng, n, "RESIZE_BILINEAR", "FLOAT32"), close),
    "transpose_conv int8": (lambda rng, n: make.transpose_conv(rng, n, "INT8"), identical),
    "transpose_conv float32": (lambda rng, n: make.transpose_conv(rng, n, "FLOAT32"), close),
    "batch_matmul int8": (lambda rng, n: make.batch_matmul(rng, n, "INT8"), identical),
    "batch_matmul float32": (lambda rng, n: make.batch_matmul(rng, n, "FLOAT32"), close),
}


@pytest.mark.parametrize("name", RESAMPLING)
def test_outputs_are_those_of_litert(name: str, drivers: list[Path], tmp_path: Path) -> None:
    cases, check = RESAMPLING[name]
    tally = compare(list(cases(np.random.default_rng(11), 300)), drivers, tmp_path, check)
    assert tally.compared == 300 * len(drivers), tally


def test_formulas_state_the_bytes_that_kernels_ask_for(tmp_path_factory: pytest.TempPathFactory) -> None:
    program = build("plan_report.c", "plain", tmp_path_factory)
    cases = [case for pair in RESAMPLING.values() for case in pair[0](np.random.default_rng(12), 20)]
    for case, answer in zip(cases, plan_with(program, [(c.model, 1 << 24, False) for c in cases]), strict=True):
        assert answer.status == 0, (case.name, answer)
        plan = plan_arena(read_model(case.model, Path("case.tflite")))
        assert (plan.planned_bytes, plan.persistent_bytes) == (answer.planned, answer.persistent), case.name
