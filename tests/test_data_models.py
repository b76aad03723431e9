"""The committed test models have the shapes they are said to have."""

from __future__ import annotations

import itertools
import runpy
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

DATA = Path(__file__).parent / "data"
PROTOTYPES = runpy.run_path(str(DATA / "samples.py"))["prototypes"]
TAIL = ["AVERAGE_POOL_2D", "RESHAPE", "FULLY_CONNECTED", "SOFTMAX"]
PAIR = ["DEPTHWISE_CONV_2D", "CONV_2D"]
RESIDUAL = ["CONV_2D", "CONV_2D", "CONV_2D", "ADD"]
SEQUENCES = {
    "kws": ["CONV_2D", *PAIR * 4, *TAIL],
    "vww": ["CONV_2D", *PAIR * 13, *TAIL],
    "resnet8": [*RESIDUAL * 3, *TAIL],
    "ad01": ["FULLY_CONNECTED"] * 10,
}
MACS = {"kws": 2_656_768, "vww": 7_489_664, "resnet8": 12_501_632, "ad01": 264_192}
SHAPES = {
    "kws": ((1, 49, 10, 1), (1, 12)),
    "vww": ((1, 96, 96, 3), (1, 2)),
    "resnet8": ((1, 32, 32, 3), (1, 10)),
    "ad01": ((1, 640), (1, 640)),
}
OPERATOR_NAMES = {number: name for name, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)}
BENCHMARKS = [(name, recipe) for name in SEQUENCES for recipe in ("float32", "int8")]


def read(name: str) -> Any:
    return schema.ModelT.InitFromPackedBuf((DATA / f"{name}.tflite").read_bytes(), 0)


def operators(model: Any) -> list[tuple[str, Any]]:
    codes = [OPERATOR_NAMES[max(c.builtinCode, c.deprecatedBuiltinCode)] for c in model.operatorCodes]
    return [(codes[operator.opcodeIndex], operator) for operator in model.subgraphs[0].operators]


def macs(model: Any) -> int:
    """Multiply-accumulates: output elements × products that make one of them."""
    tensors = model.subgraphs[0].tensors
    total = 0
    for name, operator in operators(model):
        if name in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
            filter_shape = [int(n) for n in tensors[operator.inputs[1]].shape]
            per_output = prod(filter_shape[:-1]) if name == "DEPTHWISE_CONV_2D" else prod(filter_shape[1:])
            total += prod(int(n) for n in tensors[operator.outputs[0]].shape) * per_output
    return total


def samples(name: str, count: int = 8) -> np.ndarray:
    """Samples of the kind the model was trained on, (count, 1, …)."""
    if name == "sine":
        return np.linspace(0.1, 6, count, dtype=np.float32).reshape(count, 1, 1)
    graph = read(f"{name}_float32").subgraphs[0]
    into, out = ([int(n) for n in graph.tensors[i[0]].shape[1:]] for i in (graph.inputs, graph.outputs))
    data: np.ndarray = PROTOTYPES(tuple(into), 16 if name == "ad01" else out[-1], count)[0]
    return data[:, None]


def run(name: str, data: np.ndarray) -> np.ndarray:
    """Real-valued outputs for real-valued inputs, one row a sample, with the reference kernels."""
    interpreter = Interpreter(
        model_path=str(DATA / f"{name}.tflite"), experimental_op_resolver_type=OpResolverType.BUILTIN_REF
    )
    interpreter.allocate_tensors()
    (into,), (out,) = interpreter.get_input_details(), interpreter.get_output_details()
    rows = []
    for sample in data:
        scale, zero = into["quantization"]
        if scale:
            sample = np.clip(np.rint(sample / scale) + zero, -128, 127).astype(np.int8)
        interpreter.set_tensor(into["index"], sample)
        interpreter.invoke()
        value = interpreter.get_tensor(out["index"]).astype(np.float32)
        scale, zero = out["quantization"]
        rows.append((value - zero) * scale if scale else value)
    return np.concatenate(rows)


@pytest.mark.parametrize(("name", "recipe"), BENCHMARKS)
def test_the_operators_follow_each_other_as_in_the_benchmark(name: str, recipe: str) -> None:
    assert [kind for kind, _ in operators(read(f"{name}_{recipe}"))] == SEQUENCES[name]


