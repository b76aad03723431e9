"""Window operators as the memory plan of an ahead-of-time build sees them, and what may lie over what."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from edgeflow.fit.window import Window
from edgeflow.generate.ahead.prepared import Node

ALIGNMENT_BYTES = 16


@dataclass(frozen=True)
class Rule:
    """How output `y` may lie over input `x`, which dies there: bytes as in Window, None where rows do not apply."""

    forwards: int | None
    backwards: int | None
    exactly: bool


def window_of(node: Node) -> Window | None:
    """The geometry at the start of a row kernel's record; None for other kernels."""
    if not node.by_rows:
        return None
    (n, in_h, in_w, in_c, out_h, out_w, out_c, height, _, stride, _, dilation, _, top, _, in_bytes, out_bytes, _) = (
        struct.unpack_from("<18H", node.geometry or node.record)
    )
    return Window(
        batches=n,
        in_rows=in_h,
        out_rows=out_h,
        in_row_bytes=in_w * in_c * in_bytes,
        out_row_bytes=out_w * out_c * out_bytes,
        stride=stride,
        pad_top=top,
        reach=(height - 1) * dilation + 1,
    )


def aligned(size: int) -> int:
    """The next multiple of the alignment that all places have."""
    return -(-size // ALIGNMENT_BYTES) * ALIGNMENT_BYTES


def together(x: int, y: int, rule: Rule) -> int:
    """The least bytes that an input of x and an output of y bytes take."""
    ways = [x + y]
    if rule.exactly:
        ways.append(max(x, y))
    if rule.forwards is not None:
        ways.append(max(y, x + aligned(max(0, rule.forwards))))
    if rule.backwards is not None:
        ways.append(max(x, y + aligned(max(0, rule.backwards))))
    return min(ways)
