"""What happens between an application's value and a tensor: the steps a wrapper is rendered with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from edgeflow.errors import ModelError, UsageError
from edgeflow.generate.described import Description, Labels, text_lines
from edgeflow.generate.project import Post, Pre, Project
from edgeflow.generate.signals import Tokenizer
from edgeflow.generate.tensors import Calibration
from edgeflow.generate.tokenizers import make_tokenizer
from edgeflow.model import metadata as m

MAX_LABELS = 1_000_000
_IMAGE_SHAPE = "an image input has the shape [1, height, width, 1 or 3]"


@dataclass(frozen=True)
class PreStep:
    """How a value becomes an input tensor: `plain` (taken as it is), `image` (fitted and resized to height × width),
    `audio` (`length` samples of each channel, the next frame `hop` later) or `text` (cut by `tokenizer`).

    Then each element becomes (x - mean) / std, one entry for all or one a channel; empty means no such step. The
    arithmetic is that of generate/tensors.py and generate/signals.py. `channels` are those of images and audio.
    """

    kind: Literal["plain", "image", "audio", "text"] = "plain"
    resize: Literal["nearest", "bilinear"] = "bilinear"
    fit: Literal["stretch", "crop", "letterbox"] = "stretch"
    height: int = 0
    width: int = 0
    channels: int = 0
    colour: Literal["rgb", "bgr", "gray"] = "rgb"
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    sample_rate: int = 0
    length: int = 0
    hop: int = 0
    tokenizer: Tokenizer | None = None

    @property
    def normalized(self) -> bool:
        return bool(self.mean or self.std)


@dataclass(frozen=True)
class PostStep:
    """How an output is read: `raw` (as it is), `values` (real numbers), `named` (the label of each number), `classes`
    (labels with scores) or `boxes` (four numbers each, as edges in parts of the model's picture).

    `labels` is empty where there is no labels file, `locales` has those in other languages; `top_k` 0 means all.
    `order`, `form`, `width` and `height` are those of `tensors.boxes`.
    """

    kind: Literal["raw", "values", "named", "classes", "boxes"] = "raw"
    activation: Literal["none", "softmax", "sigmoid"] = "none"
    labels: tuple[str, ...] = ()
    top_k: int = 0
    threshold: float | None = None
    locales: tuple[Labels, ...] = ()
    calibration: Calibration | None = None
    order: tuple[int, ...] = (0, 1, 2, 3)
    form: Literal["boundaries", "upper-left", "center"] = "boundaries"
    width: int = 1
    height: int = 1


def pre_step(
    pre: Pre | None,
    said: Description,
    shape: tuple[int, ...],
    *,
    dtype: str,
    quantized: bool,
    where: str,
    files: Mapping[str, bytes],
    project: Project | None,
) -> PreStep:
    """The step for one input of `shape` (-1 free) from its entry, else from what the metadata says.

    `where` names the project file's entry; mean and std come from the metadata when the entry has neither. `files` are
    those that travel with the model, `project` is None for an entry that does so too. Raises UsageError, ModelError.
    """
    if pre is None:
        if said.image is not None and _is_image(shape):
            pre = Pre("image", colour="gray" if shape[-1] == 1 else "rgb")
        elif said.audio is not None and _not_sound(Pre("audio"), said, shape, dtype, quantized) is None:
            pre = Pre("audio")
        elif said.regex is not None and _not_text(shape, dtype, quantized) is None:
            pre = Pre("text")
        else:
            return PreStep(mean=said.mean, std=said.std)
    if pre.kind == "text":
        return _text(pre, said, shape, dtype, quantized, where, files, project)
    if not pre.mean and not pre.std:
        pre = replace(pre, mean=said.mean, std=said.std)
    channels = shape[-1] if shape else 1
    for key, values in (("mean", pre.mean), ("std", pre.std)):
        if len(values) > 1 and len(values) != channels:
            raise UsageError(
                f"{where}: {key} has {len(values)} entries, the input's shape is {list(shape)}",
                f"give one entry, or one for each of the last dimension's {channels}",
            )
    if pre.kind == "vector":
        return PreStep(mean=pre.mean, std=pre.std)
    if pre.kind == "audio":
        return _audio(pre, said, shape, dtype, quantized, where)
    if not _is_image(shape):
        raise UsageError(f"{where}: {_IMAGE_SHAPE}, this one {list(shape)}", 'use kind = "vector"')
    if (channels == 1) != (pre.colour == "gray"):
        raise UsageError(
            f'{where}: colour = "{pre.colour}" does not go with {channels} channel{"s" if channels > 1 else ""}',
            'colour = "gray" goes with one channel, "rgb" and "bgr" with three',
        )
    return PreStep("image", pre.resize, pre.fit, shape[1], shape[2], channels, pre.colour, pre.mean, pre.std)


def _audio(pre: Pre, said: Description, shape: tuple[int, ...], dtype: str, quantized: bool, where: str) -> PreStep:
    if reason := _not_sound(pre, said, shape, dtype, quantized):
        raise UsageError(f"{where}: {reason[0]}", reason[1])
    rate, channels = _sound(pre, said)
    length = math.prod(map(abs, shape)) // channels
    hop = pre.hop or length
    return PreStep("audio", channels=channels, mean=pre.mean, std=pre.std, sample_rate=rate, length=length, hop=hop)


def _sound(pre: Pre, said: Description) -> tuple[int, int]:
    """Sample rate (0 where nobody says it) and channels."""
    told = said.audio or m.Audio()
    return pre.sample_rate or told.sample_rate, pre.channels or told.channels or 1


def _not_sound(
    pre: Pre, said: Description, shape: tuple[int, ...], dtype: str, quantized: bool
) -> tuple[str, str] | None:
    """Why sound cannot become this tensor, and what to do."""
    rate, channels = _sound(pre, said)
    if not 0 < rate < 2**31:
        return "how many samples a second does the model take?", "give sample_rate = 16000 or another"
    size = math.prod(shape[1:] if shape[:1] == (-1,) else shape)
    if not shape or min(shape[1:], default=1) < 1 or shape == (-1,) or size % channels:
        return (
            f"sound of {channels} channel{'s' if channels > 1 else ''} does not fill the shape {list(shape)}",
            "a frame has a fixed number of samples: convert the model so, or give channels",
        )
    if not dtype.startswith(("FLOAT", "INT", "UINT")):
        return f"sound does not become {dtype}", 'use kind = "vector"'
    if not quantized and not dtype.startswith("FLOAT") and not (pre.std or said.std):
        return (
            f"{dtype} without a scale: -1 to 1 would be almost nothing",
            f"give std = [{2**-15!r}] for 16-bit samples",
        )
    if pre.hop is not None and pre.hop > size // channels:
        return f"a hop of {pre.hop} leaves samples out between frames of {size // channels}", "give a smaller one"
    return None


def _text(
    pre: Pre,
    said: Description,
    shape: tuple[int, ...],
    dtype: str,
    quantized: bool,
    where: str,
    files: Mapping[str, bytes],
    project: Project | None,
) -> PreStep:
    if reason := _not_text(shape, dtype, quantized):
        raise UsageError(f"{where}: {reason}", 'use kind = "vector"')
    told = said.regex.vocabulary[0].name if said.regex and said.regex.vocabulary else None
    pattern = pre.pattern if pre.pattern is not None else said.regex.pattern if said.regex else None
    if pattern is None or (pre.vocabulary is None and told is None):
        missing = "pattern" if pattern is None else "vocabulary"
        raise UsageError(
            f"{where}: text needs a {missing}",
            "give pattern and vocabulary; tokenizers of BERT and SentencePiece are libraries of their own: "
            'for those give the ids with kind = "vector"',
        )
    if pre.vocabulary is None or project is None:
        name = pre.vocabulary or str(told)
        if name not in files:
            raise ModelError(f"{where}: the file {name} does not travel with the model", "give it in an edgeflow.toml")
        content = files[name]
    else:
        content = _read(project.path.parent / pre.vocabulary, "vocabulary", where)
    return PreStep("text", tokenizer=make_tokenizer(pattern, content, where))


def _not_text(shape: tuple[int, ...], dtype: str, quantized: bool) -> str | None:
    """Why ids of words cannot be this tensor."""
    if dtype not in ("INT32", "INT64") or quantized:
        return f"words become ids of INT32 or INT64, this input is {dtype}"
    if not shape or min(shape[1:], default=1) < 1 or shape == (-1,) or 0 in shape:
        return f"ids fill a fixed number of places, this input has the shape {list(shape)}"
    return None


def _is_image(shape: tuple[int, ...]) -> bool:
    return len(shape) == 4 and shape[0] in (1, -1) and min(shape[1:]) >= 1 and shape[-1] in (1, 3)


def post_step(
    post: Post | None,
    said: Description,
    shape: tuple[int, ...],
    *,
    quantized: bool,
    where: str,
    picture: tuple[int, int],
    files: Mapping[str, bytes],
    project: Project | None,
) -> PostStep:
    """The step for one output from its entry, else from the metadata; without either a quantized one is dequantized.

    `picture` is the height and width of the model's image input, for boxes in pixels; `files` are those that travel
    with the model, `project` is None for an entry that does so too. Raises UsageError, ModelError.
    """
    if post is None:
        return _said(said, shape, quantized, picture)
    if post.kind == "boxes":
        if not shape or shape[-1] != 4:
            raise UsageError(f"{where}: boxes are four numbers each, this output has {list(shape)}", "use another kind")
        in_pixels = post.coordinates == "pixel"
        if in_pixels and not all(picture):
            raise UsageError(f"{where}: pixels of which picture? No input is an image", 'give [pre…] kind = "image"')
        height, width = picture if in_pixels else (1, 1)
        words = _labels(post.labels, None, where, files, project) if post.labels else ()
        return PostStep(
            "boxes",
            post.activation,
            words,
            post.top_k or 0,
            post.threshold,
            order=post.index or (0, 1, 2, 3),
            form=post.box_type,
            height=height,
            width=width,
        )
    if post.kind == "raw":
        if post.activation != "none":
            raise UsageError(f'{where}: kind = "raw" takes no activation', 'use kind = "values" or "classes"')
        return PostStep("raw")
    if post.kind == "values":
        return PostStep("values", post.activation)
    count = _classes(shape)
    if count is None:
        raise UsageError(
            f"{where}: classes are one score each, in the shape [1, classes]; this output has {list(shape)}",
            'use kind = "values" or "raw"',
        )
    labels = _labels(post.labels, count, where, files, project) if post.labels else ()
    known = _said(said, shape, quantized, picture)
    threshold = known.threshold if post.threshold is None else post.threshold
    step = PostStep("classes", post.activation, labels, post.top_k or 0, threshold, calibration=known.calibration)
    return step if labels else replace(step, labels=known.labels, locales=known.locales)


def _said(said: Description, shape: tuple[int, ...], quantized: bool, picture: tuple[int, int]) -> PostStep:
    """What the metadata alone makes of an output."""
    if said.boxes is not None and shape and shape[-1] == 4 and said.boxes.type != "unknown":
        if said.boxes.coordinates == "ratio":
            picture = (1, 1)
        if all(picture):
            form = _FORMS[said.boxes.type]
            order = said.boxes.index or (0, 1, 2, 3)
            return PostStep("boxes", order=order, form=form, height=picture[0], width=picture[1])
    count = _classes(shape)
    if said.value_labels:
        return PostStep("named", labels=said.value_labels[0].words, locales=said.value_labels[1:])
    if count is not None and (said.axis_labels or said.threshold is not None or said.calibration):
        for labels in said.axis_labels:
            if len(labels.words) != count:
                language = f" ({labels.locale})" if labels.locale else ""
                raise ModelError(
                    f"the metadata of output {said.name}: {len(labels.words)} labels{language} for {count} classes",
                    "write the metadata again with edgeflow metadata write",
                )
        words = said.axis_labels[0].words if said.axis_labels else ()
        calibration = said.calibration
        return PostStep("classes", "none", words, 0, said.threshold, said.axis_labels[1:], calibration)
    return PostStep("values" if quantized else "raw")


_FORMS: dict[str, Literal["boundaries", "upper-left", "center"]] = {
    "boundaries": "boundaries",
    "upper-left": "upper-left",
    "center": "center",
}


def _classes(shape: tuple[int, ...]) -> int | None:
    """How many classes an output of `shape` has scores for, None where it is no list of scores."""
    count = math.prod(shape[1:] if len(shape) > 1 else shape)
    if count < 1 or any(size not in (1, count) for size in shape[1:]) or (len(shape) > 1 and shape[0] not in (1, -1)):
        return None
    return count


def _labels(
    name: str, count: int | None, where: str, files: Mapping[str, bytes], project: Project | None
) -> tuple[str, ...]:
    """The lines of the labels file, as many as the output has classes (None: any number)."""
    if project is None:
        if name not in files:
            raise ModelError(f"{where}: the file {name} does not travel with the model", "give it in an edgeflow.toml")
        path: Path | str = name
        labels = text_lines(files[name], f"{where}: {name}")
    else:
        path = project.path.parent / name
        labels = _read_labels(path, where)
    if count is not None and len(labels) != count:
        raise UsageError(
            f"{where}: {path} has {len(labels)} labels, the output has {count} classes",
            "one label a line, in the order of the outputs",
        )
    return labels


def _read_labels(path: Path, where: str) -> tuple[str, ...]:
    try:
        return text_lines(_read(path, "labels", where), f"{where}: {path}")
    except ModelError as error:
        raise UsageError(f"{where}: {path} is not UTF-8 text", "save it as UTF-8, one label a line") from error


def _read(path: Path, key: str, where: str) -> bytes:
    """The file that the project file names as `key`."""
    try:
        if path.stat().st_size > 256 * MAX_LABELS:
            raise UsageError(f"{where}: {path} is too large for a {key} file", "one entry a line")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"{where}: {path}: {reason}", f"{key} is a path relative to the project file") from error
