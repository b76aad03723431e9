"""UNIDIRECTIONAL_SEQUENCE_LSTM gives LiteRT's outputs (int16: TensorFlow Lite Micro's), in the memory that
operators.toml states, and keeps its state between invokes."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgeflow.fit.arena import plan_arena
from edgeflow.fit.operators import unsupported_reasons
from edgeflow.model.read import read_model
from tests.runtime import cases_lstm as make
from tests.runtime.exactness import compare, identical
from tests.runtime.graphs import packed
from tests.runtime.host_build import build
from tests.runtime.oracle import Outcome, Refused, run_batch, tflm
from tests.runtime.planned import plan_with
from tests.runtime.single_operator import Case

COUNT = 300


def close_to_one(case: Case, ours: np.ndarray, theirs: np.ndarray, magnitude: Outcome | None) -> str:
    """|a - b| <= 1e-5: outputs are below 1, and a step passes a difference on at most as it is."""
    apart = np.abs(ours.astype(np.float64) - theirs)
    return "" if float(apart.max()) <= 1e-5 else f"apart by {apart.max()}"


def test_int8_outputs_are_those_of_litert(drivers: list[Path], tmp_path: Path) -> None:
    cases = list(make.quantized_lstm(np.random.default_rng(44), COUNT, "INT8"))
    assert compare(cases, drivers, tmp_path, identical).compared == COUNT * len(drivers)


def test_float32_outputs_are_those_of_litert(drivers: list[Path], tmp_path: Path) -> None:
    cases = list(make.float_lstm(np.random.default_rng(45), COUNT))
    assert compare(cases, drivers, tmp_path, close_to_one).compared == COUNT * len(drivers)


@pytest.mark.skipif(find_spec("tflite_micro") is None, reason="tflite-micro has wheels for x86-64 Linux only")
def test_int16_outputs_are_those_of_tensorflow_lite_micro(drivers: list[Path], tmp_path: Path) -> None:
    cases = list(make.quantized_lstm(np.random.default_rng(46), COUNT, "INT16"))
    assert compare(cases, drivers, tmp_path, identical, tflm).compared == COUNT * len(drivers)


def test_formulas_state_the_bytes_that_kernels_ask_for(tmp_path_factory: pytest.TempPathFactory) -> None:
    program, rng = build("plan_report.c", "plain", tmp_path_factory), np.random.default_rng(47)
    cases = [case for dtype in ("INT8", "INT16") for case in make.quantized_lstm(rng, 20, dtype)]
    cases += make.float_lstm(rng, 20)
    for case, answer in zip(cases, plan_with(program, [(c.model, 1 << 24, False) for c in cases]), strict=True):
        assert answer.status == 0, (case.name, answer)
        model = read_model(case.model, Path("case.tflite"))
        assert not unsupported_reasons(model), case.name
        plan = plan_arena(model)
        assert (plan.planned_bytes, plan.persistent_bytes) == (answer.planned, answer.persistent), case.name


def _operand(position: int, index: int) -> Any:
    def damage(model: Any) -> None:
        node = model.subgraphs[0].operators[0]
        node.inputs = [index if i == position else int(old) for i, old in enumerate(node.inputs)]

    return damage


def _option(**fields: Any) -> Any:
    def damage(model: Any) -> None:
        for key, value in fields.items():
            setattr(model.subgraphs[0].operators[0].builtinOptions, key, value)

    return damage


def _cell_scale(model: Any) -> None:
    graph = model.subgraphs[0]
    graph.tensors[graph.operators[0].inputs[make.CELL]].quantization.scale = np.asarray([0.001], dtype=np.float32)


def _no_intermediates(model: Any) -> None:
    model.subgraphs[0].operators[0].intermediates = None


def _intermediate_out_of_range(model: Any) -> None:
    model.subgraphs[0].operators[0].intermediates = [0, 0, 0, 0, 30000]


def _small_state(model: Any) -> None:
    graph = model.subgraphs[0]
    graph.tensors[graph.operators[0].inputs[make.HIDDEN]].shape = np.asarray([1, 1], dtype=np.int32)


def _constant_state(model: Any) -> None:
    graph = model.subgraphs[0]
    graph.tensors[graph.operators[0].inputs[make.CELL]].isVariable = False
    graph.inputs = [*graph.inputs, graph.operators[0].inputs[make.CELL]]


REFUSED = {
    "peephole weights": (_operand(9, 5), "must be absent"),
    "coupled gates": (_operand(1, -1), "absent"),
    "RELU": (_option(fusedActivationFunction=1), "is not TANH"),
    "a clip below zero": (_option(cellClip=-1.0), "not >= 0"),
    "diagonal weights": (_option(diagonalRecurrentTensors=True), "diagonal"),
    "a cell whose scale is no power of two": (_cell_scale, "power of two"),
    "no intermediates": (_no_intermediates, "intermediate tensor 4"),
    "an intermediate that does not exist": (_intermediate_out_of_range, "intermediate tensor 4"),
    "a state of another size": (_small_state, "do not belong"),
    "a state that is no variable": (_constant_state, "must be a variable"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_kernel_does_not_compute_is_refused_with_the_reason(name: str, drivers: list[Path]) -> None:
    damage, text = REFUSED[name]
    rng = np.random.default_rng(3)
    case = next(c for c in make.quantized_lstm(rng, 20, "INT8") if " units=8" in c.name and "times=1" in c.name)
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(case.model, 0))
    damage(model)
    (answer,) = run_batch([drivers[0]], [Case(name, packed(model), case.inputs)])
    assert isinstance(answer, Refused)
    assert text in answer.reason


def test_check_refuses_other_kinds_of_lstm_before_anything_runs() -> None:
    case = next(iter(make.quantized_lstm(np.random.default_rng(3), 1, "INT8")))
    for damage, text in (
        (_operand(9, 5), "takes none there"),
        (_operand(1, -1), "is absent"),
        (_constant_state, "variable"),
    ):
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(case.model, 0))
        damage(model)
        (reason, *_) = unsupported_reasons(read_model(packed(model), Path("case.tflite")))
        assert text in reason
