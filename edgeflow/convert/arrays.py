"""Named arrays in a file between processes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[Any]]


def write_arrays(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write arrays of any names to one uncompressed `.npz`; the names stand in an array of their own."""
    numbered = {f"array{place}": array for place, array in enumerate(arrays.values())}
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, names=np.array(json.dumps(list(arrays))), **numbered)


def read_arrays(path: Path) -> Arrays:
    """Read what `write_arrays` wrote."""
    with np.load(path, allow_pickle=False) as archive:
        names: list[str] = json.loads(str(archive["names"]))
        return {name: archive[f"array{place}"] for place, name in enumerate(names)}
