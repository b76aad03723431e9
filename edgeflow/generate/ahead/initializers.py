"""Constant arrays of generated C: types, initializers, and each array once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

_ROW_CHARACTERS = 112
C_TYPES = {
    "FLOAT32": "float",
    "INT8": "int8_t",
    "UINT8": "uint8_t",
    "BOOL": "uint8_t",
    "INT16": "int16_t",
    "UINT16": "uint16_t",
    "FLOAT16": "uint16_t",
    "INT32": "int32_t",
    "UINT32": "uint32_t",
    "INT64": "int64_t",
}


@dataclass(frozen=True)
class Constant:
    """A constant array: `symbol` in the generated file, C `type`, `count` elements, `rows` of initializers.

    `record_bytes` of its `bytes` are an operator's parameters and not values of the model.
    """

    symbol: str
    note: str
    type: str
    count: int
    rows: tuple[str, ...]
    bytes: int
    record_bytes: int


class Constants:
    """Collects the constants of one file, each once by its bytes."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bytes], Constant] = {}

    def __iter__(self) -> Iterator[Constant]:
        return iter(self._known.values())

    def symbol(self, symbol: str, note: str, kind: str, content: bytes, record_bytes: int = 0) -> str:
        """The name of the array of C type `kind` with these bytes; `symbol` and `note` where it is new."""
        key = (kind, content)
        known = self._known.get(key)
        if known is None:
            values = initializers(kind, content)
            known = Constant(symbol, note, kind, len(values), lines(values), len(content), record_bytes)
            self._known[key] = known
        return known.symbol


def initializers(kind: str, content: bytes) -> list[str]:
    """C initializers of a type, exactly the bytes."""
    if kind == "float":
        return [_float(value) for value in np.frombuffer(content, "<f4").tolist()]
    dtype = np.dtype(kind.removesuffix("_t")).newbyteorder("<")
    values = [str(value) for value in np.frombuffer(content, dtype).tolist()]
    if kind == "int32_t":
        return ["(-2147483647 - 1)" if value == "-2147483648" else value for value in values]
    if kind == "uint32_t":
        return [f"0x{int(value):08x}" for value in values]
    if kind == "int64_t":
        return ["INT64_MIN" if value == str(-(2**63)) else f"INT64_C({value})" for value in values]
    return values


def _float(value: float) -> str:
    """A float32 as C writes it exactly."""
    if value != value:
        return "NAN"
    if value in (float("inf"), float("-inf")):
        return "INFINITY" if value > 0 else "-INFINITY"
    return f"{value.hex()}f"


def lines(values: Iterable[str]) -> tuple[str, ...]:
    """Initializers in lines of a readable length."""
    rows: list[str] = []
    row: list[str] = []
    used = 0
    for value in values:
        if used + len(value) + 2 > _ROW_CHARACTERS and row:
            rows.append(" ".join(row))
            row, used = [], 0
        row.append(f"{value},")
        used += len(value) + 2
    return (*rows, " ".join(row)) if row else tuple(rows)
