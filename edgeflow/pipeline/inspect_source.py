"""`inspect` of a source: what it would become and cost, before anything is converted."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from edgeflow.convert import worker as workers
from edgeflow.convert.sources import open_source
from edgeflow.convert.surveyed import Survey, SurveyedSignature, survey_source
from edgeflow.errors import ModelError
from edgeflow.fit.forecast import Forecast, Foreseen, forecast
from edgeflow.progress import Progress, silent
from edgeflow.targets.registry import resolve


@dataclass(frozen=True)
class SourceInspection:
    """A source's survey, and for each target asked about a forecast of its float and its int8 model."""

    survey: Survey
    forecasts: tuple[Forecast, ...]


def inspect_source(
    source: str | os.PathLike[str],
    targets: Sequence[str] = (),
    *,
    ram_bytes: int | None = None,
    flash_bytes: int | None = None,
    unsafe_lambda: bool = False,
    timeout_s: float = 600.0,
    worker: workers.Worker | None = None,
    progress: Progress = silent,
) -> SourceInspection:
    """Look at a Keras file, a SavedModel or a frozen graph without converting it, and forecast its fit on targets.

    A free batch counts as 1. TensorFlow reads the graph in the conversion child. `ram_bytes` and `flash_bytes` replace
    the boards' own. Raises ModelError, ConversionError, UsageError, TargetError.
    """
    places = [resolve(target) for target in dict.fromkeys(targets)]
    opened = open_source(source, unsafe_lambda=unsafe_lambda)
    if opened.kind == "tflite":
        raise ModelError(f"{opened.origin}: already a .tflite", "edgeflow inspect and edgeflow check take it as it is")
    found = survey_source(opened, worker or workers.shared(), timeout_s=timeout_s, progress=progress)
    forms = foreseen(found.signatures)
    forecasts = tuple(
        forecast(form, target, board, ram_bytes=ram_bytes, flash_bytes=flash_bytes)
        for target, board in places
        for form in forms
    )
    return SourceInspection(found, forecasts)


def foreseen(signatures: Sequence[SurveyedSignature]) -> tuple[Foreseen, Foreseen]:
    """The float and the int8 model: weights shared, the largest need of memory of all signatures."""

    def names(fate: str) -> tuple[str, ...]:
        operators = [o for s in signatures for o in s.operators if o.becoming.fate == fate]
        return tuple(dict.fromkeys(f"{o.name} ({o.dtype})" for o in operators))

    builtin = tuple(dict.fromkeys(n for s in signatures for o in s.operators for n in o.becoming.operators))
    loops = any(o.name in ("While", "StatelessWhile") for s in signatures for o in s.operators)
    rest = names("flex"), names("custom"), names("unknown")
    return (
        Foreseen(
            "float",
            max(s.as_float.model_bytes for s in signatures),
            max(s.as_float.peak_bytes or 0 for s in signatures),
            builtin,
            *rest,
        ),
        Foreseen(
            "int8",
            max(s.as_int8.model_bytes for s in signatures),
            max(s.as_int8.peak_bytes or 0 for s in signatures),
            builtin,
            *rest,
            ("a loop, which the converter cannot calibrate for int8: convert with --unroll-rnn",) if loops else (),
        ),
    )
