"""Random cases of shapes that tuned kernels are made for: more channels, windows of 3x3, ReLU over zero point -128."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from tests.runtime.cases_window import (
    conv_options,
    dense_parameters,
    random_bias,
)
from tests.runtime.single_operator import (
    ACTIVATIONS,
    Case,
    Tensor,
    activation,
    build,
    options,
    out_size,
    padding,
    quantized,
    random_int8,
    random_scale,
    random_weights,
    random_zero_point,
)

Rng = np.random.Generator


def _pick(rng: Rng, values: Sequence[int]) -> int:
    return int(rng.choice(np.array(values)))


def _output(rng: Rng) -> tuple[int, str]:
    """Zero point and activation: half of them what converters make of a ReLU."""
    if rng.random() < 0.5:
        return -128, str(rng.choice(["RELU", "NONE"]))
    return random_zero_point(rng), str(rng.choice(ACTIVATIONS))


def _scales(rng: Rng, in_scale: float, channels: int, terms: int) -> tuple[tuple[float, ...], float]:
    """Mostly multipliers below 1 that spread the sums over the output's range."""
    scales, scale_out = dense_parameters(rng, in_scale, channels, 0, terms, rng.random() < 0.8)
    if rng.random() < 0.8:
        scale_out = in_scale * scales[0] * np.sqrt(terms) * 5000.0 / float(rng.uniform(10, 80))
    return scales, float(np.float32(scale_out))


def window(rng: Rng, name: str, h: int, w: int, ic: int, oc: int, k: tuple[int, int], s: int, same: bool) -> Case:
    """One CONV_2D or DEPTHWISE_CONV_2D of this geometry."""
    depthwise = name == "DEPTHWISE_CONV_2D"
    kh, kw = k
    oh, ow = out_size(h, kh, s, 1, same), out_size(w, kw, s, 1, same)
    g: dict[str, Any] = {"kh": kh, "kw": kw, "same": same, "sh": s, "sw": s, "dh": 1, "dw": 1}
    terms = kh * kw * (1 if depthwise else ic)
    in_scale = random_scale(rng)
    scales, scale_out = _scales(rng, in_scale, oc, terms)
    x = quantized((1 if rng.random() < 0.85 else 2, h, w, ic), in_scale, random_zero_point(rng))
    w_shape = (1, kh, kw, oc) if depthwise else (oc, kh, kw, ic)
    weights = Tensor(w_shape, "INT8", scales, (0,) * len(scales), 3 if depthwise else 0)
    bias = Tensor((oc,), "INT32", tuple(float(np.float32(in_scale * s)) for s in scales), (0,) * len(scales))
    zero_point, act = _output(rng)
    y = quantized((x.shape[0], oh, ow, oc), scale_out, zero_point)
    inputs = [x, weights.holding(random_weights(rng, w_shape)), bias.holding(random_bias(rng, oc, terms))]
    model = build(name, inputs, [y], conv_options(g, act, 1, depthwise), version=3)
    title = f"{name} {x.shape} {kh}x{kw} s{s} {'SAME' if same else 'VALID'} -> {y.shape} {act} {zero_point}"
    return Case(title, model, (random_int8(rng, x.shape),))


def pixels(rng: Rng, count: int) -> Iterator[Case]:
    """1x1."""
    for _ in range(count):
        ic = _pick(rng, [8, 16, 24, 32, 40, 48, 64, 80, 96, 128, 192, 256])
        h, w = _pick(rng, [1, 2, 3, 5, 9, 13]), _pick(rng, [3, 4, 5, 7, 12])
        yield window(rng, "CONV_2D", h, w, ic, _pick(rng, [4, 8, 12, 20, 64]), (1, 1), 1, True)


def windows(rng: Rng, count: int) -> Iterator[Case]:
    """3x3 on whole vectors of channels."""
    for _ in range(count):
        h, w = _pick(rng, [3, 4, 5, 8, 11, 17]), _pick(rng, [8, 9, 10, 12, 15, 33])
        ic, s = _pick(rng, [16, 32, 64]), _pick(rng, [1, 1, 2])
        yield window(rng, "CONV_2D", h, w, ic, _pick(rng, [4, 8, 16, 36]), (3, 3), s, bool(rng.integers(2)))


