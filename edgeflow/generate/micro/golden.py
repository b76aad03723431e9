"""Golden vectors as a C program: a library checks itself on the board."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeflow.errors import UsageError
from edgeflow.generate.context import Context
from edgeflow.generate.micro.description import Input, Micro, MicroEntry, Output
from edgeflow.generate.micro.initializers import array_rows
from edgeflow.generate.render import render_tree

Array = NDArray[Any]


@dataclass(frozen=True)
class Vector:
    """A constant array: C `type`, rows of initializers, how many elements."""

    symbol: str
    type: str
    rows: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class Given:
    """One input of a case. `value` is the C initializer of its member, None where the tensor is given itself."""

    port: Input
    value: str | None
    tensor: Vector


@dataclass(frozen=True)
class Raw:
    """One output tensor, as it was recorded; `whole` where it holds integers."""

    port: Output
    tensor: Vector
    whole: bool


@dataclass(frozen=True)
class Expected:
    """One member of the result. Each part is there where the kind has it."""

    field: str
    kind: str
    count: int
    values: Vector | None = None
    index: Vector | None = None
    score: Vector | None = None
    box: Vector | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One run. `prepares` where every input is given as an application gives it."""

    number: int
    entry: MicroEntry
    inputs: tuple[Given, ...]
    raws: tuple[Raw, ...]
    expected: tuple[Expected, ...]
    vectors: tuple[Vector, ...]

    @property
    def prepares(self) -> bool:
        return all(given.value is not None for given in self.inputs)


def self_test(context: Context, micro: Micro, golden_npz: bytes) -> dict[str, bytes]:
    """`NAME_selftest.[ch]` and a main() for them, with the vectors of `golden.npz`."""
    with np.load(io.BytesIO(golden_npz), allow_pickle=False) as archive:
        arrays = dict(archive)
    by_method = {entry.entry.method: entry for entry in micro.entries}
    methods = [str(arrays[f"{n}/method"]) for n in range(sum(key.endswith("/method") for key in arrays))]
    cases = tuple(_case(number, by_method[method], arrays) for number, method in enumerate(methods))
    return render_tree("c/golden", {"m": context, "c": micro, "cases": cases})


def _case(number: int, entry: MicroEntry, arrays: dict[str, Array]) -> Case:
    vectors: list[Vector] = []

    def keep(name: str, c_type: str, array: Array) -> Vector:
        flat = array if array.size else np.zeros(1, np.float32)
        vectors.append(Vector(f"{name}_{number}_{len(vectors)}", c_type, array_rows(flat), array.size))
        return vectors[-1]

    inputs = []
    for port in entry.inputs:
        name = port.port.identifier
        tensor = arrays[f"{number}/tensor/{name}"]
        if tensor.size != port.elements:
            raise UsageError(
                f"golden case {number}: {port.port.name!r} has the shape {list(tensor.shape)}",
                f"the library holds the model's own sizes: give {list(port.shape)}",
            )
        kept = keep("tensor", port.c_type, tensor)
        value = _value(port, arrays[f"{number}/input/{name}"], tensor)
        if value is None:
            inputs.append(Given(port, kept.symbol if port.kind == "native" else None, kept))
            continue
        c_type, array, text = value
        inputs.append(Given(port, text.format(keep("input", c_type, array).symbol), kept))
    raws = tuple(
        Raw(port, keep("raw", port.c_type, arrays[f"{number}/raw/{port.port.identifier}"]), port.c_type != "float")
        for port in entry.outputs
    )
    expected = [
        _expected(port.field, port.kind, f"{number}/result/{port.port.identifier}", arrays, keep)
        for port in entry.fields
        if port.kind != "raw"
    ]
    expected += [
        _expected(group.field, "detections", f"{number}/result/{group.group.identifier}", arrays, keep)
        for group in entry.groups
    ]
    return Case(number, entry, tuple(inputs), raws, tuple(expected), tuple(vectors))


def _value(port: Input, given: Array, tensor: Array) -> tuple[str, Array, str] | None:
    """C type, elements and initializer, `{}` standing for the array; None for what goes in as the tensor itself."""
    if port.kind == "image":
        image = given[0] if given.ndim == 4 else given
        whole, gray = image.dtype == np.uint8, image.ndim == 2 or image.shape[2] == 1
        form = {
            (True, False): "EF_PIXELS_RGB888",
            (True, True): "EF_PIXELS_GRAY8",
            (False, False): "EF_PIXELS_RGB_FLOAT",
            (False, True): "EF_PIXELS_GRAY_FLOAT",
        }[(whole, gray)]
        array = image if whole else image.astype(np.float32)
        size = f"{image.shape[1]}, {image.shape[0]}"
        return ("uint8_t" if whole else "float", array, f"{{{{{{}}, {size}, 0, {form}}}}}")
    if port.kind == "audio":
        whole = given.dtype == np.int16
        channels = given.shape[1] if given.ndim == 2 else 1
        form = "EF_SAMPLES_S16" if whole else "EF_SAMPLES_FLOAT"
        text = f"{{{{{{}}, {given.shape[0]}, {port.port.pre.sample_rate}, {channels}, {form}}}}}"
        return ("int16_t" if whole else "float", given if whole else given.astype(np.float32), text)
    if port.kind == "native" or (given.dtype == tensor.dtype and not port.port.pre.normalized):
        return None
    return "float", given.astype(np.float32), "{}"


def _expected(field: str, kind: str, key: str, arrays: dict[str, Array], keep: Any) -> Expected:
    if kind == "named":
        texts = tuple(str(text) for text in arrays[key].reshape(-1))
        return Expected(field, kind, len(texts), labels=texts)
    if kind in ("values", "boxes"):
        return Expected(field, kind, arrays[key].size, values=keep("result", "float", arrays[key].astype(np.float32)))
    index = keep("index", "int32_t", arrays[f"{key}/index"].astype(np.int32))
    score = keep("score", "float", arrays[f"{key}/score"].astype(np.float32))
    labels = tuple(str(text) for text in arrays[f"{key}/label"].reshape(-1))
    if kind == "classes":
        values = keep("result", "float", arrays[f"{key}/values"].astype(np.float32))
        return Expected(field, kind, index.count, values, index, score, labels=labels)
    box = keep("box", "float", arrays[f"{key}/box"].astype(np.float32))
    return Expected(field, kind, index.count, None, index, score, box, labels)
