"""ADD, int8, for Helium: runtime/core/ef_add_s8_mve.c."""

from __future__ import annotations

import struct

from edgeflow.generate.ahead.tuned.mve import RELU, clamp_kind
from edgeflow.generate.ahead.tuned.requantize import Clamp
from edgeflow.generate.ahead.tuned.site import Site
from edgeflow.generate.ahead.tuned.variant import Tuned

_TAIL = struct.Struct("<3i4b6h")  # of the record of add_s8: behind the walk of broadcasting
_RECORD = struct.Struct("<I4i5hH")
_TABLE_BYTES = 1024


def add(site: Site) -> Tuned | str:
    """Two tensors of one shape."""
    a, b = site.tensor(0), site.tensor(1)
    if a is None or b is None or a.index == b.index or site.values(0) is not None or site.values(1) is not None:
        return "operands are not two tensors"
    if a.shape != b.shape or a.shape != site.output.shape:
        return "shapes differ"
    (
        a_multiplier,
        b_multiplier,
        out_multiplier,
        a_shift,
        b_shift,
        out_shift,
        _,
        a_zero,
        b_zero,
        zero_point,
        low,
        high,
        _,
    ) = _TAIL.unpack(site.node.record[-_TAIL.size :])
    first, multiplier, shift, zeros = 0, b_multiplier, b_shift, (a_zero, b_zero)
    if (a_multiplier, a_shift) != (2**30, 0):
        first, multiplier, shift, zeros = 1, a_multiplier, a_shift, (b_zero, a_zero)
        if (b_multiplier, b_shift) != (2**30, 0):
            return "no operand has the greater scale"
    elements = a.bytes
    if elements < 16:
        return f"{elements} elements"
    clamp = Clamp(zero_point, low, high)
    kind = clamp_kind(clamp)
    if shift > 0 or shift < -31 or out_shift > (0 if kind == RELU else -1) or out_shift < -31:
        return "multipliers of 1 or more"
    return Tuned(
        kernel="add_s8_mve",
        function="ef_add_s8_mve",
        record=_RECORD.pack(
            elements, multiplier, shift, out_multiplier, out_shift, *zeros, zero_point, low, high, kind
        ),
        inputs=(first, 1 - first),
        scratch_bytes=_TABLE_BYTES,
        in_place=(0, 1) if elements % 16 == 0 else (),
    )
