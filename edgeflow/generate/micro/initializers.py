"""Numbers and bytes as C initializers that mean exactly them."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_A_ROW = 16


def float_literal(value: float) -> str:
    """A float32 in the fewest digits that give it back."""
    single = np.float32(value)
    if not np.isfinite(single):
        return "NAN" if np.isnan(single) else "INFINITY" if single > 0 else "-INFINITY"
    text = str(single)
    return f"{text if '.' in text or 'e' in text else text + '.0'}f"


def double_literal(value: float) -> str:
    """A finite float64 in the fewest digits that give it back."""
    assert math.isfinite(value)
    return repr(float(value))


def integer_literal(value: int) -> str:
    """A whole number of 64 bits at most; C has no literal for the least of 32 and 64."""
    if value == -(2**63):
        return "INT64_MIN"
    if value == -(2**31):
        return "INT32_MIN"
    return f"INT64_C({value})" if abs(value) >= 2**31 else str(value)


def pixel_rows(table: NDArray[np.uint8]) -> tuple[str, ...]:
    """Bytes, sixteen a row."""
    return rows_of(f"0x{int(byte):02x}" for byte in table.reshape(-1))


def array_rows(array: NDArray[np.generic]) -> tuple[str, ...]:
    """The elements of an array of numbers or truths, sixteen a row."""
    flat = array.reshape(-1)
    if flat.dtype.kind == "f":
        return rows_of(float_literal(float(value)) for value in flat)
    return rows_of(integer_literal(int(value)) for value in flat)


def rows_of(literals: Iterable[str]) -> tuple[str, ...]:
    """Literals as rows of an initializer, each with its comma."""
    every = list(literals)
    return tuple(" ".join(f"{one}," for one in every[start : start + _A_ROW]) for start in range(0, len(every), _A_ROW))
