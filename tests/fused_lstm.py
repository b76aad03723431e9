"""A fused LSTM in float, whose state lies in variable tensors of the model."""

from __future__ import annotations

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.runtime.graphs import Node, graph_model, packed, tensor

TIME, FEATURES, CELLS = 3, 2, 4


def lstm_model() -> bytes:
    """[1, 3, 2] → [1, 3, 4]; its second run goes on from the state that the first one left."""
    random = np.random.default_rng(5)
    buffers: list[bytes] = []
    tensors = [tensor((1, TIME, FEATURES), "FLOAT32", None)]

    def constant(*shape: int) -> int:
        buffers.append(random.normal(0, 0.7, shape).astype(np.float32).tobytes())
        tensors.append(tensor(shape, "FLOAT32", None, buffer=len(buffers)))
        return len(tensors) - 1

    def state() -> int:
        made = tensor((1, CELLS), "FLOAT32", None)
        made.isVariable = True
        tensors.append(made)
        return len(tensors) - 1

    weights = [constant(CELLS, FEATURES) for _ in range(4)]
    recurrent = [constant(CELLS, CELLS) for _ in range(4)]
    biases = [constant(CELLS) for _ in range(4)]
    inputs = (0, *weights, *recurrent, -1, -1, -1, *biases, -1, -1, state(), state(), -1, -1, -1, -1)
    tensors.append(tensor((1, TIME, CELLS), "FLOAT32", None))
    options = schema.UnidirectionalSequenceLSTMOptionsT()
    options.fusedActivationFunction = schema.ActivationFunctionType.TANH
    output = len(tensors) - 1
    node = Node("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, (output,), options)
    return packed(graph_model(tensors, [node], [0], [output], buffers))
