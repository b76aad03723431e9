"""Random cases of operators that work value by value: of one input, of two that broadcast, comparisons and logic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from tests.runtime.cases_elementwise import broadcast_pair, random_shape
from tests.runtime.single_operator import (
    ACTIVATIONS,
    DTYPES,
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
Array = np.ndarray[Any, Any]
KINDS = {
    "GELU": "GeluOptions",
    "EXP": "ExpOptions",
    "ABS": "AbsOptions",
    "NEG": "NegOptions",
    "HARD_SWISH": "HardSwishOptions",
    "LEAKY_RELU": "LeakyReluOptions",
    "LOGICAL_NOT": "LogicalNotOptions",
    "SUB": "SubOptions",
    "DIV": "DivOptions",
    "MAXIMUM": "MaximumMinimumOptions",
    "MINIMUM": "MaximumMinimumOptions",
    "SQUARED_DIFFERENCE": "SquaredDifferenceOptions",
    "EQUAL": "EqualOptions",
    "NOT_EQUAL": "NotEqualOptions",
    "LESS": "LessOptions",
    "LESS_EQUAL": "LessEqualOptions",
    "GREATER": "GreaterOptions",
    "GREATER_EQUAL": "GreaterEqualOptions",
    "LOGICAL_AND": "LogicalAndOptions",
    "LOGICAL_OR": "LogicalOrOptions",
}
FIRST_VERSION_ONLY = ("ELU", "HARD_SWISH", "RELU_N1_TO_1", "NEG")
WITHOUT_REFERENCE = ("ELU", "CEIL", "ROUND")  # not among LiteRT's reference kernels
EDGES = np.array([0.0, -0.0, 0.5, 1.5, 2.5, -0.5, -1.5, 3.0, -3.0, 90, -90, 1e-8, -1e-8, 8388609, -8388607.5, 1e30])


def values_of(rng: Rng, shape: tuple[int, ...], dtype: str) -> Array:
    """Random values of a type, small ones now and then so that equal pairs happen."""
    match dtype:
        case "INT8":
            return random_int8(rng, shape)
        case "BOOL":
            return rng.integers(0, 2, size=shape).astype(bool)
        case "FLOAT32":
            return random_float(rng, shape) if rng.random() < 0.7 else rng.integers(-3, 4, shape).astype(np.float32)
    kind = DTYPES[dtype]
    low, high = (-3, 4) if rng.random() < 0.5 else (np.iinfo(kind).min // 2, np.iinfo(kind).max // 2)
    return rng.integers(low, high, size=shape, dtype=kind)


def unary(rng: Rng, count: int, name: str, dtype: str) -> Iterator[Case]:
    """One input, one output of the same shape."""
    for i in range(count):
        shape = random_shape(rng, limit=9)
        if rng.random() < 0.3:
            shape = (256,)
        chosen = options(KINDS[name]) if name in KINDS else None
        if name == "LEAKY_RELU":
            chosen.alpha = float(rng.choice([0.1, 0.3, 0.01, 1.5, -0.2, 0.0]))
        if name == "GELU":
            chosen.approximate = bool(rng.integers(2))
        values = values_of(rng, shape, dtype)
        x, y = Tensor(shape, dtype), Tensor(shape, dtype)
        if dtype == "INT8":
            x, y = _quantized_unary(rng, name, shape)
            if shape == (256,):
                values = np.arange(-128, 128, dtype=np.int8)
            if name in ("SQRT", "RSQRT"):  # the reference stops at what is below 0
                values = np.maximum(values, x.zero_point[0]).astype(np.int8)
        elif dtype == "FLOAT32":
            if rng.random() < 0.3:
                values = rng.choice(EDGES, shape).astype(np.float32)
            if name in ("LOG", "SQRT", "RSQRT") and rng.random() < 0.9:
                values = abs(values)
        model = build(name, [x], [y], chosen, 2 if dtype == "INT8" and name not in FIRST_VERSION_ONLY else 1)
        case = Case(f"{name} {dtype} {i} {shape} {x.scale} {y.scale}", model, (values,))
        magnitude = Case("magnitude", model, (abs(values),)) if name == "GELU" and dtype == "FLOAT32" else None
        yield replace(case, optimized=name in WITHOUT_REFERENCE, magnitude=magnitude)


def _quantized_unary(rng: Rng, name: str, shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    x = quantized(shape, random_scale(rng), random_zero_point(rng))
    same = rng.random() < 0.3
    scale = x.scale[0] if same else x.scale[0] * float(rng.choice([0.25, 0.5, 0.7, 1.3, 2.0, 8.0]))
    zero_point = x.zero_point[0] if same else random_zero_point(rng)
    if name == "EXP":  # results within the reach of int32 steps
        x = quantized(shape, min(x.scale[0], 0.05), x.zero_point[0])
        scale = float(10 ** rng.uniform(-4, 2))
    if name == "NEG":  # the reference negates what is stored
        opposite = -max(x.zero_point[0], -127)
        return quantized(shape, x.scale[0], -opposite), quantized(shape, x.scale[0], opposite)
    if name in ("TANH", "LOG", "SQRT", "RSQRT"):
        scale = float(rng.choice([1 / 128, 10 ** rng.uniform(-3, 0)]))
    return x, quantized(shape, scale, zero_point)


def binary(rng: Rng, count: int, name: str, dtype: str) -> Iterator[Case]:
    """Two inputs that broadcast, one of them constant now and then."""
    compares = name in ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL")
    for i in range(count):
        a_shape, b_shape = broadcast_pair(rng)
        if name == "PRELU":  # only the slopes broadcast
            a_shape = tuple(int(n) for n in np.broadcast_shapes(a_shape, b_shape))
        out_shape = np.broadcast_shapes(a_shape, b_shape)
        act = str(rng.choice(ACTIVATIONS)) if name in ("SUB", "DIV") and dtype != "INT32" else "NONE"
        chosen = options(KINDS[name]) if name in KINDS else None
        if act != "NONE":
            chosen.fusedActivationFunction = activation(act)
        a, b, y = Tensor(a_shape, dtype), Tensor(b_shape, dtype), Tensor(out_shape, "BOOL" if compares else dtype)
        values = [values_of(rng, a_shape, dtype), values_of(rng, b_shape, dtype)]
        if name == "DIV":
            values[1] = np.where(values[1] == 0, 1, values[1]).astype(values[1].dtype)
        if dtype == "INT8":
            a, b, out = _quantized_binary(rng, name, a_shape, b_shape, out_shape)
            y = y if compares else out
            if name == "DIV":  # the reference stops at what stands for 0
                other = b.zero_point[0] - 1 if b.zero_point[0] > 0 else b.zero_point[0] + 1
                values[1] = np.where(values[1] == b.zero_point[0], np.int8(other), values[1])
        if rng.random() < 0.25:
            b = b.holding(values.pop())
        version = 2 if dtype == "INT8" and name not in ("PRELU",) else 1
        yield Case(
            f"{name} {dtype} {i} {a_shape} {b_shape} {act}", build(name, [a, b], [y], chosen, version), (*values,)
        )


def _quantized_binary(
    rng: Rng, name: str, a_shape: tuple[int, ...], b_shape: tuple[int, ...], out_shape: tuple[int, ...]
) -> tuple[Tensor, Tensor, Tensor]:
    a_scale, b_scale = (min(random_scale(rng), 0.9) for _ in range(2))
    if rng.random() < 0.3:
        b_scale = a_scale
    a_zero, b_zero, out_zero = (random_zero_point(rng) for _ in range(3))
    base = {"SQUARED_DIFFERENCE": max(a_scale, b_scale) ** 2 * 128, "PRELU": a_scale}.get(name, max(a_scale, b_scale))
    scale = base * float(rng.choice([1.0, 2.0, 0.5, 4.0, rng.uniform(0.2, 3)]))
    if name == "DIV":  # within the reach of the reference's shifts
        scale = a_scale / b_scale / float(2 ** rng.uniform(6.01, 12))
    if name in ("MAXIMUM", "MINIMUM"):
        b_scale = scale = a_scale
        b_zero = out_zero = a_zero
    return (
        quantized(a_shape, a_scale, a_zero),
        quantized(b_shape, b_scale, b_zero),
        quantized(out_shape, scale, out_zero),
    )
