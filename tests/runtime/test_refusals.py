"""What is wrong with a model is said: status, operator, tensor and a sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.runtime.graphs import Node, graph_model, packed, tensor
from tests.runtime.host_build import build
from tests.runtime.planned import Planned, plan_with
from tests.runtime.test_malformed import dense_model, window_model

BAD_MODEL, NO_OPERATOR, BAD_TYPE, BAD_SHAPE, BAD_OPTION = 5, 6, 7, 8, 9


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("plan_report.c", "checked", tmp_path_factory)


def prepare(program: Path, model: bytes) -> Planned:
    return plan_with(program, [(model, 1 << 16, False)])[0]


def set_field(holder: Any, **fields: Any) -> None:
    for name, value in fields.items():
        assert hasattr(holder, name)
        setattr(holder, name, value)


def first(model: Any) -> Any:
    return model.subgraphs[0].operators[0]


def set_scale(made: Any, *scales: float) -> None:
    made.quantization.scale = np.asarray(scales, dtype=np.float32)


Damage = Callable[[Any], object]
# name → (model, damage, status, operator, tensor, part of the text)
DENSE: dict[str, tuple[Damage, int, int, int, str]] = {
    "scale zero": (lambda m: set_scale(m.subgraphs[0].tensors[0], 0.0), BAD_OPTION, 0, 0, "not finite and > 0"),
    "scale not a number": (lambda m: set_scale(m.subgraphs[0].tensors[1], float("nan")), BAD_OPTION, 0, 1, "finite"),
    "scale infinite": (lambda m: set_scale(m.subgraphs[0].tensors[3], float("inf")), BAD_OPTION, 0, 3, "finite"),
    "no quantization": (
        lambda m: set_field(m.subgraphs[0].tensors[0], quantization=None), BAD_OPTION, 0, 0, "scale and zero point"
    ),
    "scales of another count": (
        lambda m: set_scale(m.subgraphs[0].tensors[1], 0.5, 0.5), BAD_OPTION, 0, 1, "do not match"
    ),
    "zero point outside int8": (
        lambda m: set_field(m.subgraphs[0].tensors[0].quantization, zeroPoint=np.asarray([200])),
        *(BAD_OPTION, 0, 0, "outside its type"),
    ),
    "weights with a zero point": (
        lambda m: set_field(m.subgraphs[0].tensors[1].quantization, zeroPoint=np.asarray([3])),
        *(BAD_OPTION, 0, 1, "must have zero point 0"),
    ),
    "constant too short": (
        lambda m: set_field(m.buffers[1], data=np.zeros(11, dtype=np.uint8)), BAD_MODEL, 0, 1, "11 bytes"
    ),
    "weights not constant": (
        lambda m: (set_field(m.subgraphs[0].tensors[1], buffer=0), m.subgraphs[0].inputs.append(1)),
        *(BAD_OPTION, 0, 1, "must be constant"),
    ),
    "negative size": (
        lambda m: set_field(m.subgraphs[0].tensors[3], shape=np.asarray([1, -3], dtype=np.int32)),
        *(BAD_SHAPE, 0, 3, "not positive"),
    ),
    "sizes whose product overflows": (
        lambda m: set_field(m.subgraphs[0].tensors[0], shape=np.asarray([2**30, 2**30, 16], dtype=np.int32)),
        *(BAD_SHAPE, -1, 0, "more than"),
    ),
    "rank 7": (
        lambda m: set_field(m.subgraphs[0].tensors[0], shape=np.ones(7, dtype=np.int32)), BAD_SHAPE, -1, 0, "rank 7"
    ),
    "another output shape": (
        lambda m: set_field(m.subgraphs[0].tensors[3], shape=np.asarray([1, 4], dtype=np.int32)),
        *(BAD_SHAPE, 0, 3, "outputs do not follow"),
    ),
    "uint8 input": (
        lambda m: set_field(m.subgraphs[0].tensors[0], type=schema.TensorType.UINT8), BAD_TYPE, 0, 0, "type 3"
    ),
    "string input": (
        lambda m: set_field(m.subgraphs[0].tensors[0], type=schema.TensorType.STRING), BAD_TYPE, -1, 0, "fixed size"
    ),
    "unknown operator": (
        lambda m: set_field(m.operatorCodes[0], builtinCode=200, deprecatedBuiltinCode=127),
        *(NO_OPERATOR, 0, -1, "no operator 200"),
    ),
    "custom operator": (
        lambda m: set_field(m.operatorCodes[0], builtinCode=32, deprecatedBuiltinCode=32, customCode="Mine"),
        *(NO_OPERATOR, 0, -1, "no operator 32"),
    ),
    "unknown version": (lambda m: set_field(m.operatorCodes[0], version=99), NO_OPERATOR, 0, -1, "version 99"),
    "operator code out of range": (lambda m: set_field(first(m), opcodeIndex=5), BAD_MODEL, 0, -1, "code 5"),
    "options of another operator": (
        lambda m: set_field(
            first(m), builtinOptions=schema.Pool2DOptionsT(), builtinOptionsType=schema.BuiltinOptions.Pool2DOptions
        ),
        *(BAD_MODEL, 0, -1, "options of type 5"),
    ),
    "operand out of range": (lambda m: first(m).inputs.__setitem__(0, 9), BAD_MODEL, 0, -1, "tensor 9"),
    "weights absent": (lambda m: first(m).inputs.__setitem__(1, -1), BAD_MODEL, 0, -1, "absent"),
    "too few inputs": (lambda m: set_field(first(m), inputs=[0]), BAD_MODEL, 0, -1, "1 inputs"),
    "too many inputs": (lambda m: set_field(first(m), inputs=[0, 1, 2, 2]), BAD_MODEL, 0, -1, "4 inputs"),
    "forty inputs": (lambda m: set_field(first(m), inputs=[0] * 40), 11, 0, -1, "too many"),
    "output never written": (lambda m: set_field(m.subgraphs[0], operators=[]), BAD_MODEL, -1, 3, "before it is"),
    "written twice": (
        lambda m: m.subgraphs[0].operators.append(first(m)), BAD_MODEL, 1, 3, "written twice"
    ),
    "graph input out of range": (lambda m: set_field(m.subgraphs[0], inputs=[77]), BAD_MODEL, -1, -1, "no tensor"),
    "buffer out of range": (lambda m: set_field(m.subgraphs[0].tensors[1], buffer=9), BAD_MODEL, 0, 1, "buffer 9"),
    "schema version": (lambda m: set_field(m, version=4), BAD_MODEL, -1, -1, "version 4"),
    "no subgraph": (lambda m: set_field(m, subgraphs=[]), BAD_MODEL, -1, -1, "no subgraph"),
    "shuffled weights": (
        lambda m: set_field(first(m).builtinOptions, weightsFormat=1), BAD_OPTION, 0, 1, "format 1"
    ),
}  # fmt: skip
WINDOW: dict[str, tuple[Damage, int, int, int, str]] = {
    "stride 0": (lambda m: set_field(first(m).builtinOptions, strideH=0), BAD_OPTION, 0, -1, "strides 0"),
    "negative dilation": (
        lambda m: set_field(first(m).builtinOptions, dilationWFactor=-1), BAD_OPTION, 0, -1, "dilations"
    ),
    "unknown padding": (lambda m: set_field(first(m).builtinOptions, padding=7), BAD_OPTION, 0, -1, "padding 7"),
    "stride that does not give the output": (
        lambda m: set_field(first(m).builtinOptions, strideH=2), BAD_SHAPE, 0, 3, "must be 3"
    ),
    "scales along the wrong dimension": (
        lambda m: (
            set_field(m.subgraphs[0].tensors[1].quantization, quantizedDimension=1),
            set_scale(m.subgraphs[0].tensors[1], 1, 1, 1),
            set_field(m.subgraphs[0].tensors[1].quantization, zeroPoint=np.zeros(3, dtype=np.int64)),
        ),
        *(BAD_OPTION, 0, 1, "wrong dimension"),
    ),
    "weights with zero points a channel": (
        lambda m: set_field(m.subgraphs[0].tensors[1].quantization, zeroPoint=np.asarray([0, 1])),
        *(BAD_OPTION, 0, 1, "not 0"),
    ),
    "per-axis activation": (
        lambda m: (
            set_field(m.subgraphs[0].tensors[3].quantization, quantizedDimension=3),
            set_field(m.subgraphs[0].tensors[3].quantization, zeroPoint=np.zeros(2, dtype=np.int64)),
            set_scale(m.subgraphs[0].tensors[3], 1, 1),
        ),
        *(BAD_OPTION, 0, 3, "one a slice"),
    ),
    "window of 0": (
        lambda m: set_field(m.subgraphs[0].operators[1].builtinOptions, filterHeight=0), BAD_SHAPE, 1, -1, "window of 0"
    ),
    "an operator before its input is made": (
        lambda m: m.subgraphs[0].operators.insert(0, m.subgraphs[0].operators.pop()), BAD_MODEL, 0, 8, "before it is"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DENSE)
def test_a_damaged_dense_model_is_refused_with_the_reason(name: str, program: Path) -> None:
    _refused(program, dense_model(), *DENSE[name])


@pytest.mark.parametrize("name", WINDOW)
def test_a_damaged_window_model_is_refused_with_the_reason(name: str, program: Path) -> None:
    _refused(program, window_model(), *WINDOW[name])


def _refused(
    program: Path, model: Any, damage: Damage, status: int, operator: int, tensor_index: int, text: str
) -> None:
    damage(model)
    answer = prepare(program, packed(model))
    assert (answer.status, answer.operator, answer.tensor) == (status, operator, tensor_index), answer
    assert text in answer.text


def test_what_is_not_a_model_is_refused(program: Path) -> None:
    for content in (b"", b"TFL3", b"\x00" * 64, b"\x10\x00\x00\x00TFL4" + b"\x00" * 64, b"\xff" * 4 + b"TFL3" * 20):
        answer = prepare(program, content)
        assert answer.status == BAD_MODEL
        assert answer.text


def test_a_subgraph_may_pass_inputs_and_constants_through(program: Path) -> None:
    model = graph_model([tensor((1, 5)), tensor((2,), "INT32", None, 1)], [], [0], [0, 1], [bytes(8)])
    answer = prepare(program, packed(model))
    assert (answer.status, answer.planned) == (0, 16)


@pytest.mark.parametrize(
    ("inputs", "outputs", "tensor_index", "text"),
    [
        ((0,), (0,), 0, "written twice"),
        ((0,), (2,), 2, "cannot be an output"),
        ((3,), (3,), 3, "before it is"),
        ((4,), (3,), 4, "before it is"),
    ],
)
def test_an_operator_writes_only_what_nothing_else_makes(
    inputs: tuple[int, ...], outputs: tuple[int, ...], tensor_index: int, text: str, program: Path
) -> None:
    tensors = [tensor((1, 5)) if index != 2 else tensor((1, 5), buffer=1) for index in range(5)]
    model = graph_model(tensors, [Node("RELU", inputs, outputs)], [0], [outputs[0]], [bytes(5)])
    answer = prepare(program, packed(model))
    assert (answer.status, answer.operator, answer.tensor) == (BAD_MODEL, 0, tensor_index), answer
    assert text in answer.text


def test_an_input_that_nothing_reads_has_memory_of_its_own(program: Path) -> None:
    nodes = [Node("RELU", (0,), (2,))]
    answer = prepare(program, packed(graph_model([tensor((1, 5)), tensor((1, 5)), tensor((1, 5))], nodes, [0, 1], [2])))
    assert answer.status == 0
    assert dict(answer.offsets)[1] != dict(answer.offsets)[0]
