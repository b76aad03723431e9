"""Random cases of operators that reduce, pick, or normalize along dimensions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tests.runtime.cases_elementwise import random_shape
from tests.runtime.cases_values import values_of
from tests.runtime.single_operator import (
    Case,
    Tensor,
    build,
    constant,
    options,
    quantized,
    random_float,
    random_int8,
    random_scale,
    random_zero_point,
)

Rng = np.random.Generator


def reduced(rng: Rng, count: int, name: str, dtype: str) -> Iterator[Case]:
    """SUM, REDUCE_MAX or REDUCE_MIN over any axes, negative ones too, with and without keep_dims."""
    for i in range(count):
        shape = random_shape(rng, 1, 5, 6)
        rank = len(shape)
        axes = rng.permutation(rank)[: int(rng.integers(1, rank + 1))].astype(np.int32)
        keep = bool(rng.integers(2))
        gone = {int(a) for a in axes}
        out_shape = tuple(1 if d in gone else n for d, n in enumerate(shape) if keep or d not in gone)
        written = np.array([a - rank if rng.random() < 0.3 else a for a in axes], dtype=np.int32)
        x, y = Tensor(shape, dtype), Tensor(out_shape, dtype)
        if dtype == "INT8":
            x = quantized(shape, random_scale(rng), random_zero_point(rng))
            scale, zero_point = x.scale[0], x.zero_point[0]
            if name == "SUM":
                scale *= float(rng.choice([1.0, 2.0, 0.7, 8.0, 20.0]))
                zero_point = random_zero_point(rng)
            y = quantized(out_shape, scale, zero_point)
        values = values_of(rng, shape, dtype)
        if dtype == "INT32" and name == "SUM":
            values = rng.integers(-1000, 1000, size=shape, dtype=np.int32)
        model = build(name, [x, constant(written)], [y], options("ReducerOptions", keepDims=keep), 1)
        magnitude = Case("magnitude", model, (abs(values),)) if dtype == "FLOAT32" and name == "SUM" else None
        case = Case(f"{name} {dtype} {i} {shape} {written.tolist()} {keep}", model, (values,), magnitude)
        yield replace(case, optimized=name == "SUM" and dtype == "INT8")  # the reference kernel gives no sums


def arg(rng: Rng, count: int, name: str, dtype: str) -> Iterator[Case]:
    """ARG_MAX or ARG_MIN along any axis, with ties."""
    for i in range(count):
        shape = random_shape(rng, 1, 4, 7)
        axis = int(rng.integers(-len(shape), len(shape)))
        kind = str(rng.choice(["INT32", "INT64"]))
        out_shape = tuple(np.delete(shape, axis))
        values = values_of(rng, shape, dtype)
        if rng.random() < 0.3:
            values = (values_of(rng, shape, "INT8") // 60).astype(values.dtype)
        x = quantized(shape, 0.5, 3) if dtype == "INT8" else Tensor(shape, dtype)
        kwargs = {"outputType": 2 if kind == "INT32" else 4}
        chosen = options("ArgMaxOptions" if name == "ARG_MAX" else "ArgMinOptions", **kwargs)
        where = constant(np.array([axis] if rng.random() < 0.5 else axis))
        model = build(name, [x, where], [Tensor(tuple(int(n) for n in out_shape), kind)], chosen, 1)
        yield Case(f"{name} {dtype} {i} {shape} {axis}", model, (values,))


def rows(rng: Rng, count: int, name: str, dtype: str) -> Iterator[Case]:
    """L2_NORMALIZATION or LOG_SOFTMAX over the innermost size."""
    for i in range(count):
        shape = (*random_shape(rng, 0, 3, 5), int(rng.choice([1, 2, 3, 5, 10, 12, 100, 300])))
        chosen = options("L2NormOptions" if name == "L2_NORMALIZATION" else "LogSoftmaxOptions")
        x, y = Tensor(shape, dtype), Tensor(shape, dtype)
        if dtype == "INT8":
            x = quantized(shape, random_scale(rng), random_zero_point(rng))
            y = quantized(shape, 1 / 128, 0) if name == "L2_NORMALIZATION" else quantized(shape, 1 / 16, 127)
            values = random_int8(rng, shape)
            if rng.random() < 0.3:
                values = rng.integers(-5, 6, size=shape, dtype=np.int8)
        else:
            values = random_float(rng, shape)
        model = build(name, [x], [y], chosen, 2 if dtype == "INT8" else 1)
        yield Case(f"{name} {dtype} {i} {shape} {x.scale}", model, (values,))