def gathered(rng: Rng, count: int) -> Iterator[Case]:
    """Few channels, odd windows, strides of 1x1."""
    for _ in range(count):
        k = [(1, 1), (3, 3), (10, 4), (5, 5), (2, 3), (7, 1), (4, 2), (3, 5)][int(rng.integers(8))]
        h, w = _pick(rng, [10, 12, 15, 22]), _pick(rng, [5, 6, 10, 13])
        ic = _pick(rng, [1, 1, 2, 3, 3, 4, 7, 16, 32])
        s = _pick(rng, [2, 3] if k == (1, 1) else [1, 2, 2])
        yield window(rng, "CONV_2D", h, w, ic, _pick(rng, [4, 8, 16, 28]), k, s, bool(rng.integers(2)))


def depthwise(rng: Rng, count: int) -> Iterator[Case]:
    """3x3."""
    for _ in range(count):
        h, w = _pick(rng, [3, 4, 5, 6, 9, 25, 40]), _pick(rng, [3, 4, 5, 6, 7, 10, 12, 24, 49])
        c, s = _pick(rng, [4, 6, 8, 16, 18, 34, 64]), _pick(rng, [1, 2])
        yield window(rng, "DEPTHWISE_CONV_2D", h, w, c, c, (3, 3), s, bool(rng.integers(2)))


def fully_connected(rng: Rng, count: int) -> Iterator[Case]:
    """Any sizes."""
    for _ in range(count):
        k = _pick(rng, [3, 8, 16, 40, 64, 100, 128, 128, 128, 256, 640])
        oc = _pick(rng, [1, 2, 3, 8, 10, 12, 16, 17, 40, 128, 200])
        rows = _pick(rng, [1, 1, 1, 2, 3])
        in_scale = random_scale(rng)
        scales, scale_out = _scales(rng, in_scale, oc, k)
        x = quantized((rows, k), in_scale, random_zero_point(rng))
        w = Tensor((oc, k), "INT8", scales, (0,) * len(scales), 0).holding(random_weights(rng, (oc, k)))
        bias = Tensor((oc,), "INT32", tuple(float(np.float32(in_scale * s)) for s in scales), (0,) * len(scales))
        zero_point, act = _output(rng)
        y = quantized((rows, oc), scale_out, zero_point)
        chosen = options("FullyConnectedOptions", fusedActivationFunction=activation(act))
        inputs = [x, w, bias.holding(random_bias(rng, oc, k))]
        title = f"FULLY_CONNECTED {rows}x{k} -> {oc} {act} {zero_point} {len(scales)} scales"
        yield Case(title, build("FULLY_CONNECTED", inputs, [y], chosen, version=5), (random_int8(rng, x.shape),))


def add(rng: Rng, count: int) -> Iterator[Case]:
    """Two tensors of one shape."""
    for _ in range(count):
        shape = (1, _pick(rng, [1, 3, 8]), _pick(rng, [2, 5, 8]), _pick(rng, [8, 12, 16, 19]))
        a_scale = random_scale(rng)
        b_scale = a_scale * float(rng.choice([1.0, 0.5, 0.3, 0.01, 1.7, 8.0]))
        a, b = (quantized(shape, scale, random_zero_point(rng)) for scale in (a_scale, b_scale))
        zero_point, act = _output(rng)
        y = quantized(shape, max(a_scale, b_scale) * float(rng.choice([1.0, 2.0, 0.9, 0.4, 1.3])), zero_point)
        model = build("ADD", [a, b], [y], options("AddOptions", fusedActivationFunction=activation(act)), 2)
        yield Case(f"ADD {shape} {act} {zero_point}", model, (random_int8(rng, shape), random_int8(rng, shape)))


def global_average(rng: Rng, count: int) -> Iterator[Case]:
    """AVERAGE_POOL_2D over the image."""
    for _ in range(count):
        h, w, c = _pick(rng, [1, 3, 8, 16, 25]), _pick(rng, [1, 3, 5, 8, 10]), _pick(rng, [8, 16, 40, 64])
        scale, zero_point = random_scale(rng), random_zero_point(rng)
        x, y = quantized((2, h, w, c), scale, zero_point), quantized((2, 1, 1, c), scale, zero_point)
        act = str(rng.choice(ACTIVATIONS))
        chosen = {"padding": padding("VALID"), "strideH": h, "strideW": w, "filterHeight": h, "filterWidth": w}
        model = build(
            "AVERAGE_POOL_2D", [x], [y], options("Pool2DOptions", fusedActivationFunction=activation(act), **chosen), 2
        )
        yield Case(f"AVERAGE_POOL_2D {h}x{w}x{c} {act}", model, (random_int8(rng, x.shape),))
