"""Inputs that come row by row: the RAM that is left, plans that hold, the same outputs, and what has no rows."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgeflow.errors import DoesNotFitError, UsageError
from edgeflow.firmware.prepared import prepare
from edgeflow.generate.ahead.overlap import plan_memory
from edgeflow.generate.ahead.prepared import Prepared
from edgeflow.generate.ahead.segments import choose_segments
from edgeflow.generate.ahead.simulate import PlanError, simulate
from edgeflow.generate.ahead.streaming import row_bytes
from edgeflow.generate.context import Optimize
from edgeflow.model.read import load_model, read_model
from edgeflow.model.types import Model
from edgeflow.pipeline.generate import generate, generate_files
from tests.generate.ahead_build import WARNINGS, build_batch
from tests.generate.chains import random_chain
from tests.runtime.graphs import Node, graph_model, packed, tensor
from tests.runtime.oracle import Refused, run_batch
from tests.runtime.single_operator import Case

DATA = Path(__file__).parents[1] / "data"
# bytes of the arena with the interpreter's kernels, and which operators run together
LEAST = {"kws_int8": (5_872, (0, 10)), "resnet8_int8": (12_896, (0, 13)), "vww_int8": (15_072, (0, 8))}
LEAST_TUNED = {"kws_int8": 6_128, "resnet8_int8": 14_048, "vww_int8": 15_136}
NONE = frozenset[str]()


def fed(
    model: Model, optimize: Optimize = "ram", ram_bytes: int | None = None, features: frozenset[str] = NONE
) -> Prepared:
    prepared = prepare(model, signature=0 if model.signatures else -1)
    chosen = choose_segments(model, model.main, prepared, features, optimize, ram_bytes, input_rows=True)
    return plan_memory(model.main, chosen.prepared, chosen.segments).applied(chosen.prepared)


@pytest.fixture(scope="module")
def chains() -> list[Model]:
    """Random models that can take their input by rows."""
    made = (read_model(random_chain(np.random.default_rng([19, n])), Path(f"chain{n}.tflite")) for n in range(40))
    return [model for model in made if takes_rows(model)]


def takes_rows(model: Model) -> bool:
    try:
        fed(model)
    except UsageError:
        return False
    return True


@pytest.mark.parametrize("name", LEAST)
def test_the_input_leaves_the_arena_and_the_plan_holds(name: str) -> None:
    model = load_model(DATA / f"{name}.tflite")
    prepared = fed(model)
    simulate(model.main, prepared)
    (segment,) = [segment for segment in prepared.segments if segment.fed is not None]
    assert (prepared.planned_bytes, (segment.first, segment.end)) == LEAST[name]
    assert segment.fed in model.main.inputs and segment.fed not in prepared.planned
    _, slots = segment.rings[segment.fed]
    assert 1 < slots < model.main.tensors[segment.fed].shape[1]
    assert fed(model, features=frozenset({"dsp"})).planned_bytes <= LEAST_TUNED[name]


@pytest.mark.parametrize("name", LEAST)
def test_one_row_less_of_the_input_is_found_out(name: str) -> None:
    model = load_model(DATA / f"{name}.tflite")
    prepared = fed(model)
    segment = prepared.segments[0]
    assert segment.fed is not None
    offset, slots = segment.rings[segment.fed]
    size = row_bytes(model.main, segment.fed)
    for ring in ((offset, slots - 1), (offset + 16 + -(-size // 16) * 16, slots)):
        mutant = replace(prepared, segments=(replace(segment, rings={**segment.rings, segment.fed: ring}),))
        with pytest.raises(PlanError):
            simulate(model.main, mutant)


def test_speed_leaves_all_but_the_first_operator_alone() -> None:
    model = load_model(DATA / "kws_int8.tflite")
    prepared = fed(model, "speed")
    simulate(model.main, prepared)
    assert [(s.first, s.end) for s in prepared.segments] == [(0, 1)]
    assert fed(model, "speed", 6_000).planned_bytes == LEAST["kws_int8"][0]
    with pytest.raises(DoesNotFitError, match="5000 bytes: operators 0 to 9 together need 5872"):
        fed(model, "speed", 5_000)


def test_plans_of_random_models_hold_and_never_need_more_than_with_the_whole_input(chains: list[Model]) -> None:
    assert len(chains) >= 25
    for model in chains:
        prepared = prepare(model)
        chosen = choose_segments(model, model.main, prepared, NONE, "ram")
        whole = plan_memory(model.main, chosen.prepared, chosen.segments)
        by_rows = fed(model)
        simulate(model.main, by_rows)
        # a ring is never larger than the tensor, but an output may lie over a whole input and not over a ring
        assert by_rows.planned_bytes <= whole.peak_bytes + row_bytes(model.main, model.main.inputs[0]) + 16, model.name


def test_outputs_are_the_interpreters_byte_for_byte(drivers: list[Path], tmp_path: Path, chains: list[Model]) -> None:
    rng = np.random.default_rng(7)
    cases = []
    for model in [*chains[:6], *(load_model(DATA / f"{name}.tflite") for name in LEAST)]:
        shape = model.main.tensors[model.main.inputs[0]].shape
        cases.append(Case(model.name, model.content, (rng.integers(-128, 128, size=shape, dtype=np.int8),)))
    runs = run_batch([drivers[0]], cases)
    outputs = [b"".join(run.outputs) for run in runs if not isinstance(run, Refused)]
    assert len(outputs) == len(cases)
    run = build_batch(cases, drivers[0], tmp_path, ["ram", "speed", "ram"], input_rows=True)
    assert run([case.inputs for case in cases]) == b"".join(outputs)


def graph(shapes: list[tuple[int, ...]], nodes: list[Node], inputs: list[int], outputs: list[int]) -> Model:
    content = packed(graph_model([tensor(shape, "INT8", 0.5) for shape in shapes], nodes, inputs, outputs))
    return read_model(content, Path("m.tflite"))


IMAGE = (1, 6, 5, 4)
ADD = schema.AddOptionsT()
REFUSED = {
    "it has 2 inputs": graph([IMAGE] * 3, [Node("ADD", (0, 1), (2,), ADD)], [0, 1], [2]),
    r"its input is \[2, 6, 5, 4\]": graph([(2, *IMAGE[1:])] * 2, [Node("RELU", (0,), (1,))], [0], [1]),
    r"operator 0 \(NEG\) needs all of its input": graph([IMAGE] * 2, [Node("NEG", (0,), (1,))], [0], [1]),
    "its input is an output as well": graph([IMAGE] * 2, [Node("RELU", (0,), (1,))], [0], [0, 1]),
    "operators 0 to 2 read its input": graph(
        [IMAGE, IMAGE, IMAGE, IMAGE],
        [Node("RELU", (0,), (1,)), Node("NEG", (1,), (2,)), Node("ADD", (0, 2), (3,), ADD)],
        [0],
        [3],
    ),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_has_no_rows_to_give_is_refused_with_the_reason(reason: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"m.tflite cannot take its input by rows: {reason}") as error:
        fed(REFUSED[reason])
    assert "--input rows" in error.value.hint


def test_only_an_ahead_of_time_build_takes_rows(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="only an ahead-of-time build takes its input by rows"):
        generate(
            DATA / "kws_int8.tflite", target="cortex-m4", language="c-array", output=tmp_path / "out", input_rows=True
        )
    assert not (tmp_path / "out").exists()


def test_the_header_declares_the_callback_and_no_place_for_the_input(tmp_path: Path) -> None:
    done = generate_files(
        DATA / "kws_int8.tflite", target="cortex-m4", language="aot", output=tmp_path, name="m", input_rows=True
    )
    assert done.arena is not None and done.arena.input_rows == 49
    use = (
        '#include "m.h"\n#include <cstring>\nstatic uint64_t arena[M_ARENA_WORDS];\nM_CHECK_ARENA(arena);\n'
        "static int8_t features[M_INPUT_0_COUNT];\n"
        "static void get_row(void *, uint32_t row, int8_t *out) {\n"
        "    std::memcpy(out, features + row * M_INPUT_0_ROW_COUNT, M_INPUT_0_ROW_BYTES);\n}\n"
        "int run();\nint run() { m_invoke(arena, get_row, 0); return M_OUTPUT_0(arena)[M_OUTPUT_0_COUNT - 1]; }\n"
    )
    (tmp_path / "use.cpp").write_text(use)
    for command in (
        ["g++", "-std=c++11", "-Wall", "-Wextra", "-pedantic", "-Werror", "-c", "use.cpp", "-o", "use.o"],
        ["gcc", *WARNINGS, "-Iruntime", "-c", "m.c", "-o", "m.o"],
    ):
        done_ = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done_.returncode == 0, done_.stderr
    header = (tmp_path / "m.h").read_text()
    assert "M_INPUT_0(arena)" not in header and "M_INPUT_0_OFFSET" not in header
    assert "#define M_INPUT_0_ROWS 49\n" in header and "#define M_INPUT_0_ROW_COUNT 10\n" in header
