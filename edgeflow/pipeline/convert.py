"""`convert`: a source model to checked `.tflite` files with their records."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict, Unpack, cast

from edgeflow.convert import record, verify
from edgeflow.convert import worker as workers
from edgeflow.convert.calibration import Representative
from edgeflow.convert.expected import range_remarks, scaling_for
from edgeflow.convert.inputs import choose_inputs
from edgeflow.convert.job import Job
from edgeflow.convert.objects import open_any
from edgeflow.convert.options import ConverterOptions, converter_options, require_sense
from edgeflow.convert.recipes import Recipe, adjusted, recipe_named
from edgeflow.convert.types import Conversion, Options, Reading, Scaling, Source
from edgeflow.errors import ConversionError, ModelError, UsageError
from edgeflow.generate.project import Project
from edgeflow.model.metadata_toml_read import load_document
from edgeflow.pipeline.metadata import described_content
from edgeflow.pipeline.project_conversion import project_choices, with_project
from edgeflow.progress import Progress, silent


class Choices(TypedDict, total=False):
    """What `convert` takes by keyword; `docs/converting.md` says what each is for.

    `representative_data` is an array, a mapping from input name to array, a path (`.npz`, `.npy`, `.csv`, a folder of
    images or WAV files), `module:function`, an iterable of samples or a callable giving one; up to `max_samples` (500)
    are used. `output` is a file or a folder, by default `NAME_RECIPE.tflite` in the current folder. A free batch
    becomes 1 unless `keep_batch`. `kind` overrules what the file is taken for; `signature` and `tags` choose within a
    SavedModel; `input_arrays` and `output_arrays` are tensors (or their names) of a frozen graph or a session;
    `input_shapes` fixes free sizes by input name; `imports` names modules with layers of your own; `example_inputs`
    are a function's inputs; `jax_route` is `stablehlo` or `converter`. `io_type` (or `output_type` for outputs alone)
    and `keep_float` change the recipe; `converter` holds settings of TensorFlow's converter. `metadata` is a metadata
    file that goes into the model, `associate` files it names that do not lie beside it. `project` is an `edgeflow.toml`
    whose `[convert]` and `[metadata]` hold where nothing else is said. Conversion runs in `worker`, by default the
    process's shared one, whose every step may take `timeout_s`.
    """

    representative_data: Representative | None
    max_samples: int
    scaling: Scaling | None
    output: str | os.PathLike[str] | None
    kind: str | None
    signature: str | None
    tags: Sequence[str]
    keep_batch: bool
    unsafe_lambda: bool
    input_arrays: Sequence[Any]
    output_arrays: Sequence[Any]
    input_shapes: Mapping[str, Sequence[int]]
    imports: Sequence[str]
    unroll_rnn: bool
    example_inputs: Any
    jax_route: str
    io_type: str
    output_type: str
    keep_float: Sequence[str]
    converter: ConverterOptions | Mapping[str, Any] | None
    metadata: Path | str | None
    associate: Sequence[Path | str]
    project: Project | Path | str | None
    timeout_s: float
    worker: workers.Worker | None
    progress: Progress


def convert(source: Any, *, quantize: str | Recipe | None = None, **choices: Unpack[Choices]) -> Conversion:
    """Convert a model on disk, or a Keras model, TensorFlow function, session or JAX function, to a checked `.tflite`.

    `quantize` is a recipe's name (`none`, `dynamic`, `float16`, `int8`, …: `edgeflow.convert.recipes`) or the path of
    a recipe TOML; without it the project's, else `int8`. `choices` are those of `Choices`. Raises UsageError,
    ModelError or ConversionError; nothing is written then.
    """
    if quantize is None and (project := choices.get("project")) is not None:
        several = project_choices(project).get("quantize", ())
        if len(several) > 1:
            raise UsageError(f"the project names {len(several)} recipes", "choose one with quantize=")
    finished = convert_all(source, () if quantize is None else (quantize,), **choices)
    return finished[0]


def convert_all(source: Any, quantize: Sequence[str | Recipe], **choices: Unpack[Choices]) -> tuple[Conversion, ...]:
    """Convert by several recipes; everything else as in `convert`.

    Without a recipe the project's are taken, else `int8`. The source is loaded and run once. A file `output` becomes
    one file a recipe, `M.tflite` → `M_int8.tflite`. Nothing is written unless all succeed.
    """
    if unknown := set(choices) - set(Choices.__annotations__):
        raise TypeError(f"convert() has no choice {sorted(unknown)[0]!r}: {', '.join(Choices.__annotations__)}")
    if (project := choices.get("project")) is not None:
        merged = with_project(project, choices)
        quantize = quantize or merged.pop("quantize", ())
        choices = cast(Choices, merged)
    quantize = quantize or ("int8",)
    representative_data, output = choices.get("representative_data"), choices.get("output")
    max_samples, timeout_s = choices.get("max_samples", 500), choices.get("timeout_s", 600.0)
    metadata, associate = choices.get("metadata"), choices.get("associate", ())
    scaling, progress = choices.get("scaling"), choices.get("progress", silent)
    how, options = _reading(choices), converter_options(choices.get("converter"))
    named = [recipe if isinstance(recipe, Recipe) else recipe_named(recipe) for recipe in dict.fromkeys(quantize)]
    recipes = [
        adjusted(
            recipe,
            io_type=options.inference_input_type or choices.get("io_type", ""),
            output_type=options.inference_output_type or choices.get("output_type", ""),
            keep_float=choices.get("keep_float", ()),
        )
        for recipe in named
    ]
    if scaling is not None and representative_data is None:
        raise UsageError("mean and std without representative data to scale", "leave them out, or give a folder")
    for recipe in recipes:
        require_sense(options, recipe.name, recipe.weight_dtype, recipe.engine)
        if recipe.needs_calibration and representative_data is None:
            raise UsageError(
                f"--quantize {recipe.name} needs representative data",
                "give real inputs with --representative-data FILE.npz (Python: representative_data=…)",
            )
    document: Mapping[str, Any] = {}
    if metadata is not None:
        document = load_document(Path(metadata))  # its mistakes are told before the work begins
        scaling = scaling or scaling_for(representative_data, document)
    elif associate:
        raise UsageError("associated files without metadata that names them", "give a metadata file with --metadata")
    with tempfile.TemporaryDirectory(prefix="edgeflow-") as name:
        folder = Path(name)
        opened = open_any(source, folder, how, choices.get("example_inputs"))
        recipes = [adjusted(recipe, source=opened.kind) for recipe in recipes]
        paths = {recipe: _destination(output, opened, recipe, several=len(recipes) > 1) for recipe in recipes}
        job = Job(opened, folder, choices.get("worker") or workers.shared(), timeout_s, progress)
        described = job.load()
        used = choose_inputs(described, representative_data, max_samples, scaling)
        used = replace(used, remarks=(*used.remarks, *range_remarks(used.calibrating or {}, document)))
        expected, lost = job.expected(used)
        samples = {s.key: None if s.key in lost else used.compared[s.key] for s in described.signatures}
        finished: list[Conversion] = []
        files: dict[Path, bytes] = {}
        for recipe, path in paths.items():
            model = job.lower(recipe, options, used.calibrating)
            progress("checking", 0, None)
            found = verify.open_model(model, samples, folder, timeout_s=timeout_s)
            progress("checking", 1, 1)
            if reasons := verify.faults(found, recipe, described.signatures, options):
                raise ConversionError(
                    f"{opened.origin}: the {recipe.name} result is not what was asked for: {reasons[0]}",
                    "try another recipe, or other calibration data",
                    reasons,
                )
            errors = verify.measured(expected, found)
            content = model.read_bytes()
            unchecked = verify.unrunnable(found)
            notes = (*lost.values(), *verify.remarks(found, recipe, errors), *((unchecked,) if unchecked else ()))
            told = (*described.warnings, *notes)
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
                options=_options(recipe, max_samples, how, options, scaling, metadata, associate, project),
                unchecked=unchecked,
            )
            finished.append(conversion)
            files |= {path: content, conversion.record: record.record_bytes(conversion)}
    try:
        record.write_together(files)
    except OSError as error:
        where = error.filename2 or error.filename or next(iter(files))
        raise ModelError(f"{where}: cannot be written: {error.strerror or error}", "choose another -o") from None
    return tuple(finished)


def _reading(choices: Choices) -> Reading:
    route = choices.get("jax_route", "stablehlo")
    if route not in ("stablehlo", "converter"):
        raise UsageError(f"no way {route!r} for JAX", "choose stablehlo or converter")
    return Reading(
        kind=choices.get("kind"),
        signature=choices.get("signature"),
        tags=tuple(choices.get("tags", ())),
        keep_batch=choices.get("keep_batch", False),
        unsafe_lambda=choices.get("unsafe_lambda", False),
        input_arrays=tuple(str(getattr(item, "name", item)) for item in choices.get("input_arrays", ())),
        output_arrays=tuple(str(getattr(item, "name", item)) for item in choices.get("output_arrays", ())),
        input_shapes=tuple((name, tuple(map(int, s))) for name, s in choices.get("input_shapes", {}).items()),
        imports=tuple(choices.get("imports", ())),
        unroll_rnn=choices.get("unroll_rnn", False),
        jax_route=route,
    )


def _options(
    recipe: Recipe,
    max_samples: int,
    how: Reading,
    converter: ConverterOptions,
    scaling: Scaling | None,
    metadata: Path | str | None,
    associate: Sequence[Path | str],
    project: Project | Path | str | None,
) -> Options:
    return Options(
        quantize=recipe.name,
        max_samples=max_samples,
        signature=how.signature,
        tags=how.tags,
        keep_batch=how.keep_batch,
        unsafe_lambda=how.unsafe_lambda,
        metadata=None if metadata is None else str(metadata),
        associate=tuple(map(str, associate)),
        reading=how,
        recipe=recipe,
        converter=converter,
        scaling=scaling,
        project=str(project.path if isinstance(project, Project) else project) if project is not None else None,
    )


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
