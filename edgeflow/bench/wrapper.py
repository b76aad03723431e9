"""What an application's wrapper does before and after the interpreter, timed on the device apart from the model.

The wrapper is the package that `generate` writes for Linux boards; its two halves run on the device by themselves, the
first on seeded values as an application would give them, the second on the model's outputs.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeflow.bench.clock import Clock
from edgeflow.bench.measure import Feeder, Options
from edgeflow.bench.types import Part, WrapperTimes
from edgeflow.device.custom_operators import CustomOperators
from edgeflow.device.session import Session
from edgeflow.generate import context as wrappers
from edgeflow.generate.languages import find_language
from edgeflow.generate.project import Project
from edgeflow.generate.render import render
from edgeflow.model.types import Model
from edgeflow.progress import Progress
from edgeflow.targets.registry import resolve
from edgeflow.wire.constants import FLAG_BATCH

_LANGUAGE, _TARGET = "python", "raspberry-pi-4"
_NAME = "edgeflow_wrapper"
_PHOTO = (480, 640)  # height and width of the image that is given, a small camera's
_WARMUP, _RUNS, _MIN_MS = 5, 50, 200
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Package:
    """A wrapper for the agent. `given` says in words what it is timed on, `described` whether anything says more of
    the model's values than its tensors do."""

    library: CustomOperators
    given: str
    described: bool


def wrapper_package(model: Model, signature: str, project: Project | None, seed: int = 0) -> Package:
    """Render the wrapper of a model; raises UsageError and ModelError as `generate` does."""
    kind, _ = resolve(_TARGET)
    language = find_language(_LANGUAGE)
    assert language is not None
    options = wrappers.Options(_LANGUAGE, _NAME, signature or None)
    context = wrappers.build_context(model, kind, None, options, project)
    language.check(context)
    (entry, *_) = context.entries
    values = [_value(port, np.random.default_rng([seed, number])) for number, port in enumerate(entry.inputs)]
    told = {
        "package": context.symbol,
        "class": context.class_name,
        "method": entry.method,
        "raw": f"{entry.class_prefix}Raw",
        "photo": entry.photo is not None,
    }
    rendered = {
        path: content
        for path, content in render(language, context, b"").items()
        if path.startswith(f"{context.symbol}/") and path.endswith(".py")
    }
    content = _zipped({**rendered, "wrapper.json": json.dumps(told).encode(), "values.npz": _npz(values)})
    steps = [port.pre.kind != "plain" or port.pre.normalized for port in entry.inputs]
    steps += [port.post.kind not in ("raw", "values") or port.post.activation != "none" for port in entry.outputs]
    given = [f"{port.name}: {_words(port, value)}" for port, value in zip(entry.inputs, values, strict=True)]
    library = CustomOperators(Path(f"{_NAME}.zip"), hashlib.sha256(content).hexdigest(), content)
    return Package(library, "; ".join(given), any(steps))


def wrapper_times(
    session: Session,
    model: Model,
    options: Options,
    package: Package,
    feeder: Feeder,
    clock: Clock,
    progress: Progress,
) -> WrapperTimes:
    """Both halves, each in a fresh process. Raises DeviceStatusError where the device refuses."""
    parts = []
    for number, half in enumerate(("prepare", "read")):
        progress("pre- and post-processing", number, 2)
        session.restart()
        opened = session.open(
            session.models.place(model, progress=progress),
            signature=options.signature,
            threads=options.threads,
            api=half,
            library=session.models.place_library(package.library, progress=progress),
        )
        for tensor, data in zip(opened.inputs, feeder(opened.inputs).data if opened.inputs else (), strict=True):
            session.write_input(tensor.index, data)
        done = session.invoke(warmup=_WARMUP, max_runs=_RUNS, min_ms=_MIN_MS, flags=FLAG_BATCH)
        parts.append(_part([clock.us(ticks) / done.batch for ticks in done.samples], done.batch))
    progress("pre- and post-processing", 2, 2)
    return WrapperTimes(_LANGUAGE, package.given, parts[0], parts[1])


def _part(samples: list[float], batch: int) -> Part:
    values = np.asarray(samples, np.float64)
    p50, p90, p99 = (round(float(value), 4) for value in np.percentile(values, (50, 90, 99)))
    mad = round(float(np.median(np.abs(values - p50))), 4)
    low, high = round(float(values.min()), 4), round(float(values.max()), 4)
    return Part(len(samples), low, round(float(values.mean()), 4), p50, p90, p99, high, mad, batch)


def _value(port: wrappers.Port, generator: np.random.Generator) -> npt.NDArray[Any]:
    """What an application would give: a photo, a frame of sound, words, real numbers, or the tensor's own integers."""
    pre, shape = port.pre, tuple(max(1, size) for size in port.shape)
    if pre.kind == "image":
        return generator.integers(0, 256, (*_PHOTO, 3) if pre.channels == 3 else _PHOTO, np.uint8, endpoint=False)
    if pre.kind == "audio":
        return generator.uniform(-1, 1, (pre.length, pre.channels)[: 1 + (pre.channels > 1)]).astype(np.float32)
    if pre.kind == "text":
        assert pre.tokenizer is not None
        words = sorted(pre.tokenizer.ids) or ["word"]
        return np.array(" ".join(words[index] for index in generator.integers(0, len(words), shape[-1])))
    dtype = np.dtype(port.numpy)
    if port.scale or dtype.kind == "f":
        return generator.uniform(-1, 1, shape).astype(np.float32)
    return np.zeros(shape, dtype)


def _words(port: wrappers.Port, value: npt.NDArray[Any]) -> str:
    if port.pre.kind == "image":
        return f"an image of {value.shape[1]} × {value.shape[0]} pixels, {value.dtype}"
    if port.pre.kind == "text":
        return f"{len(str(value).split())} words"
    return f"{value.dtype} {list(value.shape)}"


def _npz(values: list[npt.NDArray[Any]]) -> bytes:
    files = {}
    for number, value in enumerate(values):
        buffer = io.BytesIO()
        np.save(buffer, value, allow_pickle=False)
        files[f"{number}.npy"] = buffer.getvalue()
    return _zipped(files)


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """The same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
