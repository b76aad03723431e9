"""What goes into a conversion and what comes out, as values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edgeflow.model.compare import Difference


@dataclass(frozen=True)
class Source:
    """A model on disk that TensorFlow can read; `kind` is `keras`, `h5` or `saved-model`.

    `origin` is what the user named; `path` is where the files are (a temporary folder for an object). `sha256` is
    over the file, or over the names and contents of a folder's files. The last four say how it is to be loaded.
    """

    origin: str
    name: str
    kind: str
    path: Path
    sha256: str
    bytes: int
    signature: str | None = None
    tags: tuple[str, ...] = ()
    keep_batch: bool = False
    unsafe_lambda: bool = False


@dataclass(frozen=True)
class Port:
    """An input or output of the source: `dtype` is numpy's name, -1 in `shape` a free size."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name}: {self.dtype}[{', '.join('?' if n < 0 else str(n) for n in self.shape)}]"


@dataclass(frozen=True)
class SourceSignature:
    key: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]


@dataclass(frozen=True)
class Description:
    """What the child found in a source: its signatures as they will be converted, its weights, who read it."""

    signatures: tuple[SourceSignature, ...]
    weight_bytes: int | None
    versions: dict[str, str]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class TensorInfo:
    """One end of the finished model. `scale` and `zero_point` are None where it is not quantized."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    scale: float | None
    zero_point: int | None


@dataclass(frozen=True)
class SignatureInfo:
    key: str
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]


@dataclass(frozen=True)
class OutputError:
    """How far one output lies from the source's own; `distribution` where the source's rows are probabilities."""

    signature: str
    difference: Difference
    distribution: bool


@dataclass(frozen=True)
class Calibration:
    """The samples used. `available` counts those there were before `max_samples`, None where that is unknown.

    `sha256` is over input names, dtypes, shapes and values.
    """

    origin: str
    samples: int
    available: int | None
    sha256: str


@dataclass(frozen=True)
class Options:
    """What the caller chose, as the record keeps it."""

    quantize: str
    max_samples: int
    signature: str | None
    tags: tuple[str, ...]
    keep_batch: bool
    unsafe_lambda: bool
    metadata: str | None = None
    associate: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conversion:
    """A finished, checked `.tflite` and how it came to be.

    `size` and `weight_bytes` (the source's weights as they stand there) are bytes; `errors` compare with the
    source's outputs on `checked_samples` samples of `checked_on` (`representative` or `random:SEED`); `record` is
    the JSON file beside the model that holds all of this.
    """

    path: Path
    quantize: str
    size: int
    sha256: str
    source: Source
    weight_bytes: int | None
    signatures: tuple[SignatureInfo, ...]
    operators: tuple[tuple[str, int], ...]
    errors: tuple[OutputError, ...]
    checked_on: str
    checked_samples: int
    calibration: Calibration | None
    warnings: tuple[str, ...]
    versions: dict[str, str]
    created: str
    record: Path
    options: Options
