"""Random cases of hybrid operators: float32 activations, int8 weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.runtime.cases_window import conv_options, geometry
from tests.runtime.single_operator import (
    ACTIVATIONS,
    Case,
    Tensor,
    activation,
    build,
    options,
    random_float,
    random_scale,
    random_weights,
)

Rng = np.random.Generator


def _weights(rng: Rng, shape: tuple[int, ...], axis: int, per_axis: bool) -> Tensor:
    base = random_scale(rng) / 100
    count = shape[axis] if per_axis else 1
    scales = tuple(float(np.float32(base * 2 ** rng.uniform(-2, 1))) for _ in range(count))
    held = Tensor(shape, "INT8", scales, (0,) * count, axis if per_axis else 0)
    return held.holding(random_weights(rng, shape))


def _values(rng: Rng, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    kind = rng.random()
    if kind < 0.05:
        return np.zeros(shape, dtype=np.float32)
    values = random_float(rng, shape)
    return abs(values) if kind < 0.3 else values + np.float32(rng.normal()) if kind < 0.5 else values


def conv(rng: Rng, count: int, depthwise: bool = False) -> Iterator[Case]:
    """CONV_2D per tensor and per axis, DEPTHWISE_CONV_2D per axis."""
    name = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
    for i in range(count):
        g = geometry(rng, deep=not depthwise)
        ic = int(rng.choice([1, 2, 3, 4, 5, 8, 12, 16]))
        mult = int(rng.choice([1, 1, 2, 3])) if depthwise else 1
        oc = ic * mult if depthwise else int(rng.choice([1, 3, 4, 8, 11]))
        batch = 2 if rng.random() < 0.2 else 1
        w_shape = (1, g["kh"], g["kw"], oc) if depthwise else (oc, g["kh"], g["kw"], ic)
        w = _weights(rng, w_shape, 3 if depthwise else 0, depthwise or rng.random() < 0.5)
        x, bias = Tensor((batch, g["h"], g["w"], ic), "FLOAT32"), random_float(rng, (oc,))
        y = Tensor((batch, g["oh"], g["ow"], oc), "FLOAT32")
        values, act, with_bias = _values(rng, x.shape), str(rng.choice(ACTIVATIONS)), rng.random() < 0.8
        chosen = conv_options(g, act, mult, depthwise)
        b = [Tensor((oc,), "FLOAT32").holding(bias)] if with_bias else []
        model = build(name, [x, w, *b], [y], chosen, version=3)
        yield Case(
            f"{name} hybrid {i} {g} batch={batch} ic={ic} oc={oc} {act} scales={len(w.scale)}",
            model,
            (values,),
            _magnitude(name, x, w, bias if with_bias else None, y, conv_options(g, "NONE", mult, depthwise), values),
        )


def fully_connected(rng: Rng, count: int) -> Iterator[Case]:
    """FULLY_CONNECTED per tensor and per axis, symmetric and asymmetric."""
    for i in range(count):
        k = int(rng.choice([1, 2, 3, 4, 5, 8, 15, 16, 17, 31, 64, 100, 640]))
        oc, rows = int(rng.choice([1, 2, 3, 4, 5, 8, 10, 13])), int(rng.integers(1, 4))
        w = _weights(rng, (oc, k), 0, rng.random() < 0.4)
        x, y = Tensor((rows, k), "FLOAT32"), Tensor((rows, oc), "FLOAT32")
        values, bias, act = _values(rng, x.shape), random_float(rng, (oc,)), str(rng.choice(ACTIVATIONS))
        asymmetric, with_bias = bool(rng.random() < 0.4), rng.random() < 0.8
        chosen = options(
            "FullyConnectedOptions",
            fusedActivationFunction=activation(act),
            asymmetricQuantizeInputs=asymmetric,
        )
        b = Tensor((oc,), "FLOAT32").holding(bias) if with_bias else None
        model = build("FULLY_CONNECTED", [x, w, b], [y], chosen, version=9)
        plain = options("FullyConnectedOptions")
        yield Case(
            f"FULLY_CONNECTED hybrid {i} {rows}x{k}->{oc} {act} {asymmetric=} scales={len(w.scale)}",
            model,
            (values,),
            _magnitude("FULLY_CONNECTED", x, w, bias if with_bias else None, y, plain, values),
        )


def _magnitude(
    name: str, x: Tensor, w: Tensor, bias: np.ndarray[Any, Any] | None, y: Tensor, chosen: Any, values: Any
) -> Case:
    """sum |x*w| of each output, in float32, with the weights' real values."""
    assert w.data is not None
    shape = [1] * len(w.shape)
    shape[w.quantized_dimension] = -1
    real = abs(w.data.astype(np.float32)) * np.asarray(w.scale, dtype=np.float32).reshape(shape)
    held = [x, Tensor(w.shape, "FLOAT32").holding(real)]
    if bias is not None:
        held.append(Tensor(bias.shape, "FLOAT32").holding(abs(bias)))
    elif name == "FULLY_CONNECTED":
        return Case("magnitude", build(name, [*held, None], [y], chosen), (abs(values),))
    return Case("magnitude", build(name, held, [y], chosen), (abs(values),))
