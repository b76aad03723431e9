"""The estimate: no two tensors alive together overlap, the peak is no less than the bytes alive, known peaks."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from edgeflow.fit import estimate
from edgeflow.fit.estimate import estimate_arena, lifetimes
from edgeflow.model.read import load_model
from edgeflow.model.types import Model, Operator, Subgraph, Tensor

DATA = Path(__file__).parents[1] / "data"


def tensor(index: int, size: int, *, constant: bool = False, variable: bool = False) -> Tensor:
    return Tensor(index, f"t{index}", "INT8", (size,), (size,), None, size if constant else 0, variable, size)


def operator(index: int, inputs: tuple[int, ...], outputs: tuple[int, ...]) -> Operator:
    return Operator(index, "ADD", 0, False, 1, inputs, outputs, 0, 0)


def model(tensors, operators, inputs, outputs) -> Model:
    subgraph = Subgraph(0, "main", tuple(tensors), tuple(operators), inputs, outputs)
    return Model(Path("made.tflite"), "made", "", b"", "", (subgraph,), (), ())


def random_model(seed: int) -> Model:
    source = random.Random(seed)
    count = source.randrange(3, 40)
    tensors = [tensor(i, source.randrange(0, 400)) for i in range(count)]
    operators = []
    for number in range(1, count):
        inputs = tuple(source.randrange(number) for _ in range(source.randrange(1, 3)))
        operators.append(operator(number - 1, (*inputs, -1), (number,)))
    return model(tensors, operators, (0,), (count - 1, source.randrange(count)))


def sizes_of(subgraph: Subgraph) -> dict[int, int]:
    return {t.index: -(-t.bytes // 16) * 16 for t in subgraph.tensors}


@pytest.mark.parametrize("seed", range(40))
def test_tensors_alive_together_do_not_overlap_and_the_peak_is_reached(seed: int):
    made = random_model(seed)
    plan = estimate_arena(made)
    lives, sizes = lifetimes(made.main), sizes_of(made.main)
    offsets = dict(plan.offsets)
    assert set(offsets) == set(lives)
    for one, (first, last) in lives.items():
        assert offsets[one] % 16 == 0
        for other, (other_first, other_last) in lives.items():
            if one < other and first <= other_last and other_first <= last and sizes[one] and sizes[other]:
                apart = offsets[one] + sizes[one] <= offsets[other] or offsets[other] + sizes[other] <= offsets[one]
                assert apart, (one, other)
    assert plan.planned_bytes == max((offsets[i] + sizes[i] for i in offsets), default=0)
    alive = [sum(sizes[i] for i, (a, b) in lives.items() if a <= at <= b) for at in range(len(made.main.operators) + 1)]
    assert plan.planned_bytes >= max(alive)


def test_above_the_limit_the_peak_is_that_of_the_bytes_alive(monkeypatch: pytest.MonkeyPatch):
    made = random_model(7)
    lives, sizes = lifetimes(made.main), sizes_of(made.main)
    alive = [sum(sizes[i] for i, (a, b) in lives.items() if a <= at <= b) for at in range(len(made.main.operators) + 1)]
    monkeypatch.setattr(estimate, "_MAX_PLANNED", 2)
    plan = estimate_arena(made)
    assert plan.planned_bytes == max(alive)
    assert plan.offsets == ()


def test_constants_take_no_arena_and_variables_persist():
    tensors = [tensor(0, 10), tensor(1, 1000, constant=True), tensor(2, 33, variable=True), tensor(3, 20)]
    plan = estimate_arena(model(tensors, [operator(0, (0, 1, 2), (3,))], (0,), (3,)))
    assert plan.planned_bytes == 16 + 32
    assert plan.persistent_bytes == 48
    assert not plan.exact


# the tensor part of the peers' planner on the same networks
@pytest.mark.parametrize(("stem", "peak"), [("kws", 16_000), ("resnet8", 49_152), ("ad01", 768)])
def test_int8_peaks_are_those_known_of_the_benchmark_models(stem: str, peak: int):
    assert estimate_arena(load_model(DATA / f"{stem}_int8.tflite")).planned_bytes == peak
