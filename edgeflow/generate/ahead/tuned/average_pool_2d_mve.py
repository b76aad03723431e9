"""AVERAGE_POOL_2D, int8, for Helium: runtime/core/ef_average_pool_2d_s8_mve.c."""

from __future__ import annotations

import struct

from edgeflow.generate.ahead.tuned.records import read_geometry
from edgeflow.generate.ahead.tuned.site import Site
from edgeflow.generate.ahead.tuned.variant import Tuned

_CLAMP = struct.Struct("<2h")  # behind the window in the record of average_pool_2d_s8
_RECORD = struct.Struct("<3H2hH")
_PIXELS = 256  # whose sum is an int16


def average_pool_2d(site: Site) -> Tuned | str:
    """One window over the whole image."""
    record = site.node.record
    g = read_geometry(record)
    low, high = _CLAMP.unpack_from(record, len(g.packed()))
    whole = (g.kernel_h, g.kernel_w, g.out_h, g.out_w, g.pad_top, g.pad_left) == (g.in_h, g.in_w, 1, 1, 0, 0)
    if not whole:
        return "the window is not the whole image"
    pixels = g.in_h * g.in_w
    if pixels > _PIXELS or g.in_c % 8:
        return f"{pixels} pixels of {g.in_c} channels"
    return Tuned(
        kernel="average_pool_2d_s8_mve",
        function="ef_average_pool_2d_s8_mve",
        record=_RECORD.pack(g.batches, pixels, g.in_c, low, high, 0),
        inputs=(0,),
    )
