"""Sound and text into tensors, beside the arithmetic of tensors.py and by its rules. Needs numpy alone.

- A sample of int16 becomes float32(x) / 32768; a floating-point one is taken as it is, from -1 to 1.
- Several channels become one as their sum, from the first, divided by float32(their number); one becomes several by
  repetition. A tensor holds the channels of one moment side by side, zeros after the last sample.
- Then each element becomes (x - mean) / divisor, as everywhere.
- Text is split at runs of delimiters; its words become ids, a word that is not in the vocabulary `unknown`. `start`
  comes first where there is one, `pad` fills the rest, what is too much falls off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from edgeflow.generate.tensors import Tensor, affine, checked


@dataclass(frozen=True, eq=False)
class Audio:
    """Samples [n] or [n, channels], int16 or floating-point, with their rate in Hz."""

    samples: ArrayLike
    sample_rate: int


@dataclass(frozen=True)
class Tokenizer:
    """`delimiters` are those among the ASCII characters; all others are delimiters or none (`others`) is."""

    delimiters: str
    others: bool
    ids: Mapping[str, int]
    start: int | None
    pad: int
    unknown: int


def samples(value: ArrayLike | Audio, tensor: Tensor, sample_rate: int) -> NDArray[Any]:
    """The samples as [n, channels]. Raises ValueError on another rate than `sample_rate`, or on no samples at all."""
    if isinstance(value, Audio) and value.sample_rate != sample_rate:
        raise ValueError(f"{tensor.name!r} takes {sample_rate} samples a second, not {value.sample_rate}: resample it")
    array = np.asarray(value.samples if isinstance(value, Audio) else value)
    if array.dtype != np.int16 and array.dtype.kind != "f":
        raise TypeError(f"{tensor.name!r} takes int16 or floating-point samples, not {array.dtype}")
    if array.ndim not in (1, 2) or 0 in array.shape:
        raise ValueError(f"{tensor.name!r} takes sound [samples] or [samples, channels], not {array.shape}")
    return array.reshape(array.shape[0], -1)


def prepare_audio(
    value: ArrayLike | Audio,
    tensor: Tensor,
    *,
    sample_rate: int,
    channels: int,
    mean: tuple[float, ...] = (),
    std: tuple[float, ...] = (),
) -> NDArray[Any]:
    """Sound no longer than the tensor as the tensor, with silence after its end.

    Raises ValueError on longer sound (see `frames`), another rate or another number of channels.
    """
    sound = samples(value, tensor, sample_rate)
    shape = tuple(1 if size == -1 else size for size in tensor.shape)
    length = int(np.prod(shape)) // channels
    if sound.shape[0] > length:
        raise ValueError(f"{tensor.name!r} takes {length} samples at most, not {sound.shape[0]}: give it in frames")
    real = sound.astype(np.float32)
    if sound.dtype == np.int16:
        real = real / np.float32(32768)
    given = real.shape[1]
    if given != channels:
        if given != 1 and channels != 1:
            raise ValueError(f"{tensor.name!r} takes {channels} channels, not {given}")
        real = real.repeat(channels, axis=1) if given == 1 else _mixed(real)
    frame = np.zeros((length, channels), np.float32)
    frame[: real.shape[0]] = real
    return checked(affine(frame.reshape(shape), tensor, mean, std), tensor)


def frames(
    value: ArrayLike | Audio, tensor: Tensor, *, sample_rate: int, channels: int, hop: int
) -> Iterator[NDArray[Any]]:
    """The pieces of sound that fill the tensor, each `hop` samples after the one before; all of the sound is in them.

    The last one may be shorter, and so may the only one.
    """
    sound = samples(value, tensor, sample_rate)
    length = int(np.prod([1 if size == -1 else size for size in tensor.shape])) // channels
    for number in range(frame_count(sound.shape[0], length, hop)):
        yield sound[number * hop : number * hop + length]


def frame_count(total: int, length: int, hop: int) -> int:
    """How many frames of `length` hold all of `total` samples: 1 + ceil((total - length) / hop), at least one."""
    return 1 + max(0, -(-(total - length) // hop))


def prepare_text(value: ArrayLike, tensor: Tensor, tokenizer: Tokenizer) -> NDArray[Any]:
    """Text as the ids of its words. Raises TypeError on anything but one text."""
    array = np.asarray(value)
    if array.dtype.kind != "U" or array.size != 1:
        raise TypeError(f"{tensor.name!r} takes one text, not {array.dtype} {array.shape}")
    text = str(array.reshape(-1)[0])
    shape = tuple(1 if size == -1 else size for size in tensor.shape)
    found = [] if tokenizer.start is None else [tokenizer.start]
    found += [tokenizer.ids.get(word, tokenizer.unknown) for word in words(text, tokenizer)]
    ids = np.full(int(np.prod(shape)), tokenizer.pad, tensor.dtype)
    ids[: len(found)] = found[: ids.size]
    return checked(ids.reshape(shape), tensor)


def words(text: str, tokenizer: Tokenizer) -> list[str]:
    """What stands between the delimiters; nothing empty."""
    found = [""]
    for char in text:
        if char in tokenizer.delimiters if char < "\x80" else tokenizer.others:
            found.append("")
        else:
            found[-1] += char
    return [word for word in found if word]


def _mixed(real: NDArray[np.float32]) -> NDArray[np.float32]:
    total = real[:, :1]
    for number in range(1, real.shape[1]):
        total = total + real[:, number : number + 1]
    mixed: NDArray[np.float32] = total / np.float32(real.shape[1])
    return mixed
