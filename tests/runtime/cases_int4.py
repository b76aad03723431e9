"""Random cases of CONV_2D and FULLY_CONNECTED with weights of 4 bits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.runtime.cases_window import conv_options, dense_parameters, geometry, random_bias
from tests.runtime.single_operator import (
    ACTIVATIONS,
    Case,
    Tensor,
    activation,
    build,
    options,
    quantized,
    random_int8,
    random_scale,
    random_zero_point,
)

Rng = np.random.Generator


def packed(rng: Rng, shape: tuple[int, ...], scales: tuple[float, ...]) -> Tensor:
    """Weights -8..7, two a byte, the first in the lower half."""
    values = rng.integers(-8, 8, size=int(np.prod(shape))).astype(np.int8)
    halves = np.append(values, np.int8(0))[: len(values) + len(values) % 2].view(np.uint8) & 15
    content = (halves[0::2] | (halves[1::2] << 4)).astype(np.uint8)
    return Tensor(shape, "INT4", scales, (0,) * len(scales), 0, content)


def _parts(rng: Rng, shape: tuple[int, ...], terms: int) -> tuple[float, float, list[Tensor], Any]:
    """Scales of input and output, then weights and bias (or none)."""
    in_scale, per_axis = random_scale(rng), rng.random() < 0.75
    scales, out_scale = dense_parameters(rng, in_scale, shape[0], 0, terms, per_axis)
    bias = Tensor((shape[0],), "INT32", tuple(float(np.float32(in_scale * s)) for s in scales), (0,) * len(scales))
    held = bias.holding(random_bias(rng, shape[0], terms) // 16)
    return in_scale, out_scale / 16, [packed(rng, shape, scales), held], str(rng.choice(ACTIVATIONS))


def conv(rng: Rng, count: int) -> Iterator[Case]:
    """CONV_2D, per tensor and per axis, one or two in a batch."""
    for i in range(count):
        g = geometry(rng, deep=True)
        ic, oc = int(rng.choice([1, 2, 3, 4, 5, 8, 17])), int(rng.choice([1, 2, 3, 4, 5, 8, 11]))
        in_scale, out_scale, held, act = _parts(rng, (oc, g["kh"], g["kw"], ic), g["kh"] * g["kw"] * ic)
        batch = 2 if rng.random() < 0.2 else 1
        x = quantized((batch, g["h"], g["w"], ic), in_scale, random_zero_point(rng))
        y = quantized((batch, g["oh"], g["ow"], oc), out_scale, random_zero_point(rng))
        model = build("CONV_2D", [x, *held], [y], conv_options(g, act, 1, False), version=7)
        yield Case(f"CONV_2D int4 {i} {g} ic={ic} oc={oc} batch={batch} {act}", model, (random_int8(rng, x.shape),))


def fully_connected(rng: Rng, count: int) -> Iterator[Case]:
    """FULLY_CONNECTED, per tensor and per axis, with and without a bias."""
    for i in range(count):
        k, oc = int(rng.choice([1, 2, 3, 5, 8, 15, 16, 17, 64, 100])), int(rng.choice([1, 2, 3, 4, 5, 8, 13]))
        rows = int(rng.integers(1, 4))
        in_scale, out_scale, held, act = _parts(rng, (oc, k), k)
        inputs = [held[0], held[1] if rng.random() < 0.8 else None]
        x, y = quantized((rows, k), in_scale, random_zero_point(rng)), quantized((rows, oc), out_scale, 3)
        chosen = options("FullyConnectedOptions", fusedActivationFunction=activation(act))
        model = build("FULLY_CONNECTED", [x, *inputs], [y], chosen, version=10)
        yield Case(f"FULLY_CONNECTED int4 {i} {rows}x{k}->{oc} {act}", model, (random_int8(rng, x.shape),))
