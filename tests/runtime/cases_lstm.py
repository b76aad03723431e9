"""Random cases of UNIDIRECTIONAL_SEQUENCE_LSTM: sequences, and several operators in a row on the same state."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.runtime.cases_int16 import random_int16
from tests.runtime.single_operator import (
    Case,
    Tensor,
    activation,
    build,
    options,
    quantized,
    random_int8,
    random_weights,
    random_zero_point,
)

Rng = np.random.Generator
HIDDEN, CELL, OPERANDS = 18, 19, 24


def lstm_model(
    operands: dict[int, Tensor], output: Tensor, hidden: Tensor | None, times: int = 1, **fields: Any
) -> bytes:
    """The operator `times` times on the same two variables, each with an input and output of its own.

    `hidden` is the intermediate tensor with the hidden state's scale, which int8 needs.
    """
    chosen = options("UnidirectionalSequenceLSTMOptions", fusedActivationFunction=activation("TANH"), **fields)
    inputs = [operands.get(position) for position in range(OPERANDS)]
    built = build("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, [output], chosen, 1 if hidden is None else 3)
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(built, 0))
    graph = model.subgraphs[0]
    first = graph.operators[0]
    for state in (HIDDEN, CELL):
        graph.tensors[first.inputs[state]].isVariable = True
    if hidden is not None:
        first.intermediates = [_intermediate(graph, None) for _ in range(4)] + [_intermediate(graph, hidden)]
    given, answer = int(first.inputs[0]), int(first.outputs[0])
    graph.inputs, graph.outputs = [given], [answer]
    for _ in range(times - 1):
        node = copy.deepcopy(first)
        for source, ends, used in ((given, graph.inputs, node.inputs), (answer, graph.outputs, node.outputs)):
            graph.tensors.append(copy.deepcopy(graph.tensors[source]))
            ends.append(len(graph.tensors) - 1)
            used[0] = ends[-1]
        graph.operators.append(node)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _intermediate(graph: Any, tensor: Tensor | None) -> int:
    """A tensor of shape [0], as the converter writes them."""
    made = schema.TensorT()
    made.name, made.shape, made.buffer = "intermediate", np.zeros(1, dtype=np.int32), 0
    made.type = schema.TensorType.FLOAT32
    if tensor is not None:
        made.type = getattr(schema.TensorType, tensor.dtype)
        made.quantization = schema.QuantizationParametersT()
        made.quantization.scale = np.asarray(tensor.scale, dtype=np.float32)
        made.quantization.zeroPoint = np.asarray(tensor.zero_point, dtype=np.int64)
    graph.tensors.append(made)
    return len(graph.tensors) - 1


def _sizes(rng: Rng) -> tuple[int, int, int, int, int]:
    """Batches, steps, inputs, units, operators in a row."""
    inputs, units = (int(rng.choice([1, 2, 3, 4, 5, 8, 17, 40])) for _ in range(2))
    return int(rng.integers(1, 4)), int(rng.integers(1, 6)), inputs, units, int(rng.integers(1, 3))


def _clip(rng: Rng) -> float:
    return float(rng.choice([0.0, 0.0, 10.0, 10.0, 1.0, 0.3, 1e-7, 40000.0]))


def quantized_lstm(rng: Rng, count: int, dtype: str) -> Iterator[Case]:
    """int8 or int16 activations with int8 weights; gates that spread, saturate or round to nothing."""
    wide = dtype == "INT16"
    reach = 32767 if wide else 127
    for i in range(count):
        batch, steps, size, units, times = _sizes(rng)
        time_major, clip = bool(rng.random() < 0.3), _clip(rng)
        lead = (steps, batch) if time_major else (batch, steps)
        in_scale = float(10 ** rng.uniform(-1, 0.7)) / reach
        state_scale = 1.0 / (reach + 1) if rng.random() < 0.5 else float(10 ** rng.uniform(-0.5, 0.3)) / reach
        cell_scale = 2.0 ** float(rng.choice([-15, -14, -13, -12, -11, -11, -10, -9]))
        zero = [0 if wide else random_zero_point(rng) for _ in range(2)]
        operands: dict[int, Tensor] = {0: quantized((*lead, size), in_scale, zero[0], dtype)}
        for gate in range(4):
            spread = float(10 ** rng.uniform(-1, 1.2))  # of the gate's argument
            for first, terms, scale in ((1, size, in_scale), (5, units, state_scale)):
                w_scale = spread / (0.6 * reach * 75 * np.sqrt(terms) * scale)
                shape = (units, terms)
                operands[first + gate] = quantized(shape, w_scale).holding(random_weights(rng, shape))
            b_scale = in_scale * operands[1 + gate].scale[0]
            limit = int(min(spread / b_scale, 2**30))
            bias = Tensor((units,), "INT64" if wide else "INT32", (float(np.float32(b_scale)),), (0,))
            operands[12 + gate] = bias.holding(rng.integers(-limit, limit + 1, units))
        operands[HIDDEN] = quantized((batch, units), state_scale, zero[1], dtype)
        operands[CELL] = quantized((batch, units), cell_scale, 0, "INT16")
        output = quantized((*lead, units), state_scale, zero[1], dtype)
        hidden = None if wide else quantized((1,), state_scale, zero[1])
        model = lstm_model(operands, output, hidden, times, timeMajor=time_major, cellClip=clip)
        draw = random_int16 if wide else random_int8
        name = f"LSTM {dtype} {i} {batch}x{steps}x{size} {units=} {times=} {time_major=} {clip=} {cell_scale=}"
        yield Case(name, model, tuple(draw(rng, (*lead, size)) for _ in range(times)))


def float_lstm(rng: Rng, count: int) -> Iterator[Case]:
    """float32: arguments of the gates up to about 10."""
    for i in range(count):
        batch, steps, size, units, times = _sizes(rng)
        time_major, clip = bool(rng.random() < 0.3), _clip(rng)
        lead = (steps, batch) if time_major else (batch, steps)
        operands = {0: Tensor((*lead, size), "FLOAT32")}
        for gate in range(4):
            spread = float(10 ** rng.uniform(-1, 0.5))
            for first, terms in ((1, size), (5, units)):
                weights = rng.standard_normal((units, terms)) * spread / np.sqrt(terms)
                operands[first + gate] = Tensor((units, terms), "FLOAT32").holding(weights)
            operands[12 + gate] = Tensor((units,), "FLOAT32").holding(rng.standard_normal(units) * spread)
        operands[HIDDEN] = operands[CELL] = Tensor((batch, units), "FLOAT32")
        output = Tensor((*lead, units), "FLOAT32")
        model = lstm_model(operands, output, None, times, timeMajor=time_major, cellClip=clip)
        name = f"LSTM float32 {i} {batch}x{steps}x{size} {units=} {times=} {time_major=} {clip=}"
        values = [rng.standard_normal((*lead, size)).astype(np.float32) for _ in range(times)]
        yield Case(name, model, tuple(values))
