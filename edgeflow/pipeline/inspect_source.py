"""`inspect` of a source: what it would become and cost, before anything is converted."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeflow.convert import worker as workers
from edgeflow.convert.job import Job
from edgeflow.convert.objects import open_any
from edgeflow.convert.options import ConverterOptions
from edgeflow.convert.recipes import RECIPES
from edgeflow.convert.survey_model import survey_model
from edgeflow.convert.surveyed import Survey, SurveyedSignature, survey_source
from edgeflow.convert.types import Reading
from edgeflow.fit.forecast import Forecast, Foreseen, forecast
from edgeflow.model.read import load_model
from edgeflow.progress import Progress, silent
from edgeflow.targets.registry import resolve


@dataclass(frozen=True)
class SourceInspection:
    """A source's survey, and for each target asked about a forecast of its float and its int8 model."""

    survey: Survey
    forecasts: tuple[Forecast, ...]


def inspect_source(
    source: Any,
    targets: Sequence[str] = (),
    *,
    ram_bytes: int | None = None,
    flash_bytes: int | None = None,
    reading: Reading | None = None,
    example_inputs: Any = None,
    timeout_s: float = 600.0,
    worker: workers.Worker | None = None,
    progress: Progress = silent,
) -> SourceInspection:
    """Look at a source, a file or an object as `convert` takes it, before it is converted; forecast its fit on targets.

    `reading` says how it is to be read, as far as its file does not; `example_inputs` are a function's. A free batch
    counts as 1. TensorFlow reads the graph in the conversion child. A JAX function is told by the float model that it
    becomes, a float `.tflite` by itself. `ram_bytes` and `flash_bytes` replace the boards' own. Raises ModelError (for
    a quantized `.tflite` too), ConversionError, UsageError, TargetError.
    """
    places = [resolve(target) for target in dict.fromkeys(targets)]
    child = worker or workers.shared()
    with tempfile.TemporaryDirectory(prefix="edgeflow-") as name:
        folder = Path(name)
        opened = open_any(source, folder, reading or Reading(), example_inputs)
        match opened.kind:
            case "tflite":
                found = survey_model(opened, load_model(opened.path))
            case "jax":
                job = Job(opened, folder, child, timeout_s, progress)
                job.load()
                found = survey_model(opened, load_model(job.lower(RECIPES["none"], ConverterOptions(), None)))
            case _:
                found = survey_source(opened, child, timeout_s=timeout_s, progress=progress)
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
