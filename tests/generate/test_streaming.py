"""Operators that run together by rows: the RAM they need, plans that hold, plans that do not, and the same outputs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgeflow.errors import DoesNotFitError, UsageError
from edgeflow.firmware.prepared import prepare
from edgeflow.generate.ahead.overlap import plan_memory
from edgeflow.generate.ahead.prepared import Prepared
from edgeflow.generate.ahead.segments import Chosen, choose_segments
from edgeflow.generate.ahead.simulate import PlanError, simulate
from edgeflow.generate.ahead.streaming import row_bytes
from edgeflow.model.read import load_model, read_model
from edgeflow.model.types import Model, Subgraph
from edgeflow.pipeline.generate import generate
from tests.generate.ahead_build import build_batch
from tests.generate.chains import random_chain
from tests.runtime.oracle import Refused, run_batch
from tests.runtime.single_operator import Case

DATA = Path(__file__).parents[1] / "data"
# bytes of the arena with the interpreter's kernels, and which operators run together
LEAST = {
    "ad01_int8": (768, []),
    "kws_int8": (6_192, [(0, 10)]),
    "resnet8_int8": (15_872, [(0, 8)]),
    "vww_int8": (28_032, [(2, 4)]),
}
NONE = frozenset[str]()


def least(model: Model, ram_bytes: int | None = None) -> tuple[Chosen, Prepared]:
    prepared = prepare(model, signature=0 if model.signatures else -1)
    chosen = choose_segments(model, model.main, prepared, NONE, "balanced" if ram_bytes else "ram", ram_bytes)
    return chosen, plan_memory(model.main, chosen.prepared, chosen.segments).applied(chosen.prepared)


@pytest.fixture(scope="module")
def plans() -> dict[str, tuple[Subgraph, Chosen, Prepared]]:
    models = {name: load_model(DATA / f"{name}.tflite") for name in LEAST}
    return {name: (model.main, *least(model)) for name, model in models.items()}


@pytest.fixture(scope="module")
def chains() -> list[Model]:
    return [read_model(random_chain(np.random.default_rng([17, n])), Path(f"chain{n}.tflite")) for n in range(60)]


@pytest.fixture(scope="module")
def means() -> list[Model]:
    """Chains that end in a MEAN."""
    rngs = (np.random.default_rng([29, n]) for n in range(30))
    return [read_model(random_chain(rng, mean=True), Path(f"mean{n}.tflite")) for n, rng in enumerate(rngs)]


def test_models_get_along_with_the_least_ram_and_their_plans_hold(
    plans: dict[str, tuple[Subgraph, Chosen, Prepared]],
) -> None:
    for name, (graph, chosen, prepared) in plans.items():
        simulate(graph, prepared)
        together = [(first, first + len(layout.stages)) for first, layout in sorted(chosen.segments.items())]
        assert (prepared.planned_bytes, together) == LEAST[name], name


def test_nothing_runs_together_where_nobody_asks_for_less_ram() -> None:
    model = load_model(DATA / "kws_int8.tflite")
    prepared = prepare(model, signature=0)
    for optimize in ("speed", "balanced"):
        assert not choose_segments(model, model.main, prepared, NONE, optimize).segments
    assert not choose_segments(model, model.main, prepared, NONE, "balanced", 8_640).segments
    assert choose_segments(model, model.main, prepared, NONE, "balanced", 8_639).segments


def test_too_little_ram_is_refused_with_the_operators_that_need_it_and_the_least_is_enough(tmp_path: Path) -> None:
    model = load_model(DATA / "vww_int8.tflite")
    with pytest.raises(DoesNotFitError, match="28031 bytes: operator") as refused:
        least(model, 28_031)
    assert "28032" in refused.value.hint and "--ram" in refused.value.hint
    _, prepared = least(model, 28_032)
    assert prepared.planned_bytes <= 28_032
    with pytest.raises(DoesNotFitError):
        generate(model, target="cortex-m4", language="aot", output=tmp_path / "out", ram_bytes=1_000)
    assert not (tmp_path / "out").exists()
    with pytest.raises(UsageError, match="only an ahead-of-time build"):
        generate(model, target="cortex-m4", language="c-array", output=tmp_path / "out", optimize="ram")


def mutants(graph: Subgraph, prepared: Prepared) -> list[tuple[str, Prepared]]:
    """One row less in a ring, the output nearer to the input, sums under the rows: each must be found out."""
    made = []
    for number, segment in enumerate(prepared.segments):
        readers = {i: [o.index for o in graph.operators if i in o.inputs] for i in segment.rings}
        for tensor, (offset, slots) in segment.rings.items():
            rows = graph.tensors[tensor].shape[1]
            if slots > 1 and slots < rows and readers[tensor]:
                smaller = replace(segment, rings={**segment.rings, tensor: (offset, slots - 1)})
                made.append((f"ring of {tensor}", _with(prepared, number, smaller)))
            moved = replace(segment, rings={**segment.rings, tensor: (offset - row_bytes(graph, tensor), slots)})
            others = [place for t, (place, _) in segment.rings.items() if t != tensor]
            if any(place < offset for place in others) or segment.offset < offset:
                made.append((f"place of {tensor}", _with(prepared, number, moved)))
        for operator, offset in segment.kept.items():
            moved = replace(segment, kept={operator: offset - 16})
            made.append((f"sums of {operator}", _with(prepared, number, moved)))
    return made


def _with(prepared: Prepared, number: int, segment: object) -> Prepared:
    segments = list(prepared.segments)
    segments[number] = segment
    return replace(prepared, segments=tuple(segments))


@pytest.mark.parametrize("name", ["kws_int8", "resnet8_int8", "vww_int8"])
def test_every_mutant_of_a_plan_is_found_out(name: str, plans: dict[str, tuple[Subgraph, Chosen, Prepared]]) -> None:
    graph, _, prepared = plans[name]
    found = mutants(graph, prepared)
    assert found
    for what, mutant in found:
        with pytest.raises(PlanError):
            simulate(graph, mutant)
            raise AssertionError(what)


def test_an_output_nearer_to_the_input_than_its_distance_is_found_out(chains: list[Model]) -> None:
    tried = 0
    for model in chains:
        graph = model.main
        chosen, prepared = least(model)
        for segment in prepared.segments:
            for (x, y), rule in chosen.segments[segment.first].rules.items():
                if rule.forwards is None or rule.forwards <= 0 or x not in prepared.planned:
                    continue
                near = prepared.planned[x] - rule.forwards + 1
                if near + graph.tensors[y].bytes <= prepared.planned[x] or near < 0:
                    continue
                if near == prepared.planned[x] and rule.exactly:
                    continue
                places = {**prepared.planned, y: near}
                room = max(prepared.planned_bytes, near + graph.tensors[y].bytes)
                with pytest.raises(PlanError):
                    simulate(graph, replace(prepared, planned=places, planned_bytes=room))
                tried += 1
    assert tried >= 3


def test_plans_of_random_models_hold_and_never_need_more(chains: list[Model]) -> None:
    together = 0
    for model in chains:
        prepared = prepare(model)
        simulate(model.main, prepared)  # the runtime's own plan, made without search
        alone = plan_memory(model.main, prepared)
        _, planned = least(model)
        simulate(model.main, planned)
        assert planned.planned_bytes <= alone.peak_bytes, model.name
        together += bool(planned.segments)
    assert together >= 15


def test_a_mean_of_all_pixels_takes_its_image_by_rows(means: list[Model]) -> None:
    taken = 0
    for model in means:
        alone = plan_memory(model.main, prepare(model))
        chosen, planned = least(model)
        simulate(model.main, planned)
        assert planned.planned_bytes <= alone.peak_bytes, model.name
        last = [layout.stages[-1] for layout in chosen.segments.values()]
        taken += any(s.kind == "take" and model.main.operators[s.operator].name == "MEAN" for s in last)
    assert taken >= 1


def test_outputs_are_the_interpreters_byte_for_byte(
    drivers: list[Path], tmp_path: Path, chains: list[Model], means: list[Model]
) -> None:
    rng = np.random.default_rng(5)
    cases = []
    for model in [*chains[:16], *means[:12], *(load_model(DATA / f"{name}.tflite") for name in LEAST)]:
        shapes = [model.main.tensors[index].shape for index in model.main.inputs]
        inputs = tuple(rng.integers(-128, 128, size=shape, dtype=np.int8) for shape in shapes)
        cases.append(Case(model.name, model.content, inputs))
    runs = run_batch([drivers[0]], cases)
    outputs = [b"".join(run.outputs) for run in runs if not isinstance(run, Refused)]
    assert len(outputs) == len(cases)
    answers = build_batch(cases, drivers[0], tmp_path, "ram")([case.inputs for case in cases])
    assert answers == b"".join(outputs)
    assert sum("ef_stream_run" in path.read_text() for path in (tmp_path / "project").glob("m*.c")) >= 8
