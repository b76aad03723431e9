"""Random cases of the window operators: CONV_2D, DEPTHWISE_CONV_2D, AVERAGE_POOL_2D, MAX_POOL_2D, FULLY_CONNECTED."""

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
    options,
    out_size,
    padding,
    quantized,
    random_float,
    random_int8,
    random_scale,
    random_weights,
    random_zero_point,
)

Rng = np.random.Generator
GEOMETRY = ("kh", "kw", "same", "sh", "sw", "dh", "dw", "h", "w", "oh", "ow")


def output_scale(rng: Rng, product_scale: float, terms: int) -> float:
    """A scale that spreads sums over the int8 range, or one that saturates, rounds to nothing or shifts left."""
    kind = rng.random()
    if kind < 0.1:  # multiplier >= 1: a left shift
        return product_scale / float(rng.choice([1.0, 1.5, 2.0, 3.7, 64.0]))
    if kind < 0.2:  # next to nothing
        return product_scale * 2.0 ** float(rng.integers(16, 34))
    if kind < 0.3:  # a power of two: ties when rounding
        return product_scale * 2.0 ** float(rng.integers(1, 14))
    return product_scale * np.sqrt(terms) * 5000.0 / float(rng.uniform(10, 80))


def dense_parameters(
    rng: Rng, in_scale: float, channels: int, axis: int, terms: int, per_axis: bool
) -> tuple[tuple[float, ...], float]:
    """Weight scales and an output scale."""
    base = random_scale(rng)
    if per_axis:
        scales = tuple(float(np.float32(base * 2 ** rng.uniform(-2, 1))) for _ in range(channels))
    else:
        scales = (float(np.float32(base)),)
    return scales, float(np.float32(output_scale(rng, in_scale * base, terms)))


def random_bias(rng: Rng, channels: int, terms: int) -> np.ndarray[Any, Any]:
    if rng.random() < 0.05:  # sums near the int32 ends
        return rng.choice(np.array([-(2**30), 2**30], dtype=np.int32), size=channels)
    reach = int(5000 * np.sqrt(terms)) + 1
    return rng.integers(-reach, reach, size=channels, dtype=np.int32)


def geometry(rng: Rng, deep: bool) -> dict[str, Any]:
    """A window that fits: sizes, strides, dilations, padding."""
    while True:
        kh, kw = int(rng.integers(1, 6)), int(rng.integers(1, 6))
        if rng.random() < 0.35:
            kh = kw = int(rng.choice([1, 3]))
        same = bool(rng.integers(2))
        sh, sw = int(rng.choice([1, 1, 2, 3])), int(rng.choice([1, 1, 2, 3]))
        dh, dw = (int(rng.integers(1, 4)), int(rng.integers(1, 4))) if rng.random() < 0.25 and deep else (1, 1)
        h, w = int(rng.integers(1, 14)), int(rng.integers(1, 14))
        oh, ow = out_size(h, kh, sh, dh, same), out_size(w, kw, sw, dw, same)
        if oh > 0 and ow > 0:
            return {
                "kh": kh,
                "kw": kw,
                "same": same,
                "sh": sh,
                "sw": sw,
                "dh": dh,
                "dw": dw,
                "h": h,
                "w": w,
                "oh": oh,
                "ow": ow,
            }


