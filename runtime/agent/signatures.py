"""The order of signatures and of their tensors in a .tflite file; the interpreter tells them by name only."""

from __future__ import annotations

import struct
from typing import Any, Dict, List, Tuple

_SIGNATURE_DEFS = 7  # field of Model
_INPUTS, _OUTPUTS, _KEY = 0, 1, 2  # fields of SignatureDef
_NAME = 0  # field of TensorMap
_LIMIT = 10_000

Order = Dict[str, Tuple[List[str], List[str]]]


def file_order(path: str) -> Order:
    """{signature: (input names, output names)} as the file has them; empty where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return _read(file.read())
    except (OSError, struct.error, ValueError, IndexError):
        return {}


def in_file_order(signatures: Dict[str, Dict[str, Any]], path: str) -> Dict[str, Dict[str, Any]]:
    """The interpreter's {signature: {inputs: {name: tensor}, outputs: …}}, in the order of the file."""
    order = file_order(path)
    if set(order) != set(signatures):
        return signatures
    return {
        key: {
            "inputs": _sorted(signatures[key]["inputs"], inputs),
            "outputs": _sorted(signatures[key]["outputs"], outputs),
        }
        for key, (inputs, outputs) in order.items()
    }


def _sorted(tensors: Any, names: List[str]) -> Any:
    if set(names) != set(tensors):
        return tensors
    return {name: tensors[name] for name in names} if isinstance(tensors, dict) else list(names)


def _read(data: bytes) -> Order:
    found: Order = {}
    for signature in _tables(data, _number(data, 0), _SIGNATURE_DEFS):
        sides = [
            [_text(data, tensor, _NAME) for tensor in _tables(data, signature, side)] for side in (_INPUTS, _OUTPUTS)
        ]
        found[_text(data, signature, _KEY)] = (sides[0], sides[1])
    return found


def _number(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, _checked(at))[0])


def _checked(at: int) -> int:
    if at < 0:
        raise ValueError("offset before the file")
    return at


def _field(data: bytes, table: int, field: int) -> int:
    """Where a table's field lies, 0 when it is absent."""
    layout = table - int(struct.unpack_from("<i", data, _checked(table))[0])
    if struct.unpack_from("<H", data, _checked(layout))[0] < 6 + 2 * field:
        return 0
    offset = int(struct.unpack_from("<H", data, layout + 4 + 2 * field)[0])
    return table + offset if offset else 0


def _tables(data: bytes, table: int, field: int) -> List[int]:
    at = _field(data, table, field)
    if not at:
        return []
    vector = at + _number(data, at)
    count = _number(data, vector)
    if count > _LIMIT:
        raise ValueError("too many entries")
    places = [vector + 4 + 4 * index for index in range(count)]
    return [place + _number(data, place) for place in places]


def _text(data: bytes, table: int, field: int) -> str:
    at = _field(data, table, field)
    if not at:
        return ""
    start = at + _number(data, at)
    return data[start + 4 : start + 4 + _number(data, start)].decode("utf-8", "replace")
