"""Plans that run operators together by rows: the interpreter's outputs as without, and every wrong plan refused."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from edgeflow.fit.arena import note_items, plan_arena
from edgeflow.fit.plan_entry import ENTRY, entry_of, pack_plan
from edgeflow.fit.segments import TAKES, Together
from edgeflow.generate.ahead.planned import plan_model
from edgeflow.model.read import load_model, read_model
from edgeflow.model.splice import with_entry
from edgeflow.model.types import Model
from tests.generate.chains import random_chain
from tests.runtime.oracle import Refused, Run, run_batch
from tests.runtime.single_operator import Case

DATA = Path(__file__).parents[1] / "data"
# planned bytes with a streamed plan, and the operators that run together
LEAST = {"kws_int8": (6_704, (0, 9)), "resnet8_int8": (18_176, (0, 7)), "vww_int8": (28_256, (2, 3))}
HEADER_WORDS = 7


def reason(outcome: Run | Refused) -> str:
    return outcome.reason if isinstance(outcome, Refused) else ""


@dataclass(frozen=True)
class Streamed:
    """A model, its plan that runs operators together, and one input for each of its inputs."""

    model: Model
    content: bytes
    inputs: tuple[np.ndarray[tuple[int, ...], np.dtype[np.int8]], ...]

    def case(self, content: bytes | None = None) -> Case:
        return Case(self.model.name, content or self.content, self.inputs)

    @property
    def segments(self) -> tuple[Together, ...]:
        entry = entry_of(read_model(self.content, self.model.path), 0)
        assert entry is not None
        return entry.segments

    def with_plan(self, segments: Sequence[Together], moved: dict[int, int] | None = None) -> bytes:
        """The model with other segments, at the offsets of its plan (`moved` by item), with a hash that holds."""
        entry = entry_of(read_model(self.content, self.model.path), 0)
        noted = note_items(self.model, segments=segments)
        right = note_items(self.model, segments=self.segments)
        assert entry is not None and noted is not None and right is not None
        offsets = list(entry.offsets(right.items, right.of_tensor, right.of_scratch) or ())
        for item, by in (moved or {}).items():
            offsets[item] += by
        graph = self.model.main
        counts = (len(graph.tensors), len(graph.operators))
        packed = pack_plan(0, noted.items, offsets, noted.of_tensor, noted.of_scratch, counts, segments)
        return with_entry(self.model.content, self.model.path, ENTRY, packed)

    def with_words(self, words: Sequence[int]) -> bytes:
        """The plan with other words for segments, whatever they are."""
        at, size = span(self.content)
        content = self.content[at : at + size]
        *head, tensors, operators, _ = struct.unpack_from("<7I", content)
        end = 4 * (HEADER_WORDS + tensors + operators)
        made = struct.pack("<7I", *head, tensors, operators, len(words)) + content[28:end]
        return with_entry(self.model.content, self.model.path, ENTRY, made + struct.pack(f"<{len(words)}I", *words))


def span(content: bytes) -> tuple[int, int]:
    """Where the entry lies."""
    model = read_model(content, Path("m.tflite"))
    return next((at, size) for name, at, size in model.metadata_spans if name == ENTRY)


@pytest.fixture(scope="module")
def driver(drivers: list[Path]) -> Path:
    """The runtime with sanitizers."""
    return drivers[0]


@pytest.fixture(scope="module")
def streamed() -> list[Streamed]:
    """Random chains and the test models whose plans run operators together."""
    models = [read_model(random_chain(np.random.default_rng([41, n])), Path(f"c{n}.tflite")) for n in range(60)]
    rngs = (np.random.default_rng([43, n]) for n in range(30))
    models += [read_model(random_chain(rng, mean=True), Path(f"mean{n}.tflite")) for n, rng in enumerate(rngs)]
    models += [load_model(DATA / f"{name}.tflite") for name in LEAST]
    rng = np.random.default_rng(3)
    made = []
    for model in models:
        planned = plan_model(model)
        inputs = tuple(rng.integers(-128, 128, model.main.tensors[i].shape, np.int8) for i in model.main.inputs)
        if planned.together:
            made.append(Streamed(model, planned.content, inputs))
    return made


def test_outputs_and_memory_are_as_planned(driver: Path, streamed: list[Streamed]) -> None:
    assert len(streamed) >= 20
    ends = [one.model.main.operators[part.end - 1].name for one in streamed for part in one.segments if part.rows[-1]]
    assert {"MEAN", "AVERAGE_POOL_2D"} <= set(ends)
    runs = run_batch([driver], [one.case() for one in streamed])
    alone = run_batch([driver], [one.case(one.model.content) for one in streamed])
    for one, run, other in zip(streamed, runs, alone, strict=True):
        assert isinstance(run, Run) and isinstance(other, Run), (one.model.name, run)
        assert run.outputs == other.outputs, one.model.name
        arena = plan_arena(read_model(one.content, one.model.path))
        assert (arena.planned_bytes, arena.persistent_bytes) == (run.planned, run.persistent)
        assert run.planned < other.planned and run.persistent == other.persistent


@pytest.mark.parametrize("name", LEAST)
def test_streamed_plans_of_the_test_models_need_no_more_than_they_did(name: str) -> None:
    planned = plan_model(load_model(DATA / f"{name}.tflite"))
    assert (planned.planned_bytes, planned.together[0]) == LEAST[name]
    assert planned.bound_bytes == planned.planned_bytes


def test_a_ring_with_a_row_too_few_is_refused(driver: Path, streamed: list[Streamed]) -> None:
    mutants = []
    for one in streamed:
        for number, part in enumerate(one.segments):
            for k, rows in enumerate(part.rows[:-1]):
                if rows > 1:
                    fewer = replace(part, rows=(*part.rows[:k], rows - 1, *part.rows[k + 1 :]))
                    mutants.append(
                        one.case(one.with_plan((*one.segments[:number], fewer, *one.segments[number + 1 :])))
                    )
    assert len(mutants) >= 15
    for case, outcome in zip(mutants, run_batch([driver], mutants), strict=True):
        assert "EDGEFLOW_PLAN keeps too few rows" in reason(outcome), (case.name, outcome)


def test_an_output_too_near_to_the_input_is_refused_or_does_no_harm(driver: Path, streamed: list[Streamed]) -> None:
    mutants, right = [], []
    for one in streamed:
        noted = note_items(one.model, segments=one.segments)
        assert noted is not None
        for part in one.segments:
            out = noted.of_tensor[one.model.main.operators[part.end - 1].outputs[0]]
            if noted.items[out].over is not None:
                for by in (16, 48, 256):
                    mutants.append(one.case(one.with_plan(one.segments, {out: by})))
                    right.append(one.case())
    told = []
    for expected, outcome in zip(run_batch([driver], right), run_batch([driver], mutants), strict=True):
        assert isinstance(expected, Run)
        if isinstance(outcome, Run):
            assert outcome.outputs == expected.outputs
        else:
            told.append(outcome.reason)
    assert sum("too few rows" in text for text in told) >= 5


def wrong_words(one: Streamed) -> Iterator[list[int]]:
    """Segments that cannot be, whatever the hash."""
    (part, *_) = one.segments
    count = len(one.model.main.operators)
    words = [part.first, part.end, *part.rows]
    yield words[:-1]
    yield [*words, 0]
    yield [*words, *words]
    yield [part.end, part.first, *part.rows]
    yield [part.first, part.first + 1, 0]
    yield [0xFFFFFFF0, 2, *part.rows]
    yield [0, 0xFFFFFFFF, *part.rows]
    yield [count - 1, count + 1, 1, 0]
    yield [part.first, part.end, 0, *part.rows[1:]]
    yield [part.first, part.end, 0x7FFF, *part.rows[1:]]
    yield [part.first, part.end, *part.rows[:-1], 2]
    yield [part.first, part.end, *part.rows[:-1], TAKES - part.rows[-1]]
    yield [part.first, part.end - 1, *part.rows[:-2], TAKES]
    yield [0, 1000, *([1] * 1000)]


def test_segments_that_cannot_be_are_refused(driver: Path, streamed: list[Streamed]) -> None:
    mutants = [one.case(one.with_words(words)) for one in streamed[-6:] for words in wrong_words(one)]
    for case, outcome in zip(mutants, run_batch([driver], mutants), strict=True):
        assert "EDGEFLOW_PLAN" in reason(outcome), (case.name, outcome)
    whole = [  # operators that have no rows, a dense layer and a softmax among them
        one.case(one.with_words([0, len(one.model.main.operators), *([1] * (len(one.model.main.operators) - 1)), 0]))
        for one in streamed
        if one.model.main.operators[-1].name == "SOFTMAX"
    ]
    assert whole and all("which cannot be" in reason(outcome) for outcome in run_batch([driver], whole))


def test_what_is_changed_at_random_is_refused_or_gives_the_same_outputs(driver: Path, streamed: list[Streamed]) -> None:
    rng = np.random.default_rng(37)
    mutants, right = [], []
    for one in streamed[::2]:
        at, size = span(one.content)
        for _ in range(30):
            changed = bytearray(one.content)
            word = at + 4 * int(rng.integers(size // 4))
            old = struct.unpack_from("<I", changed, word)[0]
            new = int(rng.choice([0, 1, 2, 16, 0xFFFFFFFF, old + 1, old + 16, max(0, old - 1), max(0, old - 16)]))
            struct.pack_into("<I", changed, word, new & 0xFFFFFFFF)
            mutants.append(one.case(bytes(changed)))
            right.append(one.case())
    refused = 0
    for expected, outcome in zip(run_batch([driver], right), run_batch([driver], mutants), strict=True):
        if isinstance(outcome, Refused):
            refused += 1
            assert "EDGEFLOW_PLAN" in outcome.reason or "arena" in outcome.reason, outcome
        else:
            assert isinstance(expected, Run) and outcome.outputs == expected.outputs
    assert refused >= len(mutants) // 2
