"""`convert`: a source model to a checked `.tflite` with its record."""

from __future__ import annotations

import importlib.metadata
import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from edgeflow.convert import calibration, objects, record, verify
from edgeflow.convert import worker as workers
from edgeflow.convert.arrays import Arrays, read_arrays, write_arrays
from edgeflow.convert.recipes import Recipe, recipe_named
from edgeflow.convert.sources import open_source
from edgeflow.convert.types import (
    Calibration,
    Conversion,
    Description,
    Options,
    Port,
    Source,
    SourceSignature,
)
from edgeflow.errors import ConversionError, ModelError, UsageError
from edgeflow.progress import Progress, silent

CHECK_SAMPLES = 100  # at most so many samples are compared with the source
CHECK_BYTES = 256 * 1024 * 1024  # of their outputs at most, whatever the number
RANDOM_SAMPLES = 8


def convert(
    source: Any,
    *,
    quantize: str = "int8",
    representative_data: calibration.Representative | None = None,
    max_samples: int = 500,
    output: str | os.PathLike[str] | None = None,
    signature: str | None = None,
    tags: Sequence[str] = (),
    keep_batch: bool = False,
    unsafe_lambda: bool = False,
    timeout_s: float = 600.0,
    worker: workers.Worker | None = None,
    progress: Progress = silent,
) -> Conversion:
    """Convert a `.keras` or `.h5` file, a SavedModel folder or a Keras model object to a checked `.tflite`.

    `quantize`: `none`, `dynamic`, `float16` or `int8` (full integer, int8 inputs and outputs), which needs
    `representative_data`: an array, a mapping from input name to array, the path of an `.npz` or `.npy`, an iterable
    of samples or a callable giving one; up to `max_samples` are used. `output` is a file or a folder, by default
    `NAME_RECIPE.tflite` in the current folder. A free batch becomes 1 unless `keep_batch`. `signature` and `tags`
    choose within a SavedModel; without `signature` all are kept. Conversion runs in `worker`, by default the
    process's shared one, whose every step may take `timeout_s`.

    Raises UsageError, ModelError or ConversionError; nothing is written then.
    """
    recipe = recipe_named(quantize)
    if recipe.needs_calibration and representative_data is None:
        raise UsageError(
            f"--quantize {recipe.name} needs representative data",
            "give real inputs with --representative-data FILE.npz (Python: representative_data=…)",
        )
    tool = worker or workers.shared()
    with tempfile.TemporaryDirectory(prefix="edgeflow-") as name:
        folder = Path(name)
        opened = _source(source, folder, signature, tuple(tags), keep_batch, unsafe_lambda)
        path = _destination(output, opened, recipe)
        job = _Job(opened, recipe, folder, tool, timeout_s, progress)
        described = job.load()
        used = _inputs(described, representative_data, max_samples, recipe)
        expected, lost = job.expected(used)
        model = job.lower(used)
        progress("checking", 0, None)
        samples = {s.key: None if s.key in lost else used.compared[s.key] for s in described.signatures}
        found = verify.open_model(model, samples, folder, timeout_s=timeout_s)
        progress("checking", 1, 1)
        if reasons := verify.faults(found, recipe, described.signatures):
            raise ConversionError(
                f"{opened.origin}: the {recipe.name} result is not what was asked for: {reasons[0]}",
                "try another recipe, or other calibration data",
                reasons,
            )
        errors = verify.measured(expected, found)
        content = model.read_bytes()
        finished = Conversion(
            path=path,
            quantize=recipe.name,
            size=len(content),
            sha256=job.sha256,
            source=opened,
            weight_bytes=described.weight_bytes,
            signatures=found.signatures,
            operators=found.operators,
            errors=errors,
            checked_on=used.origin,
            checked_samples=used.count if errors else 0,
            calibration=used.calibration,
            warnings=(*described.warnings, *used.remarks, *lost.values(), *verify.remarks(found, recipe, errors)),
            versions={**described.versions, **_versions()},
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            record=record.record_path(path),
            options=Options(recipe.name, max_samples, signature, tuple(tags), keep_batch, unsafe_lambda),
        )
        try:
            record.write_together({path: content, finished.record: record.record_bytes(finished)})
        except OSError as error:
            raise ModelError(f"{path}: cannot be written: {error.strerror or error}", "choose another -o") from None
    return finished


@dataclass(frozen=True)
class _Inputs:
    """Samples by signature: all of them for calibration, some for the comparison with the source."""

    calibrating: Arrays | None
    compared: Mapping[str, Arrays | None]
    calibration: Calibration | None
    origin: str
    count: int
    remarks: tuple[str, ...]


