"""Single layers of fixed sizes, whose instructions are counted."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.runtime.cases_int16 import random_int16
from tests.runtime.cases_window import conv_options
from tests.runtime.single_operator import (
    Case,
    Tensor,
    activation,
    build,
    constant,
    options,
    quantized,
    random_int8,
    random_weights,
)

Rng = np.random.Generator
Size = tuple[int, int]
Array = np.ndarray[Any, Any]
_IN_SCALE = 2.0**-15
_SPREAD = 1.4e6 / 10000  # of a sum's terms over the int16 range


def window_s16(rng: Rng, name: str, size: Size, channels: Size, k: Size, bias: int | None = None) -> Case:
    """CONV_2D or DEPTHWISE_CONV_2D, int16, SAME at stride 1, per channel; `bias` in all channels or random ones."""
    (h, w), (ic, oc), depthwise = size, channels, name == "DEPTHWISE_CONV_2D"
    shape = (1, *k, oc) if depthwise else (oc, *k, ic)
    scales, out_scale = _scales(rng, oc, k[0] * k[1] * (1 if depthwise else ic))
    weights = Tensor(shape, "INT8", scales, (0,) * oc, 3 if depthwise else 0).holding(random_weights(rng, shape))
    x, y = quantized((1, h, w, ic), _IN_SCALE, 0, "INT16"), quantized((1, h, w, oc), out_scale, 0, "INT16")
    geometry: dict[str, Any] = {"kh": k[0], "kw": k[1], "same": True, "sh": 1, "sw": 1, "dh": 1, "dw": 1}
    inputs = [x, weights, _bias(rng, scales, oc, bias)]
    model = build(name, inputs, [y], conv_options(geometry, "RELU", 1, depthwise), version=5)
    return Case(f"{name} int16 {h}x{w} {ic}->{oc} {k[0]}x{k[1]}", model, (random_int16(rng, x.shape),))


def connected_s16(rng: Rng, depth: int, channels: int, bias: int | None = None) -> Case:
    """FULLY_CONNECTED, int16, per tensor; `bias` as above."""
    scales, out_scale = _scales(rng, 1, depth)
    weights = Tensor((channels, depth), "INT8", scales, (0,), 0).holding(random_weights(rng, (channels, depth)))
    x, y = quantized((1, depth), _IN_SCALE, 0, "INT16"), quantized((1, channels), out_scale, 0, "INT16")
    chosen = options("FullyConnectedOptions", fusedActivationFunction=activation("NONE"))
    model = build("FULLY_CONNECTED", [x, weights, _bias(rng, scales, channels, bias)], [y], chosen, version=7)
    return Case(f"FULLY_CONNECTED int16 {depth}->{channels}", model, (random_int16(rng, x.shape),))


def _scales(rng: Rng, count: int, terms: int) -> tuple[tuple[float, ...], float]:
    scales = tuple(float(np.float32(scale)) for scale in rng.uniform(0.001, 0.002, count))
    return scales, float(np.float32(_IN_SCALE * 0.0015 * np.sqrt(terms) * _SPREAD))


def _bias(rng: Rng, scales: tuple[float, ...], channels: int, value: int | None) -> Tensor:
    held = Tensor((channels,), "INT64", tuple(float(np.float32(_IN_SCALE * s)) for s in scales), (0,) * len(scales))
    values = rng.integers(-(10**6), 10**6, channels, dtype=np.int64)
    return held.holding(values if value is None else np.full(channels, value, np.int64))


def layers_s8() -> list[Case]:
    """MUL of equal shapes and with a factor a channel; MEAN over an image and over a row."""
    rng, shape = np.random.default_rng(8), (1, 16, 16, 16)
    made = []
    for other in (shape, (1, 1, 1, 16)):
        inputs = [quantized(shape, 0.02, 3), quantized(other, 0.03, -5)]
        chosen = options("MulOptions", fusedActivationFunction=activation("NONE"))
        model = build("MUL", inputs, [quantized(shape, 0.05, 1)], chosen, 2)
        made.append(Case(f"MUL {shape} {other}", model, (random_int8(rng, shape), random_int8(rng, other))))
    for axes, out in (((1, 2), (1, 1, 1, 16)), ((3,), (1, 16, 16, 1))):
        inputs = [quantized(shape, 0.02, 3), constant(np.array(axes, np.int32))]
        model = build("MEAN", inputs, [quantized(out, 0.02, 1)], options("ReducerOptions", keepDims=True), 2)
        made.append(Case(f"MEAN {shape} {axes}", model, (random_int8(rng, shape),)))
    return made


def layers_s16() -> list[Case]:
    """One of each kind."""
    rng = np.random.default_rng(16)
    return [
        window_s16(rng, "CONV_2D", (12, 8), (32, 32), (1, 1)),
        window_s16(rng, "CONV_2D", (8, 8), (64, 16), (3, 3)),
        window_s16(rng, "CONV_2D", (16, 16), (3, 16), (3, 3)),
        window_s16(rng, "DEPTHWISE_CONV_2D", (12, 8), (32, 32), (3, 3)),
        connected_s16(rng, 256, 64),
    ]


def window_f32(rng: Rng, name: str, size: Size, channels: Size, k: Size) -> Case:
    """CONV_2D or DEPTHWISE_CONV_2D, float32, SAME at stride 1."""
    (h, w), (ic, oc), depthwise = size, channels, name == "DEPTHWISE_CONV_2D"
    geometry: dict[str, Any] = {"kh": k[0], "kw": k[1], "same": True, "sh": 1, "sw": 1, "dh": 1, "dw": 1}
    x, y = Tensor((1, h, w, ic), "FLOAT32"), Tensor((1, h, w, oc), "FLOAT32")
    weights = rng.normal(size=(1, *k, oc) if depthwise else (oc, *k, ic)).astype(np.float32)
    bias, values = rng.normal(size=oc).astype(np.float32), rng.normal(size=x.shape).astype(np.float32)

    def model(weights: Array, bias: Array, act: str) -> bytes:
        inputs = [x, constant(weights, "FLOAT32"), constant(bias, "FLOAT32")]
        return build(name, inputs, [y], conv_options(geometry, act, 1, depthwise), version=1)

    magnitude = Case("magnitude", model(abs(weights), abs(bias), "NONE"), (abs(values),))
    title = f"{name} float32 {h}x{w} {ic}->{oc} {k[0]}x{k[1]}"
    return Case(title, model(weights, bias, "RELU"), (values,), magnitude)


def connected_f32(rng: Rng, depth: int, channels: int) -> Case:
    """FULLY_CONNECTED, float32."""
    x, y = Tensor((1, depth), "FLOAT32"), Tensor((1, channels), "FLOAT32")
    chosen = options("FullyConnectedOptions", fusedActivationFunction=activation("NONE"))
    weights, bias = (rng.normal(size=size).astype(np.float32) for size in ((channels, depth), (channels,)))
    values = rng.normal(size=x.shape).astype(np.float32)

    def model(weights: Array, bias: Array) -> bytes:
        inputs = [x, constant(weights, "FLOAT32"), constant(bias, "FLOAT32")]
        return build("FULLY_CONNECTED", inputs, [y], chosen, version=1)

    magnitude = Case("magnitude", model(abs(weights), abs(bias)), (abs(values),))
    return Case(f"FULLY_CONNECTED float32 {depth}->{channels}", model(weights, bias), (values,), magnitude)


def layers_f32() -> list[Case]:
    """One of each kind."""
    rng = np.random.default_rng(32)
    return [
        window_f32(rng, "CONV_2D", (12, 8), (32, 32), (1, 1)),
        window_f32(rng, "CONV_2D", (8, 8), (64, 16), (3, 3)),
        window_f32(rng, "CONV_2D", (16, 16), (3, 16), (3, 3)),
        window_f32(rng, "DEPTHWISE_CONV_2D", (12, 8), (32, 32), (3, 3)),
        connected_f32(rng, 256, 64),
    ]


def hostile_biases() -> list[Case]:
    """Biases at both ends of an int64, where sums wrap, and beyond an int32."""
    rng = np.random.default_rng(17)
    made = []
    for bias in (2**63 - 1, -(2**63), 2**48, -(2**33)):
        made.append(window_s16(rng, "CONV_2D", (3, 5), (130, 6), (2, 2), bias))
        made.append(window_s16(rng, "DEPTHWISE_CONV_2D", (4, 4), (8, 8), (3, 3), bias))
        made.append(connected_s16(rng, 600, 6, bias))
    return made
