"""AVERAGE_POOL_2D, int8, for cores with the DSP extension: ef_average_pool_2d_s8_dsp.c."""

from __future__ import annotations

import struct

from edgeflow.generate.ahead.tuned.records import read_geometry
from edgeflow.generate.ahead.tuned.site import Site
from edgeflow.generate.ahead.tuned.variant import Tuned

_CLAMP_AT = 36  # of the record: after the window
_RECORD = struct.Struct("<3I2h")
_PIXELS = 256  # whose sums fit into 16 bits


def whole_images(site: Site) -> Tuned | str:
    """One output pixel for each image."""
    g = read_geometry(site.node.record)
    if (g.out_h, g.out_w) != (1, 1) or (g.kernel_h, g.kernel_w) != (g.in_h, g.in_w) or g.pad_top or g.pad_left:
        return f"a window of {g.kernel_h} x {g.kernel_w} in images of {g.in_h} x {g.in_w}"
    if g.in_h * g.in_w > _PIXELS or g.in_c % 4:
        return f"{g.in_h * g.in_w} pixels of {g.in_c} channels"
    low, high = struct.unpack_from("<2h", site.node.record, _CLAMP_AT)
    return Tuned(
        kernel="average_pool_2d_s8_dsp",
        function="ef_average_pool_2d_s8_dsp_invoke",
        record=_RECORD.pack(g.batches, g.in_h * g.in_w, g.in_c, low, high),
        inputs=(0,),
    )
