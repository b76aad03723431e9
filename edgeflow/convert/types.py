"""What goes into a conversion and what comes out, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from edgeflow.convert.options import ConverterOptions
from edgeflow.convert.recipes import Recipe
from edgeflow.model.compare import Difference


@dataclass(frozen=True)
class Reading:
    """How a source is to be read, as far as its file does not say so itself.

    `input_arrays` and `output_arrays` are tensors of a frozen graph. `input_shapes` fixes inputs by name, batch
    included. `imports` are `module` or `module:function`, run in the child before the model is loaded. `unroll_rnn`
    builds Keras's recurrent layers without a loop. `jax_route` is `stablehlo` or `converter`.
    """

    kind: str | None = None
    signature: str | None = None
    tags: tuple[str, ...] = ()
    keep_batch: bool = False
    unsafe_lambda: bool = False
    input_arrays: tuple[str, ...] = ()
    output_arrays: tuple[str, ...] = ()
    input_shapes: tuple[tuple[str, tuple[int, ...]], ...] = ()
    imports: tuple[str, ...] = ()
    unroll_rnn: bool = False
    jax_route: str = "stablehlo"


@dataclass(frozen=True)
class Source:
    """A model on disk that can be converted; `kind` is one of `sources.KIND_NAMES`.

    `origin` is what the user named; `path` is where the files are (a temporary folder for an object). `sha256` is
    over the file, or over the names and contents of a folder's files. The rest says how it is to be read, as `Reading`.
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
    input_arrays: tuple[str, ...] = ()
    output_arrays: tuple[str, ...] = ()
    input_shapes: tuple[tuple[str, tuple[int, ...]], ...] = ()
    imports: tuple[str, ...] = ()
    unroll_rnn: bool = False
    jax_route: str = "stablehlo"


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

    `sha256` is over input names, dtypes, shapes and values; `remarks` tell how files became numbers.
    """

    origin: str
    samples: int
    available: int | None
    sha256: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scaling:
    """What pixels (0…255) and sound samples (-1…1) become: (value - mean) / std, one number or one a channel."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


@dataclass(frozen=True)
class Options:
    """What the caller chose, as the record keeps it; `recipe` is the one used, with its ends and exceptions.

    What came from a project file stands here like the rest; `project` names that file.
    """

    quantize: str
    max_samples: int
    signature: str | None
    tags: tuple[str, ...]
    keep_batch: bool
    unsafe_lambda: bool
    metadata: str | None = None
    associate: tuple[str, ...] = ()
    reading: Reading = Reading()
    recipe: Recipe | None = None
    converter: ConverterOptions = field(default_factory=ConverterOptions)
    scaling: Scaling | None = None
    project: str | None = None


@dataclass(frozen=True)
class Conversion:
    """A finished, checked `.tflite` and how it came to be.

    `size` and `weight_bytes` (the source's weights as they stand there) are bytes; `errors` compare with the
    source's outputs on `checked_samples` samples of `checked_on` (`representative` or `random:SEED`); `unchecked`
    says why the model was not run, where it was not; `record` is the JSON file beside the model that holds all of
    this.
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
    unchecked: str | None = None
