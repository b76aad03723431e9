"""SOFTMAX, int8, for Helium: runtime/core/ef_softmax_s8_mve.c."""

from __future__ import annotations

import struct

from edgeflow.generate.ahead.tuned.mve import up
from edgeflow.generate.ahead.tuned.site import Site
from edgeflow.generate.ahead.tuned.variant import Tuned

_RECORD = struct.Struct("<2I3i")  # of softmax_s8
_DEPTH = 256  # the sum's reciprocal then has no more than 31 digits behind the point


def softmax(site: Site) -> Tuned | str:
    """Rows of up to 256 values."""
    _, depth, _, shift, _ = _RECORD.unpack(site.node.record)
    if depth > _DEPTH:
        return f"rows of {depth}"
    if not 0 <= shift < 31:
        return f"a shift of {shift}"
    return Tuned(
        kernel="softmax_s8_mve",
        function="ef_softmax_s8_mve",
        record=site.node.record,
        inputs=(0,),
        scratch_bytes=up(4 * depth, 16),
        in_place=(0,),
    )
