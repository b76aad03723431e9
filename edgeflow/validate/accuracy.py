"""How often a model is right, and by how much one lies off another."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeflow.errors import UsageError
from edgeflow.model.compare import Difference
from edgeflow.validate.layers import LayerReport

Array = npt.NDArray[Any]
Metric = Callable[[dict[str, Array], Array | None], float]


@dataclass(frozen=True)
class Scored:
    """One model on the data. `kind` is `source` or `tflite`; `scores` by name (`top-1`, or the metric's own).

    `errors` compare its outputs with those of the reference; `drop` is how far its first score lies below the
    reference's, None for the reference itself and where nothing is scored.
    """

    name: str
    path: str
    kind: str
    bytes: int
    sha256: str
    scores: Mapping[str, float]
    drop: float | None
    errors: tuple[Difference, ...]


@dataclass(frozen=True)
class Accuracy:
    """Models side by side on the same samples; the first of `models` is the reference.

    `beyond` names the models whose drop is larger than `max_drop`; `layers` holds a report for each quantized model
    where it was asked for.
    """

    data: str
    samples: int
    labelled: bool
    models: tuple[Scored, ...]
    max_drop: float | None
    beyond: tuple[str, ...]
    layers: tuple[LayerReport, ...]


def top_k(scores: Array, labels: Array, k: int) -> float:
    """Share of rows whose right class is among the `k` largest of `scores` [n, …, classes].

    Of equal scores the lower class counts as larger, as in argmax; a row that is not finite counts as wrong. `labels`
    are class numbers [n], or one row of scores a sample, whose largest is the right class. Raises UsageError where
    shapes or numbers do not do.
    """
    rows = scores.reshape(len(scores), -1).astype(np.float64)
    classes = rows.shape[1]
    if classes < 2:
        raise UsageError("an output of one value has no classes", "score it with --metric module:function")
    if labels.ndim > 1:
        if labels.reshape(len(labels), -1).shape[1] != classes:
            raise UsageError(
                f"labels of {labels[0].size} values for an output of {classes} classes", "give class numbers"
            )
        labels = labels.reshape(len(labels), -1).argmax(axis=1)
    if labels.dtype.kind == "f" and not np.array_equal(labels, np.rint(labels)):
        raise UsageError("labels are no class numbers", "give whole numbers, or score with --metric module:function")
    right = labels.astype(np.int64)
    if len(right) != len(rows):
        raise UsageError(
            f"{len(right)} labels for {len(rows)} rows of scores", "choose an output with one row a sample"
        )
    if right.min() < 0 or right.max() >= classes:
        wrong = int(right.min() if right.min() < 0 else right.max())
        raise UsageError(f"label {wrong} for an output of {classes} classes", f"classes are 0 to {classes - 1}")
    own = rows[np.arange(len(rows)), right][:, None]
    place = np.arange(classes)[None, :]
    before = (rows > own) | ((rows == own) & (place < right[:, None]))
    found = (before.sum(axis=1) < k) & np.isfinite(rows).all(axis=1)
    return float(found.mean())


def load_metric(name: str) -> tuple[str, Metric]:
    """The user's metric from `module:function`, found in the current folder too.

    It is called with outputs by name ([n, …], real values) and the labels or None, and gives one number, more of
    which is better. Raises UsageError where there is no such function.
    """
    module, _, attribute = name.partition(":")
    if not module or not attribute:
        raise UsageError(f"--metric {name!r}: not of the form module:function", "for example --metric scoring:f1")
    here = str(Path.cwd())
    added = here not in sys.path
    if added:
        sys.path.insert(0, here)
    try:
        function = getattr(importlib.import_module(module), attribute)
    except Exception as error:  # the user's module may fail in any way
        raise UsageError(f"--metric {name}: {type(error).__name__}: {error}", "is it importable from here?") from None
    finally:
        if added and here in sys.path:
            sys.path.remove(here)
    if not callable(function):
        raise UsageError(f"--metric {name}: is no function", "give a function of outputs and labels")
    return attribute, function


def score(
    outputs: Mapping[str, Array],
    labels: Array | None,
    output: str | None,
    ks: Sequence[int],
    metric: tuple[str, Metric] | None,
) -> dict[str, float]:
    """Scores of one model: the metric's where there is one, else top-k for each k that leaves a class out."""
    if metric is not None:
        name, function = metric
        try:
            value = float(function(dict(outputs), labels))
        except Exception as error:  # the user's function may fail in any way
            raise UsageError(
                f"metric {name}: {type(error).__name__}: {error}",
                "it takes outputs by name and labels, and gives a number",
            ) from None
        if not np.isfinite(value):
            raise UsageError(f"metric {name} is {value}", "it must give a finite number")
        return {name: value}
    if labels is None:
        return {}
    scores = outputs[pick_output(outputs, output)]
    classes = scores.reshape(len(scores), -1).shape[1]
    return {f"top-{k}": top_k(scores, labels, k) for k in ks if k == 1 or k < classes}


def pick_output(outputs: Mapping[str, Array], wanted: str | None) -> str:
    """The output that is scored: the one named, or the only one."""
    if wanted is not None and wanted in outputs:
        return wanted
    if wanted is None and len(outputs) == 1:
        return next(iter(outputs))
    said = f"no output {wanted!r}" if wanted is not None else f"{len(outputs)} outputs to score"
    raise UsageError(said, f"choose one with --output: {', '.join(outputs)}")
