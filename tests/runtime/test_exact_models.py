"""Whole models give LiteRT's outputs: int8 identical, float32 within a small part of the greatest value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.runtime.exactness import compare, identical
from tests.runtime.oracle import Outcome
from tests.runtime.single_operator import DTYPES, Case

DATA = Path(__file__).parents[1] / "data"
TYPES = {getattr(schema.TensorType, name): dtype for name, dtype in DTYPES.items()}


def random_cases(path: Path, count: int) -> list[Case]:
    """Seeded random inputs for the model's first subgraph."""
    content = path.read_bytes()
    graph = schema.Model.GetRootAs(content, 0).Subgraphs(0)
    rng = np.random.default_rng(len(content))
    cases = []
    for i in range(count):
        values: list[np.ndarray[Any, Any]] = []
        for j in range(graph.InputsLength()):
            tensor = graph.Tensors(graph.Inputs(j))
            dtype, shape = TYPES[tensor.Type()], tuple(int(n) for n in tensor.ShapeAsNumpy())
            if dtype == np.float32:
                values.append(rng.standard_normal(shape).astype(np.float32))
            else:
                values.append(rng.integers(-128, 128, size=shape).astype(dtype))
        cases.append(Case(f"{path.name} input {i}", content, tuple(values)))
    return cases


def near(case: Case, ours: np.ndarray[Any, Any], theirs: np.ndarray[Any, Any], magnitude: Outcome | None) -> str:
    """Errors of single operators add up; the bound is 1e-4 of the greatest output."""
    apart = float(np.max(np.abs(ours.astype(np.float64) - theirs)))
    bound = 1e-4 * max(1.0, float(np.max(np.abs(theirs))))
    return "" if apart <= bound else f"{apart} apart, at most {bound}"


@pytest.mark.parametrize("name", ["ad01_int8", "kws_int8", "resnet8_int8", "vww_int8", "sine_int8"])
def test_int8_models_are_identical(name: str, drivers: list[Path], tmp_path: Path) -> None:
    tally = compare(random_cases(DATA / f"{name}.tflite", 3), drivers, tmp_path, identical)
    assert tally.compared == 3 * len(drivers)


@pytest.mark.parametrize("name", ["ad01", "kws", "resnet8", "vww", "sine"])
def test_float32_models_are_near(name: str, drivers: list[Path], tmp_path: Path) -> None:
    tally = compare(random_cases(DATA / f"{name}_float32.tflite", 2), drivers, tmp_path, near)
    assert tally.compared == 2 * len(drivers)
