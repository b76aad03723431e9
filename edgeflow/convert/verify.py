"""What a finished `.tflite` must be before anyone gets to see it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edgeflow.convert.arrays import Arrays, read_arrays, write_arrays
from edgeflow.convert.options import ConverterOptions
from edgeflow.convert.recipes import Recipe
from edgeflow.convert.types import OutputError, SignatureInfo, SourceSignature, TensorInfo
from edgeflow.convert.worker import child_command, child_environment, death
from edgeflow.errors import ConversionError
from edgeflow.model.compare import Difference, difference


@dataclass(frozen=True)
class Opened:
    """What LiteRT found in a model, and its outputs by signature, real-valued, [samples, *shape].

    `floating` are the operators that compute in floating point, `constants` the dtypes of its weights, `stateful`
    the operators that keep variables of their own between runs.
    """

    operators: tuple[tuple[str, int], ...]
    custom: tuple[str, ...]
    floating: tuple[str, ...]
    constants: tuple[str, ...]
    stateful: tuple[str, ...]
    unset_variables: int
    signatures: tuple[SignatureInfo, ...]
    outputs: Mapping[str, Arrays]


def open_model(model: Path, samples: Mapping[str, Arrays | None], folder: Path, *, timeout_s: float) -> Opened:
    """Open `model` and run each signature on its samples (None: only look), in a process of its own.

    Raises ConversionError where LiteRT refuses the model, dies of it or takes longer than `timeout_s`.
    """
    wanted = []
    for place, (key, arrays) in enumerate(samples.items()):
        given, into = folder / f"in{place}.npz", folder / f"out{place}.npz"
        if arrays is not None:
            write_arrays(given, arrays)
        wanted.append({"key": key, "samples": None if arrays is None else str(given), "into": str(into)})
    try:
        done = subprocess.run(
            child_command("edgeflow.convert.opened"),
            input=json.dumps({"model": str(model), "signatures": wanted}).encode(),
            capture_output=True,
            timeout=timeout_s,
            env=child_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ConversionError(
            f"LiteRT did not finish running the result in {timeout_s:g} s", "allow more time"
        ) from None
    if done.returncode:
        words = [line.strip()[:200] for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
        raise ConversionError(
            f"LiteRT cannot run the result ({death(done.returncode)})",
            "the converter made a broken model: try another recipe, or fewer unusual layers",
            words[-1:],
        )
    answer = json.loads(done.stdout)
    return Opened(
        tuple(sorted(answer["operators"].items())),
        tuple(answer["custom"]),
        tuple(answer["floating"]),
        tuple(answer["constants"]),
        tuple(answer["stateful"]),
        int(answer["unset_variables"]),
        tuple(_signature(item) for item in answer["signatures"]),
        {str(item["key"]): read_arrays(Path(str(item["into"]))) for item in wanted} if answer["signatures"] else {},
    )


def faults(
    opened: Opened, recipe: Recipe, source: Sequence[SourceSignature], options: ConverterOptions | None = None
) -> tuple[str, ...]:
    """Every reason why the result is not what was asked for; empty where it is."""
    return (
        *_custom_operators(opened, options or ConverterOptions()),
        *_unset_variables(opened),
        *_wrong_ends(opened, recipe, source),
        *_missing_ends(opened, source),
        *_non_finite(opened),
    )


def measured(expected: Mapping[str, Arrays], opened: Opened) -> tuple[OutputError, ...]:
    """The error of every output against the source's own, signature by signature."""
    found = []
    for info in opened.signatures:
        want, have = expected.get(info.key, {}), opened.outputs.get(info.key, {})
        for end in info.outputs:
            if end.name in want and end.name in have:
                a, b = want[end.name], have[end.name]
                step = end.scale if end.dtype.startswith(("int", "uint")) else None
                if a.shape != b.shape and a.size == b.size:
                    b = b.reshape(a.shape)
                found.append(OutputError(info.key, difference(end.name, a, b, step=step), _probabilities(a)))
    return tuple(found)


def unrunnable(opened: Opened) -> str | None:
    """Why the model could not be run and compared, where it holds what LiteRT has no kernels for."""
    select = [name for name in opened.custom if name.startswith("Flex")]
    own = [name for name in opened.custom if name not in select]
    reasons = []
    if select:
        reasons.append(
            f"Select TF operators {', '.join(select)}: LiteRT for Python cannot run them; Android needs the "
            "select-tf-ops library, Play services lack it, microcontrollers cannot"
        )
    if own:
        reasons.append(f"custom operators {', '.join(own)}: they need kernels of your own")
    return f"not run and not compared with the source: {'; '.join(reasons)}" if reasons else None


