"""Window operators as the memory plan sees them: which input rows an output row reads, and what may lie over what.

A window operator makes its output one whole row at a time, and rows go first to last or last to first. With the input
at A and the output at B (bytes, element sizes included), row i writes [B + o*i, B + o*(i+1)) and then, or before,
reads the input's rows f(i)..l(i); o and r are the bytes of an output and an input row. No byte that is still to be read
is written

    forwards   where A - B >= D, D = max over i of o*(i+1) - r*f(i)
    backwards  where B - A >= R, R = max over i of r*(l(i)+1) - o*i
    always     where the two lie apart.

f and l clamp the window to the input.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from edgeflow.generate.prepared import Node

ALIGNMENT_BYTES = 16


@dataclass(frozen=True)
class Window:
    """What of `struct ef_window` the order of rows depends on; `reach` is the window's height with dilation."""

    batches: int
    in_rows: int
    out_rows: int
    in_row_bytes: int
    out_row_bytes: int
    stride: int
    pad_top: int
    reach: int

    def reads(self, row: int) -> tuple[int, int]:
        """First and one past the last input row that output row `row` may read."""
        first = row * self.stride - self.pad_top
        return self._clamp(first), self._clamp(first + self.reach - 1) + 1

    def _clamp(self, row: int) -> int:
        return min(max(row, 0), self.in_rows - 1)

    @property
    def forwards_bytes(self) -> int:
        """D: by how much the input must begin behind the output; may be negative."""
        return max(self.out_row_bytes * (i + 1) - self.in_row_bytes * self.reads(i)[0] for i in range(self.out_rows))

    @property
    def backwards_bytes(self) -> int:
        """R: by how much the output must begin behind the input; may be negative."""
        return max(self.in_row_bytes * self.reads(i)[1] - self.out_row_bytes * i for i in range(self.out_rows))


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
