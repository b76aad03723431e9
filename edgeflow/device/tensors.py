"""Arrays of the user ↔ bytes of tensors: `.npz` files, quantization, seeded inputs."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeflow.device.answers import TensorInfo
from edgeflow.errors import LinkError, UsageError
from edgeflow.files import write_whole
from edgeflow.model.types import NUMPY_DTYPES

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]
_MAX_NPZ_BYTES = 4 << 30


@dataclass(frozen=True)
class Feed:
    """What goes into a run: one `bytes` an input, in order. `notes` say what was changed on the way in."""

    source: str
    sha256: str
    data: tuple[bytes, ...]
    notes: tuple[str, ...]


def read_npz(path: Path) -> dict[str, Array]:
    """Read every array of an `.npz`; raises UsageError on anything else."""
    hint = "write it with numpy.savez(path, name=array, …)"
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MAX_NPZ_BYTES:
                raise UsageError(f"{path}: more than 4 GiB of arrays", hint)
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file", hint) from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}", hint) from None
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, MemoryError) as error:
        raise UsageError(f"{path}: not an .npz with plain arrays: {error}", hint) from None


def write_npz(path: Path, arrays: Arrays) -> None:
    """Write an `.npz`, whole or not at all; array names may be any text."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.asanyarray(array), allow_pickle=False)
    try:
        write_whole(path, out.getvalue())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "choose a place you may write to") from None


def feed_arrays(arrays: Arrays, inputs: Sequence[TensorInfo], where: str) -> Feed:
    """Match arrays to inputs by name or number and bring them to the tensors' data types.

    An array of the tensor's type goes in as it is; a float array for a quantized integer tensor is quantized with
    round-half-away. Raises UsageError that lists all that is wrong and what is expected.
    """
    matched, wrong = _match(arrays, inputs)
    notes: list[str] = []
    data = []
    for tensor in inputs:
        if tensor.index not in matched:
            continue
        try:
            data.append(_convert(np.asanyarray(matched[tensor.index]), tensor, notes).tobytes())
        except ValueError as error:
            wrong.append(f"{tensor.name}: {error}")
    if wrong:
        expected = "; ".join(_describe(tensor) for tensor in inputs) or "no inputs"
        raise UsageError(f"{where}: {wrong[0] if len(wrong) == 1 else 'wrong inputs'}", f"expected {expected}", wrong)
    return Feed("file", _digest(inputs, data), tuple(data), tuple(notes))


def feed_random(inputs: Sequence[TensorInfo], seed: int) -> Feed:
    """Seeded inputs: floats in -1…1, 8- and 16-bit integers over their whole range, wider ones 0 or 1 (indices).

    An input's values depend on the seed and its name, not on its place.
    """
    data = []
    for tensor in inputs:
        dtype = _dtype(tensor)
        generator = np.random.default_rng([seed, zlib.crc32(tensor.name.encode())])
        if dtype.kind == "f":
            array = generator.uniform(-1, 1, tensor.shape).astype(dtype)
        elif dtype.kind in "iu" and dtype.itemsize <= 2:
            limits = np.iinfo(dtype)
            array = generator.integers(limits.min, limits.max, tensor.shape, dtype, endpoint=True)
        elif dtype.kind == "c":
            array = (generator.uniform(-1, 1, tensor.shape) + 1j * generator.uniform(-1, 1, tensor.shape)).astype(dtype)
        else:
            array = generator.integers(0, 2, tensor.shape).astype(dtype)
        data.append(array.tobytes())
    return Feed(f"random:{seed}", _digest(inputs, data), tuple(data), ())


def output_array(tensor: TensorInfo, raw: bytes, *, dequantize: bool = False) -> Array:
    """An output's bytes as an array; `dequantize` gives float32 where the tensor has a scale.

    Raises LinkError when the bytes are not those of the described tensor.
    """
    try:
        array = np.frombuffer(raw, _dtype(tensor)).reshape(tensor.shape)
    except ValueError:
        raise LinkError(f"{len(raw)} bytes came for output {_describe(tensor)}", "update edgeflow") from None
    if dequantize and tensor.scale and array.dtype.kind in "iu":
        real: Array = (array.astype(np.float32) - np.float32(tensor.zero_point)) * np.float32(tensor.scale)
        return real
    return array.copy()


