"""DEPTHWISE_CONV_2D, int8, 3x3, for cores with the DSP extension: ef_depthwise_conv_2d_3x3_s8_dsp.c."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import partial

import numpy as np

from edgeflow.generate.ahead.tuned.packing import words
from edgeflow.generate.ahead.tuned.records import Geometry, read_channels, read_geometry, sums_range
from edgeflow.generate.ahead.tuned.requantize import SCALE, find_lines, rounded_twice
from edgeflow.generate.ahead.tuned.site import Site
from edgeflow.generate.ahead.tuned.variant import Array, Tuned

_CHANNELS_AT = 40  # of the record of depthwise_conv_2d_s8: after the window, the multiplier and two bytes
_RECORD = struct.Struct("<10H6Ii3hH")
_SHIFT = 12
_STRIP_BYTES = 6144  # of scratch, above which strips are made


@dataclass(frozen=True)
class _Axes:
    """The planes' inner axis n, the longer one, and m; bytes from one place to the next along each."""

    turned: bool
    stride: int
    n_in: int
    n_out: int
    m_in: int
    m_out: int
    pad_n: int
    pad_m: int
    in_n: int
    in_m: int
    out_n: int
    out_m: int

    @classmethod
    def of(cls, g: Geometry) -> _Axes:
        along = (g.in_w, g.out_w, g.pad_left, g.in_c, g.out_c)
        across = (g.in_h, g.out_h, g.pad_top, g.in_w * g.in_c, g.out_w * g.out_c)
        turned = g.out_w < g.out_h
        n, m = (across, along) if turned else (along, across)
        return cls(turned, g.stride_h, n[0], n[1], m[0], m[1], n[2], m[2], n[3], m[3], n[4], m[4])

    @property
    def words(self) -> int:
        """In a row of a plane."""
        return (self.n_out + 3) // 2 if self.stride == 1 else self.n_out + 1

    def scratch_bytes(self, strip: int) -> int:
        """Four planes of a strip of so many rows of output."""
        return 16 * self.words * ((strip - 1) * self.stride + 3)

    def strip(self, most: int) -> int:
        """The most rows whose planes take that many bytes, evenly shared out; at least one."""
        rows = max(1, min(self.m_out, ((most // (16 * self.words)) - 3) // self.stride + 1))
        return -(-self.m_out // -(-self.m_out // rows))


def _planes(site: Site, *, whole: bool) -> Tuned | str:
    """`whole`: in one strip, so that at stride 1 the output may lie over the input."""
    g = read_geometry(site.node.record)
    if (g.kernel_h, g.kernel_w) != (3, 3):
        return f"a window of {g.kernel_h} x {g.kernel_w}"
    if g.out_c != g.in_c or g.out_c % 4:
        return f"{g.out_c} output channels from {g.in_c}"
    if g.stride_h != g.stride_w or g.stride_h > 2 or (g.dilation_h, g.dilation_w) != (1, 1):
        return f"strides {g.stride_h} and {g.stride_w}, dilations {g.dilation_h} and {g.dilation_w}"
    values, given = site.values(1), site.values(2)
    if values is None or (given is None and site.tensor(2) is not None):
        return "weights or bias are not constant"
    channels = read_channels(site.node.record, _CHANNELS_AT, g.out_c)
    weights = values.astype(np.int64).reshape(9, g.out_c).T
    bias = np.zeros(g.out_c, np.int64) if given is None else given.astype(np.int64).ravel()
    low, high = sums_range(weights, bias, channels.in_zero_point)
    lines = find_lines(rounded_twice(channels.multipliers, channels.shifts), low, high, channels.clamp, _SHIFT)
    if isinstance(lines, str):
        return lines
    bias = SCALE * (bias - channels.in_zero_point * weights.sum(axis=1)) + lines.offsets
    axes = _Axes.of(g)
    strip = axes.m_out if whole else axes.strip(_STRIP_BYTES)
    one_strip = strip == axes.m_out
    if not whole and one_strip:
        return ""
    record = _RECORD.pack(
        *(g.batches, g.out_c, axes.n_in, axes.n_out, axes.m_in, axes.m_out, axes.pad_n, axes.pad_m),
        *(strip, axes.words, axes.in_n, axes.in_m, axes.out_n, axes.out_m),
        *(g.in_h * g.in_w * g.in_c, g.out_h * g.out_w * g.out_c, lines.added),
        *(channels.in_zero_point, channels.clamp.min, channels.clamp.max, 0),
    )
    if axes.turned:
        weights = weights.reshape(-1, 3, 3).transpose(0, 2, 1).reshape(-1, 9)
    return Tuned(
        kernel="depthwise_conv_2d_3x3_s8_dsp",
        function=f"ef_depthwise_conv_2d_3x3_stride{g.stride_h}_s8_dsp_invoke",
        record=record,
        inputs=(
            0,
            Array("int8_t", weights.astype(np.int8).tobytes(), "weights"),
            Array("int32_t", words(np.stack([bias, lines.multipliers], axis=1)), "biases and multipliers", 4 * g.out_c),
        ),
        scratch_bytes=axes.scratch_bytes(strip),
        in_place=(0,) if one_strip and g.stride_h == 1 and (g.in_h, g.in_w) == (g.out_h, g.out_w) else (),
    )


whole = partial(_planes, whole=True)
strips = partial(_planes, whole=False)
