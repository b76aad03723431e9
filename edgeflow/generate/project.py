"""The user's `edgeflow.toml`: how inputs are prepared and outputs read, where the model itself does not say.

`[pre]` and `[post]` are checked here; `[model] [convert] [metadata] [bench] [budget]` are handed on as plain tables.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from edgeflow.errors import UsageError

MAX_FILE_BYTES = 1024 * 1024
SECTIONS = ("model", "convert", "metadata", "pre", "post", "bench", "budget")


@dataclass(frozen=True)
class Pre:
    """One `[pre.NAME]`: how an application's value becomes the input tensor.

    Audio: `sample_rate` in Hz, `channels` (1), `hop` in samples from one frame to the next (a frame's length). Text:
    `pattern` matches the delimiters, `vocabulary` is a path relative to the project file's folder.
    """

    kind: Literal["image", "audio", "text", "vector"]
    resize: Literal["nearest", "bilinear"] = "bilinear"
    fit: Literal["stretch", "crop", "letterbox"] = "stretch"
    colour: Literal["rgb", "bgr", "gray"] = "rgb"
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    sample_rate: int | None = None
    channels: int | None = None
    hop: int | None = None
    pattern: str | None = None
    vocabulary: str | None = None


@dataclass(frozen=True)
class Post:
    """One `[post.NAME]`: how an output tensor is read. `labels` is a path relative to the project file's folder.

    Boxes of four numbers: `index` says at which place stand left, top, right, bottom (or their like by `box_type`);
    `scores`, `classes` and `count` name the other outputs of a detection, by name or index.
    """

    kind: Literal["classes", "values", "boxes", "raw"]
    activation: Literal["none", "softmax", "sigmoid"] = "none"
    labels: str | None = None
    top_k: int | None = None
    threshold: float | None = None
    box_type: Literal["boundaries", "upper-left", "center"] = "boundaries"
    coordinates: Literal["ratio", "pixel"] = "ratio"
    index: tuple[int, ...] = ()
    scores: str | None = None
    classes: str | None = None
    count: str | None = None


@dataclass(frozen=True)
class Project:
    """A checked `edgeflow.toml`; `path` names it, `pre` and `post` are keyed by tensor name or index."""

    path: Path
    pre: Mapping[str, Pre] = field(default_factory=dict)
    post: Mapping[str, Post] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


T = TypeVar("T", Pre, Post)


def load_project(path: Path | str) -> Project:
    """Read and check a project file. Raises UsageError that names file, place and the known keys."""
    path = Path(path)
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UsageError(f"{path} is larger than {MAX_FILE_BYTES} bytes", "give an edgeflow.toml with --project")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no such file", "give the project file with --project") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text (byte {error.start})", "save it as UTF-8") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"{path} cannot be read: {reason}", "check the path and its permissions") from error
    return read_project(text, path)


def read_project(text: str, path: Path) -> Project:
    """Check the text of a project file; `path` only names it. Raises UsageError."""
    import tomllib

    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{path} is not TOML: {error}", "correct it there") from error
    if "schema" not in document:
        raise UsageError(f"{path} does not say which schema it follows", "put schema = 1 at its top")
    if document["schema"] != 1 or isinstance(document["schema"], bool):
        raise UsageError(f"{path} says schema = {document['schema']!r}, this edgeflow reads 1", "put schema = 1")
    _known(path, "", document, ("schema", *SECTIONS))
    for name in SECTIONS:
        if not isinstance(document.get(name, {}), dict):
            raise UsageError(f"{path}: {name} is not a table", f"write it as [{name}]")
    pre, post = check_entries(document.get("pre", {}), document.get("post", {}), path)
    tables = {name: document[name] for name in SECTIONS if name in document and name not in ("pre", "post")}
    return Project(path, pre, post, tables)


def check_entries(
    pre: Mapping[str, Any], post: Mapping[str, Any], path: Path
) -> tuple[dict[str, Pre], dict[str, Post]]:
    """Check the tables of `[pre]` and `[post]`, wherever they stand; `path` names the file. Raises UsageError."""
    checked_pre: dict[str, Pre] = {}
    for key, entry in pre.items():
        checked_pre[key] = _convert(path, f"pre.{key}", entry, Pre)
        _check_pre(path, f"pre.{key}", checked_pre[key])
    checked_post: dict[str, Post] = {}
    for key, entry in post.items():
        checked_post[key] = _convert(path, f"post.{key}", entry, Post)
        _check_post(path, f"post.{key}", checked_post[key])
    return checked_pre, checked_post


def _known(path: Path, where: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
    unknown = [key for key in table if key not in known]
    if unknown:
        place = f"[{where}]" if where else "the top level"
        raise UsageError(
            f"{path}: unknown {'keys' if len(unknown) > 1 else 'key'} {', '.join(map(repr, unknown))} in {place}",
            f"known there: {', '.join(known)}",
        )


def _convert(path: Path, where: str, entry: object, kind: type[T]) -> T:
    import msgspec

    if not isinstance(entry, dict):
        raise UsageError(f"{path}: {where} is not a table", f"write it as [{where}]")
    _known(path, where, entry, tuple(kind.__dataclass_fields__))
    try:
        return msgspec.convert(entry, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: [{where}]: {error}", "correct it there") from error


def _check_pre(path: Path, where: str, pre: Pre) -> None:
    if not all(map(math.isfinite, (*pre.mean, *pre.std))) or any(value == 0 for value in pre.std):
        raise UsageError(f"{path}: [{where}]: mean and std must be finite and std not 0", "correct it there")
    sound = {"sample_rate": pre.sample_rate, "channels": pre.channels, "hop": pre.hop}
    for key, value in sound.items():
        if value is not None and not 0 < value < 2**31:
            raise UsageError(f"{path}: [{where}]: {key} is {value}", "give 1 or more, or leave it out")
    for kind, given in (("audio", sound), ("text", {"pattern": pre.pattern, "vocabulary": pre.vocabulary})):
        wrong = [key for key, value in given.items() if value is not None]
        if pre.kind != kind and wrong:
            raise UsageError(f'{path}: [{where}]: {wrong[0]} goes with kind = "{kind}"', "correct it there")
    if pre.kind == "text" and (pre.mean or pre.std):
        raise UsageError(f"{path}: [{where}]: words have no mean and std", "leave them out")


def _check_post(path: Path, where: str, post: Post) -> None:
    if post.top_k is not None and post.top_k < 1:
        raise UsageError(f"{path}: [{where}]: top_k is {post.top_k}", "give 1 or more, or leave it out for all")
    if post.threshold is not None and not math.isfinite(post.threshold):
        raise UsageError(f"{path}: [{where}]: threshold is not finite", "give a number, or leave it out")
    if post.kind not in ("classes", "boxes") and (post.labels or post.top_k or post.threshold is not None):
        raise UsageError(
            f'{path}: [{where}]: labels, top_k and threshold go with kind = "classes" or "boxes"', "correct it there"
        )
    if post.index and sorted(post.index) != [0, 1, 2, 3]:
        raise UsageError(
            f"{path}: [{where}]: index is {list(post.index)}", "give each of 0, 1, 2, 3 once, or leave it out"
        )
    boxes = (post.box_type != "boundaries", post.coordinates != "ratio", post.index, post.scores, post.classes)
    if post.kind != "boxes" and any((*boxes, post.count)):
        raise UsageError(
            f'{path}: [{where}]: box_type, coordinates, index, scores, classes and count go with kind = "boxes"',
            "correct it there",
        )
    if post.kind == "boxes" and post.scores is None and (post.labels or post.top_k or post.threshold is not None):
        raise UsageError(
            f"{path}: [{where}]: labels, top_k and threshold of boxes need their scores",
            'name the output that holds them: scores = "…"',
        )
