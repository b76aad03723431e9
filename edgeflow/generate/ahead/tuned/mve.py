"""What the variants for Helium share: how a layer's parameters lie, and what runtime/core/ef_mve.h asks of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edgeflow.generate.ahead.tuned.records import Geometry, read_channels, read_geometry
from edgeflow.generate.ahead.tuned.requantize import Clamp, Ints
from edgeflow.generate.ahead.tuned.site import Site
from edgeflow.generate.ahead.tuned.variant import Array

GROWTH = 0.01  # of the model, that re-laid weights may take more
RELU, FULL, ANY = range(3)  # EF_MVE_...


@dataclass(frozen=True)
class Dense:
    """One convolution: weights [C, K] (depthwise [C, taps]), the bias with the input's zero point folded in."""

    geometry: Geometry
    in_zero_point: int
    output: tuple[int, int, int, int]
    weights: Ints
    bias: Ints
    multipliers: Ints
    shifts: Ints


def read_dense(site: Site, channels_at: int) -> Dense | str:
    """Read a convolution whose record has its `struct ef_channels_s8` at `channels_at`."""
    geometry = read_geometry(site.node.record)
    values, given = site.values(1), site.values(2)
    if values is None or (given is None and site.tensor(2) is not None):
        return "weights or bias are not constant"
    channels = read_channels(site.node.record, channels_at, geometry.out_c)
    clamp = channels.clamp
    kind = clamp_kind(clamp)
    most = 0 if kind == RELU else -1
    if np.any((channels.multipliers != 0) & ((channels.shifts > most) | (channels.shifts < -31))):
        return "multipliers of 1 or more"
    weights = values.astype(np.int64)
    depthwise = weights.shape[0] == 1 and weights.shape[3] == geometry.out_c and geometry.out_c > 1
    weights = weights.reshape(-1, geometry.out_c).T if depthwise else weights.reshape(geometry.out_c, -1)
    bias = np.zeros(geometry.out_c, np.int64) if given is None else given.astype(np.int64).ravel()
    folded = bias - channels.in_zero_point * weights.sum(axis=1)
    return Dense(
        geometry,
        channels.in_zero_point,
        (clamp.zero_point, clamp.min, clamp.max, kind),
        weights,
        folded,
        channels.multipliers,
        channels.shifts,
    )


def clamp_kind(clamp: Clamp) -> int:
    """Which of the ways to store applies."""
    if (clamp.min, clamp.max) != (-128, 127):
        return ANY
    return RELU if clamp.zero_point == -128 else FULL


def shaped(dense: Dense) -> tuple[Array, Array, Array]:
    """Biases, multipliers and shifts as inputs."""
    wrapped = (dense.bias & 0xFFFFFFFF).astype("<u4").tobytes()
    return (
        Array("int32_t", bytes(wrapped), "biases"),
        Array("int32_t", bytes(dense.multipliers.astype("<i4").tobytes()), "multipliers"),
        Array("int8_t", bytes(dense.shifts.astype("<i1").tobytes()), "shifts"),
    )


def growth(site: Site, size: int) -> str:
    """Why weights may not grow by `size` bytes, or an empty text."""
    return f"weights would grow by {size} bytes" if size > GROWTH * len(site.content) else ""


def room(site: Site, least: int, most: int) -> int:
    """Bytes of scratch that cost nothing: by how much less is alive here than where most is, within least..most."""
    end = len(site.graph.operators)
    born, last = dict.fromkeys(site.graph.inputs, -1), dict.fromkeys(site.graph.outputs, end)
    for operator in site.graph.operators:
        born |= dict.fromkeys(operator.outputs, operator.index)
        for index in operator.inputs:
            last[index] = max(last.get(index, -1), operator.index)
    alive = [
        sum(up(site.graph.tensors[t].bytes, 16) for t, first in born.items() if first <= step <= last.get(t, first))
        for step in range(end)
    ]
    return min(most, max(least, max(alive) - alive[site.operator.index]))


def up(size: int, to: int) -> int:
    """The next multiple of `to`."""
    return -(-size // to) * to
