"""Representative data: taken in many forms, checked before use, stacked sample by sample."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeflow.convert import samples as samples_of
from edgeflow.convert.arrays import Arrays
from edgeflow.convert.types import Calibration, Port, Scaling, SourceSignature
from edgeflow.errors import UsageError

Array = npt.NDArray[Any]
Samples = Arrays  # input name → array [samples, *input shape]
Representative = Callable[[], Iterable[Any]] | Iterable[Any] | Mapping[str, Any] | str | os.PathLike[str]
SEED = 20260101
_NUMBERS = ("float16", "float32", "float64", "bool", *(f"{u}int{n}" for u in ("", "u") for n in (8, 16, 32, 64)))
_FREE_SIZE = 32  # what a free size other than the batch becomes in random samples


def collect(
    data: object, signature: SourceSignature, max_samples: int, origin: str, scaling: Scaling | None = None
) -> tuple[Samples, Calibration]:
    """Take up to `max_samples` samples of `data` in the form the signature needs.

    `data`: an array (single-input models), a mapping from input name to array, a path to `.npy` or `.npz`, an
    iterable of samples, or a callable that gives one. A sample is an array, a list in the signature's order, or a
    mapping by name. Of more than `max_samples` given at once, evenly spaced ones are taken; of an iterable, the
    first. Raises UsageError where names, shapes, dtypes or values do not do.
    """
    if max_samples < 1:
        raise UsageError(f"at most {max_samples} samples make no calibration", "allow one or more")
    if not signature.inputs:
        raise UsageError(f"signature {signature.key} has no inputs to calibrate", "choose another signature")
    for port in signature.inputs:
        if port.dtype not in _NUMBERS:
            raise UsageError(
                f"input {port.name} is {port.dtype}, which holds no numbers to calibrate", _expected(signature)
            )
    available: int | None = None
    notes: tuple[str, ...] = ()
    if isinstance(data, str | os.PathLike):
        read = samples_of.read(data, signature, max_samples, scaling)
        data, available, notes = read.data, read.available, read.remarks
    elif scaling is not None:
        raise UsageError("mean and std are for folders of images and sound", "leave them out")
    if isinstance(data, np.ndarray):
        samples = _whole({_only(signature, origin).name: data}, signature, origin)
        available = available or _count(samples, origin)
    elif isinstance(data, Mapping):
        samples = _whole(_named(data, signature, origin), signature, origin)
        available = _count(samples, origin)
    else:
        samples = _drained(data, signature, max_samples, origin)
        _count(samples, origin)
    taken = thinned(samples, max_samples)
    checked = {port.name: _cast(taken[port.name], port, origin) for port in signature.inputs}
    return checked, Calibration(origin, _count(checked, origin), available, digest(checked), notes)


def random_samples(signature: SourceSignature, count: int) -> Samples:
    """Seeded samples to compare on where no data is given: floats in [-1, 1), integers 0 or 1.

    A free first size becomes 1, any other free size 32.
    """
    rng = np.random.default_rng(SEED)
    samples: Samples = {}
    for port in signature.inputs:
        shape = tuple((1 if axis == 0 else _FREE_SIZE) if n < 0 else n for axis, n in enumerate(port.shape))
        dtype = np.dtype(port.dtype)
        if dtype.kind == "f":
            samples[port.name] = rng.uniform(-1, 1, (count, *shape)).astype(dtype)
        else:
            samples[port.name] = rng.integers(0, 2, (count, *shape)).astype(dtype)
    return samples


def remarks(samples: Samples) -> tuple[str, ...]:
    """What is odd but not wrong about calibration samples."""
    found = []
    for name, array in samples.items():
        if array.size and array.min() == array.max():
            found.append(f"calibration input {name} holds one value only ({array.flat[0]}): its scale means nothing")
    count = len(next(iter(samples.values()), ()))
    if 0 < count < 10:
        found.append(f"only {count} calibration sample{'s' * (count > 1)}: 100 or more are usual")
    return tuple(found)


def digest(samples: Samples) -> str:
    """SHA-256 over names, dtypes, shapes and values."""
    total = hashlib.sha256()
    for name in sorted(samples):
        array = np.ascontiguousarray(samples[name])
        total.update(f"{name}\0{array.dtype.str}\0{array.shape}\0".encode())
        total.update(array.tobytes())
    return total.hexdigest()


def thinned(samples: Samples, max_samples: int) -> Samples:
    """At most `max_samples` samples, evenly spaced, first and last among them."""
    count = len(next(iter(samples.values()), ()))
    if count <= max_samples:
        return samples
    rows = np.linspace(0, count - 1, max_samples).round().astype(np.int64)
    return {name: array[rows] for name, array in samples.items()}


def _expected(signature: SourceSignature) -> str:
    return "expected " + "; ".join(str(port) for port in signature.inputs)


def _only(signature: SourceSignature, origin: str) -> Port:
    if len(signature.inputs) != 1:
        raise UsageError(
            f"{origin}: one array cannot feed {len(signature.inputs)} inputs",
            f"give arrays by name (.npz): {_expected(signature)}",
        )
    return signature.inputs[0]


def _named(data: Mapping[Any, Any], signature: SourceSignature, origin: str) -> dict[str, Array]:
    """Arrays by input name; keys may also be places (`0`, `arr_0`)."""
    names = [port.name for port in signature.inputs]
    places = {key: name for place, name in enumerate(names) for key in (str(place), f"arr_{place}")}
    renamed = {}
    for key, value in data.items():
        renamed[str(key) if str(key) in names else places.get(str(key), str(key))] = _array(value, origin)
    if set(renamed) != set(names) or len(renamed) != len(data):
        given = ", ".join(sorted(map(str, data))) or "(none)"
        raise UsageError(f"{origin}: has keys {given}; the inputs are {', '.join(names)}", _expected(signature))
    return renamed


def _array(value: object, origin: str) -> Array:
    try:
        return np.asarray(value)
    except (ValueError, TypeError):
        raise UsageError(f"{origin}: holds something that is no regular array", "give arrays of numbers") from None


def _fits(shape: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return len(shape) == len(wanted) and all(want in (-1, have) for have, want in zip(shape, wanted, strict=True))


def _whole(arrays: Mapping[str, Array], signature: SourceSignature, origin: str) -> Samples:
    """Arrays whose first axis counts samples [n, *shape], or rows of batches of the input's own size."""
    samples: Samples = {}
    for port in signature.inputs:
        array, shape = arrays[port.name], port.shape
        if array.ndim >= 1 and _fits(array.shape[1:], shape):
            samples[port.name] = array
            continue
        batch = max(shape[0], 1) if shape else 1
        if shape and array.ndim and _fits(array.shape[1:], shape[1:]) and array.shape[0] % batch == 0:
            samples[port.name] = array.reshape(array.shape[0] // batch, batch, *array.shape[1:])
            continue
        sizes = shape[1:] if shape and batch == 1 else shape
        wanted = ", ".join(["samples", *("?" if n < 0 else str(n) for n in sizes)])
        raise UsageError(
            f"{origin}: input {port.name} has shape {list(array.shape)}, not [{wanted}]", _expected(signature)
        )
    return samples


def _drained(data: object, signature: SourceSignature, max_samples: int, origin: str) -> Samples:
    """Samples one by one from an iterable, or from a callable that gives one."""
    source: object = data() if callable(data) else data
    if not isinstance(source, Iterable):
        raise UsageError(
            f"{origin}: a {type(source).__name__} is no representative data",
            "give an array, a mapping from input name to array, a path, or something that yields samples",
        )
    rows: dict[str, list[Array]] = {port.name: [] for port in signature.inputs}
    for place, sample in enumerate(islice(source, max_samples)):
        for name, array in _sample(sample, signature, f"{origin}: sample {place}").items():
            rows[name].append(array)
    stacked: Samples = {}
    for name, arrays in rows.items():
        if len({array.shape for array in arrays}) > 1:
            raise UsageError(f"{origin}: samples of input {name} differ in shape", "give all samples one shape")
        stacked[name] = np.stack(arrays) if arrays else np.empty((0,))
    return stacked


def _sample(sample: object, signature: SourceSignature, origin: str) -> dict[str, Array]:
    given: dict[str, Array]
    if isinstance(sample, Mapping):
        given = _named(sample, signature, origin)
    elif isinstance(sample, list | tuple):
        if len(sample) != len(signature.inputs):
            raise UsageError(
                f"{origin}: holds {len(sample)} arrays for {len(signature.inputs)} inputs", _expected(signature)
            )
        given = {port.name: _array(item, origin) for port, item in zip(signature.inputs, sample, strict=True)}
    else:
        given = {_only(signature, origin).name: _array(sample, origin)}
    full: dict[str, Array] = {}
    for port in signature.inputs:
        array = given[port.name]
        if not _fits(array.shape, port.shape):
            if not (port.shape and port.shape[0] in (-1, 1) and _fits(array.shape, port.shape[1:])):
                raise UsageError(f"{origin}: input {port.name} has shape {list(array.shape)}", _expected(signature))
            array = array[None]
        full[port.name] = array
    return full


def _count(samples: Samples, origin: str) -> int:
    counts = {name: len(array) for name, array in samples.items()}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise UsageError(f"{origin}: inputs have different numbers of samples: {listed}", "give each the same number")
    count = next(iter(counts.values()))
    if not count:
        raise UsageError(f"{origin}: holds no samples", "give at least one, better 100 or more")
    return count


def _cast(array: Array, port: Port, origin: str) -> Array:
    """The samples in the input's dtype; refused where values would change or are not finite."""
    wanted = np.dtype(port.dtype)
    if array.dtype.kind not in "fiub" or wanted.kind not in "fiub":
        raise UsageError(
            f"{origin}: input {port.name} holds {array.dtype}, which cannot become {wanted}", "give plain numbers"
        )
    with np.errstate(all="ignore"):
        cast = array.astype(wanted)
    for values in (array, cast):
        if values.dtype.kind == "f" and not (finite := np.isfinite(values)).all():
            place = tuple(int(n) for n in np.argwhere(~finite)[0])
            raise UsageError(
                f"{origin}: input {port.name} holds {array[place]} at sample {place[0]}, index {list(place[1:])}",
                f"remove or repair that sample: NaN, infinity and what {wanted} cannot hold spoil the ranges",
            )
    if wanted.kind in "iub" and not np.array_equal(cast, array):
        raise UsageError(
            f"{origin}: input {port.name} is {wanted}, but the data holds values that it cannot represent",
            "give whole numbers in its range",
        )
    return cast
