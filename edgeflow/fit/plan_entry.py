"""A memory plan inside a `.tflite`: the metadata entry EDGEFLOW_PLAN, as ef_interpreter_plan.c reads it."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from edgeflow.fit.placement import ALIGNMENT_BYTES, Item
from edgeflow.model.types import Model

ENTRY = "EDGEFLOW_PLAN"
_MAGIC, _VERSION, _NOWHERE = 0x4C504645, 1, 0xFFFFFFFF
_HEADER = struct.Struct("<6I")
_BASIS, _PRIME = 2166136261, 16777619


def pack_plan(
    subgraph: int,
    items: Sequence[Item],
    offsets: Sequence[int],
    of_tensor: Mapping[int, int],
    of_scratch: Mapping[int, int],
    counts: tuple[int, int],
) -> bytes:
    """One subgraph's plan. `of_tensor` and `of_scratch` name items by tensor and operator, `counts` are how many."""
    places = [offsets[of_tensor[t]] if t in of_tensor else _NOWHERE for t in range(counts[0])]
    places += [offsets[of_scratch[o]] if o in of_scratch else _NOWHERE for o in range(counts[1])]
    header = _HEADER.pack(_MAGIC, _VERSION, subgraph, hash_of(items), *counts)
    return header + struct.pack(f"<{len(places)}I", *places)


def read_plan(model: Model, subgraph: int, items: Sequence[Item], of_tensor: Mapping[int, int]) -> list[int] | None:
    """Offsets of all items from the model's entry; None where it has none for this subgraph and these items.

    Items of scratch stand behind the tensors' in the entry; whether the plan holds is the runtime's to check.
    """
    content = next((model.content[at : at + size] for name, at, size in model.metadata_spans if name == ENTRY), b"")
    while len(content) >= _HEADER.size:
        magic, version, which, found, tensors, operators = _HEADER.unpack_from(content)
        size = _HEADER.size + 4 * (tensors + operators)
        if magic != _MAGIC or version != _VERSION or size > len(content):
            return None
        if which == subgraph:
            places = struct.unpack_from(f"<{tensors + operators}I", content, _HEADER.size)
            return _offsets(places, tensors, items, of_tensor) if found == hash_of(items) else None
        content = content[size:]
    return None


def _offsets(places: Sequence[int], tensors: int, items: Sequence[Item], of_tensor: Mapping[int, int]) -> list[int]:
    offsets = [0] * len(items)
    for tensor, number in of_tensor.items():
        offsets[number] = places[tensor]
    for number, item in enumerate(items):
        if item.key >= tensors:
            offsets[number] = places[item.key]
    return offsets


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