def conv(rng: Rng, count: int, depthwise: bool = False) -> Iterator[Case]:
    """int8 CONV_2D or DEPTHWISE_CONV_2D."""
    name = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
    for i in range(count):
        g = geometry(rng, deep=True)
        ic = int(rng.choice([1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17]))
        mult = int(rng.choice([1, 1, 1, 2, 3, 8])) if depthwise else 1
        oc = ic * mult if depthwise else int(rng.choice([1, 2, 3, 4, 5, 8, 11, 12, 16]))
        if not depthwise and rng.random() < 0.06:  # K large
            ic, oc = int(rng.choice([128, 200, 257])), int(rng.choice([4, 8]))
            g |= {"h": (g["kh"] - 1) * g["dh"] + 1, "w": (g["kw"] - 1) * g["dw"] + 1, "same": False, "oh": 1, "ow": 1}
        batch = 2 if rng.random() < 0.1 else 1
        terms = g["kh"] * g["kw"] * (1 if depthwise else ic)
        in_scale, per_axis = random_scale(rng), rng.random() < 0.75
        scales, scale_out = dense_parameters(rng, in_scale, oc, 3, terms, per_axis)
        x = quantized((batch, g["h"], g["w"], ic), in_scale, random_zero_point(rng))
        w_shape = (1, g["kh"], g["kw"], oc) if depthwise else (oc, g["kh"], g["kw"], ic)
        w = Tensor(w_shape, "INT8", scales, (0,) * len(scales), (3 if depthwise else 0) if per_axis else 0)
        w = w.holding(random_weights(rng, w_shape))
        bias = Tensor((oc,), "INT32", tuple(float(np.float32(in_scale * s)) for s in scales), (0,) * len(scales))
        bias = bias.holding(random_bias(rng, oc, terms))
        y = quantized((batch, g["oh"], g["ow"], oc), scale_out, random_zero_point(rng))
        act = str(rng.choice(ACTIVATIONS))
        chosen = conv_options(g, act, mult, depthwise)
        oracle_model = None
        if rng.random() < 0.2:  # without a bias; LiteRT's int8 CONV_2D wants one, of zeros then
            bias = bias.holding(np.zeros(oc))
            oracle_model = build(name, [x, w, bias], [y], chosen, version=3)
            inputs = [x, w]
        else:
            inputs = [x, w, bias]
        yield Case(
            f"{name} {i} {g} ic={ic} oc={oc} {act} bias={oracle_model is None}",
            build(name, inputs, [y], chosen, version=3),
            (random_int8(rng, x.shape),),
            oracle_model=oracle_model,
        )


def conv_grouped(rng: Rng, count: int) -> Iterator[Case]:
    """int8 CONV_2D whose filters see a part of the input's channels."""
    for i in range(count):
        g = geometry(rng, deep=True)
        groups, group_in, group_out = int(rng.choice([2, 3, 4])), int(rng.integers(1, 7)), int(rng.integers(1, 7))
        ic, oc, in_scale = groups * group_in, groups * group_out, random_scale(rng)
        terms = g["kh"] * g["kw"] * group_in
        scales, scale_out = dense_parameters(rng, in_scale, oc, 0, terms, True)
        x = quantized((1, g["h"], g["w"], ic), in_scale, random_zero_point(rng))
        w_shape = (oc, g["kh"], g["kw"], group_in)
        w = Tensor(w_shape, "INT8", scales, (0,) * oc, 0).holding(random_weights(rng, w_shape))
        bias = Tensor((oc,), "INT32", tuple(float(np.float32(in_scale * s)) for s in scales), (0,) * oc)
        y = quantized((1, g["oh"], g["ow"], oc), scale_out, random_zero_point(rng))
        act = str(rng.choice(ACTIVATIONS))
        model = build(
            "CONV_2D", [x, w, bias.holding(random_bias(rng, oc, terms))], [y], conv_options(g, act, 1, False), 6
        )
        yield Case(f"CONV_2D grouped {i} {g} {groups}x({group_in}->{group_out})", model, (random_int8(rng, x.shape),))


def near_ties(rng: Rng, count: int, name: str) -> Iterator[Case]:
    """Sums that lie at or next to where the output's rounding turns, given as biases: CONV_2D, DEPTHWISE_CONV_2D or
    FULLY_CONNECTED of zeros. They tell one rounding rule from another; random sums seldom do."""
    channels = 256
    for i in range(count):
        in_scale, scale = random_scale(rng), random_scale(rng)
        wanted = 2.0 ** float(rng.integers(-20, 1)) if i % 3 == 0 else 2.0 ** rng.uniform(-22, 1)
        out_scale = float(np.float32(in_scale * scale / wanted))
        halves = rng.integers(-128, 127, size=channels) + 0.5
        sums = np.round(halves * out_scale / (in_scale * scale)).astype(np.int64) + rng.integers(-1, 2, size=channels)
        count_of_scales = channels if rng.random() < 0.5 else 1
        y_shape: tuple[int, ...] = (1, channels)
        if name == "FULLY_CONNECTED":
            x = quantized((1, 4), in_scale, 0)
            w = Tensor((channels, 4), "INT8", (scale,) * count_of_scales, (0,) * count_of_scales, 0)
            chosen = options("FullyConnectedOptions")
        else:
            depthwise = name == "DEPTHWISE_CONV_2D"
            x = quantized((1, 1, 1, channels if depthwise else 3), in_scale, 0)
            shape = (1, 1, 1, channels) if depthwise else (channels, 1, 1, 3)
            w = Tensor(shape, "INT8", (scale,) * count_of_scales, (0,) * count_of_scales, 3 if depthwise else 0)
            one = {"kh": 1, "kw": 1, "same": True, "sh": 1, "sw": 1, "dh": 1, "dw": 1}
            chosen, y_shape = conv_options(one, "NONE", 1, depthwise), (1, 1, 1, channels)
        bias = Tensor((channels,), "INT32", (float(np.float32(in_scale * scale)),), (0,)).holding(sums)
        y = quantized(y_shape, out_scale, 0)
        model = build(name, [x, w.holding(np.zeros(w.shape)), bias], [y], chosen, version=5)
        yield Case(f"{name} near ties {i} multiplier about {wanted}", model, (np.zeros(x.shape, dtype=np.int8),))


