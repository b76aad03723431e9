"""Tiny models, built with the schema's own object API, whose answers by LiteRT are the oracle of generated code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType


@dataclass
class Spec:
    """One tensor to build: `constant` gives its bytes."""

    name: str
    dtype: str
    shape: Sequence[int]
    scale: Sequence[float] = ()
    zero_point: Sequence[int] = ()
    constant: np.ndarray | None = None


def build(
    tensors: Sequence[Spec], inputs: Sequence[int], outputs: Sequence[int], operator: int, options: object = None
) -> bytes:
    """A model of one operator from all inputs and constants to `outputs`; `options` is an object API table."""
    model = schema.ModelT()
    model.version, model.buffers = 3, [schema.BufferT()]
    code = schema.OperatorCodeT()
    code.builtinCode, code.version = operator, 3 if operator == schema.BuiltinOperator.RESIZE_BILINEAR else 1
    code.deprecatedBuiltinCode = min(operator, 127)
    model.operatorCodes = [code]
    subgraph = schema.SubGraphT()
    subgraph.tensors = []
    for spec in tensors:
        tensor = schema.TensorT()
        tensor.name, tensor.shape = spec.name.encode(), np.asarray(spec.shape, np.int32)
        tensor.type, tensor.buffer = getattr(schema.TensorType, spec.dtype), 0
        if spec.scale:
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = np.asarray(spec.scale, np.float32)
            tensor.quantization.zeroPoint = np.asarray(spec.zero_point, np.int64)
        if spec.constant is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(spec.constant.tobytes(), np.uint8)
            tensor.buffer = len(model.buffers)
            model.buffers.append(buffer)
        subgraph.tensors.append(tensor)
    node = schema.OperatorT()
    constants = [number for number, spec in enumerate(tensors) if spec.constant is not None]
    node.inputs, node.outputs = np.asarray([*inputs, *constants], np.int32), np.asarray(outputs, np.int32)
    if options is not None:
        node.builtinOptions = options
        node.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__.removesuffix("T"))
    subgraph.operators = [node]
    subgraph.inputs, subgraph.outputs = np.asarray(inputs, np.int32), np.asarray(outputs, np.int32)
    model.subgraphs = [subgraph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def reference(content: bytes, *values: np.ndarray) -> list[np.ndarray]:
    """What LiteRT's reference kernels answer."""
    interpreter = Interpreter(model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    for detail, value in zip(interpreter.get_input_details(), values, strict=True):
        interpreter.set_tensor(detail["index"], value)
    interpreter.invoke()
    return [interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()]


def quantize_model(size: int, dtype: str, scale: float, zero_point: int) -> bytes:
    """FLOAT32 in, QUANTIZE, `dtype` out."""
    specs = [Spec("real", "FLOAT32", [1, size]), Spec("q", dtype, [1, size], [scale], [zero_point])]
    return build(specs, [0], [1], schema.BuiltinOperator.QUANTIZE, schema.QuantizeOptionsT())


def dequantize_model(size: int, dtype: str, scale: float, zero_point: int) -> bytes:
    """`dtype` in, DEQUANTIZE, FLOAT32 out."""
    specs = [Spec("q", dtype, [1, size], [scale], [zero_point]), Spec("real", "FLOAT32", [1, size])]
    return build(specs, [0], [1], schema.BuiltinOperator.DEQUANTIZE, schema.DequantizeOptionsT())


def resize_model(kind: str, old: Sequence[int], new: Sequence[int]) -> bytes:
    """FLOAT32 image of `old` [height, width, channels] resized to `new` [height, width], pixel centres at half."""
    size = Spec("size", "INT32", [2], constant=np.asarray(new, np.int32))
    specs = [Spec("old", "FLOAT32", [1, *old]), Spec("new", "FLOAT32", [1, *new, old[2]]), size]
    if kind == "nearest":
        options, operator = schema.ResizeNearestNeighborOptionsT(), schema.BuiltinOperator.RESIZE_NEAREST_NEIGHBOR
    else:
        options, operator = schema.ResizeBilinearOptionsT(), schema.BuiltinOperator.RESIZE_BILINEAR
    options.halfPixelCenters = True
    return build(specs, [0], [1], operator, options)


def thumbnail_model() -> bytes:
    """A uint8 image of 4 × 4 pixels to the mean of each colour, as three quantized scores."""
    scale, zero_point = [1 / 128], [128]
    specs = [
        Spec("image", "UINT8", [1, 4, 4, 3], scale, zero_point),
        Spec("colours", "UINT8", [1, 3], scale, zero_point),
        Spec("axes", "INT32", [2], constant=np.asarray([1, 2], np.int32)),
    ]
    return build(specs, [0], [1], schema.BuiltinOperator.MEAN, schema.ReducerOptionsT())


def pass_through(
    inputs: Sequence[str], outputs: Sequence[str], dtype: str = "FLOAT32", shape: Sequence[int] = (1, 4)
) -> bytes:
    """A model with any tensor names: output n is the absolute value of input n, counted around."""
    specs = [Spec(name, dtype, shape) for name in (*inputs, *outputs)]
    model = build(specs, [0], [len(inputs)], schema.BuiltinOperator.ABS, schema.AbsOptionsT())
    parsed = schema.ModelT.InitFromPackedBuf(model, 0)
    subgraph = parsed.subgraphs[0]
    first = subgraph.operators[0]
    subgraph.operators = []
    for number in range(len(outputs)):
        node = schema.OperatorT()
        node.builtinOptions, node.builtinOptionsType = first.builtinOptions, first.builtinOptionsType
        node.inputs = np.asarray([number % len(inputs)], np.int32)
        node.outputs = np.asarray([len(inputs) + number], np.int32)
        subgraph.operators.append(node)
    subgraph.inputs = np.arange(len(inputs), dtype=np.int32)
    subgraph.outputs = np.arange(len(inputs), len(specs), dtype=np.int32)
    builder = flatbuffers.Builder(1024)
    builder.Finish(parsed.Pack(builder), b"TFL3")
    return bytes(builder.Output())
