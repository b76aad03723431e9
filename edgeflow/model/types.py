"""A `.tflite` as plain values: what every layer above knows about a model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np


@dataclass(frozen=True)
class Quantization:
    """real = scale[i] * (q - zero_point[i]); one entry per tensor, or one a slice along `quantized_dimension`."""

    scale: tuple[float, ...]
    zero_point: tuple[int, ...]
    quantized_dimension: int = 0

    @property
    def per_axis(self) -> bool:
        return len(self.scale) > 1


@dataclass(frozen=True)
class Tensor:
    """One tensor. `shape` holds the sizes in the file, `shape_signature` has -1 where a size is free.

    `dtype` is TFLite's name in capitals (`INT8`, `FLOAT32`); `constant_bytes` is the size of its buffer in the
    file, which starts at `data_offset` of `Model.content`; both are 0 for activations. `bytes` is its size in memory,
    0 where a size is unknown.
    """

    index: int
    name: str
    dtype: str
    shape: tuple[int, ...]
    shape_signature: tuple[int, ...]
    quantization: Quantization | None
    constant_bytes: int
    is_variable: bool
    bytes: int
    data_offset: int = 0

    @property
    def is_constant(self) -> bool:
        return self.constant_bytes > 0


@dataclass(frozen=True)
class Operator:
    """One node: `name` is TFLite's name (`CONV_2D`) or the custom operator's; -1 among inputs is an absent one.

    `options_position` is where its options table lies in `Model.content` (0: none) and `options_type` the schema's
    number of that table's type; `custom_options` is (offset, bytes) of a custom operator's own options.
    """

    index: int
    name: str
    builtin_code: int
    custom: bool
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    macs: int
    weight_bytes: int
    options_type: int = 0
    options_position: int = 0
    custom_options: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Subgraph:
    index: int
    name: str
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True)
class Signature:
    """A named entry point: (name, tensor index) pairs in the signature's order."""

    key: str
    subgraph: int
    inputs: tuple[tuple[str, int], ...]
    outputs: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Model:
    """A checked `.tflite`. `content` is the file's bytes; everything else is read from it.

    `metadata_spans` gives (name, offset in `content`, bytes) for each of `metadata_names`.
    """

    path: Path
    name: str
    sha256: str
    content: bytes
    description: str
    subgraphs: tuple[Subgraph, ...]
    signatures: tuple[Signature, ...]
    metadata_names: tuple[str, ...]
    metadata_spans: tuple[tuple[str, int, int], ...] = ()

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return len(self.content)

    @property
    def main(self) -> Subgraph:
        """The first subgraph."""
        return self.subgraphs[0]


def port_names(model: Model, subgraph: Subgraph, role: Literal["input", "output"]) -> tuple[tuple[str, ...], ...]:
    """What each input or output of a subgraph is called: its tensor's name first, then its names in signatures."""
    signatures = [entry for entry in model.signatures if entry.subgraph == subgraph.index]
    pairs = [pair for entry in signatures for pair in (entry.inputs if role == "input" else entry.outputs)]
    return tuple(
        (subgraph.tensors[index].name, *dict.fromkeys(name for name, place in pairs if place == index))
        for index in (subgraph.inputs if role == "input" else subgraph.outputs)
    )


NUMPY_DTYPES: dict[str, np.dtype[Any]] = {
    name: np.dtype(np_name)
    for name, np_name in {
        "FLOAT32": "float32",
        "FLOAT16": "float16",
        "FLOAT64": "float64",
        "INT8": "int8",
        "UINT8": "uint8",
        "INT16": "int16",
        "UINT16": "uint16",
        "INT32": "int32",
        "UINT32": "uint32",
        "INT64": "int64",
        "UINT64": "uint64",
        "BOOL": "bool",
        "COMPLEX64": "complex64",
        "COMPLEX128": "complex128",
    }.items()
}
