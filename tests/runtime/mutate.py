"""Damage to models that keeps them well-formed flatbuffers: fields changed, entries dropped, doubled or swapped."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from tests.runtime.graphs import packed

_NUMBERS = (-(2**31), -129, -2, -1, 0, 1, 2, 3, 5, 127, 128, 255, 32767, 32768, 65536, 2**31 - 1)
_REALS = (0.0, -1.0, float("nan"), float("inf"), 1e-45, 3.4e38, 1e-20)


def _places(value: Any, found: list[tuple[Any, Any]]) -> None:
    """Every (holder, key) of a field or entry below `value`."""
    if isinstance(value, list):
        entries: Any = enumerate(value)
    elif hasattr(value, "__dict__"):
        entries = vars(value).items()
    else:
        return
    for key, part in list(entries):
        found.append((value, key))
        _places(part, found)


def _changed(value: Any, rng: np.random.Generator) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return int(rng.choice(_NUMBERS)) if rng.random() < 0.7 else value + int(rng.integers(-2, 3))
    if isinstance(value, float):
        return float(rng.choice(_REALS))
    if isinstance(value, np.ndarray) and value.size:
        return _changed_array(value, rng)
    if isinstance(value, list) and value:
        made = list(value)
        at = int(rng.integers(len(made)))
        match int(rng.integers(4)):
            case 0:
                del made[at]
            case 1:
                made.insert(at, copy.copy(made[int(rng.integers(len(made)))]))
            case 2:
                other = int(rng.integers(len(made)))
                made[at], made[other] = made[other], made[at]
            case _:
                made = made[:0]
        return made
    return None


def _changed_array(value: np.ndarray[Any, Any], rng: np.random.Generator) -> Any:
    made = value.copy()
    at = int(rng.integers(made.size))
    choice = int(rng.integers(4))
    if choice == 0:
        return made[: int(rng.integers(made.size))]
    if choice == 1:
        return np.concatenate([made, made[: int(rng.integers(1, made.size + 1))]])
    numbers = _REALS if made.dtype.kind == "f" else _NUMBERS
    with np.errstate(all="ignore"):
        made[at] = np.asarray(rng.choice(numbers)).astype(made.dtype)
    return made


def damaged(model: Any, rng: np.random.Generator) -> bytes | None:
    """One to three changes to a copy of a ModelT, packed; None where the result cannot be written as a flatbuffer."""
    made = copy.deepcopy(model)
    for _ in range(int(rng.integers(1, 4))):
        places: list[tuple[Any, Any]] = []
        _places(made, places)
        holder, key = places[int(rng.integers(len(places)))]
        if isinstance(holder, list):
            holder[key] = _changed(holder[key], rng)
        else:
            setattr(holder, key, _changed(getattr(holder, key), rng))
    try:
        return packed(made)
    except Exception:  # what the flatbuffers package cannot write is no test for a reader
        return None
