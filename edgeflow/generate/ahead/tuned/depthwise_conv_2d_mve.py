"""DEPTHWISE_CONV_2D, int8, for Helium: runtime/core/ef_depthwise_conv_2d_s8_mve.c."""

from __future__ import annotations

import struct

from edgeflow.generate.ahead.tuned.mve import read_dense, room, shaped, up
from edgeflow.generate.ahead.tuned.records import Geometry
from edgeflow.generate.ahead.tuned.site import Site
from edgeflow.generate.ahead.tuned.variant import Array, Tuned

_RECORD = struct.Struct("<Hh3hH")
_CHANNELS_AT = 40  # of the record of depthwise_conv_2d_s8: after the window and the multiplier
_SCRATCH_BYTES = (4608, 12288)  # that bands are cut for: at least, at most
_WIDEST = 60  # outputs of a row with stride 2: offsets in a patch are bytes


def depthwise_conv_2d(site: Site) -> Tuned | str:
    """3x3 windows, a channel for a channel, stride 1 or 2."""
    dense = read_dense(site, _CHANNELS_AT)
    if isinstance(dense, str):
        return dense
    g = dense.geometry
    if (g.kernel_h, g.kernel_w, g.dilation_h, g.dilation_w) != (3, 3, 1, 1):
        return f"a window of {g.kernel_h}x{g.kernel_w}"
    if g.in_c != g.out_c:
        return "several outputs a channel"
    if g.stride_h != g.stride_w or g.stride_w > 2:
        return f"strides of {g.stride_h} and {g.stride_w}"
    if g.in_c % 2 or g.in_c < 4:
        return f"{g.in_c} channels"
    if g.stride_w == 2 and g.out_w > _WIDEST:
        return f"rows of {g.out_w} outputs"
    rows = _rows(g, room(site, *_SCRATCH_BYTES))
    if rows == 0:
        return "bands too small or too large"
    return Tuned(
        kernel="depthwise_conv_2d_s8_mve",
        function="ef_depthwise_conv_2d_s8_mve" if g.stride_w == 1 else "ef_depthwise_conv_2d_s2_s8_mve",
        record=g.packed() + _RECORD.pack(rows, dense.in_zero_point, *dense.output),
        inputs=(0, Array("int8_t", bytes(dense.weights.astype("<i1").tobytes()), "weights"), *shaped(dense)),
        scratch_bytes=_scratch(g, rows),
    )


def _rows(g: Geometry, room_bytes: int) -> int:
    """Rows of a band: as few bands as the scratch allows, of one size; 0 where none will do."""
    most = 0
    for rows in range(1, g.out_h + 1):
        small = _scratch(g, rows) <= room_bytes or most == 0
        # one that is not all rows begins at an even one
        fits = rows * g.out_w >= 2 and rows * g.out_w * g.out_c < 2**16 and _plane(g, rows) < 2**16
        if small and fits and (g.stride_h == 2 or rows % 2 == 0 or rows == g.out_h):
            most = rows
    if most in (0, g.out_h):
        return most
    rows = -(-g.out_h // -(-g.out_h // most))
    return min(most, up(rows, 2) if g.stride_h == 1 else rows)


def _plane(g: Geometry, rows: int) -> int:
    if g.stride_h == 1:
        return (up(rows, 2) + 2) * (up(g.out_w, 2) + 2)
    return (2 * rows + 1) * (2 * up(g.out_w, 2) + 2)


def _scratch(g: Geometry, rows: int) -> int:
    """As ef_depthwise_conv_2d_s8_mve.h has it."""
    plane_rows = up(rows, 2) + 2 if g.stride_h == 1 else 2 * rows + 1
    units = -(-(up(rows, 2) if g.stride_h == 1 else rows) * up(g.out_w, 2) // 8)
    return (
        2 * up(_plane(g, rows) + 16, 16)
        + units * (64 + 32)
        + up(units * 16, 16)
        + up(2 * (g.in_w * plane_rows + 8), 16)
    )
