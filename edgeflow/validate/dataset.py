"""Test data for accuracy: samples by input, and the right answers."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeflow.convert.arrays import Arrays
from edgeflow.convert.calibration import collect, thinned
from edgeflow.convert.samples import load_data
from edgeflow.convert.types import SourceSignature
from edgeflow.errors import ModelError, UsageError

Array = npt.NDArray[Any]
Data = Mapping[str, Array] | Array | str | os.PathLike[str]
_LABELS = "label"  # the column of a CSV file with several


@dataclass(frozen=True)
class Dataset:
    """`arrays` by name, or one without; first axes count samples. `labels` are class numbers [n] or scores [n, …]."""

    origin: str
    arrays: Arrays | Array
    labels: Array | None

    @property
    def count(self) -> int:
        first = self.arrays if isinstance(self.arrays, np.ndarray) else next(iter(self.arrays.values()))
        return len(first)


def read_dataset(data: Data, labels: Array | str | os.PathLike[str] | None, max_samples: int | None) -> Dataset:
    """Take data and labels from files or values; at most `max_samples`, evenly spaced.

    `labels`: an array, the name of an array within the data, or a `.npy`, `.npz` or `.csv` file. Raises UsageError
    where counts differ, ModelError where a file is damaged.
    """
    origin = str(data) if isinstance(data, str | os.PathLike) else "data"
    content = load_data(data) if isinstance(data, str | os.PathLike) else data
    arrays: Arrays | Array = content if isinstance(content, np.ndarray) else dict(content)
    right: Array | None = None
    if isinstance(labels, str) and isinstance(arrays, dict) and labels in arrays:
        right = arrays.pop(labels)
    elif isinstance(labels, str | os.PathLike):
        right = _label_file(Path(labels), arrays)
    elif labels is not None:
        right = np.asarray(labels)
    if isinstance(arrays, dict) and not arrays:
        raise UsageError(f"{origin}: holds no inputs", "give arrays named like the model's inputs")
    sides = {"": arrays} if isinstance(arrays, np.ndarray) else arrays
    counts = {name: len(array) if array.ndim else 0 for name, array in sides.items()}
    if min(counts.values()) < 1 or len(set(counts.values())) > 1:
        told = ", ".join(f"{name or 'the array'} {count}" for name, count in counts.items())
        raise UsageError(f"{origin}: numbers of samples: {told}", "give each input the same number, at least one")
    if right is not None:
        right = _checked_labels(right, next(iter(counts.values())), origin)
    if max_samples is not None:
        if max_samples < 1:
            raise UsageError(f"at most {max_samples} samples is nothing to measure on", "allow one or more")
        picked = thinned({**{f"input {k}": v for k, v in sides.items()}, **_maybe(right)}, max_samples)
        right = picked.pop("labels", None)
        sides = {name.removeprefix("input "): array for name, array in picked.items()}
        arrays = sides[""] if isinstance(arrays, np.ndarray) else sides
    return Dataset(origin, arrays, right)


def samples_for(dataset: Dataset, signature: SourceSignature, subject: str) -> Arrays:
    """The data as one model takes it, [n, *shape]; one array does for a single input, whatever its name.

    Raises UsageError that begins with `subject` where names, shapes or dtypes do not do.
    """
    arrays = dataset.arrays
    if isinstance(arrays, dict) and len(arrays) == 1 and len(signature.inputs) == 1:
        arrays = next(iter(arrays.values()))
    if isinstance(arrays, dict) and len(arrays) > len(signature.inputs):
        extra = sorted(set(arrays) - {port.name for port in signature.inputs})
        raise UsageError(
            f"{dataset.origin}: {', '.join(extra)}: no input of {subject}",
            "name the array with the right answers with --labels",
        )
    return collect(arrays, signature, dataset.count, f"{dataset.origin} for {subject}")[0]


def _maybe(labels: Array | None) -> Arrays:
    return {} if labels is None else {"labels": labels}


def _label_file(path: Path, arrays: Arrays | Array) -> Array:
    if not path.is_file():
        keys = ", ".join(arrays) if isinstance(arrays, dict) else "none"
        raise UsageError(f"labels {str(path)!r}: no such file, nor array in the data", f"its arrays are {keys}")
    if path.suffix.lower() == ".csv":
        return _csv(path)
    content = load_data(path)
    if isinstance(content, np.ndarray):
        return content
    if len(content) != 1:
        raise UsageError(f"{path}: holds {len(content)} arrays", "give a file with one array of labels")
    return next(iter(content.values()))


def _csv(path: Path) -> Array:
    """Class numbers: the column `label` where there is a head line, else the only column."""
    hint = "give one class number a line, or a head line with a column named label"
    try:
        rows = [row for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ModelError(f"{path}: cannot be read as CSV: {error}", hint) from None
    column = 0
    if rows and _LABELS in (names := [name.strip().lower() for name in rows[0]]):
        column, rows = names.index(_LABELS), rows[1:]
    elif rows and len(rows[0]) > 1:
        raise UsageError(f"{path}: {len(rows[0])} columns, none named {_LABELS}", hint)
    elif rows and not rows[0][0].strip().lstrip("+-").isdigit():
        rows = rows[1:]
    found = []
    for number, row in enumerate(rows):
        try:
            found.append(int(row[column]))
        except (ValueError, IndexError):
            raise UsageError(f"{path}: row {number + 1} of its values is no class number", hint) from None
    return np.array(found, np.int64)


def _checked_labels(labels: Array, count: int, origin: str) -> Array:
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim < 1 or len(labels) != count:
        have = len(labels) if labels.ndim else 1
        raise UsageError(f"{origin}: {count} samples, {have} labels", "give one label a sample")
    if labels.dtype.kind not in "iubf":
        raise UsageError(f"labels are {labels.dtype}, not numbers", "give the number of the right class of each sample")
    return labels
