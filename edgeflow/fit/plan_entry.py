"""A memory plan inside a `.tflite`: the metadata entry EDGEFLOW_PLAN, as ef_interpreter_plan.c reads it."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edgeflow.fit.placement import ALIGNMENT_BYTES, Item
from edgeflow.fit.segments import Together, pack_segments, read_segments
from edgeflow.model.types import Model

ENTRY = "EDGEFLOW_PLAN"
_MAGIC, _VERSION, _NOWHERE = 0x4C504645, 2, 0xFFFFFFFF
_HEADER = struct.Struct("<7I")
_BASIS, _PRIME = 2166136261, 16777619


@dataclass(frozen=True)
class Entry:
    """What the entry says of one subgraph: segments, and places by tensor, then by operator for its scratch."""

    hash: int
    places: tuple[int, ...]
    tensors: int
    segments: tuple[Together, ...]

    def offsets(
        self, items: Sequence[Item], of_tensor: Mapping[int, int], of_scratch: Mapping[int, int]
    ) -> tuple[int, ...] | None:
        """The offset of each item; None where it was made for others. Whether it holds is the runtime's to check."""
        if self.hash != hash_of(items):
            return None
        offsets = [0] * len(items)
        for tensor, number in of_tensor.items():
            offsets[number] = self.places[tensor]
        for operator, number in of_scratch.items():
            offsets[number] = self.places[self.tensors + operator]
        return tuple(offsets)


def pack_plan(
    subgraph: int,
    items: Sequence[Item],
    offsets: Sequence[int],
    of_tensor: Mapping[int, int],
    of_scratch: Mapping[int, int],
    counts: tuple[int, int],
    segments: Sequence[Together] = (),
) -> bytes:
    """One subgraph's plan. `of_tensor` and `of_scratch` name items by tensor and operator, `counts` are how many."""
    places = [offsets[of_tensor[t]] if t in of_tensor else _NOWHERE for t in range(counts[0])]
    places += [offsets[of_scratch[o]] if o in of_scratch else _NOWHERE for o in range(counts[1])]
    packed = pack_segments(segments)
    header = _HEADER.pack(_MAGIC, _VERSION, subgraph, hash_of(items), *counts, len(packed) // 4)
    return header + struct.pack(f"<{len(places)}I", *places) + packed


def entry_of(model: Model, subgraph: int) -> Entry | None:
    """What the model's entry says of a subgraph; None where it has none, or one that makes no sense for it."""
    content = next((model.content[at : at + size] for name, at, size in model.metadata_spans if name == ENTRY), b"")
    graph = model.subgraphs[subgraph]
    while len(content) >= _HEADER.size:
        magic, version, which, found, tensors, operators, words = _HEADER.unpack_from(content)
        size = _HEADER.size + 4 * (tensors + operators + words)
        if magic != _MAGIC or version != _VERSION or size > len(content):
            return None
        if which == subgraph:
            places = struct.unpack_from(f"<{tensors + operators}I", content, _HEADER.size)
            rest = struct.unpack_from(f"<{words}I", content, _HEADER.size + 4 * (tensors + operators))
            segments = read_segments(rest)
            if segments is None or (tensors, operators) != (len(graph.tensors), len(graph.operators)):
                return None
            return Entry(found, places, tensors, segments)
        content = content[size:]
    return None


def hash_of(items: Sequence[Item]) -> int:
    """FNV-1a over the items as the runtime notes them."""
    value = _BASIS
    for item in items:
        words = [item.size, item.first | item.last << 16, item.key | (0 if item.over is None else item.over + 1) << 16]
        if item.over is not None:
            words.append(_units(item.forwards) | _units(item.backwards) << 16)
        for byte in struct.pack(f"<{len(words)}I", *words):
            value = (value ^ byte) * _PRIME & 0xFFFFFFFF
    return value


def _units(distance: int | None) -> int:
    return 0xFFFF if distance is None else distance // ALIGNMENT_BYTES
