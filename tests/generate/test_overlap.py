"""Memory plans with overlap: exact distances, safe under marked bytes, and unsafe as soon as one is changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeflow.firmware.prepared import prepare
from edgeflow.fit.window import Window
from edgeflow.generate.ahead.overlap import Plan, plan_memory
from edgeflow.generate.ahead.prepared import Prepared
from edgeflow.generate.ahead.simulate import PlanError, simulate
from edgeflow.generate.ahead.tuned.choose import without_spare_scratch
from edgeflow.generate.ahead.window import window_of
from edgeflow.model.read import load_model
from edgeflow.model.types import Subgraph

DATA = Path(__file__).parents[1] / "data"
# peak bytes; each is the plan's own lower bound as well
PEAKS = {
    "ad01_int8": 768,
    "kws_int8": 8_640,
    "resnet8_int8": 33_792,
    "vww_int8": 37_248,
    "kws_float32": 34_560,
    "vww_float32": 148_992,
}


@pytest.fixture(scope="module")
def plans() -> dict[str, tuple[Subgraph, Prepared, Plan]]:
    found = {}
    for name in PEAKS:
        model = load_model(DATA / f"{name}.tflite")
        prepared = without_spare_scratch(prepare(model, signature=0))
        found[name] = (model.main, prepared, plan_memory(model.main, prepared))
    return found


def test_every_plan_is_safe_and_at_its_bound(plans: dict[str, tuple[Subgraph, Prepared, Plan]]) -> None:
    for name, (graph, prepared, plan) in plans.items():
        simulate(graph, plan.applied(prepared))
        assert (plan.peak_bytes, plan.bound_bytes) == (PEAKS[name], PEAKS[name]), name


def test_a_plan_is_the_same_each_time(plans: dict[str, tuple[Subgraph, Prepared, Plan]]) -> None:
    graph, prepared, plan = plans["vww_int8"]
    assert plan_memory(graph, prepared) == plan


def test_the_plan_without_overlap_is_safe_as_well(plans: dict[str, tuple[Subgraph, Prepared, Plan]]) -> None:
    for graph, prepared, _ in plans.values():
        simulate(graph, prepared)


def mutants(graph: Subgraph, prepared: Prepared, plan: Plan) -> list[tuple[str, Prepared]]:
    """Each output that its operator lays over its input: 16 bytes too far into it, and its rows in the other order."""
    applied = plan.applied(prepared)
    found = []
    for operator, node in zip(graph.operators, applied.nodes, strict=True):
        x, y, window = operator.inputs[0], operator.outputs[0], window_of(node)
        if window is None or x not in applied.planned:
            continue
        at, to = applied.planned[x], applied.planned[y]
        if at + graph.tensors[x].bytes <= to or to + graph.tensors[y].bytes <= at:
            continue
        tight = (to - at < window.backwards_bytes + 16) if node.backwards else (at - to < window.forwards_bytes + 16)
        if tight:
            moved = {**applied.planned, y: to - 16 if node.backwards else to + 16}
            room = max(applied.planned_bytes, moved[y] + graph.tensors[y].bytes)
            found.append((f"{operator.index} moved", replace(applied, planned=moved, planned_bytes=room)))
        other = window.forwards_bytes > at - to if node.backwards else window.backwards_bytes > to - at
        if other:
            nodes = list(applied.nodes)
            nodes[operator.index] = replace(node, backwards=not node.backwards)
            found.append((f"{operator.index} turned", replace(applied, nodes=tuple(nodes))))
    return found


@pytest.mark.parametrize("name", ["kws_int8", "resnet8_int8", "vww_int8", "vww_float32"])
def test_every_mutant_of_a_plan_is_found_out(name: str, plans: dict[str, tuple[Subgraph, Prepared, Plan]]) -> None:
    graph, prepared, plan = plans[name]
    made = mutants(graph, prepared, plan)
    assert len(made) >= 6
    for what, mutant in made:
        with pytest.raises(PlanError):
            simulate(graph, mutant)
            raise AssertionError(what)


def test_scratch_over_a_tensor_in_use_is_found_out(plans: dict[str, tuple[Subgraph, Prepared, Plan]]) -> None:
    graph, prepared, plan = plans["kws_int8"]
    applied = plan.applied(prepared)
    nodes = list(applied.nodes)
    nodes[2] = replace(nodes[2], scratch=applied.planned[graph.operators[2].inputs[0]] + 5, scratch_bytes=1)
    with pytest.raises(PlanError, match="operator 2"):
        simulate(graph, replace(applied, nodes=tuple(nodes)))


def test_a_place_outside_the_arena_is_found_out(plans: dict[str, tuple[Subgraph, Prepared, Plan]]) -> None:
    graph, prepared, plan = plans["ad01_int8"]
    with pytest.raises(PlanError, match="leave the arena"):
        simulate(graph, replace(plan.applied(prepared), planned_bytes=plan.peak_bytes - 16))


windows = st.builds(
    lambda rows, stride, reach, pad, r, o: Window(
        1, rows, max(1, (rows + pad + pad - reach) // stride + 1), r, o, stride, pad, reach
    ),
    rows=st.integers(1, 9),
    stride=st.integers(1, 3),
    reach=st.integers(1, 5),
    pad=st.integers(0, 2),
    r=st.integers(1, 5),
    o=st.integers(1, 5),
)


@settings(deadline=None, max_examples=300)
@given(windows)
def test_the_distances_are_safe_and_one_byte_less_is_not(window: Window) -> None:
    x_bytes, y_bytes = window.in_rows * window.in_row_bytes, window.out_rows * window.out_row_bytes

    def harmless(a: int, b: int, backwards: bool) -> bool:
        memory = np.full(x_bytes + y_bytes + abs(a) + abs(b) + 64, -1)
        base = max(0, -a, -b)
        memory[base + a : base + a + x_bytes] = np.arange(x_bytes)
        rows = range(window.out_rows)
        for row in reversed(rows) if backwards else rows:
            at = base + b + row * window.out_row_bytes
            memory[at : at + window.out_row_bytes] = -1
            first, end = (n * window.in_row_bytes for n in window.reads(row))
            if (memory[base + a + first : base + a + end] != np.arange(first, end)).any():
                return False
        return True

    distance = window.forwards_bytes
    assert harmless(distance, 0, backwards=False)
    if distance > 0 and distance - 1 > -x_bytes:
        assert not harmless(distance - 1, 0, backwards=False)
    distance = window.backwards_bytes
    assert harmless(0, distance, backwards=True)
    if distance > 0 and y_bytes > 0:
        assert not harmless(0, distance - 1, backwards=True)
