"""CONV_2D, int8, for cores with the DSP extension: ef_conv_2d_s8_dsp.c and ef_conv_2d_1x1_s8_dsp.c."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

import numpy as np

from edgeflow.generate.tuned.packing import line_parameters, paired_weights, twice_parameters, value_order
from edgeflow.generate.tuned.records import Channels, Geometry, read_channels, read_geometry, sums_range
from edgeflow.generate.tuned.requantize import Ints, find_lines, rounded_twice
from edgeflow.generate.tuned.site import Site
from edgeflow.generate.tuned.variant import ROW_DRIVERS, Array, Tuned

PIXEL_DRIVERS = ("ef_pixels_run", "ef_pixels_run_backwards")
_CHANNELS_AT = 40  # of the record of conv_2d_s8: after the window and the channels of a group
_ROWS = 12  # of a window, on the stack
_PATCH_BYTES = 256  # on the stack
_RECORD = struct.Struct("<iHhhh")
_SHIFTS = (12, 15)  # that the matrix kernel has


@dataclass(frozen=True)
class Dense:
    """What all ways to compute one convolution start from: weights [C, K], the bias with the input's zero point in."""

    geometry: Geometry
    channels: Channels
    weights: Ints
    bias: Ints
    low: Ints
    high: Ints


@dataclass(frozen=True)
class Requantized:
    """The middle of the functions' names, the parameters they read, and the record's word for them."""

    name: str
    parameters: bytes
    added: int


def one_by_one(site: Site) -> Tuned | str:
    """1x1 windows at stride 1: pixels in any order, so that the output may lie over all but one of the input's."""
    geometry = read_geometry(site.node.record)
    steps = (geometry.kernel_h, geometry.kernel_w, geometry.stride_h, geometry.stride_w)
    if steps != (1, 1, 1, 1):
        return ""
    if geometry.in_c % 4:
        return f"{geometry.in_c} input channels are no multiple of 4"
    pixels = geometry.batches * geometry.out_h * geometry.out_w
    made = _tuned(site, "conv_2d_1x1", "pixels")
    if isinstance(made, str) or pixels > 0xFFFF:
        return made if isinstance(made, str) else f"{pixels} pixels"
    # pixel by pixel; two are read before two are written, as if each window had two pixels
    order = replace(geometry, batches=1, in_h=pixels, in_w=1, out_h=pixels, out_w=1, kernel_h=2)
    return replace(made, drivers=PIXEL_DRIVERS, geometry=order.packed())


def windows(site: Site) -> Tuned | str:
    """Any window."""
    geometry = read_geometry(site.node.record)
    if geometry.dilation_w != 1:
        return f"dilation of {geometry.dilation_w} along the width"
    if geometry.kernel_h > _ROWS:
        return f"{geometry.kernel_h} rows in a window"
    if geometry.in_c % 4 and geometry.kernel_h * geometry.kernel_w * geometry.in_c > _PATCH_BYTES:
        return f"{geometry.in_c} input channels are no multiple of 4"
    return _tuned(site, "conv_2d", "row")


def _tuned(site: Site, prefix: str, suffix: str) -> Tuned | str:
    dense = read_dense(site)
    if isinstance(dense, str):
        return dense
    geometry = dense.geometry
    order = value_order(geometry.kernel_h, geometry.kernel_w * geometry.in_c)
    weights = paired_weights(dense.weights, order)
    if isinstance(weights, str):
        return weights
    requantized = requantize(dense)
    if isinstance(requantized, str):
        return requantized
    clamp, channels = dense.channels.clamp, dense.channels
    record = geometry.packed() + _RECORD.pack(
        requantized.added, len(order), channels.in_zero_point, clamp.min, clamp.max
    )
    return Tuned(
        kernel=f"{prefix}_s8_dsp",
        function=f"ef_{prefix}_{requantized.name}_s8_dsp_{suffix}",
        record=record,
        inputs=(
            0,
            Array("int8_t", weights, "paired weights"),
            Array("int32_t", requantized.parameters, "biases and multipliers"),
        ),
        scratch_bytes=8 * len(order),
        drivers=ROW_DRIVERS,
    )


def read_dense(site: Site) -> Dense | str:
    """Weights and bias, with the zero point folded in, and what the sums can be."""
    geometry = read_geometry(site.node.record)
    if geometry.out_c % 4:
        return f"{geometry.out_c} output channels are no multiple of 4"
    values, given = site.values(1), site.values(2)
    if values is None or (given is None and site.tensor(2) is not None):
        return "weights or bias are not constant"
    weights = values.astype(np.int64).reshape(geometry.out_c, -1)
    if weights.shape[1] != geometry.kernel_h * geometry.kernel_w * geometry.in_c:
        return "several groups"
    channels = read_channels(site.node.record, _CHANNELS_AT, geometry.out_c)
    bias = np.zeros(geometry.out_c, np.int64) if given is None else given.astype(np.int64).ravel()
    low, high = sums_range(weights, bias, channels.in_zero_point)
    return Dense(geometry, channels, weights, bias - channels.in_zero_point * weights.sum(axis=1), low, high)


def requantize(dense: Dense) -> Requantized | str:
    """By one multiplication where that is exact, else as the reference does it."""
    channels = dense.channels
    staircase = rounded_twice(channels.multipliers, channels.shifts)
    reason = ""
    for shift in _SHIFTS:
        lines = find_lines(staircase, dense.low, dense.high, channels.clamp, shift)
        if not isinstance(lines, str):
            return Requantized(f"line{shift}", line_parameters(dense.bias, lines), lines.added)
        reason = lines
    if channels.shifts.max() > -2 or channels.shifts.min() < -31 or channels.multipliers.min() < 2**30:
        return reason
    if np.abs(dense.weights).sum(axis=1).max() >= 2**16 or max(-int(dense.low.min()), int(dense.high.max())) >= 2**31:
        return "sums are too large"
    parameters = twice_parameters(dense.bias, channels.multipliers, channels.shifts)
    return Requantized("twice", parameters, channels.clamp.zero_point)
