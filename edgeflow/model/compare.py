"""How far two sets of outputs lie apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeflow.errors import UsageError


@dataclass(frozen=True)
class Difference:
    """One tensor against another of the same shape.

    `max_abs` and `mean_abs` are over the elements that are finite in both (in units of the values); `max_lsb` is the
    largest difference in quantization steps, None where there are none; `cosine` is None where a side is all zero;
    `top1` is the share of rows (along the first axis) whose largest element stands at the same place, None unless
    rows are vectors of two or more; `non_finite` counts elements that are NaN or infinite on one side only, or
    infinities of opposite sign; `snr_db` is 10·log10(Σa² / Σ(a-b)²) over the finite elements, None where either sum
    is 0.
    """

    name: str
    elements: int
    differing: int
    max_abs: float
    mean_abs: float
    cosine: float | None
    max_lsb: float | None
    top1: float | None
    non_finite: int
    snr_db: float | None = None

    @property
    def equal(self) -> bool:
        return self.differing == 0


def difference(name: str, expected: npt.ArrayLike, actual: npt.ArrayLike, *, step: float | None = None) -> Difference:
    """Compare two arrays of one shape, computed in float64.

    `step` is the size of one quantization step where the arrays hold real values of a quantized tensor; for two
    integer arrays it is 1. Raises UsageError where the shapes differ.
    """
    want, have = np.asarray(expected), np.asarray(actual)
    if want.shape != have.shape:
        raise UsageError(
            f"output {name}: shapes {list(want.shape)} and {list(have.shape)} cannot be compared",
            "compare outputs of the same signature for the same inputs",
        )
    if step is None and want.dtype.kind in "iu" and have.dtype.kind in "iu":
        step = 1.0
    a, b = want.astype(np.float64).ravel(), have.astype(np.float64).ravel()
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    finite = np.isfinite(a) & np.isfinite(b)
    distance = np.abs(a[finite] - b[finite])
    largest = float(distance.max()) if distance.size else 0.0
    return Difference(
        name=name,
        elements=int(a.size),
        differing=int(a.size - np.count_nonzero(same)),
        max_abs=largest,
        mean_abs=float(distance.mean()) if distance.size else 0.0,
        cosine=_cosine(a[finite], b[finite]),
        max_lsb=largest / step if step else None,
        top1=_top1(want, have),
        non_finite=int(np.count_nonzero(~finite & ~same)),
        snr_db=_snr_db(a[finite], a[finite] - b[finite]),
    )


def decibels(signal: float, noise: float) -> float | None:
    """10·log10 of two sums of squares; None where one of them is 0."""
    return 10.0 * (math.log10(signal) - math.log10(noise)) if signal > 0 and noise > 0 else None


def _snr_db(signal: npt.NDArray[np.float64], noise: npt.NDArray[np.float64]) -> float | None:
    peak = max((float(np.abs(v).max()) if v.size else 0.0 for v in (signal, noise)), default=0.0)
    if not peak:
        return None
    return decibels(float(np.sum((signal / peak) ** 2)), float(np.sum((noise / peak) ** 2)))


def _cosine(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float | None:
    peak_a, peak_b = (float(np.abs(v).max()) if v.size else 0.0 for v in (a, b))
    if not peak_a or not peak_b:
        return None
    a, b = a / peak_a, b / peak_b  # keeps squares of very large and very small values in range
    return float(np.clip(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)), -1.0, 1.0))


def _top1(want: npt.NDArray[Any], have: npt.NDArray[Any]) -> float | None:
    """Rows are what the first axis counts; all other axes but one must be of size 1."""
    if want.ndim < 2 or not want.shape[0]:
        return None
    wide = [n for n in want.shape[1:] if n != 1]
    if len(wide) != 1 or wide[0] < 2:
        return None
    rows = want.reshape(want.shape[0], -1), have.reshape(have.shape[0], -1)
    return float(np.mean(rows[0].argmax(axis=1) == rows[1].argmax(axis=1)))
