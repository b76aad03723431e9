"""Window operators: which input rows an output row reads, and how far apart input and output must begin for it.

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

from edgeflow.model.types import Operator, Subgraph

# fields of the options table: padding, stride_h; the window's height and dilation, None where weights or 1 say it
_FIELDS: dict[str, tuple[int, int, int | None, int | None]] = {
    "CONV_2D": (0, 2, None, 5),
    "DEPTHWISE_CONV_2D": (0, 2, None, 6),
    "AVERAGE_POOL_2D": (0, 2, 4, None),
    "MAX_POOL_2D": (0, 2, 4, None),
}


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


def window_of_operator(content: bytes, graph: Subgraph, operator: Operator) -> Window | None:
    """The window of an operator as the model's file says it; None for other operators and for damaged ones."""
    fields = _FIELDS.get(operator.name)
    if fields is None or not operator.options_position or min(operator.inputs[:2]) < 0:
        return None
    x, y = graph.tensors[operator.inputs[0]], graph.tensors[operator.outputs[0]]
    if len(x.shape) != 4 or len(y.shape) != 4 or min(*x.shape, *y.shape) < 1:
        return None
    padding, stride_h, height_field, dilation_field = fields
    at = operator.options_position
    stride = _field(content, at, stride_h, "<i", 0)
    dilation = 1 if dilation_field is None else _field(content, at, dilation_field, "<i", 1)
    if height_field is not None:
        height = _field(content, at, height_field, "<i", 0)
    else:
        height = graph.tensors[operator.inputs[1]].shape[1]
    reach = (height - 1) * dilation + 1
    total = (y.shape[1] - 1) * stride + reach - x.shape[1]
    same = _field(content, at, padding, "<b", 0) == 0
    return Window(
        batches=x.shape[0],
        in_rows=x.shape[1],
        out_rows=y.shape[1],
        in_row_bytes=x.bytes // (x.shape[0] * x.shape[1]),
        out_row_bytes=y.bytes // (y.shape[0] * y.shape[1]),
        stride=stride,
        pad_top=total // 2 if same and total > 0 else 0,
        reach=reach,
    )


def pool_width(content: bytes, operator: Operator) -> int:
    """The width of a pooling operator's window; 0 for other operators."""
    return _field(content, operator.options_position, 3, "<i", 0) if operator.name.endswith("_POOL_2D") else 0


def _field(content: bytes, table: int, field: int, form: str, otherwise: int) -> int:
    """A field of a flatbuffer's table."""
    vtable = table - int(struct.unpack_from("<i", content, table)[0])
    if 4 + 2 * field + 2 > int(struct.unpack_from("<H", content, vtable)[0]):
        return otherwise
    offset = int(struct.unpack_from("<H", content, vtable + 4 + 2 * field)[0])
    return int(struct.unpack_from(form, content, table + offset)[0]) if offset else otherwise
