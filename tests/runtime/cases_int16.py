"""Random cases of operators with int16 activations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.runtime.cases_elementwise import broadcast_pair, random_shape
from tests.runtime.cases_resampling import transpose_geometry
from tests.runtime.cases_window import conv_options, geometry
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
Shape = tuple[int, ...]


def random_int16(rng: Rng, shape: Shape) -> np.ndarray[Any, Any]:
    """Uniform, small, or only the values that saturate and round at edges."""
    kind = rng.random()
    if kind < 0.2:
        return rng.choice(np.array([-32768, -32767, -1, 0, 1, 32766, 32767], dtype=np.int16), size=shape)
    if kind < 0.4:
        return rng.integers(-300, 300, size=shape, dtype=np.int16)
    return rng.integers(-32768, 32768, size=shape, dtype=np.int16)


def _scales(rng: Rng, channels: int, terms: int, per_axis: bool) -> tuple[float, tuple[float, ...], float]:
    """Of the input, the weights and the output; sums spread over the int16 range, saturate or round to nothing."""
    in_scale, base = random_scale(rng) / 300, random_scale(rng) / 10
    kind = rng.random()
    product = in_scale * base
    if kind < 0.1:
        out_scale = product / float(rng.choice([1.0, 1.5, 3.7, 16.0]))
    elif kind < 0.2:
        out_scale = product * 2.0 ** float(rng.integers(18, 40))
    elif kind < 0.3:
        out_scale = product * 2.0 ** float(rng.integers(1, 14))
    else:
        out_scale = product * np.sqrt(terms) * 1.4e6 / float(rng.uniform(3000, 30000))
    count = channels if per_axis else 1
    scales = tuple(float(np.float32(base * 2 ** rng.uniform(-2, 1))) for _ in range(count)) if per_axis else (base,)
    return float(np.float32(in_scale)), tuple(float(np.float32(s)) for s in scales), float(np.float32(out_scale))


def _bias(rng: Rng, channels: int, terms: int, in_scale: float, scales: tuple[float, ...]) -> Tensor:
    reach = 2**38 if rng.random() < 0.1 else int(1.4e6 * np.sqrt(terms)) + 1
    held = Tensor((channels,), "INT64", tuple(float(np.float32(in_scale * s)) for s in scales), (0,) * len(scales))
    return held.holding(rng.integers(-reach, reach, size=channels, dtype=np.int64))


def conv(rng: Rng, count: int, depthwise: bool = False) -> Iterator[Case]:
    """CONV_2D or DEPTHWISE_CONV_2D, per tensor and per axis, with and without a bias."""
    name = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
    for i in range(count):
        g = geometry(rng, deep=True)
        ic = int(rng.choice([1, 2, 3, 4, 5, 8, 12, 17]))
        mult = int(rng.choice([1, 1, 2, 3])) if depthwise else 1
        oc = ic * mult if depthwise else int(rng.choice([1, 2, 3, 4, 5, 8, 11]))
        if not depthwise and rng.random() < 0.05:
            ic = int(rng.choice([255, 256, 300]))
            g |= {"h": 3, "w": 3, "kh": 1, "kw": 1, "same": True, "sh": 1, "sw": 1, "dh": 1, "dw": 1, "oh": 3, "ow": 3}
        batch, terms = (2 if rng.random() < 0.1 else 1), g["kh"] * g["kw"] * (1 if depthwise else ic)
        in_scale, scales, out_scale = _scales(rng, oc, terms, rng.random() < 0.75)
        w_shape = (1, g["kh"], g["kw"], oc) if depthwise else (oc, g["kh"], g["kw"], ic)
        axis = 3 if depthwise and len(scales) > 1 else 0
        w = Tensor(w_shape, "INT8", scales, (0,) * len(scales), axis).holding(random_weights(rng, w_shape))
        x = quantized((batch, g["h"], g["w"], ic), in_scale, 0, "INT16")
        y = quantized((batch, g["oh"], g["ow"], oc), out_scale, 0, "INT16")
        act, with_bias = str(rng.choice(ACTIVATIONS)), rng.random() < 0.85
        held = [_bias(rng, oc, terms, in_scale, scales)] if with_bias else []
        model = build(name, [x, w, *held], [y], conv_options(g, act, mult, depthwise), version=5)
        yield Case(
            f"{name} int16 {i} {g} ic={ic} oc={oc} {act} bias={with_bias} scales={len(scales)}",
            model,
            (random_int16(rng, x.shape),),
        )


def fully_connected(rng: Rng, count: int) -> Iterator[Case]:
    """FULLY_CONNECTED, per tensor and per axis, with and without a bias."""
    for i in range(count):
        k = int(rng.choice([1, 2, 3, 4, 5, 8, 15, 31, 64, 100, 255, 256, 257, 1030]))
        oc, rows = int(rng.choice([1, 2, 3, 4, 5, 8, 10, 13, 32])), int(rng.integers(1, 4))
        in_scale, scales, out_scale = _scales(rng, oc, k, rng.random() < 0.4)
        w = Tensor((oc, k), "INT8", scales, (0,) * len(scales), 0).holding(random_weights(rng, (oc, k)))
        with_bias, act = rng.random() < 0.8, str(rng.choice(ACTIVATIONS))
        bias = _bias(rng, oc, k, in_scale, scales) if with_bias else None
        x, y = quantized((rows, k), in_scale, 0, "INT16"), quantized((rows, oc), out_scale, 0, "INT16")
        chosen = options("FullyConnectedOptions", fusedActivationFunction=activation(act))
        yield Case(
            f"FULLY_CONNECTED int16 {i} {rows}x{k}->{oc} {act} bias={with_bias} scales={len(scales)}",
            build("FULLY_CONNECTED", [x, w, bias], [y], chosen, version=7),
            (random_int16(rng, x.shape),),
        )


def binary(rng: Rng, count: int, name: str) -> Iterator[Case]:
    """ADD, SUB or MUL with a fused activation, broadcast or not, the second operand constant now and then."""
    for i in range(count):
        a_shape, b_shape = broadcast_pair(rng)
        out_shape = np.broadcast_shapes(a_shape, b_shape)
        act, a_scale, b_scale = str(rng.choice(ACTIVATIONS)), random_scale(rng) / 300, random_scale(rng) / 300
        b_scale = a_scale if rng.random() < 0.3 else b_scale
        base = a_scale * b_scale * 16384 if name == "MUL" else max(a_scale, b_scale)
        scale = base * float(rng.choice([1.0, 2.0, 0.5, 4.0, rng.uniform(0.2, 3)]))
        a, b = quantized(a_shape, a_scale, 0, "INT16"), quantized(b_shape, b_scale, 0, "INT16")
        y = quantized(out_shape, scale, 0, "INT16")
        values = [random_int16(rng, a_shape), random_int16(rng, b_shape)]
        if rng.random() < 0.25:
            b = b.holding(values.pop())
        extra = {} if name == "MUL" else {"potScaleInt16": False}
        kind = {"ADD": "AddOptions", "SUB": "SubOptions", "MUL": "MulOptions"}[name]
        chosen = options(kind, fusedActivationFunction=activation(act), **extra)
        version = {"ADD": 4, "SUB": 5, "MUL": 4}[name]
        yield Case(
            f"{name} int16 {i} {a_shape} {b_shape} {act}", build(name, [a, b], [y], chosen, version), tuple(values)
        )


def unary(rng: Rng, count: int, name: str) -> Iterator[Case]:
    """RELU, LEAKY_RELU, LOGISTIC or TANH; scales that are powers of two and others."""
    for i in range(count):
        shape = random_shape(rng, limit=9)
        in_scale = random_scale(rng) / float(rng.choice([30, 300, 3000, 30000]))
        if rng.random() < 0.3:
            in_scale = 2.0 ** float(rng.integers(-15, -8))
        if name in ("LOGISTIC", "TANH"):
            out_scale = 1 / 32768
        else:
            out_scale = in_scale * float(rng.choice([1.0, 1.0, 0.25, 0.5, 0.7, 1.3, 2.0, 8.0]))
        x, y = quantized(shape, in_scale, 0, "INT16"), quantized(shape, out_scale, 0, "INT16")
        chosen = None
        if name == "LEAKY_RELU":
            chosen = options("LeakyReluOptions", alpha=float(rng.choice([0.01, 0.1, 0.3, 1.0, 1.7, -0.2])))
        version = 2 if name in ("RELU", "LEAKY_RELU") else 3
        model = build(name, [x], [y], chosen, version)
        yield Case(f"{name} int16 {i} {shape} {in_scale} {out_scale}", model, (random_int16(rng, shape),))


def softmax(rng: Rng, count: int) -> Iterator[Case]:
    """SOFTMAX over the last axis; beta 1/2, 1 and 2."""
    for i in range(count):
        shape = (*random_shape(rng, 0, 3, 5), int(rng.choice([1, 2, 3, 5, 10, 12, 100, 300])))
        x = quantized(shape, random_scale(rng) / float(rng.choice([3, 300, 3000, 30000])), 0, "INT16")
        y = quantized(shape, 1 / 32768, 0, "INT16")
        beta = float(rng.choice([1.0, 1.0, 0.5, 2.0]))
        model = build("SOFTMAX", [x], [y], options("SoftmaxOptions", beta=beta), 3)
        yield Case(f"SOFTMAX int16 {i} {shape} {beta} {x.scale}", model, (random_int16(rng, shape),))


def quantize(rng: Rng, count: int, source: str, target: str) -> Iterator[Case]:
    """QUANTIZE between int8, int16 and float32; DEQUANTIZE to float32."""
    for i in range(count):
        shape, scale = random_shape(rng, limit=9), random_scale(rng) / 100
        same = scale * float(rng.choice([1.0, 0.25, 0.5, 0.7, 1.3, 2.0, 100.0, 0.01]))
        name = "DEQUANTIZE" if target == "FLOAT32" else "QUANTIZE"

        def tensor(dtype: str, scale: float) -> Tensor:
            if dtype == "FLOAT32":
                return Tensor(shape, dtype)  # noqa: B023 (called in this turn of the loop only)
            return quantized(shape, scale, random_zero_point(rng) if dtype == "INT8" else 0, dtype)  # noqa: B023

        x, y = tensor(source, scale), tensor(target, same)
        if source == "FLOAT32":
            values = random_float(rng, shape) * np.float32(same * 10 ** rng.uniform(0, 5))
            if rng.random() < 0.3:  # halves, and what no int16 holds
                steps = rng.choice(np.array([0.5, 1.5, -0.5, -2.5, 32767.5, -32768.5, 1e9, -1e9]), shape)
                values = (steps * np.float32(same)).astype(np.float32)
        else:
            values = random_int8(rng, shape) if source == "INT8" else random_int16(rng, shape)
        yield Case(f"{name} {source} to {target} {i} {shape}", build(name, [x], [y], None, 3), (values,))


def pool(rng: Rng, count: int, average: bool) -> Iterator[Case]:
    """AVERAGE_POOL_2D or MAX_POOL_2D."""
    name = "AVERAGE_POOL_2D" if average else "MAX_POOL_2D"
    for i in range(count):
        g = geometry(rng, deep=False)
        if rng.random() < 0.15:  # global
            g |= {"kh": g["h"], "kw": g["w"], "same": False, "oh": 1, "ow": 1}
        ch, scale, act = int(rng.choice([1, 2, 3, 5, 17])), random_scale(rng) / 300, str(rng.choice(ACTIVATIONS))
        x = quantized((1, g["h"], g["w"], ch), scale, 0, "INT16")
        y = quantized((1, g["oh"], g["ow"], ch), scale, 0, "INT16")
        chosen = options(
            "Pool2DOptions",
            padding=padding("SAME" if g["same"] else "VALID"),
            strideH=g["sh"],
            strideW=g["sw"],
            filterHeight=g["kh"],
            filterWidth=g["kw"],
            fusedActivationFunction=activation(act),
        )
        yield Case(
            f"{name} int16 {i} {g} c={ch} {act}", build(name, [x], [y], chosen, 3), (random_int16(rng, x.shape),)
        )


def pad(rng: Rng, count: int) -> Iterator[Case]:
    """PAD of up to four dimensions."""
    for i in range(count):
        shape, scale = random_shape(rng), random_scale(rng) / 300
        paddings = rng.integers(0, 4, size=(len(shape), 2)).astype(np.int32)
        out_shape = tuple(int(n + p.sum()) for n, p in zip(shape, paddings, strict=True))
        x, y = quantized(shape, scale, 0, "INT16"), quantized(out_shape, scale, 0, "INT16")
        model = build("PAD", [x, constant(paddings)], [y], options("PadOptions"), 2)
        yield Case(f"PAD int16 {i} {shape} {paddings.tolist()}", model, (random_int16(rng, shape),))


def concatenation(rng: Rng, count: int) -> Iterator[Case]:
    """CONCATENATION of one to four inputs, negative axes too."""
    for i in range(count):
        shape, scale = random_shape(rng), random_scale(rng) / 300
        axis, parts = int(rng.integers(len(shape))), rng.integers(1, 5, size=int(rng.integers(1, 5)))
        shapes = [tuple(int(p) if d == axis else n for d, n in enumerate(shape)) for p in parts]
        out_shape = tuple(int(parts.sum()) if d == axis else n for d, n in enumerate(shape))
        written = axis - len(shape) if rng.random() < 0.3 else axis
        inputs = [quantized(s, scale, 0, "INT16") for s in shapes]
        y = quantized(out_shape, scale, 0, "INT16")
        model = build("CONCATENATION", inputs, [y], options("ConcatenationOptions", axis=written), 3)
        yield Case(f"CONCATENATION int16 {i} {shapes} {written}", model, tuple(random_int16(rng, s) for s in shapes))


def transpose_conv(rng: Rng, count: int) -> Iterator[Case]:
    """TRANSPOSE_CONV, per tensor and per axis, with and without a bias and an activation."""
    for i in range(count):
        g = transpose_geometry(rng)
        ic, oc = int(rng.choice([1, 2, 3, 4, 8, 13])), int(rng.choice([1, 2, 3, 4, 5, 8, 9]))
        batch, terms = (2 if rng.random() < 0.15 else 1), g["kh"] * g["kw"] * ic
        in_scale, scales, out_scale = _scales(rng, oc, terms, rng.random() < 0.75)
        w_shape = (oc, g["kh"], g["kw"], ic)
        w = Tensor(w_shape, "INT8", scales, (0,) * len(scales), 0).holding(random_weights(rng, w_shape))
        x = quantized((batch, g["h"], g["w"], ic), in_scale, 0, "INT16")
        y = quantized((batch, g["oh"], g["ow"], oc), out_scale, 0, "INT16")
        with_bias = rng.random() < 0.85
        held = [_bias(rng, oc, terms, in_scale, scales)] if with_bias else []
        act = str(rng.choice(ACTIVATIONS))
        chosen = options(
            "TransposeConvOptions",
            padding=padding("SAME" if g["same"] else "VALID"),
            strideH=g["sh"],
            strideW=g["sw"],
            fusedActivationFunction=activation(act),
        )
        model = build("TRANSPOSE_CONV", [constant(np.array(y.shape)), w, x, *held], [y], chosen, 3)
        yield Case(
            f"TRANSPOSE_CONV int16 {i} {g} {ic}->{oc} {act} bias={with_bias} scales={len(scales)}",
            model,
            (random_int16(rng, x.shape),),
        )
