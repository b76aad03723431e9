"""The EDGEFLOW entry: what TFLite metadata has no words for, as the project file's `[pre]` and `[post]` in JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from edgeflow.errors import ModelError
from edgeflow.model.metadata import CustomMetadata, SubGraphMetadata

NAME: Final = "EDGEFLOW"
MAX_DEPTH: Final = 16


@dataclass(frozen=True)
class Extras:
    """`[pre]` and `[post]` of the project file, by input or output name or index; their keys are not checked here."""

    pre: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    post: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def extras_entry(extras: Extras) -> CustomMetadata:
    """The custom entry that stores `extras`."""
    document = {"schema": 1, "pre": extras.pre, "post": extras.post}
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return CustomMetadata(NAME, text.encode())


def read_extras(subgraph: SubGraphMetadata) -> Extras | None:
    """What its EDGEFLOW entry says, None where there is none. Raises ModelError when it is not what edgeflow writes."""
    data = next((entry.data for entry in subgraph.custom if entry.name == NAME), None)
    if data is None:
        return None
    try:
        document = json.loads(data.decode(), parse_constant=_refuse)
        tables = [document[key] for key in ("pre", "post")]
        if document["schema"] != 1 or not all(isinstance(e, dict) for t in tables for e in (t, *t.values())):
            raise ValueError
        _check(tables, MAX_DEPTH)
        extras = Extras(*tables)
        extras_entry(extras)  # refuses what is no Unicode
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(
            f"the metadata's {NAME} entry is not one that edgeflow writes",
            "write the metadata again with edgeflow metadata write",
        ) from error
    return extras


def _check(value: object, depth: int) -> None:
    """Raise ValueError on numbers beyond a float's range and on nesting no project file has."""
    if depth == 0 or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError
    for entry in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check(entry, depth - 1)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