def _match(arrays: Arrays, inputs: Sequence[TensorInfo]) -> tuple[dict[int, Array], list[str]]:
    matched: dict[int, Array] = {}
    wrong = []
    names = {tensor.name: tensor.index for tensor in inputs}
    numbers = {str(number): tensor.index for number, tensor in enumerate(inputs)}
    for key, array in arrays.items():
        index = names.get(key, numbers.get(key))
        if index is None:
            wrong.append(f"'{key}' is no input")
        elif index in matched:
            wrong.append(f"'{key}' is given twice, by name and by number")
        else:
            matched[index] = array
    wrong += [f"'{tensor.name}' is missing" for tensor in inputs if tensor.index not in matched]
    return matched, wrong


def _convert(array: Array, tensor: TensorInfo, notes: list[str]) -> Array:
    dtype = _dtype(tensor)
    if tuple(array.shape) != tuple(tensor.shape):
        raise ValueError(f"has shape {_shape(array.shape)}, not {_shape(tensor.shape)}")
    if array.size == 0:
        raise ValueError("is empty")
    if array.dtype.kind in "fc" and np.isnan(array).any():
        raise ValueError(f"{int(np.isnan(array).sum())} values are NaN")
    if array.dtype == dtype:
        return array
    if array.dtype.kind == "f" and dtype.kind in "iu":
        return _quantize(array, tensor, dtype, notes)
    if array.dtype.kind not in "biufc" or (array.dtype.kind == "c") != (dtype.kind == "c"):
        raise ValueError(f"is {array.dtype}, not {dtype}")
    if dtype.kind in "iu" or dtype.kind == "b":
        low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
        if int(array.min()) < low or int(array.max()) > high:
            raise ValueError(f"has values from {array.min()} to {array.max()}, {dtype} holds {low} to {high}")
    notes.append(f"{tensor.name}: {array.dtype} was converted to {dtype}")
    return array.astype(dtype)


def _quantize(array: Array, tensor: TensorInfo, dtype: np.dtype[Any], notes: list[str]) -> Array:
    if not tensor.scale:
        raise ValueError(f"is {array.dtype}, and the tensor has no scale to quantize it with; give {dtype}")
    if not np.isfinite(array).all():
        raise ValueError("has infinite values, which cannot be quantized")
    limits = np.iinfo(dtype)
    scaled = array.astype(np.float32) / np.float32(tensor.scale)
    rounded = np.trunc(scaled + np.copysign(np.float32(0.5), scaled)).astype(np.float64) + tensor.zero_point
    outside = int(((rounded < limits.min) | (rounded > limits.max)).sum())
    how = f"scale {tensor.scale:g}, zero point {tensor.zero_point}"
    clamped = f", {outside} of {array.size} values clamped" if outside else ""
    notes.append(f"{tensor.name}: {array.dtype} was quantized to {dtype} ({how}){clamped}")
    quantized: Array = np.clip(rounded, limits.min, limits.max).astype(dtype)
    return quantized


def _dtype(tensor: TensorInfo) -> np.dtype[Any]:
    dtype = NUMPY_DTYPES.get(tensor.dtype.name)
    if dtype is None:
        raise UsageError(f"tensor '{tensor.name}' is {tensor.dtype.name}, which edgeflow cannot feed or fetch")
    return dtype


def _describe(tensor: TensorInfo) -> str:
    quantized = " or float" if tensor.scale and tensor.dtype.name.startswith(("INT", "UINT")) else ""
    return f"{tensor.name} {tensor.dtype.name.lower()}{quantized} {_shape(tensor.shape)}"


def _shape(shape: Sequence[int]) -> str:
    return "[" + ", ".join(map(str, shape)) + "]"


def _digest(inputs: Sequence[TensorInfo], data: Sequence[bytes]) -> str:
    """One digest, whatever order a device names its inputs in."""
    digest = hashlib.sha256()
    for tensor, content in sorted(zip(inputs, data, strict=True), key=lambda pair: pair[0].name):
        digest.update(f"{tensor.name}\0{tensor.dtype.name}\0{tensor.shape}\0".encode())
        digest.update(content)
    return digest.hexdigest()
