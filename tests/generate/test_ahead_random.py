"""Random models ahead of time: plans hold under marked bytes, outputs are the interpreter's in that arena."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from edgeflow.firmware.prepared import prepare
from edgeflow.generate.ahead.overlap import plan_memory
from edgeflow.generate.ahead.simulate import simulate
from edgeflow.model.read import read_model
from tests.generate.ahead_build import build_batch
from tests.runtime import cases_window
from tests.runtime.graphs import random_graph
from tests.runtime.oracle import Refused, run_batch
from tests.runtime.single_operator import Case


def random_cases() -> list[Case]:
    """Window operators of all kinds, batches among them, and graphs of other operators."""
    rng = np.random.default_rng(11)
    cases = [*cases_window.conv(rng, 8), *cases_window.conv(rng, 8, depthwise=True), *cases_window.conv_grouped(rng, 3)]
    cases += [*cases_window.pool(rng, 4, True, "INT8"), *cases_window.pool(rng, 4, False, "FLOAT32")]
    cases += [*cases_window.conv_float(rng, 4)]
    for seed in range(8):
        model = random_graph(np.random.default_rng([7, seed]), softmax=False)
        graph = read_model(model, Path(f"graph{seed}.tflite")).main
        inputs: list[np.ndarray[Any, Any]] = []
        for index in graph.inputs:
            shape = graph.tensors[index].shape
            if graph.tensors[index].dtype == "INT8":
                inputs.append(rng.integers(-128, 128, size=shape, dtype=np.int8))
            else:
                inputs.append((rng.standard_normal(shape) * 20).astype(np.float32))
        cases.append(Case(f"graph {seed}", model, tuple(inputs)))
    return cases


def test_plans_of_random_graphs_hold_and_never_need_more() -> None:
    for seed in range(60):
        model = read_model(random_graph(np.random.default_rng([9, seed])), Path("graph.tflite"))
        prepared = prepare(model)
        plan = plan_memory(model.main, prepared)
        simulate(model.main, plan.applied(prepared))
        assert plan.bound_bytes <= plan.peak_bytes <= prepared.planned_bytes


def test_random_models_give_the_interpreters_outputs(drivers: list[Path], tmp_path: Path) -> None:
    asked = random_cases()
    runs = run_batch([drivers[0]], asked)
    taken = [(case, run) for case, run in zip(asked, runs, strict=True) if not isinstance(run, Refused)]
    assert len(taken) >= 30
    program = build_batch([case for case, _ in taken], drivers[0], tmp_path)
    at = 0
    answers = program([case.inputs for case, _ in taken])
    for case, run in taken:
        for output in run.outputs:
            assert answers[at : at + len(output)] == output, case.name
            at += len(output)
    assert at == len(answers)