class _Job:
    """The requests of one conversion to the child."""

    def __init__(
        self, source: Source, recipe: Recipe, folder: Path, worker: workers.Worker, timeout_s: float, progress: Progress
    ) -> None:
        self._source, self._recipe, self._folder = source, recipe, folder
        self._worker, self._timeout_s, self._progress = worker, timeout_s, progress
        self.sha256 = ""

    def load(self) -> Description:
        answer = self._ask({"do": "load"}, f"loading {self._source.origin}")
        return Description(
            tuple(_signature(item) for item in answer["signatures"]),
            answer["weight_bytes"],
            answer["versions"],
            tuple(answer["warnings"]),
        )

    def expected(self, used: _Inputs) -> tuple[dict[str, Arrays], dict[str, str]]:
        """The source's outputs by signature, and a remark for each signature that random inputs cannot drive."""
        outputs: dict[str, Arrays] = {}
        lost: dict[str, str] = {}
        for place, (key, samples) in enumerate(used.compared.items()):
            if samples is None:
                lost[key] = f"signature {key}: not run, no inputs could be made up for it"
                continue
            given, into = self._folder / f"samples{place}.npz", self._folder / f"expected{place}.npz"
            write_arrays(given, samples)
            request = {
                "do": "outputs",
                "signature": key,
                "samples": str(given),
                "count": used.count,
                "digest": calibration.digest(samples),
                "into": str(into),
            }
            try:
                self._ask(request, f"running {self._source.origin}")
            except ConversionError as error:
                if used.calibration is not None:
                    raise
                lost[key] = f"signature {key}: not compared, the source does not run on random inputs: {error.message}"
                continue
            outputs[key] = read_arrays(into)
            for name, array in outputs[key].items():
                if array.dtype.kind == "f" and not np.isfinite(array).all():
                    raise ConversionError(
                        f"{self._source.origin}: the source itself gives NaN or infinity in output {name}",
                        "look at its weights and at the inputs first",
                    )
        return outputs, lost

    def lower(self, used: _Inputs) -> Path:
        """Convert into the job's folder."""
        into, given = self._folder / "model.tflite", self._folder / "calibration.npz"
        calibrating = used.calibrating if self._recipe.needs_calibration else None
        if calibrating is not None:
            write_arrays(given, calibrating)
        request = {
            "do": "convert",
            "recipe": self._recipe.name,
            "samples": str(given) if calibrating is not None else None,
            "into": str(into),
        }
        self.sha256 = self._ask(request, f"{self._source.origin} to {self._recipe.name}")["sha256"]
        return into

    def _ask(self, request: Mapping[str, Any], subject: str) -> dict[str, Any]:
        source = {**asdict(self._source), "path": str(self._source.path)}
        return self._worker.request(
            {**request, "source": source}, progress=self._progress, timeout_s=self._timeout_s, subject=subject
        )


def _source(
    source: Any, folder: Path, signature: str | None, tags: tuple[str, ...], keep_batch: bool, unsafe_lambda: bool
) -> Source:
    if isinstance(source, str | os.PathLike):
        return open_source(source, signature=signature, tags=tags, keep_batch=keep_batch, unsafe_lambda=unsafe_lambda)
    if signature or tags:
        raise UsageError("a Keras model has no signatures and tags to choose from", "leave them out")
    path, name = objects.write_object(source, folder, keep_batch=keep_batch)
    opened = open_source(path, keep_batch=keep_batch, unsafe_lambda=True)  # the caller's own code, already running
    return replace(opened, origin=f"Keras model {name}", name=name)


def _destination(output: str | os.PathLike[str] | None, source: Source, recipe: Recipe) -> Path:
    named = f"{source.name}_{recipe.name}.tflite"
    path = Path(output) if output is not None else Path(named)
    if path.is_dir():
        path = path / named
    elif path.suffix != ".tflite":
        raise UsageError(f"{path}: neither a folder nor named .tflite", "name the file .tflite, or make the folder")
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"{path}: cannot be written: no such folder as {path.parent}", "make the folder first")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path}: cannot be written: no permission in {path.parent}", "choose another -o")
    if path.exists() and path.resolve() == source.path.resolve():
        raise UsageError(f"{path}: is the source itself", "choose another -o")
    return path


def _inputs(
    described: Description, data: calibration.Representative | None, max_samples: int, recipe: Recipe
) -> _Inputs:
    if data is None:
        compared = {s.key: _random(s) for s in described.signatures}
        return _Inputs(None, compared, None, f"random:{calibration.SEED}", RANDOM_SAMPLES, ())
    if len(described.signatures) != 1:
        raise UsageError(
            f"representative data for one of {len(described.signatures)} signatures",
            f"choose it with --signature: {', '.join(s.key for s in described.signatures)}",
        )
    signature = described.signatures[0]
    origin = str(data) if isinstance(data, str | os.PathLike) else "representative data"
    samples, told = calibration.collect(data, signature, max_samples, origin)
    count = min(told.samples, _comparable(signature))
    few = calibration.thinned(samples, count)
    remarks = calibration.remarks(samples) if recipe.needs_calibration else ()
    return _Inputs(samples, {signature.key: few}, told, "representative", count, remarks)


def _comparable(signature: SourceSignature) -> int:
    """How many samples to compare, so that the outputs stay within `CHECK_BYTES`; eight bytes an element."""
    elements = sum(math.prod(max(n, 1) for n in port.shape) for port in signature.outputs)
    return max(1, min(CHECK_SAMPLES, CHECK_BYTES // (8 * max(elements, 1))))


def _random(signature: SourceSignature) -> Arrays | None:
    try:
        return calibration.random_samples(signature, RANDOM_SAMPLES)
    except TypeError:  # strings and other dtypes that numpy has no numbers for
        return None


def _signature(item: Mapping[str, Any]) -> SourceSignature:
    def ports(given: Sequence[Mapping[str, Any]]) -> tuple[Port, ...]:
        return tuple(Port(port["name"], port["dtype"], tuple(port["shape"])) for port in given)

    return SourceSignature(item["key"], ports(item["inputs"]), ports(item["outputs"]))


def _versions() -> dict[str, str]:
    found = {}
    for package in ("edgeflow", "ai-edge-litert"):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
