"""CONV_2D, int8, for cores with the DSP extension: ef_conv_2d{_1x1,_winograd,}_s8_dsp.c."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from edgeflow.generate.ahead.tuned.packing import line_parameters, paired_weights, twice_parameters, value_order, words
from edgeflow.generate.ahead.tuned.records import Channels, Geometry, read_channels, read_geometry, sums_range
from edgeflow.generate.ahead.tuned.requantize import SCALE, Ints, find_lines, rounded_twice
from edgeflow.generate.ahead.tuned.site import Site
from edgeflow.generate.ahead.tuned.variant import ROW_DRIVERS, Array, Tuned

TILE_DRIVERS = ("ef_tiles_run", "ef_tiles_run_backwards")
PIXEL_DRIVERS = ("ef_pixels_run", "ef_pixels_run_backwards")
_CHANNELS_AT = 40  # of the record of conv_2d_s8: after the window and the channels of a group
_ROWS = 12  # of a window, on the stack
_PATCH_BYTES = 256  # on the stack
_RECORD = struct.Struct("<iHhhh")
_WINOGRAD_RECORD = struct.Struct("<iH3h2x")
_WINOGRAD = (16, 32, 64)  # input channels that there are instances for
_WINOGRAD_BYTES = 38_000  # of scratch, above which it is not worth it
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
    """Any window, row by row."""
    return _windows(site, "row")


def windows_at_once(site: Site) -> Tuned | str:
    """Any window where rows have an odd number of pixels, which by rows costs half a pixel each."""
    made = _windows(site, "invoke") if read_geometry(site.node.record).out_w % 2 else ""
    return made if isinstance(made, str) else replace(made, drivers=None)


def _windows(site: Site, suffix: str) -> Tuned | str:
    geometry = read_geometry(site.node.record)
    if geometry.dilation_w != 1:
        return f"dilation of {geometry.dilation_w} along the width"
    if geometry.kernel_h > _ROWS:
        return f"{geometry.kernel_h} rows in a window"
    if geometry.in_c % 4 and geometry.kernel_h * geometry.kernel_w * geometry.in_c > _PATCH_BYTES:
        return f"{geometry.in_c} input channels are no multiple of 4"
    return _tuned(site, "conv_2d", suffix)


def winograd(site: Site, *, tile_rows: int | None) -> Tuned | str:
    """3x3 windows at stride 1: `tile_rows` rows of 2x2 tiles at a time (0: the weights stay), None for all of them."""
    g = read_geometry(site.node.record)
    if (g.kernel_h, g.kernel_w, g.stride_h, g.stride_w, g.dilation_h, g.dilation_w) != (3, 3, 1, 1, 1, 1):
        return ""
    if g.in_c not in _WINOGRAD or (g.pad_top, g.pad_left) != (1, 1) or (g.out_h, g.out_w) != (g.in_h, g.in_w):
        return f"Winograd: {g.in_c} input channels, padding {g.pad_top}, {g.pad_left}"
    rows = g.out_h // 2 if tile_rows is None else tile_rows
    if g.out_h % max(2, 2 * rows) or g.out_w % 4 or g.batches != 1:
        return f"Winograd: {g.out_h} x {g.out_w} outputs"
    if (tile_rows == 0 and g.out_c > 16) or (rows > 0 and rows == tile_rows == g.out_h // 2):
        return ""
    dense = read_dense(site)
    if isinstance(dense, str):
        return dense
    requantized = requantize(dense, winograd=True)
    if isinstance(requantized, str):
        return requantized
    clamp, channels = dense.channels.clamp, dense.channels
    values = 32 * g.in_c * g.out_c + 128 * g.in_c if rows == 0 else 128 * g.in_c + 8 * g.in_c * g.out_w * 2 * rows
    if values > _WINOGRAD_BYTES:
        return ""
    # so many rows of outputs are a row here; it reads the one before and the one after
    height, unit = g.out_h // max(2, 2 * rows), max(2, 2 * rows) * g.in_w
    order = replace(g, in_h=height, out_h=height, in_w=unit, out_w=unit, kernel_h=3, kernel_w=1, pad_top=1, pad_left=0)
    record = g.packed() + _WINOGRAD_RECORD.pack(requantized.added, rows, channels.in_zero_point, clamp.min, clamp.max)
    return Tuned(
        kernel="conv_2d_winograd_s8_dsp",
        function=f"ef_conv_2d_winograd{g.in_c}_{requantized.name}_s8_dsp_tiles",
        record=record,
        inputs=(
            0,
            Array("int8_t", dense.weights.astype(np.int8).tobytes(), "weights"),
            Array(
                "int32_t",
                requantized.parameters,
                "biases and multipliers",
                len(requantized.parameters) - 4 * g.out_c,
            ),
        ),
        scratch_bytes=512 + values,
        drivers=TILE_DRIVERS,
        geometry=order.packed(),
    )


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
            Array(
                "int32_t",
                requantized.parameters,
                "biases and multipliers",
                len(requantized.parameters) - 4 * geometry.out_c,
            ),
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


def requantize(dense: Dense, *, winograd: bool = False) -> Requantized | str:
    """By one multiplication where that is exact, else as the reference does it; parameters as the kernel reads them."""
    channels = dense.channels
    staircase = rounded_twice(channels.multipliers, channels.shifts)
    reason = ""
    for shift in _SHIFTS[:1] if winograd else _SHIFTS:
        lines = find_lines(staircase, dense.low, dense.high, channels.clamp, shift)
        if not isinstance(lines, str) and winograd:
            table = np.stack([SCALE * dense.bias + lines.offsets, lines.multipliers], axis=1)
            return Requantized("line", words(table), lines.added)
        if not isinstance(lines, str):
            return Requantized(f"line{shift}", line_parameters(dense.bias, lines), lines.added)
        reason = lines
    if channels.shifts.max() > -2 or channels.shifts.min() < -31 or channels.multipliers.min() < 2**30:
        return reason
    if np.abs(dense.weights).sum(axis=1).max() >= 2**16 or max(-int(dense.low.min()), int(dense.high.max())) >= 2**31:
        return "sums are too large"
    if winograd:
        powers = np.left_shift(np.int64(1), 32 + channels.shifts)
        table = np.stack([dense.bias, 2 * channels.multipliers, powers], axis=1)
        return Requantized("twice", words(table), channels.clamp.zero_point)
    parameters = twice_parameters(dense.bias, channels.multipliers, channels.shifts)
    return Requantized("twice", parameters, channels.clamp.zero_point)


winograd_all = partial(winograd, tile_rows=None)
winograd_resident = partial(winograd, tile_rows=0)
winograd_two = partial(winograd, tile_rows=2)
