"""Random graphs give LiteRT's outputs: nothing that lives is overwritten, over inputs or by neighbours in the plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.runtime.exactness import compare
from tests.runtime.graphs import random_graph
from tests.runtime.oracle import Outcome
from tests.runtime.single_operator import Case

GRAPHS = 150


def same_or_both_no_number(
    case: Case, ours: np.ndarray[Any, Any], theirs: np.ndarray[Any, Any], magnitude: Outcome | None
) -> str:
    return "" if np.array_equal(ours, theirs, equal_nan=ours.dtype.kind == "f") else "outputs differ"


def test_random_graphs_give_the_outputs_of_litert(drivers: list[Path], tmp_path: Path) -> None:
    cases = []
    for seed in range(GRAPHS):
        rng = np.random.default_rng([5, seed])
        model = random_graph(rng, softmax=False)
        graph = schema.Model.GetRootAs(model, 0).Subgraphs(0)
        inputs: list[np.ndarray[Any, Any]] = []
        for i in range(graph.InputsLength()):
            tensor = graph.Tensors(graph.Inputs(i))
            shape = tuple(int(size) for size in tensor.ShapeAsNumpy())
            if tensor.Type() == schema.TensorType.INT8:
                inputs.append(rng.integers(-128, 128, size=shape, dtype=np.int8))
            else:
                inputs.append((rng.standard_normal(shape) * 20).astype(np.float32))
        cases.append(Case(f"graph {seed}", model, tuple(inputs)))
    tally = compare(cases, drivers, tmp_path, same_or_both_no_number)
    assert tally.compared == GRAPHS * len(drivers)
    assert tally.crashed_litert == tally.refused_by_litert == 0
