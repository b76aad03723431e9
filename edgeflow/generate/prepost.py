"""What happens between an application's value and a tensor: the steps a wrapper is rendered with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from edgeflow.errors import UsageError
from edgeflow.generate.project import Post, Pre, Project

MAX_LABELS = 1_000_000
_IMAGE_SHAPE = "an image input has the shape [1, height, width, 1 or 3]"


@dataclass(frozen=True)
class PreStep:
    """How a value becomes an input tensor: `plain` (taken as it is) or `image` (resized to height × width).

    Then each element becomes (x - mean) / std, one entry for all or one a channel; empty means no such step.
    """

    kind: Literal["plain", "image"] = "plain"
    resize: Literal["nearest", "bilinear"] = "bilinear"
    height: int = 0
    width: int = 0
    channels: int = 0
    colour: Literal["rgb", "bgr", "gray"] = "rgb"
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()

    @property
    def normalized(self) -> bool:
        return bool(self.mean or self.std)


@dataclass(frozen=True)
class PostStep:
    """How an output tensor is read: `raw` (as it is), `values` (real numbers) or `classes` (labels with scores).

    `labels` is empty where there is no labels file; `top_k` 0 means all.
    """

    kind: Literal["raw", "values", "classes"] = "raw"
    activation: Literal["none", "softmax", "sigmoid"] = "none"
    labels: tuple[str, ...] = ()
    top_k: int = 0
    threshold: float | None = None


def pre_step(pre: Pre | None, shape: tuple[int, ...], where: str) -> PreStep:
    """The step for one input of `shape` (-1 free); `where` names the project file's entry. Raises UsageError."""
    if pre is None:
        return PreStep()
    if pre.kind in ("audio", "text"):
        raise UsageError(f'{where}: kind = "{pre.kind}" is not available yet', 'available: kind = "image", "vector"')
    channels = shape[-1] if shape else 1
    for key, values in (("mean", pre.mean), ("std", pre.std)):
        if len(values) > 1 and len(values) != channels:
            raise UsageError(
                f"{where}: {key} has {len(values)} entries, the input's shape is {list(shape)}",
                f"give one entry, or one for each of the last dimension's {channels}",
            )
    if pre.kind == "vector":
        return PreStep(mean=pre.mean, std=pre.std)
    if pre.fit != "stretch":
        raise UsageError(f'{where}: fit = "{pre.fit}" is not available yet', 'available: fit = "stretch"')
    if len(shape) != 4 or shape[0] not in (1, -1) or min(shape[1:]) < 1 or channels not in (1, 3):
        raise UsageError(f"{where}: {_IMAGE_SHAPE}, this one {list(shape)}", 'use kind = "vector"')
    if (channels == 1) != (pre.colour == "gray"):
        raise UsageError(
            f'{where}: colour = "{pre.colour}" does not go with {channels} channel{"s" if channels > 1 else ""}',
            'colour = "gray" goes with one channel, "rgb" and "bgr" with three',
        )
    return PreStep("image", pre.resize, shape[1], shape[2], channels, pre.colour, pre.mean, pre.std)


def post_step(
    post: Post | None, shape: tuple[int, ...], quantized: bool, where: str, project: Project | None
) -> PostStep:
    """The step for one output; without an entry a quantized tensor is dequantized. Raises UsageError."""
    if post is None:
        return PostStep("values" if quantized else "raw")
    if post.kind == "boxes":
        raise UsageError(f'{where}: kind = "boxes" is not available yet', 'available: "classes", "values", "raw"')
    if post.kind == "raw":
        if post.activation != "none":
            raise UsageError(f'{where}: kind = "raw" takes no activation', 'use kind = "values" or "classes"')
        return PostStep("raw")
    if post.kind == "values":
        return PostStep("values", post.activation)
    count = math.prod(shape[1:] if len(shape) > 1 else shape)
    if count < 1 or any(size not in (1, count) for size in shape[1:]) or (len(shape) > 1 and shape[0] not in (1, -1)):
        raise UsageError(
            f"{where}: classes are one score each, in the shape [1, classes]; this output has {list(shape)}",
            'use kind = "values" or "raw"',
        )
    labels = _labels(post.labels, count, where, project) if post.labels and project else ()
    return PostStep("classes", post.activation, labels, post.top_k or 0, post.threshold)


def _labels(name: str, count: int, where: str, project: Project) -> tuple[str, ...]:
    """The lines of the labels file, as many as the output has classes."""
    path = project.path.parent / name
    try:
        if path.stat().st_size > 256 * MAX_LABELS:
            raise UsageError(f"{where}: {path} is too large for a labels file", "one label a line")
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: {path} is not UTF-8 text", "save it as UTF-8, one label a line") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"{where}: {path}: {reason}", "labels is a path relative to the project file") from error
    labels = tuple(line.strip() for line in lines)
    while labels and not labels[-1]:
        labels = labels[:-1]
    if len(labels) != count:
        raise UsageError(
            f"{where}: {path} has {len(labels)} labels, the output has {count} classes",
            "one label a line, in the order of the outputs",
        )
    return labels
