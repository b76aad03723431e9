"""The records of the interpreter's int8 kernels, read: geometry, zero points, clamp and multipliers.

Their layouts are those of the structs in runtime/core: `struct ef_window`, `struct ef_channels_s8`,
and the records of ef_fully_connected_s8.c and ef_add_s8.c.
"""

from __future__ import annotations

import struct
from dataclasses import astuple, dataclass

import numpy as np
import numpy.typing as npt

from edgeflow.generate.ahead.tuned.requantize import Clamp, Ints

_WINDOW = struct.Struct("<18H")
_ADDITION = struct.Struct("<3i4b6h")
_CONNECTED = struct.Struct("<3I4hI")
_CHANNELS = struct.Struct("<4h2H")


@dataclass(frozen=True)
class Geometry:
    """`struct ef_window`, field by field."""

    batches: int
    in_h: int
    in_w: int
    in_c: int
    out_h: int
    out_w: int
    out_c: int
    kernel_h: int
    kernel_w: int
    stride_h: int
    stride_w: int
    dilation_h: int
    dilation_w: int
    pad_top: int
    pad_left: int
    in_element_bytes: int
    out_element_bytes: int
    reserved: int = 0

    def packed(self) -> bytes:
        """As in C."""
        return _WINDOW.pack(*astuple(self))


@dataclass(frozen=True)
class Channels:
    """`struct ef_channels_s8` with its multipliers and shifts, one a channel (repeated where the record has one)."""

    in_zero_point: int
    clamp: Clamp
    multipliers: Ints
    shifts: Ints


@dataclass(frozen=True)
class Connected:
    """The record of FULLY_CONNECTED; `reals` one a channel, as doubles."""

    rows: int
    depth: int
    channels: int
    in_zero_point: int
    clamp: Clamp
    reals: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Addition:
    """The record of ADD without its broadcasting: inputs a and b, then the output where there are three."""

    multipliers: tuple[int, int, int]
    shifts: tuple[int, int, int]
    zero_points: tuple[int, int]
    clamp: Clamp

    @property
    def scales(self) -> tuple[float, float]:
        """What the inputs' steps are in the common scale, 2^20 a unit."""
        a, b = (m * 2.0 ** (s - 11) for m, s in zip(self.multipliers[:2], self.shifts[:2], strict=True))
        return a, b

    @property
    def out_scale(self) -> float:
        """What a step in the common scale is in the output's."""
        return self.multipliers[2] * 2.0 ** (self.shifts[2] - 31)


def read_addition(record: bytes) -> Addition:
    """The record of add_s8, whose end this is."""
    a, b, out, a_shift, b_shift, out_shift, _, a_zero, b_zero, zero_point, low, high, _ = _ADDITION.unpack(
        record[-_ADDITION.size :]
    )
    return Addition((a, b, out), (a_shift, b_shift, out_shift), (a_zero, b_zero), Clamp(zero_point, low, high))


def read_connected(record: bytes) -> Connected:
    """The record of fully_connected_s8: `struct ef_packed_real` unpacked."""
    rows, depth, channels, in_zero_point, zero_point, low, high, count = _CONNECTED.unpack_from(record)
    packed = np.frombuffer(record, "<u4", 2 * count, _CONNECTED.size).reshape(count, 2).astype(np.int64)
    significand = (packed[:, 0] & 0x1FFFFF).astype(np.float64) * 2.0**32 + packed[:, 1]
    exponent = packed[:, 0].astype(np.uint32).view(np.int32) >> 21
    reals = np.ldexp(significand, exponent)
    return Connected(
        rows, depth, channels, in_zero_point, Clamp(zero_point, low, high), np.broadcast_to(reals, (channels,))
    )


def read_geometry(record: bytes) -> Geometry:
    """The start of a window kernel's record."""
    return Geometry(*_WINDOW.unpack_from(record))


def read_channels(record: bytes, offset: int, channels: int) -> Channels:
    """The end of the record of CONV_2D or DEPTHWISE_CONV_2D, for so many output channels."""
    in_zero_point, zero_point, low, high, count, _ = _CHANNELS.unpack_from(record, offset)
    at = offset + _CHANNELS.size
    multipliers = np.frombuffer(record, "<i4", count, at).astype(np.int64)
    shifts = np.frombuffer(record, "<i1", count, at + 4 * count).astype(np.int64)
    if count == 1:
        multipliers, shifts = np.repeat(multipliers, channels), np.repeat(shifts, channels)
    return Channels(in_zero_point, Clamp(zero_point, low, high), multipliers, shifts)


def sums_range(weights: Ints, bias: Ints, zero_point: int) -> tuple[Ints, Ints]:
    """The least and greatest sum of each channel over all int8 inputs; weights [C, K]."""
    positive, negative = np.maximum(weights, 0).sum(axis=1), np.minimum(weights, 0).sum(axis=1)
    least, most = -128 - zero_point, 127 - zero_point
    return bias + positive * least + negative * most, bias + positive * most + negative * least
