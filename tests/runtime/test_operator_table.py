"""operators.toml is what C has, what the schema says, and what the kernels need."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgeflow import resources
from edgeflow.fit.arena import plan_arena
from edgeflow.fit.gen import render
from edgeflow.fit.operators import unsupported_reasons
from edgeflow.fit.table import operators
from edgeflow.model.read import read_model
from tests.runtime import cases_moving, cases_values
from tests.runtime.host_build import build
from tests.runtime.planned import plan_with
from tests.runtime.single_operator import Case
from tests.runtime.test_exact_elementwise import OPERATORS
from tests.runtime.test_exact_hybrid import HYBRID
from tests.runtime.test_exact_moving import OTHERS
from tests.runtime.test_exact_reducing import REDUCING
from tests.runtime.test_exact_values import BINARY, UNARY
from tests.runtime.test_exact_window import FLOAT32, INT8

ROOT = Path(__file__).parents[2]
CASES = 20
Generate = Callable[[np.random.Generator, int], object]
GENERATORS: dict[str, Generate] = {
    **{f"{name} (value)": pair[0] for name, pair in OPERATORS.items()},
    **{f"{name} int8": generate for name, generate in INT8.items()},
    **{f"{name} float32": pair[0] for name, pair in FLOAT32.items()},
    **{f"{name} hybrid": generate for name, generate in HYBRID.items()},
    **{
        f"{name} {dtype} (one)": partial(cases_values.unary, name=name, dtype=dtype)
        for name, (dtypes, _) in UNARY.items()
        for dtype in dtypes
    },
    **{
        f"{name} {dtype} (two)": partial(cases_values.binary, name=name, dtype=dtype)
        for name, dtypes in BINARY.items()
        for dtype in dtypes
    },
    **{
        f"{name} (moves)": partial(cases_moving.moved, name=name, dtype="INT8", make=make, low=low, high=high)
        for name, (make, low, high) in cases_moving.MOVES.items()
    },
    **{f"{name} (looks)": partial(generate, dtype="FLOAT32") for name, generate in OTHERS.items() if name != "CAST"},
    "CAST": partial(cases_moving.cast, source="FLOAT32"),
    **{f"{name} {dtype}": partial(pair[0], name=name, dtype=dtype) for (name, dtype), pair in REDUCING.items()},
}


def test_rendered_files_are_what_the_table_renders() -> None:
    for path, text in render(ROOT).items():
        assert (ROOT / path).read_text(encoding="utf-8") == text, f"run python -m edgeflow.fit.gen for {path}"


def test_codes_and_options_are_those_of_the_schema() -> None:
    for entry in operators():
        assert getattr(schema.BuiltinOperator, entry.name) == entry.code
        if entry.options_name:
            assert getattr(schema.BuiltinOptions, entry.options_name) == entry.options_code
        else:
            assert entry.options_code == 0
    assert len({entry.code for entry in operators()}) == len(operators())


def test_every_kernel_has_its_file_and_every_type_its_number() -> None:
    for entry in operators():
        for kernel in entry.kernels:
            assert (resources.include_dir() / f"ef_{kernel.file}.c").is_file()
            for operand in (*kernel.inputs, *kernel.outputs):
                assert all(hasattr(schema.TensorType, name) for name in operand.types)
                assert 0 <= operand.rank_min <= operand.rank_max <= 6


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("plan_report.c", "plain", tmp_path_factory)


def test_formulas_state_the_bytes_that_kernels_ask_for(program: Path) -> None:
    cases: list[Case] = []
    for generate in GENERATORS.values():
        made = generate(np.random.default_rng(21), CASES)
        assert made is not None
        cases += list(made)  # type: ignore[call-overload]  # the generators' own types vary
    answers = plan_with(program, [(case.model, 1 << 24, False) for case in cases])
    compared = 0
    for case, answer in zip(cases, answers, strict=True):
        if answer.status != 0:
            continue
        model = read_model(case.model, Path("case.tflite"))
        assert not unsupported_reasons(model), case.name
        plan = plan_arena(model)
        assert (plan.planned_bytes, plan.persistent_bytes) == (answer.planned, answer.persistent), case.name
        compared += 1
    assert compared > 0.9 * len(cases)


def test_a_type_that_the_table_does_not_list_is_refused_by_both(program: Path) -> None:
    cases = [next(iter(generate(np.random.default_rng(22), 1))) for generate in GENERATORS.values()]  # type: ignore[call-overload]  # as above
    models = []
    for case in cases:
        made = schema.ModelT.InitFromObj(schema.Model.GetRootAs(case.model, 0))
        out = made.subgraphs[0].tensors[made.subgraphs[0].operators[0].outputs[0]]
        out.type = schema.TensorType.INT16
        models.append(_packed(made))
    for case, model, answer in zip(
        cases, models, plan_with(program, [(m, 1 << 20, False) for m in models]), strict=True
    ):
        if answer.status == 0:
            assert case.name.startswith(("RESHAPE", "CAST", "QUANTIZE")), case.name
            continue
        wanted = 9 if case.name.startswith("QUANTIZE") else 7  # UNSUPPORTED_TYPE; int16 has zero point 0
        assert answer.status == wanted, (case.name, answer)
        assert unsupported_reasons(read_model(model, Path("case.tflite"))), case.name


def _packed(model: object) -> bytes:
    import flatbuffers

    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")  # type: ignore[attr-defined]  # a schema.ModelT
    return bytes(builder.Output())
