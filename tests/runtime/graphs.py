"""Builds small `.tflite` files of many operators: random graphs for the planner, and any graph from a description."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema


@dataclass(frozen=True)
class Node:
    """One operator: schema name, tensor indices, options object or None."""

    operator: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Any = None


def tensor(shape: Sequence[int], dtype: str = "INT8", scale: float | None = 0.5, buffer: int = 0) -> Any:
    """A TensorT; `scale` None leaves it unquantized."""
    made = schema.TensorT()
    made.shape = np.asarray(shape, dtype=np.int32)
    made.type = getattr(schema.TensorType, dtype)
    made.buffer = buffer
    if scale is not None:
        made.quantization = schema.QuantizationParametersT()
        made.quantization.scale = np.asarray([scale], dtype=np.float32)
        made.quantization.zeroPoint = np.asarray([0], dtype=np.int64)
    return made


def graph_model(
    tensors: Sequence[Any],
    nodes: Sequence[Node],
    inputs: Sequence[int],
    outputs: Sequence[int],
    buffers: Sequence[bytes] = (),
) -> Any:
    """A ModelT; buffer 0 is the empty one, `buffers` follow."""
    model = schema.ModelT()
    model.version = 3
    model.description = "test"
    model.buffers = [schema.BufferT() for _ in range(len(buffers) + 1)]
    for made, content in zip(model.buffers[1:], buffers, strict=True):
        made.data = np.frombuffer(content, dtype=np.uint8)
    names = sorted({node.operator for node in nodes})
    model.operatorCodes = []
    for name in names:
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, name)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        code.version = 1
        model.operatorCodes.append(code)
    graph = schema.SubGraphT()
    graph.tensors = list(tensors)
    for index, made in enumerate(graph.tensors):
        made.name = f"t{index}"
    graph.inputs, graph.outputs = list(inputs), list(outputs)
    graph.operators = []
    for node in nodes:
        operator = schema.OperatorT()
        operator.opcodeIndex = names.index(node.operator)
        operator.inputs, operator.outputs = list(node.inputs), list(node.outputs)
        if node.options is not None:
            operator.builtinOptions = node.options
            kind = type(node.options).__name__.removesuffix("T")
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
        graph.operators.append(operator)
    model.subgraphs = [graph]
    return model


def packed(model: Any) -> bytes:
    """The file's bytes."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def random_graph(rng: np.random.Generator, *, softmax: bool = True) -> bytes:
    """Elementwise, concatenating, reshaping and quantizing operators over tensors of a few sizes, wired at random.

    Without `softmax` all arithmetic is exact or rounds one way, so that outputs must be identical everywhere.
    """
    tensors: list[Any] = []
    nodes: list[Node] = []
    live: list[tuple[int, str, int]] = []  # tensor, dtype, elements

    def make(elements: int, dtype: str) -> int:
        tensors.append(tensor((1, elements), dtype, 0.5 if dtype == "INT8" else None))
        live.append((len(tensors) - 1, dtype, elements))
        return len(tensors) - 1

    sizes = [1 if rng.random() < 0.3 else int(rng.integers(1, 400)) for _ in range(rng.integers(1, 5))]
    inputs = [make(size, str(rng.choice(["INT8", "FLOAT32"]))) for size in sizes]
    for _ in range(rng.integers(1, 26)):
        source, dtype, elements = live[int(rng.integers(len(live)))]
        kin = [index for index, kind, count in live if kind == dtype and count == elements]
        peers = [(index, count) for index, kind, count in live if kind == dtype]
        match int(rng.integers(7)):
            case 0:
                name = str(rng.choice(["RELU", "RELU6"]))
                nodes.append(Node(name, (source,), (make(elements, dtype),)))
            case 1:
                other = int(rng.choice(kin))
                nodes.append(Node("ADD", (source, other), (make(elements, dtype),), schema.AddOptionsT()))
            case 2:
                chosen = [peers[int(i)] for i in rng.integers(len(peers), size=rng.integers(1, 4))]
                options = schema.ConcatenationOptionsT()
                options.axis = 1
                out = make(sum(count for _, count in chosen), dtype)
                nodes.append(Node("CONCATENATION", tuple(index for index, _ in chosen), (out,), options))
            case 3:
                reshape = schema.ReshapeOptionsT()
                reshape.newShape = np.asarray([1, elements], dtype=np.int32)
                nodes.append(Node("RESHAPE", (source,), (make(elements, dtype),), reshape))
            case 4:
                other = "FLOAT32" if dtype == "INT8" else "INT8"
                name = "DEQUANTIZE" if dtype == "INT8" else "QUANTIZE"
                nodes.append(Node(name, (source,), (make(elements, other),)))
            case 5:
                ones = [index for index, kind, count in live if kind == dtype and count == 1]
                other = int(rng.choice(ones)) if ones else source
                nodes.append(Node("MUL", (other, source), (make(elements, dtype),), schema.MulOptionsT()))
            case _:
                options = schema.SoftmaxOptionsT()
                options.beta = 1.0
                if dtype == "FLOAT32" and softmax:
                    nodes.append(Node("SOFTMAX", (source,), (make(elements, dtype),), options))
    chosen = {index for index, _, _ in live if rng.random() < 0.15} | {live[-1][0]}
    outputs = sorted(int(index) for index in chosen if index not in inputs or rng.random() < 0.3) or [live[-1][0]]
    return packed(graph_model(tensors, nodes, inputs, outputs))
