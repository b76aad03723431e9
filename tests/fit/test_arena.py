"""The arena planner on the host: placement by its properties, plans by what is known of models. That it equals the
runtime's own is held by tests/runtime/test_planner.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeflow.fit.arena import plan_arena
from edgeflow.fit.operators import unsupported_reasons
from edgeflow.fit.placement import ALIGNMENT_BYTES, Item, place
from edgeflow.model.read import load_model

DATA = Path(__file__).parents[1] / "data"


@st.composite
def items(draw: st.DrawFn) -> list[Item]:
    made = []
    for key in range(draw(st.integers(0, 14))):
        first = draw(st.integers(0, 12))
        size = draw(st.integers(0, 20)) * ALIGNMENT_BYTES
        made.append(Item(size, first, draw(st.integers(first, 13)), key))
    return made


def lower_bound(made: list[Item]) -> int:
    return max((sum(i.size for i in made if i.first <= step <= i.last) for step in range(14)), default=0)


@given(items())
@settings(max_examples=300, deadline=None)
def test_items_alive_together_lie_apart_within_the_peak(made: list[Item]) -> None:
    peak, offsets = place(made)
    ends = [offset + item.size for item, offset in zip(made, offsets, strict=True) if item.size]
    assert peak == max(ends, default=0)
    assert all(offset % ALIGNMENT_BYTES == 0 for offset in offsets)
    for a, (one, start) in enumerate(zip(made, offsets, strict=True)):
        for other, begin in zip(made[:a], offsets[:a], strict=True):
            if one.size and other.size and one.first <= other.last and other.first <= one.last:
                assert start + one.size <= begin or begin + other.size <= start


@given(items())
@settings(max_examples=300, deadline=None)
def test_the_peak_lies_between_what_lives_at_once_and_greedy_by_size(made: list[Item]) -> None:
    peak, _ = place(made)
    assert lower_bound(made) <= peak <= greedy_by_size(made)


def greedy_by_size(made: list[Item]) -> int:
    """Written anew as a reference: largest first, ties by the higher key, first fit byte by unit."""
    spots: dict[int, int] = {}
    for index in sorted(range(len(made)), key=lambda i: (-made[i].size, -made[i].key)):
        item, offset = made[index], 0
        neighbours = [i for i in spots if made[i].first <= item.last and item.first <= made[i].last and made[i].size]
        while any(offset < spots[i] + made[i].size and spots[i] < offset + item.size for i in neighbours):
            offset += ALIGNMENT_BYTES
        spots[index] = offset
    return max((spots[i] + made[i].size for i in spots if made[i].size), default=0)


@pytest.mark.parametrize(
    ("name", "planned"), [("kws_int8", 9152), ("resnet8_int8", 34944), ("vww_int8", 37312), ("ad01_int8", 768)]
)
def test_plans_of_known_models_overlap_by_rows_and_have_the_kernels_scratch(name: str, planned: int) -> None:
    plan = plan_arena(load_model(DATA / f"{name}.tflite"))
    assert plan.exact
    assert plan.planned_bytes == planned
    assert plan.total_bytes == plan.planned_bytes + plan.persistent_bytes


@pytest.mark.parametrize("name", ["kws_int8", "sine_int8"])
def test_preserved_inputs_cost_memory_or_nothing(name: str) -> None:
    model = load_model(DATA / f"{name}.tflite")
    assert plan_arena(model, preserve_inputs=True).planned_bytes >= plan_arena(model).planned_bytes


def test_a_model_the_runtime_cannot_run_has_an_estimate_and_reasons() -> None:
    model = load_model(DATA / "counter_float32.tflite")
    assert not plan_arena(model).exact
    reasons = unsupported_reasons(model)
    assert reasons[0].startswith("operator 0: CALL_ONCE")
    assert len(reasons) <= len(model.main.operators)
