"""Random cases of operators that remember: several of them in a row on one variable tensor, in one invoke."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.runtime.single_operator import (
    Case,
    Tensor,
    activation,
    build,
    options,
    quantized,
    random_float,
    random_int8,
    random_scale,
    random_zero_point,
)

Rng = np.random.Generator


def repeated(model: bytes, state: int, times: int) -> bytes:
    """The model with tensor `state` a variable and its operator `times` times, each with an input and output of its
    own."""
    made = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    graph = made.subgraphs[0]
    first = graph.operators[0]
    graph.tensors[state].isVariable = True
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
    builder.Finish(made.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def svdf(rng: Rng, count: int, dtype: str) -> Iterator[Case]:
    """SVDF of one to four steps, with and without a bias."""
    for i in range(count):
        batch, size, units = int(rng.integers(1, 4)), int(rng.choice([1, 2, 3, 8, 17])), int(rng.integers(1, 7))
        rank, memory, steps = int(rng.integers(1, 4)), int(rng.choice([1, 2, 3, 8])), int(rng.integers(1, 5))
        filters, with_bias = units * rank, rng.random() < 0.7
        f_shape, t_shape, s_shape = (filters, size), (filters, memory), (batch, filters * memory)
        act = "RELU" if dtype == "INT8" or rng.random() < 0.5 else "NONE"
        chosen: Any = options("SVDFOptions", rank=rank, fusedActivationFunction=activation(act))
        name = f"SVDF {dtype} {i} {batch}x{size} units={units} {rank=} {memory=} {steps=} {act} bias={with_bias}"
        if dtype == "INT8":
            in_scale, f_scale, t_scale = random_scale(rng), random_scale(rng), random_scale(rng) / 300
            s_scale = in_scale * f_scale * 64 * np.sqrt(size) * float(rng.uniform(0.002, 2))
            out_scale = s_scale * t_scale * 2e6 * np.sqrt(rank * memory) * float(rng.uniform(0.02, 2))
            f = quantized(f_shape, f_scale).holding(rng.integers(-127, 128, f_shape))
            t = quantized(t_shape, t_scale, 0, "INT16").holding(rng.integers(-32767, 32768, t_shape))
            bias = Tensor((units,), "INT32", (float(np.float32(s_scale * t_scale)),), (0,))
            b = bias.holding(rng.integers(-(10**7), 10**7, units)) if with_bias else None
            state = quantized(s_shape, s_scale, 0, "INT16")
            x, y = quantized((batch, size), in_scale, random_zero_point(rng)), quantized((batch, units), out_scale, 5)
            model = build("SVDF", [x, f, t, b, state], [y], chosen, 3)
            given = tuple(random_int8(rng, x.shape) for _ in range(steps))
            yield Case(name, repeated(model, 3 + with_bias, steps), given)
            continue
        x, y, state = (Tensor(s, dtype) for s in ((batch, size), (batch, units), s_shape))
        held = [Tensor(s, dtype).holding(random_float(rng, s)) for s in (f_shape, t_shape, (units,))]

        def model_of(held: list[Tensor], chosen: Any) -> bytes:
            b = held[2] if with_bias else None  # noqa: B023 (called in this turn of the loop only)
            made = build("SVDF", [x, *held[:2], b, state], [y], chosen, 1)  # noqa: B023
            return repeated(made, 3 + with_bias, steps)  # noqa: B023

        values = tuple(random_float(rng, (batch, size)) for _ in range(steps))
        plain = options("SVDFOptions", rank=rank, fusedActivationFunction=activation("NONE"))
        sizes = [h.holding(abs(h.data)) for h in held if h.data is not None]
        magnitude = Case("magnitude", model_of(sizes, plain), tuple(abs(v) for v in values))
        yield Case(name, model_of(held, chosen), values, magnitude)