@pytest.mark.parametrize(("name", "recipe"), BENCHMARKS)
def test_the_work_is_that_of_the_benchmark(name: str, recipe: str) -> None:
    assert macs(read(f"{name}_{recipe}")) == MACS[name]


@pytest.mark.parametrize(("name", "recipe"), BENCHMARKS)
def test_inputs_and_outputs_have_the_benchmarks_shapes_and_dtypes(name: str, recipe: str) -> None:
    graph = read(f"{name}_{recipe}").subgraphs[0]
    ends = [graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]]
    assert tuple(tuple(int(n) for n in end.shape) for end in ends) == SHAPES[name]
    kind = {"float32": schema.TensorType.FLOAT32, "int8": schema.TensorType.INT8}[recipe]
    assert [end.type for end in ends] == [kind, kind]


@pytest.mark.parametrize("name", ["kws", "vww", "resnet8"])
def test_convolutions_pad_and_stride_as_in_the_benchmark(name: str) -> None:
    strides = []
    for kind, operator in operators(read(f"{name}_int8")):
        if kind in PAIR:
            assert operator.builtinOptions.padding == schema.Padding.SAME
            strides.append((operator.builtinOptions.strideH, operator.builtinOptions.strideW))
    halving = {
        "kws": [0],
        "vww": [0, 3, 7, 11, 23],  # the first convolution and the depthwise ones of pairs 2, 4, 6 and 12
        "resnet8": [3, 5, 6, 8],
    }[name]
    assert strides == [(2, 2) if place in halving else (1, 1) for place in range(len(strides))]


@pytest.mark.parametrize("name", [*SEQUENCES, "sine", "mixed"])
def test_int8_tells_inputs_apart_and_stays_near_float(name: str) -> None:
    data = samples(name)
    exact, quantized = run(f"{name}_float32", data), run(f"{name}_int8", data)
    assert np.isfinite(exact).all()
    assert np.ptp(quantized, axis=0).max() > 8 * np.ptp(quantized) / 255, "all inputs give one answer"
    cosine = (exact * quantized).sum() / np.linalg.norm(exact) / np.linalg.norm(quantized)
    assert cosine > 0.95


def test_the_mixed_model_holds_the_operators_it_is_there_for() -> None:
    kinds = {kind for kind, _ in operators(read("mixed_int8"))}
    wanted = {"PAD", "MAX_POOL_2D", "CONCATENATION", "ADD", "MUL", "MEAN", "LOGISTIC", "TANH", "SOFTMAX"}
    assert wanted <= kinds


def test_signatures_keep_their_names() -> None:
    def names(file: str) -> dict[str, tuple[set[str], set[str]]]:
        return {
            s.signatureKey.decode(): ({i.name.decode() for i in s.inputs or []}, {o.name.decode() for o in s.outputs})
            for s in read(file).signatureDefs
        }

    assert names("two_signatures_float32") == {"encode": ({"plain"}, {"code"}), "decode": ({"code"}, {"plain"})}
    assert names("counter_float32") == {"add": ({"amount"}, {"total"}), "read": (set(), {"total"})}
    for file in ("dict_io_float32", "dict_io_int8"):
        assert names(file) == {"serving_default": ({"alpha", "beta"}, {"p", "q"})}


def test_the_counter_keeps_state_between_invokes() -> None:
    interpreter = Interpreter(model_path=str(DATA / "counter_float32.tflite"))
    add, read_total = interpreter.get_signature_runner("add"), interpreter.get_signature_runner("read")
    for _ in range(3):
        add(amount=np.array([[1, 2]], np.float32))
    assert read_total()["total"].tolist() == [[3, 6]]


def test_the_free_batch_model_can_be_resized() -> None:
    interpreter = Interpreter(model_path=str(DATA / "sine_any_batch_float32.tflite"))
    answer = interpreter.get_signature_runner()(angle=np.linspace(0, 6, 5, dtype=np.float32)[:, None])["sine"]
    assert np.abs(answer[:, 0] - np.sin(np.linspace(0, 6, 5))).max() < 0.1


def test_every_model_file_is_described_and_the_folder_stays_small() -> None:
    described = (DATA / "README.md").read_text()
    files = sorted(DATA.glob("*.tflite"))
    assert files
    for file in files:
        stem = next(s for s in itertools.accumulate(file.stem.split("_"), "{}_{}".format) if f"`{s}_" in described)
        assert stem
    assert sum(file.stat().st_size for file in files) < 4_000_000
