"""A model of any size, and what a little more training, or new metadata, makes of it."""

from __future__ import annotations

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

_WIDTH = 512  # a layer's weights are 1 MiB
_FULLY_CONNECTED, _FLOAT32 = 9, 0


def layered(layers: int, *, changed: str = "") -> bytes:
    """Fully connected layers of 512 × 512 with random weights; `changed`: "last layer", "bias", "metadata" or ""."""
    generator, other = np.random.default_rng(1), np.random.default_rng(2)
    buffers, tensors, operators = [schema.BufferT()], [_tensor("input", [1, _WIDTH], 0)], []
    for layer in range(layers):
        weights = generator.standard_normal((_WIDTH, _WIDTH), np.float32) / 23  # keeps the outputs' scale
        bias = generator.standard_normal(_WIDTH, np.float32)
        if layer == layers - 1 and changed == "last layer":
            weights = weights + 0.01 * other.standard_normal((_WIDTH, _WIDTH), np.float32)
        if layer == layers // 2 and changed == "bias":
            bias = bias + np.float32(0.01)
        for name, values in (("weights", weights), ("bias", bias)):
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(values.astype(np.float32).tobytes(), np.uint8)
            buffers.append(buffer)
            tensors.append(_tensor(f"{name}-{layer}", list(values.shape), len(buffers) - 1))
        tensors.append(_tensor(f"output-{layer}", [1, _WIDTH], 0))
        operator = schema.OperatorT()
        operator.opcodeIndex = 0
        operator.inputs = [len(tensors) - 4, len(tensors) - 3, len(tensors) - 2]
        operator.outputs = [len(tensors) - 1]
        operator.builtinOptionsType = schema.BuiltinOptions.FullyConnectedOptions
        operator.builtinOptions = schema.FullyConnectedOptionsT()
        operators.append(operator)
    graph = schema.SubGraphT()
    graph.tensors, graph.operators, graph.inputs, graph.outputs = tensors, operators, [0], [len(tensors) - 1]
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = _FULLY_CONNECTED
    code.version = 1
    model = schema.ModelT()
    model.version, model.operatorCodes, model.subgraphs, model.buffers = 3, [code], [graph], buffers
    if changed == "metadata":
        model.description = "the same weights with another description, which moves all that lies behind it"
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _tensor(name: str, shape: list[int], buffer: int) -> schema.TensorT:
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.buffer, tensor.type = name, shape, buffer, _FLOAT32
    return tensor