def conv_options(g: dict[str, Any], act: str, mult: int, depthwise: bool) -> Any:
    shared = {
        "padding": padding("SAME" if g["same"] else "VALID"),
        "strideH": g["sh"],
        "strideW": g["sw"],
        "dilationHFactor": g["dh"],
        "dilationWFactor": g["dw"],
        "fusedActivationFunction": activation(act),
    }
    if depthwise:
        return options("DepthwiseConv2DOptions", depthMultiplier=mult, **shared)
    return options("Conv2DOptions", **shared)


def conv_float(rng: Rng, count: int, depthwise: bool = False) -> Iterator[Case]:
    """float32 CONV_2D or DEPTHWISE_CONV_2D."""
    name = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
    for i in range(count):
        g = geometry(rng, deep=True)
        ic = int(rng.choice([1, 2, 3, 4, 5, 8, 12, 16]))
        mult = int(rng.choice([1, 1, 2, 3])) if depthwise else 1
        oc = ic * mult if depthwise else int(rng.choice([1, 3, 4, 8, 11]))
        x = Tensor((1, g["h"], g["w"], ic), "FLOAT32")
        w_shape = (1, g["kh"], g["kw"], oc) if depthwise else (oc, g["kh"], g["kw"], ic)
        weights, values, bias = random_float(rng, w_shape), random_float(rng, x.shape), random_float(rng, (oc,))
        act, with_bias = str(rng.choice(ACTIVATIONS)), rng.random() < 0.8
        y = Tensor((1, g["oh"], g["ow"], oc), "FLOAT32")

        def model(w_data: Any, b_data: Any, act: str) -> bytes:
            w = Tensor(w_shape, "FLOAT32").holding(w_data)  # noqa: B023 (called in this turn of the loop only)
            b = [Tensor((oc,), "FLOAT32").holding(b_data)] if with_bias else []  # noqa: B023
            return build(name, [x, w, *b], [y], conv_options(g, act, mult, depthwise))  # noqa: B023

        magnitude = Case("magnitude", model(abs(weights), abs(bias), "NONE"), (abs(values),))
        yield Case(f"{name} {i} {g} ic={ic} oc={oc} {act}", model(weights, bias, act), (values,), magnitude)


def fully_connected(rng: Rng, count: int) -> Iterator[Case]:
    """int8 FULLY_CONNECTED, per tensor and per axis, inputs of several ranks."""
    for i in range(count):
        k = int(rng.choice([1, 2, 3, 4, 5, 8, 15, 16, 17, 31, 64, 100, 640, 1030]))
        oc = int(rng.choice([1, 2, 3, 4, 5, 8, 10, 13, 32]))
        lead = [(1,), (2,), (3,), (1, 1), (2, 3), (1, 1, 2)][int(rng.integers(6))]
        in_scale, per_axis = random_scale(rng), rng.random() < 0.3
        scales, scale_out = dense_parameters(rng, in_scale, oc, 0, k, per_axis)
        keep = len(lead) > 1 and rng.random() < 0.5
        rows = int(np.prod(lead))
        x = quantized((*lead, k), in_scale, random_zero_point(rng))
        w = Tensor((oc, k), "INT8", scales, (0,) * len(scales), 0).holding(random_weights(rng, (oc, k)))
        bias: Tensor | None = Tensor(
            (oc,), "INT32", tuple(float(np.float32(in_scale * s)) for s in scales), (0,) * len(scales)
        ).holding(random_bias(rng, oc, k))
        if rng.random() < 0.2:
            bias = None
        y = quantized((*lead, oc) if keep else (rows, oc), scale_out, random_zero_point(rng))
        act = str(rng.choice(ACTIVATIONS))
        chosen = options("FullyConnectedOptions", fusedActivationFunction=activation(act), keepNumDims=keep)
        yield Case(
            f"FULLY_CONNECTED {i} {lead}x{k}->{oc} {act} per_axis={per_axis} bias={bias is not None}",
            build("FULLY_CONNECTED", [x, w, bias], [y], chosen, version=5),
            (random_int8(rng, x.shape),),
        )


