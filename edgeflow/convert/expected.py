"""What a metadata file says about the one input, as far as representative data has to go by it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from edgeflow.convert.arrays import Arrays
from edgeflow.convert.types import Scaling


def scaling_for(data: object, document: Mapping[str, Any]) -> Scaling | None:
    """The normalization that the metadata's only input has, where `data` is a folder that needs one."""
    if not isinstance(data, str | os.PathLike) or not Path(data).is_dir():
        return None
    told = _only_input(document)
    if "mean" not in told and "std" not in told:
        return None
    return Scaling(_floats(told.get("mean", 0.0)), _floats(told.get("std", 1.0)))


def range_remarks(samples: Arrays, document: Mapping[str, Any]) -> tuple[str, ...]:
    """Whether calibration samples lie outside of the `min` and `max` that the metadata's only input has."""
    told = _only_input(document)
    if len(samples) != 1 or "min" not in told or "max" not in told:
        return ()
    ((name, array),) = samples.items()
    low, high = min(_floats(told["min"])), max(_floats(told["max"]))
    if not array.size or (array.min() >= low and array.max() <= high):
        return ()
    have = f"{np.min(array):g}…{np.max(array):g}"
    return (f"calibration input {name} lies in {have}, the metadata says {low:g}…{high:g}",)


def _only_input(document: Mapping[str, Any]) -> Mapping[str, Any]:
    inputs = document.get("input")
    only = inputs[0] if isinstance(inputs, list) and len(inputs) == 1 else None
    return only if isinstance(only, dict) else {}


def _floats(value: Any) -> tuple[float, ...]:
    given = value if isinstance(value, list) else [value]
    return tuple(float(n) for n in given if isinstance(n, int | float)) or (0.0,)
