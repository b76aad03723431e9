"""Plans that models bring along: never worse than the runtime's own, taken as they are, refused when they are wrong."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from edgeflow.fit.arena import note_items, plan_arena
from edgeflow.fit.placement import place
from edgeflow.fit.plan_entry import ENTRY
from edgeflow.generate.ahead.planned import plan_model
from edgeflow.model.read import load_model, read_model
from edgeflow.model.types import Model
from tests.generate.chains import random_chain
from tests.runtime.graphs import random_graph
from tests.runtime.host_build import build
from tests.runtime.planned import Planned, plan_with

DATA = Path(__file__).parents[1] / "data"
ARENA = 1 << 22
OK, BAD_MODEL, ARENA_TOO_SMALL = 0, 5, 10
HEADER = 28


@pytest.fixture(scope="session", params=["plain", "plain-m32"])
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("plan_report.c", request.param, tmp_path_factory)


def models() -> list[Model]:
    rng = [np.random.default_rng([23, seed]) for seed in range(40)]
    made = [random_graph(r) if seed % 2 else random_chain(r) for seed, r in enumerate(rng)]
    return [read_model(content, Path(f"m{n}.tflite")) for n, content in enumerate(made)]


def span(content: bytes) -> tuple[int, int]:
    """Where the entry lies."""
    model = read_model(content, Path("m.tflite"))
    return next((at, size) for name, at, size in model.metadata_spans if name == ENTRY)


def test_a_plan_is_taken_as_it_is_and_never_needs_more(program: Path) -> None:
    asked = [*models(), load_model(DATA / "kws_int8.tflite"), load_model(DATA / "two_signatures_float32.tflite")]
    planned = [plan_model(model) for model in asked]
    answers = plan_with(program, [(made.content, ARENA, False) for made in planned])
    better = 0
    for model, made, answer in zip(asked, planned, answers, strict=True):
        assert answer.status == OK, (model.name, answer)
        assert answer.planned == made.planned_bytes <= made.alone_bytes, model.name
        assert made.bound_bytes <= made.planned_bytes
        again = read_model(made.content, model.path)
        arena = plan_arena(again)
        assert (arena.planned_bytes, arena.offsets) == (answer.planned, answer.offsets)
        better += made.planned_bytes < made.alone_bytes
    assert better >= 1


def test_inputs_that_are_to_be_preserved_are_planned_without_it(program: Path) -> None:
    model = load_model(DATA / "kws_int8.tflite")
    with_plan, without = plan_with(program, [(plan_model(model).content, ARENA, True), (model.content, ARENA, True)])
    assert with_plan == without and with_plan.status == OK


def test_the_same_model_gets_the_same_plan() -> None:
    model = load_model(DATA / "resnet8_int8.tflite")
    assert plan_model(model).content == plan_model(model).content


def test_a_plan_with_anything_changed_is_refused_or_harmless(program: Path) -> None:
    rng = np.random.default_rng(31)
    mutants: list[tuple[Model, bytes]] = []
    for model in [*models()[:16], load_model(DATA / "ad01_int8.tflite")]:
        planned = plan_model(model)
        if planned.together:
            continue  # test_plan_streaming.py
        content = planned.content
        at, size = span(content)
        for _ in range(25):
            changed = bytearray(content)
            word = at + 4 * int(rng.integers(size // 4))
            old = struct.unpack_from("<I", changed, word)[0]
            new = int(
                rng.choice([0, 16, 8, 0xFFFFFFFF, 0x7FFFFFF0, old + 16, old - 16 if old > 15 else old + 32, old ^ 1])
            )
            struct.pack_into("<I", changed, word, new & 0xFFFFFFFF)
            mutants.append((model, bytes(changed)))
    answers = plan_with(program, [(content, ARENA, False) for _, content in mutants])
    refused = 0
    assert len(mutants) >= 12 * 25
    for (model, _), answer in zip(mutants, answers, strict=True):
        if answer.status == OK:
            assert holds(model, answer), model.name
            continue
        assert answer.status in (BAD_MODEL, ARENA_TOO_SMALL), answer
        assert answer.status == ARENA_TOO_SMALL or "EDGEFLOW_PLAN" in answer.text, answer
        refused += 1
    assert refused >= len(mutants) // 2


def holds(model: Model, answer: Planned) -> bool:
    """No two tensors that are needed at once share a byte, unless the one is written over the other."""
    noted = note_items(model)
    assert noted is not None
    offsets = dict(answer.offsets)
    placed = [(noted.items[item], offsets[tensor], item) for tensor, item in noted.of_tensor.items()]
    for a, a_at, a_item in placed:
        for b, b_at, b_item in placed:
            apart = a_at + a.size <= b_at or b_at + b.size <= a_at
            if a_item == b_item or apart or a.first > b.last or b.first > a.last:
                continue
            y, y_at, x_at = (a, a_at, b_at) if a.over == b_item else (b, b_at, a_at)
            if y.over not in (a_item, b_item):
                return False
            forwards = y.forwards is not None and x_at - y_at >= y.forwards
            if not forwards and not (y.backwards is not None and y_at - x_at >= y.backwards):
                return False
    return True


@pytest.mark.parametrize(
    ("word", "value", "told"),
    [
        (0, 0, "damaged"),
        (1, 1, "another version"),
        (3, 1, "another model"),
        (4, 2_000_000_000, "damaged"),
        (6, 1, "damaged"),
        (7, 4, "cannot be"),
        (7, 0xFFFFFFFF, "cannot be"),
    ],
)
def test_a_refusal_says_what_is_wrong_with_the_plan(program: Path, word: int, value: int, told: str) -> None:
    content = bytearray(plan_model(load_model(DATA / "ad01_int8.tflite")).content)
    at, _ = span(bytes(content))
    struct.pack_into("<I", content, at + 4 * word, value)
    (answer,) = plan_with(program, [(bytes(content), ARENA, False)])
    assert answer.status == BAD_MODEL and "EDGEFLOW_PLAN" in answer.text and told in answer.text


def test_a_plan_of_another_model_is_refused(program: Path) -> None:
    from edgeflow.model.splice import with_entry

    content = plan_model(load_model(DATA / "kws_int8.tflite")).content
    at, size = span(content)
    other = load_model(DATA / "ad01_int8.tflite")
    mixed = with_entry(other.content, other.path, ENTRY, content[at : at + size])
    (answer,) = plan_with(program, [(mixed, ARENA, False)])
    assert answer.status == BAD_MODEL and "another model" in answer.text
    noted = note_items(read_model(mixed, other.path))
    assert noted is not None and plan_arena(read_model(mixed, other.path)).planned_bytes == place(noted.items)[0]