def remarks(opened: Opened, recipe: Recipe, errors: Iterable[OutputError]) -> tuple[str, ...]:
    """What the user should look at although the result is as asked."""
    found = []
    if recipe.weight_dtype != "float32" and recipe.weight_dtype not in opened.constants:
        found.append(f"recipe {recipe.name}: no weights were large enough to become {recipe.weight_dtype}")
    if recipe.whole and opened.floating:
        found.append(f"not full integer: computed in floating point: {', '.join(opened.floating)}")
    if opened.stateful:
        found.append(
            f"{', '.join(opened.stateful)} goes on from the run before: reset the variables before each new sequence"
        )
    for error in errors:
        if reason := _far_off(error.difference, recipe):
            found.append(f"output {error.difference.name}: {reason}")
    return tuple(found)


def _custom_operators(opened: Opened, options: ConverterOptions) -> list[str]:
    def allowed(name: str) -> bool:
        return options.select_tf_ops if name.startswith("Flex") else options.allow_custom_ops

    return [f"{name}: not among TensorFlow Lite's own operators" for name in opened.custom if not allowed(name)]


def _unset_variables(opened: Opened) -> list[str]:
    if not opened.unset_variables:
        return []
    return [f"{opened.unset_variables} variables were left out of the model: its weights are missing"]


def _wrong_ends(opened: Opened, recipe: Recipe, source: Sequence[SourceSignature]) -> list[str]:
    """Inputs and outputs that are float32 in the source must have the recipe's dtype, others their own."""
    before = {s.key: {p.name: p.dtype for p in (*s.inputs, *s.outputs)} for s in source}
    found = []
    for info in opened.signatures:
        for ends, becomes in ((info.inputs, recipe.io_dtype), (info.outputs, recipe.outputs)):
            for end in ends:
                dtype = before.get(info.key, {}).get(end.name)
                wanted = becomes if dtype in ("float32", None) else dtype
                if end.dtype != wanted and not (recipe.keep_float and end.dtype == "float32"):
                    found.append(f"{end.name} is {end.dtype}, not {wanted}")
    return found


def _missing_ends(opened: Opened, source: Sequence[SourceSignature]) -> list[str]:
    have = {info.key: {end.name for end in (*info.inputs, *info.outputs)} for info in opened.signatures}
    missing = [f"signature {signature.key} is missing" for signature in source if signature.key not in have]
    for signature in source:
        for port in (*signature.inputs, *signature.outputs):
            if signature.key in have and port.name not in have[signature.key]:
                missing.append(f"signature {signature.key} has lost {port.name}")
    return missing


def _non_finite(opened: Opened) -> list[str]:
    return [
        f"output {name} of {key} is not finite"
        for key, outputs in opened.outputs.items()
        for name, array in outputs.items()
        if array.dtype.kind == "f" and not np.isfinite(array).all()
    ]


def _far_off(found: Difference, recipe: Recipe) -> str:
    if found.non_finite:
        return "finite here, not in the source"
    if recipe.name == "none" and found.max_abs > 1e-3 and (found.cosine is None or found.cosine < 0.9999):
        return f"differs from the source by {found.max_abs:.3g} without quantization"
    if found.cosine is None and found.differing:
        return "nothing but zeros, here or in the source: are its values smaller than one quantization step?"
    if found.cosine is not None and found.cosine < 0.9:
        return f"far from the source (cosine {found.cosine:.3f}): look at the calibration data"
    return ""


def _probabilities(array: np.ndarray[Any, Any]) -> bool:
    """Whether rows are vectors of two or more that are not negative and sum to one."""
    if array.dtype.kind != "f" or array.ndim < 2 or not len(array):
        return False
    rows = array.reshape(len(array), -1)
    return rows.shape[1] >= 2 and bool((rows >= 0).all() and np.allclose(rows.sum(axis=1), 1, atol=1e-3))


def _signature(item: Mapping[str, Any]) -> SignatureInfo:
    def ends(given: Sequence[Mapping[str, Any]]) -> tuple[TensorInfo, ...]:
        return tuple(TensorInfo(**{**end, "shape": tuple(end["shape"])}) for end in given)

    return SignatureInfo(item["key"], ends(item["inputs"]), ends(item["outputs"]))