def fully_connected_float(rng: Rng, count: int) -> Iterator[Case]:
    """float32 FULLY_CONNECTED."""
    for i in range(count):
        k = int(rng.choice([1, 2, 3, 4, 5, 8, 15, 16, 17, 31, 64, 100, 640]))
        oc, rows = int(rng.choice([1, 2, 3, 4, 5, 8, 10, 13])), int(rng.integers(1, 4))
        weights, values, bias = random_float(rng, (oc, k)), random_float(rng, (rows, k)), random_float(rng, (oc,))
        act, with_bias = str(rng.choice(ACTIVATIONS)), rng.random() < 0.8
        x, y = Tensor((rows, k), "FLOAT32"), Tensor((rows, oc), "FLOAT32")

        def model(w_data: Any, b_data: Any, act: str) -> bytes:
            w = Tensor((oc, k), "FLOAT32").holding(w_data)  # noqa: B023 (called in this turn of the loop only)
            b = Tensor((oc,), "FLOAT32").holding(b_data) if with_bias else None  # noqa: B023
            chosen = options("FullyConnectedOptions", fusedActivationFunction=activation(act))
            return build("FULLY_CONNECTED", [x, w, b], [y], chosen)  # noqa: B023

        magnitude = Case("magnitude", model(abs(weights), abs(bias), "NONE"), (abs(values),))
        yield Case(f"FULLY_CONNECTED {i} {rows}x{k}->{oc} {act}", model(weights, bias, act), (values,), magnitude)


def pool(rng: Rng, count: int, average: bool, dtype: str) -> Iterator[Case]:
    """AVERAGE_POOL_2D or MAX_POOL_2D."""
    name = "AVERAGE_POOL_2D" if average else "MAX_POOL_2D"
    for i in range(count):
        g = geometry(rng, deep=False)
        if rng.random() < 0.15:  # global
            g |= {"kh": g["h"], "kw": g["w"], "same": False, "oh": 1, "ow": 1}
        ch = int(rng.choice([1, 2, 3, 4, 5, 8, 17, 33, 70]))
        batch = 2 if rng.random() < 0.1 else 1
        act = str(rng.choice(ACTIVATIONS))
        in_shape, out_shape = (batch, g["h"], g["w"], ch), (batch, g["oh"], g["ow"], ch)
        if dtype == "INT8":
            scale, zero_point = random_scale(rng), random_zero_point(rng)
            x, y = quantized(in_shape, scale, zero_point), quantized(out_shape, scale, zero_point)
            values = random_int8(rng, in_shape)
        else:
            x, y = Tensor(in_shape, dtype), Tensor(out_shape, dtype)
            values = random_float(rng, in_shape)
        chosen = {
            "padding": padding("SAME" if g["same"] else "VALID"),
            "strideH": g["sh"],
            "strideW": g["sw"],
            "filterHeight": g["kh"],
            "filterWidth": g["kw"],
        }
        model = build(name, [x], [y], options("Pool2DOptions", fusedActivationFunction=activation(act), **chosen), 2)
        magnitude = None
        if dtype == "FLOAT32":
            plain = options("Pool2DOptions", fusedActivationFunction=activation("NONE"), **chosen)
            magnitude = Case("magnitude", build(name, [x], [y], plain, 2), (abs(values),))
        yield Case(f"{name} {dtype} {i} {g} c={ch} {act}", model, (values,), magnitude)
