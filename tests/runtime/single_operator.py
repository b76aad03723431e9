"""Builds `.tflite` files that hold one operator, for the exactness tests.

`Tensor` describes one tensor (constant when `data` is given), `build` writes the file and `Case` is one file with the
inputs to run it on. Random choices come from the numpy generator of the caller, so a seed names a case for good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

DTYPES: dict[str, np.dtype[Any]] = {
    "INT8": np.dtype("int8"),
    "INT16": np.dtype("int16"),
    "INT32": np.dtype("int32"),
    "INT64": np.dtype("int64"),
    "UINT8": np.dtype("uint8"),
    "BOOL": np.dtype("bool"),
    "FLOAT32": np.dtype("float32"),
}

ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")


@dataclass(frozen=True)
class Tensor:
    """A tensor of the model; with `data` it is a constant."""

    shape: tuple[int, ...]
    dtype: str = "INT8"
    scale: tuple[float, ...] = ()
    zero_point: tuple[int, ...] = ()
    quantized_dimension: int = 0
    data: np.ndarray[Any, Any] | None = None

    def holding(self, data: np.ndarray[Any, Any]) -> Tensor:
        """The same tensor as a constant."""
        return replace(self, data=np.ascontiguousarray(data, dtype=DTYPES[self.dtype]).reshape(self.shape))


def quantized(shape: Sequence[int], scale: float, zero_point: int = 0, dtype: str = "INT8") -> Tensor:
    """A per-tensor quantized activation."""
    return Tensor(tuple(shape), dtype, (float(np.float32(scale)),), (zero_point,))


def constant(data: np.ndarray[Any, Any], dtype: str = "INT32") -> Tensor:
    """An unquantized constant, such as a shape or paddings."""
    return Tensor(data.shape, dtype).holding(data)


@dataclass(frozen=True)
class Case:
    """One model and the inputs for its non-constant input tensors, in order."""

    name: str
    model: bytes
    inputs: tuple[np.ndarray[Any, Any], ...]
    magnitude: Case | None = None  # float: gives sum |x*w| of each output, the base of the tolerance
    oracle_model: bytes | None = None  # what LiteRT gets instead, where it does not take the model but must agree
    optimized: bool = False  # LiteRT has no reference kernel: hold against its optimized one


def build(
    operator: str,
    inputs: Sequence[Tensor | None],
    outputs: Sequence[Tensor],
    options: object | None = None,
    version: int = 1,
) -> bytes:
    """The bytes of a model with one `operator`; absent optional inputs are None."""
    model = schema.ModelT()
    model.version = 3
    model.description = f"one {operator}"
    empty = schema.BufferT()
    empty.data = None
    model.buffers = [empty]
    graph = schema.SubGraphT()
    graph.name = "main"
    graph.tensors = []
    graph.inputs, graph.outputs = [], []

    def add(tensor: Tensor, name: str) -> int:
        out = schema.TensorT()
        out.name = name
        out.shape = np.asarray(tensor.shape, dtype=np.int32)
        out.type = getattr(schema.TensorType, tensor.dtype)
        out.buffer = 0
        if tensor.scale:
            q = schema.QuantizationParametersT()
            q.scale = np.asarray(tensor.scale, dtype=np.float32)
            q.zeroPoint = np.asarray(tensor.zero_point, dtype=np.int64)
            q.quantizedDimension = tensor.quantized_dimension
            out.quantization = q
        if tensor.data is not None:
            content = schema.BufferT()
            content.data = np.frombuffer(tensor.data.tobytes(), dtype=np.uint8)
            out.buffer = len(model.buffers)
            model.buffers.append(content)
        graph.tensors.append(out)
        return len(graph.tensors) - 1

    node = schema.OperatorT()
    node.opcodeIndex = 0
    node.inputs = []
    for i, tensor in enumerate(inputs):
        index = -1 if tensor is None else add(tensor, f"input_{i}")
        node.inputs.append(index)
        if tensor is not None and tensor.data is None:
            graph.inputs.append(index)
    node.outputs = [add(tensor, f"output_{i}") for i, tensor in enumerate(outputs)]
    graph.outputs = list(node.outputs)
    if options is not None:
        node.builtinOptions = options
        node.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__.removesuffix("T"))
    graph.operators = [node]
    code = schema.OperatorCodeT()
    code.builtinCode = getattr(schema.BuiltinOperator, operator)
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)
    code.version = version
    model.operatorCodes = [code]
    model.subgraphs = [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def options(kind: str, **fields: Any) -> Any:
    """Builtin options by schema name: `options("Conv2DOptions", strideW=1)`; an unknown field is an error."""
    made = getattr(schema, kind + "T")()
    for key, value in fields.items():
        if not hasattr(made, key):
            raise AttributeError(f"{kind} has no field {key}")
        setattr(made, key, value)
    return made


def activation(name: str) -> int:
    """The schema's number of a fused activation."""
    return int(getattr(schema.ActivationFunctionType, name))


def padding(name: str) -> int:
    """The schema's number of SAME or VALID."""
    return int(getattr(schema.Padding, name))


def random_int8(rng: np.random.Generator, shape: Sequence[int]) -> np.ndarray[Any, Any]:
    """Uniform, or with probability 1/4 only the values that saturate and round at edges."""
    if rng.random() < 0.25:
        return rng.choice(np.array([-128, -127, -1, 0, 1, 126, 127], dtype=np.int8), size=tuple(shape))
    return rng.integers(-128, 128, size=tuple(shape), dtype=np.int8)


def random_weights(rng: np.random.Generator, shape: Sequence[int]) -> np.ndarray[Any, Any]:
    """Weights in -127..127, uniform, extreme or sparse."""
    kind = rng.random()
    if kind < 0.15:
        return rng.choice(np.array([-127, 127], dtype=np.int8), size=tuple(shape))
    if kind < 0.3:
        return rng.integers(-3, 4, size=tuple(shape), dtype=np.int8)
    return rng.integers(-127, 128, size=tuple(shape), dtype=np.int8)


def random_zero_point(rng: np.random.Generator) -> int:
    """-128 and 127 come often."""
    return int(rng.choice([-128, 127, 0, -1, 1, int(rng.integers(-128, 128))]))


def random_scale(rng: np.random.Generator) -> float:
    """A usual scale, a power of two now and then."""
    if rng.random() < 0.2:
        return float(np.float32(2.0 ** rng.integers(-10, 2)))
    return float(np.float32(10 ** rng.uniform(-3.5, 0.5)))


def random_float(rng: np.random.Generator, shape: Sequence[int]) -> np.ndarray[Any, Any]:
    """Normal values over a few orders of magnitude."""
    spread = 10 ** rng.uniform(-1, 1.3)
    return (rng.standard_normal(tuple(shape)) * spread).astype(np.float32)


def out_size(size: int, kernel: int, stride: int, dilation: int, same: bool) -> int:
    """Output rows or columns of a window operator."""
    reach = (kernel - 1) * dilation + 1
    return -(-size // stride) if same else (size - reach) // stride + 1
