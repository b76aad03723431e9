"""Random cases of RESIZE_NEAREST_NEIGHBOR, RESIZE_BILINEAR, TRANSPOSE_CONV and BATCH_MATMUL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.runtime.cases_window import dense_parameters, output_scale, random_bias
from tests.runtime.single_operator import (
    ACTIVATIONS,
    Case,
    Tensor,
    activation,
    build,
    constant,
    options,
    padding,
    quantized,
    random_float,
    random_int8,
    random_scale,
    random_weights,
    random_zero_point,
)

Rng = np.random.Generator


def resize(rng: Rng, count: int, name: str, dtype: str) -> Iterator[Case]:
    """Up, down, and to the same size; align_corners, half_pixel_centers, neither."""
    kind = {"RESIZE_BILINEAR": "ResizeBilinearOptions", "RESIZE_NEAREST_NEIGHBOR": "ResizeNearestNeighborOptions"}[name]
    for i in range(count):
        h, w, oh, ow = (int(n) for n in rng.integers(1, 24, size=4))
        if rng.random() < 0.3:
            oh, ow = h * int(rng.integers(1, 4)), w * int(rng.integers(1, 4))
        shape = (int(rng.integers(1, 3)), h, w, int(rng.choice([1, 2, 3, 5, 8])))
        out_shape = (shape[0], oh, ow, shape[3])
        mode = str(rng.choice(["", "alignCorners", "halfPixelCenters"]))
        chosen = options(kind, alignCorners=mode == "alignCorners", halfPixelCenters=mode == "halfPixelCenters")
        size = constant(np.array([oh, ow]))
        if dtype == "INT8":
            scale, zero_point = random_scale(rng), random_zero_point(rng)
            x, y = quantized(shape, scale, zero_point), quantized(out_shape, scale, zero_point)
            values = random_int8(rng, shape)
        else:
            x, y, values = Tensor(shape, dtype), Tensor(out_shape, dtype), random_float(rng, shape)
        model = build(name, [x, size], [y], chosen, 3)
        magnitude = None if dtype == "INT8" else Case("magnitude", model, (abs(values),))
        yield Case(f"{name} {dtype} {i} {shape} to {oh}x{ow} {mode}", model, (values,), magnitude)


def transpose_geometry(rng: Rng) -> dict[str, Any]:
    """Sizes of the smaller side, the window, and an output that leads there; now and then one that does not fit."""
    kh, kw, sh, sw = (int(n) for n in (*rng.integers(1, 6, size=2), *rng.choice([1, 1, 2, 2, 3], size=2)))
    h, w, same = int(rng.integers(1, 9)), int(rng.integers(1, 9)), bool(rng.integers(2))
    if same:
        oh, ow = (n * s - int(rng.integers(0, s)) for n, s in ((h, sh), (w, sw)))
    else:
        oh, ow = ((n - 1) * s + k + int(rng.integers(0, s)) for n, s, k in ((h, sh, kh), (w, sw, kw)))
    return {"kh": kh, "kw": kw, "sh": sh, "sw": sw, "h": h, "w": w, "oh": oh, "ow": ow, "same": same}


def transpose_conv(rng: Rng, count: int, dtype: str) -> Iterator[Case]:
    """int8 per tensor and per axis, or float32; with and without bias and activation."""
    for i in range(count):
        g = transpose_geometry(rng)
        ic, oc = int(rng.choice([1, 2, 3, 4, 8, 13])), int(rng.choice([1, 2, 3, 4, 5, 8, 9]))
        batch, act = (2 if rng.random() < 0.15 else 1), str(rng.choice(ACTIVATIONS))
        w_shape, shape, out_shape = (
            (oc, g["kh"], g["kw"], ic),
            (batch, g["h"], g["w"], ic),
            (batch, g["oh"], g["ow"], oc),
        )
        with_bias = rng.random() < 0.7
        version = 4 if act != "NONE" else 3

        def chosen(name: str) -> Any:
            return options(
                "TransposeConvOptions",
                padding=padding("SAME" if g["same"] else "VALID"),  # noqa: B023 (called in this turn of the loop only)
                strideH=g["sh"],  # noqa: B023
                strideW=g["sw"],  # noqa: B023
                fusedActivationFunction=activation(name),
            )

        said = constant(np.array(out_shape))
        name = f"TRANSPOSE_CONV {dtype} {i} {g} {ic}->{oc} batch={batch} {act} bias={with_bias}"
        if dtype == "INT8":
            in_scale, per_axis = random_scale(rng), rng.random() < 0.7
            terms = max(1, g["kh"] * g["kw"] * ic // (g["sh"] * g["sw"]))
            scales, scale_out = dense_parameters(rng, in_scale, oc, 0, terms, per_axis)
            w = Tensor(w_shape, "INT8", scales, (0,) * len(scales), 0).holding(random_weights(rng, w_shape))
            bias = Tensor((oc,), "INT32", tuple(float(np.float32(in_scale * s)) for s in scales), (0,) * len(scales))
            held = [bias.holding(random_bias(rng, oc, terms))] if with_bias else []
            x = quantized(shape, in_scale, random_zero_point(rng))
            y = quantized(out_shape, scale_out, random_zero_point(rng))
            model = build("TRANSPOSE_CONV", [said, w, x, *held], [y], chosen(act), version)
            yield Case(name, model, (random_int8(rng, shape),))
            continue
        weights, values, biases = random_float(rng, w_shape), random_float(rng, shape), random_float(rng, (oc,))
        x, y = Tensor(shape, dtype), Tensor(out_shape, dtype)

        def model_of(w_data: Any, b_data: Any, act: str) -> bytes:
            w = Tensor(w_shape, "FLOAT32").holding(w_data)  # noqa: B023 (called in this turn of the loop only)
            b = [Tensor((oc,), "FLOAT32").holding(b_data)] if with_bias else []  # noqa: B023
            return build("TRANSPOSE_CONV", [said, w, x, *b], [y], chosen(act), 4)  # noqa: B023

        magnitude = Case("magnitude", model_of(abs(weights), abs(biases), "NONE"), (abs(values),))
        yield Case(name, model_of(weights, biases, act), (values,), magnitude)


def batch_matmul(rng: Rng, count: int, dtype: str) -> Iterator[Case]:
    """Either operand transposed, batches equal, broadcast or missing; the second operand constant now and then."""
    for i in range(count):
        rows, depth, columns = (int(rng.choice([1, 2, 3, 5, 8, 17])) for _ in range(3))
        batch = tuple(int(n) for n in rng.integers(1, 4, size=int(rng.integers(0, 4))))
        a_batch = tuple(n if rng.random() < 0.8 else 1 for n in batch)
        b_batch = tuple(n if rng.random() < 0.8 or a == 1 else 1 for n, a in zip(batch, a_batch, strict=True))
        if rng.random() < 0.3 and batch:
            b_batch = b_batch[int(rng.integers(1, len(batch) + 1)) :]
        out_batch = np.broadcast_shapes(a_batch, b_batch)
        turn_a, turn_b = bool(rng.integers(2)), bool(rng.integers(2))
        a_shape = (*a_batch, *((depth, rows) if turn_a else (rows, depth)))
        b_shape = (*b_batch, *((columns, depth) if turn_b else (depth, columns)))
        out_shape = (*out_batch, rows, columns)
        held = bool(rng.random() < 0.3)
        chosen = options("BatchMatMulOptions", adjX=turn_a, adjY=turn_b)
        name = f"BATCH_MATMUL {dtype} {i} {a_shape} {turn_a} by {b_shape} {turn_b} constant={held}"
        if dtype == "INT8":
            a_scale, b_scale = random_scale(rng), random_scale(rng)
            a, b = (
                quantized(a_shape, a_scale, random_zero_point(rng)),
                quantized(b_shape, b_scale, random_zero_point(rng)),
            )
            y = quantized(out_shape, output_scale(rng, a_scale * b_scale, depth), random_zero_point(rng))
            values, other = random_int8(rng, a_shape), random_int8(rng, b_shape)
        else:
            a, b, y = Tensor(a_shape, dtype), Tensor(b_shape, dtype), Tensor(out_shape, dtype)
            values, other = random_float(rng, a_shape), random_float(rng, b_shape)
        model = build("BATCH_MATMUL", [a, b.holding(other) if held else b], [y], chosen, 3)
        magnitude = None
        if dtype != "INT8":
            plain = build("BATCH_MATMUL", [a, b], [y], chosen, 3)
            magnitude = Case("magnitude", plain, (abs(values), abs(other)))
        yield Case(name, model, (values,) if held else (values, other), magnitude)
