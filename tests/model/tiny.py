"""Models without operators: only their inputs and outputs matter."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

Port = tuple[str, int, tuple[int, ...]]  # name, schema type, shape
FLOAT32, INT32, UINT8 = schema.TensorType.FLOAT32, schema.TensorType.INT32, schema.TensorType.UINT8


def pack(model: schema.ModelT) -> bytes:
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def tiny(
    inputs: Sequence[Port], outputs: Sequence[Port], change: Callable[[schema.ModelT], None] | None = None
) -> bytes:
    """A `.tflite` with these inputs and outputs; `change` may alter it before it is packed."""
    made = schema.ModelT()
    made.version = 3
    made.description = b"made by a test"
    made.operatorCodes = []
    made.buffers = [schema.BufferT()]
    graph = schema.SubGraphT()
    graph.tensors = []
    for name, kind, shape in (*inputs, *outputs):
        tensor = schema.TensorT()
        tensor.name, tensor.type, tensor.shape, tensor.buffer = name, kind, list(shape), 0
        graph.tensors.append(tensor)
    graph.inputs = list(range(len(inputs)))
    graph.outputs = list(range(len(inputs), len(inputs) + len(outputs)))
    graph.operators = []
    made.subgraphs = [graph]
    if change:
        change(made)
    return pack(made)


def add_entry(made: schema.ModelT, name: str, data: bytes) -> None:
    """A metadata entry as other tools store it."""
    buffer, entry = schema.BufferT(), schema.MetadataT()
    buffer.data = np.frombuffer(data, np.uint8)
    made.buffers.append(buffer)
    entry.name, entry.buffer = name, len(made.buffers) - 1
    made.metadata = [*(made.metadata or []), entry]
