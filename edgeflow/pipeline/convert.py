"""`convert`: a source model to checked `.tflite` files with their records."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from edgeflow.convert import objects, record, verify
from edgeflow.convert import worker as workers
from edgeflow.convert.calibration import Representative
from edgeflow.convert.inputs import choose_inputs
from edgeflow.convert.job import Job
from edgeflow.convert.recipes import Recipe, recipe_named
from edgeflow.convert.sources import open_source
from edgeflow.convert.types import Conversion, Options, Source
from edgeflow.errors import ConversionError, ModelError, UsageError
from edgeflow.model.metadata_toml_read import load_document
from edgeflow.pipeline.metadata import described_content
from edgeflow.progress import Progress, silent


def convert(
    source: Any,
    *,
    quantize: str = "int8",
    representative_data: Representative | None = None,
    max_samples: int = 500,
    output: str | os.PathLike[str] | None = None,
    signature: str | None = None,
    tags: Sequence[str] = (),
    keep_batch: bool = False,
    unsafe_lambda: bool = False,
    metadata: Path | str | None = None,
    associate: Sequence[Path | str] = (),
    timeout_s: float = 600.0,
    worker: workers.Worker | None = None,
    progress: Progress = silent,
) -> Conversion:
    """Convert a `.keras` or `.h5` file, a SavedModel folder or a Keras model object to a checked `.tflite`.

    `quantize`: `none`, `dynamic`, `float16` or `int8` (full integer, int8 inputs and outputs), which needs
    `representative_data`: an array, a mapping from input name to array, the path of an `.npz` or `.npy`, an iterable
    of samples or a callable giving one; up to `max_samples` are used. `output` is a file or a folder, by default
    `NAME_RECIPE.tflite` in the current folder. A free batch becomes 1 unless `keep_batch`. `signature` and `tags`
    choose within a SavedModel; without `signature` all are kept. `metadata` is a metadata file that goes into the
    finished model, `associate` files it names that do not lie beside it. Conversion runs in `worker`, by default the
    process's shared one, whose every step may take `timeout_s`.

    Raises UsageError, ModelError or ConversionError; nothing is written then.
    """
    (finished,) = convert_all(
        source,
        (quantize,),
        representative_data=representative_data,
        max_samples=max_samples,
        output=output,
        signature=signature,
        tags=tags,
        keep_batch=keep_batch,
        unsafe_lambda=unsafe_lambda,
        metadata=metadata,
        associate=associate,
        timeout_s=timeout_s,
        worker=worker,
        progress=progress,
    )
    return finished


def convert_all(
    source: Any,
    quantize: Sequence[str],
    *,
    representative_data: Representative | None = None,
    max_samples: int = 500,
    output: str | os.PathLike[str] | None = None,
    signature: str | None = None,
    tags: Sequence[str] = (),
    keep_batch: bool = False,
    unsafe_lambda: bool = False,
    metadata: Path | str | None = None,
    associate: Sequence[Path | str] = (),
    timeout_s: float = 600.0,
    worker: workers.Worker | None = None,
    progress: Progress = silent,
) -> tuple[Conversion, ...]:
    """Convert by several recipes; everything else as in `convert`.

    The source is loaded and run once. A file `output` becomes one file a recipe, `M.tflite` → `M_int8.tflite`.
    Nothing is written unless all succeed.
    """
    recipes = [recipe_named(name) for name in dict.fromkeys(quantize)]
    for recipe in recipes:
        if recipe.needs_calibration and representative_data is None:
            raise UsageError(
                f"--quantize {recipe.name} needs representative data",
                "give real inputs with --representative-data FILE.npz (Python: representative_data=…)",
            )
    if metadata is not None:
        load_document(Path(metadata))  # its mistakes are told before the work begins
    elif associate:
        raise UsageError("associated files without metadata that names them", "give a metadata file with --metadata")
    with tempfile.TemporaryDirectory(prefix="edgeflow-") as name:
        folder = Path(name)
        opened = _source(source, folder, signature, tuple(tags), keep_batch, unsafe_lambda)
        paths = {recipe: _destination(output, opened, recipe, several=len(recipes) > 1) for recipe in recipes}
        job = Job(opened, folder, worker or workers.shared(), timeout_s, progress)
        described = job.load()
        used = choose_inputs(described, representative_data, max_samples)
        expected, lost = job.expected(used)
        samples = {s.key: None if s.key in lost else used.compared[s.key] for s in described.signatures}
        given = str(metadata) if metadata is not None else None, tuple(map(str, associate))
        finished: list[Conversion] = []
        files: dict[Path, bytes] = {}
        for recipe, path in paths.items():
            model = job.lower(recipe, used.calibrating)
            progress("checking", 0, None)
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
            told = (*described.warnings, *lost.values(), *verify.remarks(found, recipe, errors))
            if metadata is not None:
                content, notes = described_content(content, path, metadata, associate)
                told = (*told, *notes)
            conversion = Conversion(
                path=path,
                quantize=recipe.name,
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                source=opened,
                weight_bytes=described.weight_bytes,
                signatures=found.signatures,
                operators=found.operators,
                errors=errors,
                checked_on=used.origin,
                checked_samples=used.count if errors else 0,
                calibration=used.calibration,
                warnings=(*used.remarks, *told) if recipe.needs_calibration else told,
                versions={**described.versions, **_versions()},
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                record=record.record_path(path),
                options=Options(recipe.name, max_samples, signature, tuple(tags), keep_batch, unsafe_lambda, *given),
            )
            finished.append(conversion)
            files |= {path: content, conversion.record: record.record_bytes(conversion)}
    try:
        record.write_together(files)
    except OSError as error:
        where = error.filename2 or error.filename or next(iter(files))
        raise ModelError(f"{where}: cannot be written: {error.strerror or error}", "choose another -o") from None
    return tuple(finished)


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


def _destination(output: str | os.PathLike[str] | None, source: Source, recipe: Recipe, *, several: bool) -> Path:
    named = f"{source.name}_{recipe.name}.tflite"
    path = Path(output) if output is not None else Path(named)
    if path.is_dir():
        path = path / named
    elif path.suffix != ".tflite":
        raise UsageError(f"{path}: neither a folder nor named .tflite", "name the file .tflite, or make the folder")
    elif several and output is not None:
        path = path.with_name(f"{path.stem}_{recipe.name}{path.suffix}")
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"{path}: cannot be written: no such folder as {path.parent}", "make the folder first")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path}: cannot be written: no permission in {path.parent}", "choose another -o")
    if path.exists() and path.resolve() == source.path.resolve():
        raise UsageError(f"{path}: is the source itself", "choose another -o")
    return path


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in ("edgeflow", "ai-edge-litert", "numpy"):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
