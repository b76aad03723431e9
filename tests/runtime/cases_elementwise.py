"""Random cases of the operators that work value by value, reduce, or move data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.runtime.single_operator import (
    ACTIVATIONS,
    Case,
    Tensor,
    activation,
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
Shape = tuple[int, ...]


def random_shape(rng: Rng, low: int = 1, high: int = 4, limit: int = 7) -> Shape:
    return tuple(int(n) for n in rng.integers(1, limit + 1, size=int(rng.integers(low, high + 1))))


def broadcast_pair(rng: Rng) -> tuple[Shape, Shape]:
    """Two shapes that broadcast: equal, with ones, or of lower rank."""
    full = random_shape(rng)
    kind = rng.random()
    if kind < 0.4:
        return full, full
    if kind < 0.5:
        return full, (1,)
    one = tuple(n if rng.random() < 0.6 else 1 for n in full)
    other = tuple(n if rng.random() < 0.6 or o == 1 else 1 for n, o in zip(full, one, strict=True))
    if kind < 0.7:
        return full, one
    if kind < 0.8:
        return full, full[int(rng.integers(len(full))) :]
    return (one, other) if rng.random() < 0.5 else (other, one)


def binary(rng: Rng, count: int, name: str, dtype: str) -> Iterator[Case]:
    """ADD or MUL with fused activation, two inputs or one input and a constant, or twice the same shape."""
    kind = {"ADD": "AddOptions", "MUL": "MulOptions"}[name]
    for i in range(count):
        a_shape, b_shape = broadcast_pair(rng)
        out_shape = np.broadcast_shapes(a_shape, b_shape)
        act = str(rng.choice(ACTIVATIONS))
        if dtype == "INT8":
            a_scale, b_scale = random_scale(rng), random_scale(rng)
            if rng.random() < 0.3:
                b_scale = a_scale
            base = max(a_scale, b_scale) if name == "ADD" else a_scale * b_scale * 64
            scale = base * float(rng.choice([1.0, 2.0, 0.5, 4.0, rng.uniform(0.2, 3)]))
            a, b = (
                quantized(a_shape, a_scale, random_zero_point(rng)),
                quantized(b_shape, b_scale, random_zero_point(rng)),
            )
            y = quantized(out_shape, scale, random_zero_point(rng))
            values = [random_int8(rng, a_shape), random_int8(rng, b_shape)]
        else:
            a, b, y = Tensor(a_shape, dtype), Tensor(b_shape, dtype), Tensor(out_shape, dtype)
            if dtype == "FLOAT32":
                values = [random_float(rng, a_shape), random_float(rng, b_shape)]
            else:
                values = [rng.integers(-30000, 30000, size=s, dtype=np.int32) for s in (a_shape, b_shape)]
        if rng.random() < 0.25:
            b = b.holding(values.pop())
        version = 2 if dtype == "INT8" else 1
        model = build(name, [a, b], [y], options(kind, fusedActivationFunction=activation(act)), version)
        magnitude = None
        if dtype == "FLOAT32":
            plain = options(kind, fusedActivationFunction=activation("NONE"))
            steady = b if b.data is None else b.holding(abs(b.data))
            magnitude = Case("magnitude", build(name, [a, steady], [y], plain), tuple(abs(v) for v in values))
        yield Case(f"{name} {dtype} {i} {a_shape} {b_shape} {act}", model, tuple(values), magnitude)


def unary(rng: Rng, count: int, name: str, dtype: str) -> Iterator[Case]:
    """RELU, RELU6, LOGISTIC and others of one input, one output, no options."""
    for i in range(count):
        shape = random_shape(rng, limit=9)
        if dtype == "INT8":
            x = quantized(shape, random_scale(rng), random_zero_point(rng))
            same = rng.random() < 0.3
            scale = x.scale[0] if same else x.scale[0] * float(rng.choice([0.25, 0.5, 0.7, 1.3, 2.0, 8.0]))
            y = quantized(shape, scale, x.zero_point[0] if same else random_zero_point(rng))
            if name == "LOGISTIC":
                y = quantized(shape, 1 / 256, -128)
            values = random_int8(rng, shape)
            if rng.random() < 0.3:
                values = np.resize(np.arange(-128, 128, dtype=np.int8), shape)
        else:
            x, y = Tensor(shape, dtype), Tensor(shape, dtype)
            values = random_float(rng, shape)
            if rng.random() < 0.2:
                values = rng.choice(
                    np.array([0.0, -0.0, 6.0, 90.0, -90.0, 104.5, -104.5, 1e-8, -1e-8, 17, -17, 1e30], np.float32),
                    shape,
                )
        yield Case(f"{name} {dtype} {i} {shape}", build(name, [x], [y], None, 2 if dtype == "INT8" else 1), (values,))


def softmax(rng: Rng, count: int, dtype: str) -> Iterator[Case]:
    """SOFTMAX over the last axis, several beta."""
    for i in range(count):
        shape = (*random_shape(rng, 0, 3, 5), int(rng.choice([1, 2, 3, 5, 10, 12, 100, 300])))
        beta = float(rng.choice([1.0, 1.0, 1.0, 0.5, 2.0, 0.1]))
        if dtype == "INT8":
            x = quantized(shape, random_scale(rng), random_zero_point(rng))
            y = quantized(shape, 1 / 256, -128)
            values = random_int8(rng, shape)
            if rng.random() < 0.3:
                values = rng.integers(-10, 10, size=shape, dtype=np.int8)
            if rng.random() < 0.3:  # two classes at every distance: large outputs, where precision shows
                shape = (256, 2)
                x, y = quantized(shape, 10 ** rng.uniform(-3, -0.7), 0), quantized(shape, 1 / 256, -128)
                values = np.stack([np.arange(-128, 128), np.full(256, rng.integers(-128, 128))], axis=1).astype(np.int8)
        else:
            x, y = Tensor(shape, dtype), Tensor(shape, dtype)
            values = random_float(rng, shape)
        model = build("SOFTMAX", [x], [y], options("SoftmaxOptions", beta=beta), 2 if dtype == "INT8" else 1)
        yield Case(f"SOFTMAX {dtype} {i} {shape} beta={beta} scale={x.scale}", model, (values,))


def mean(rng: Rng, count: int, dtype: str) -> Iterator[Case]:
    """MEAN over any axes, negative ones too, with and without keep_dims, same and other quantization."""
    for i in range(count):
        shape = random_shape(rng, 1, 4, 9)
        rank = len(shape)
        axes = rng.permutation(rank)[: int(rng.integers(1, rank + 1))].astype(np.int32)
        if rank == 4 and rng.random() < 0.5:
            axes = rng.permutation(np.array([1, 2], dtype=np.int32))
        keep = bool(rng.integers(2))
        reduced = {int(a) for a in axes}
        out_shape = tuple(1 if d in reduced else n for d, n in enumerate(shape) if keep or d not in reduced)
        written = np.array([a - rank if rng.random() < 0.3 else a for a in axes], dtype=np.int32)
        magnitude = None
        if dtype == "INT8":
            x = quantized(shape, random_scale(rng), random_zero_point(rng))
            same = rng.random() < 0.4
            scale = x.scale[0] * (1.0 if same else float(rng.choice([0.25, 0.5, 0.7, 1.3, 2.0])))
            y = quantized(out_shape, scale, x.zero_point[0] if same else random_zero_point(rng))
            values = random_int8(rng, shape)
        else:
            x, y = Tensor(shape, dtype), Tensor(out_shape, dtype)
            values = random_float(rng, shape)
        model = build("MEAN", [x, constant(written)], [y], options("ReducerOptions", keepDims=keep), 2)
        if dtype == "FLOAT32":
            magnitude = Case("magnitude", model, (abs(values),))
        yield Case(f"MEAN {dtype} {i} {shape} axes={written.tolist()} keep={keep}", model, (values,), magnitude)


def reshape(rng: Rng, count: int, dtype: str) -> Iterator[Case]:
    """RESHAPE by a shape tensor, by the option, with -1."""
    for i in range(count):
        shape = random_shape(rng)
        size = int(np.prod(shape))
        first = int(rng.choice([d for d in range(1, size + 1) if size % d == 0]))
        new = [(size,), (first, size // first), (1, first, size // first), (1, 1, first, size // first)][
            int(rng.integers(4))
        ]
        asked = list(new)
        if rng.random() < 0.4:
            asked[int(rng.integers(len(asked)))] = -1
        quantization = ((0.5,), (3,)) if dtype == "INT8" else ((), ())
        x, y = Tensor(shape, dtype, *quantization), Tensor(new, dtype, *quantization)
        values = random_int8(rng, shape) if dtype == "INT8" else random_float(rng, shape)
        inputs = [x, constant(np.array(asked, dtype=np.int32))] if rng.random() < 0.7 else [x]
        model = build("RESHAPE", inputs, [y], options("ReshapeOptions", newShape=asked))
        yield Case(f"RESHAPE {dtype} {i} {shape}->{asked}", model, (values,))


def pad(rng: Rng, count: int, name: str, dtype: str) -> Iterator[Case]:
    """PAD (zero point or 0) and PADV2 (any value), ranks 1 to 4."""
    for i in range(count):
        shape = random_shape(rng, 1, 4, 6)
        pads = rng.integers(0, 4, size=(len(shape), 2)).astype(np.int32)
        pads[rng.random(len(shape)) < 0.4] = 0
        out_shape = tuple(int(n + p.sum()) for n, p in zip(shape, pads, strict=True))
        scale, zero_point = random_scale(rng), random_zero_point(rng)
        if dtype == "INT8":
            x, y = quantized(shape, scale, zero_point), quantized(out_shape, scale, zero_point)
            values: Any = random_int8(rng, shape)
            value = quantized((1,), scale, zero_point).holding(random_int8(rng, (1,)))
        else:
            x, y = Tensor(shape, dtype), Tensor(out_shape, dtype)
            values = random_float(rng, shape)
            value = Tensor((1,), dtype).holding(random_float(rng, (1,)))
        paddings = constant(pads.astype(np.int64), "INT64") if rng.random() < 0.2 else constant(pads)
        inputs = [x, paddings] + ([value] if name == "PADV2" else [])
        chosen = options("PadOptions" if name == "PAD" else "PadV2Options")
        yield Case(f"{name} {dtype} {i} {shape} {pads.tolist()}", build(name, inputs, [y], chosen, 2), (values,))


def concatenation(rng: Rng, count: int, dtype: str) -> Iterator[Case]:
    """CONCATENATION of 1 to 5 tensors along any axis, one of them constant now and then."""
    for i in range(count):
        shape = list(random_shape(rng))
        axis = int(rng.integers(len(shape)))
        number = int(rng.integers(1, 6))
        scale, zero_point = random_scale(rng), random_zero_point(rng)
        tensors, values = [], []
        total = 0
        for part in range(number):
            shape[axis] = int(rng.integers(1, 6))
            total += shape[axis]
            data = random_int8(rng, shape) if dtype == "INT8" else random_float(rng, shape)
            tensor = quantized(shape, scale, zero_point) if dtype == "INT8" else Tensor(tuple(shape), dtype)
            if part and rng.random() < 0.2:
                tensor = tensor.holding(data)
            else:
                values.append(data)
            tensors.append(tensor)
        shape[axis] = total
        y = quantized(shape, scale, zero_point) if dtype == "INT8" else Tensor(tuple(shape), dtype)
        written = axis - len(shape) if rng.random() < 0.3 else axis
        chosen = options("ConcatenationOptions", axis=written, fusedActivationFunction=0)
        model = build("CONCATENATION", tensors, [y], chosen, 2)
        yield Case(f"CONCATENATION {dtype} {i} {number} parts axis={written} {shape}", model, tuple(values))


def quantize(rng: Rng, count: int, source: str) -> Iterator[Case]:
    """QUANTIZE from float32 or int8 to int8."""
    for i in range(count):
        shape = random_shape(rng, limit=9)
        y = quantized(shape, random_scale(rng), random_zero_point(rng))
        if source == "FLOAT32":
            x = Tensor(shape, source)
            values: Any = (rng.standard_normal(shape) * y.scale[0] * 90).astype(np.float32)
            if rng.random() < 0.4:  # ties
                values = (rng.integers(-300, 300, size=shape) * 0.5 * y.scale[0]).astype(np.float32)
        else:
            factor = float(rng.choice([1.0, 0.5, 2.0, 0.1, 0.9, 7.3, 1 / 256]))
            x = quantized(shape, y.scale[0] * factor, random_zero_point(rng))
            values = random_int8(rng, shape)
        yield Case(
            f"QUANTIZE {source} {i} {shape}", build("QUANTIZE", [x], [y], options("QuantizeOptions"), 2), (values,)
        )


def dequantize(rng: Rng, count: int) -> Iterator[Case]:
    """DEQUANTIZE from int8 to float32."""
    for i in range(count):
        shape = random_shape(rng, limit=9)
        x = quantized(shape, random_scale(rng), random_zero_point(rng))
        model = build("DEQUANTIZE", [x], [Tensor(shape, "FLOAT32")], options("DequantizeOptions"), 2)
        yield Case(f"DEQUANTIZE {i} {shape}", model, (random_int8(rng, shape),))
