"""`[convert]` and `[metadata]` of the user's `edgeflow.toml`: what `convert` does where its caller says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from edgeflow.convert.options import converter_options
from edgeflow.convert.types import Scaling
from edgeflow.errors import UsageError
from edgeflow.generate.project import Project, load_project

T = TypeVar("T", bound=msgspec.Struct)


class _Convert(
    msgspec.Struct, frozen=True, rename={"kind": "from", "imports": "import", "input_shapes": "input_shape"}
):
    """`[convert]`: its keys are the flags of `edgeflow convert`, without `--unsafe-lambda`, which trusts a file."""

    quantize: str | list[str] | None = None
    representative_data: str | None = None
    max_samples: int | None = None
    mean: float | list[float] | None = None
    std: float | list[float] | None = None
    kind: str | None = None
    signature: str | None = None
    tags: list[str] | None = None
    input_arrays: list[str] | None = None
    output_arrays: list[str] | None = None
    input_shapes: dict[str, list[int]] | None = None
    keep_batch: bool | None = None
    unroll_rnn: bool | None = None
    imports: list[str] | None = None
    io_type: str | None = None
    output_type: str | None = None
    keep_float: list[str] | None = None
    converter: dict[str, Any] | None = None


class _Metadata(msgspec.Struct, frozen=True):
    """`[metadata]`: the metadata file that goes into the model, and files it names that do not lie beside it."""

    file: str
    associate: list[str] = []


def project_choices(project: Project | Path | str) -> dict[str, Any]:
    """The keywords of `convert` that a project file sets, `quantize` (a tuple) among them; paths from its own folder.

    Raises UsageError that names file, place and, for an unknown key, the known ones.
    """
    read = project if isinstance(project, Project) else load_project(project)
    folder = read.path.parent
    found: dict[str, Any] = {}
    if "convert" in read.tables:
        table = _read(read, "convert", _Convert)
        found = {name: value for name in table.__struct_fields__ if (value := getattr(table, name)) is not None}
        mean, std = (_numbers(found.pop(name, None)) for name in ("mean", "std"))
        if mean or std:
            found["scaling"] = Scaling(mean or (0.0,), std or (1.0,))
        if "quantize" in found:
            given = found["quantize"]
            recipes = (given,) if isinstance(given, str) else tuple(given)
            found["quantize"] = tuple(str(folder / name) if name.endswith(".toml") else name for name in recipes)
        if "representative_data" in found:
            found["representative_data"] = _data(found["representative_data"], folder)
        if found.get("max_samples", 1) < 1:
            raise UsageError(f"{read.path}: [convert]: max_samples is {found['max_samples']}", "give 1 or more")
        try:
            converter_options(found.get("converter"))
        except UsageError as error:
            raise UsageError(f"{read.path}: [convert.converter]: {error.message}", error.hint) from None
    if "metadata" in read.tables:
        described = _read(read, "metadata", _Metadata)
        found["metadata"] = folder / described.file
        found["associate"] = tuple(folder / name for name in described.associate)
    return found


def with_project(project: Project | Path | str, given: Mapping[str, Any]) -> dict[str, Any]:
    """A caller's keywords over those of a project file; settings of the converter count one by one."""
    found = project_choices(project)
    if "metadata" in given:
        found.pop("associate", None)  # they belong to the project's own metadata file
    merged = {**found, **given}
    own = given.get("converter")
    if isinstance(own, Mapping) and "converter" in found:
        merged["converter"] = {**found["converter"], **own}
    return merged


def _read(project: Project, section: str, kind: type[T]) -> T:
    table = project.tables[section]
    known = [field.encode_name for field in msgspec.structs.fields(kind)]
    if unknown := [key for key in table if key not in known]:
        raise UsageError(
            f"{project.path}: unknown key {unknown[0]!r} in [{section}]", f"known there: {', '.join(known)}"
        )
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{project.path}: [{section}]: {error}", "correct it there") from None


def _numbers(given: float | list[float] | None) -> tuple[float, ...]:
    return () if given is None else tuple(given) if isinstance(given, list) else (float(given),)


def _data(given: str, folder: Path) -> str:
    """A path from the project's folder; `module:function` stays what it is."""
    path = folder / given
    return given if ":" in given and not path.exists() else str(path)
