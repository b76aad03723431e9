"""What edgeflow's runtime itself takes on a microcontroller, as measured: `runtime/footprint.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec

from edgeflow.errors import TargetError
from edgeflow.resources import runtime_dir

_Bytes = Annotated[int, msgspec.Meta(ge=0)]


@dataclass(frozen=True)
class Footprint:
    """Bytes of the runtime with every kernel of its set: `text_bytes` in flash, `ram_bytes` of data and stack.

    `ram_bytes` is None where no device told the stack; `measured` is the date, `source` what was built and how.
    """

    text_bytes: int
    ram_bytes: int | None
    measured: str
    source: str


class _Entry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    target: str
    text_bytes: _Bytes
    ram_bytes: _Bytes | None = None
    measured: str
    source: str


class _File(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    schema: int
    footprint: tuple[_Entry, ...] = ()


@cache
def load_footprints(path: Path | None = None) -> dict[str, Footprint]:
    """Footprints by target; empty while none is measured. Raises TargetError on a broken file."""
    path = path or runtime_dir() / "footprint.toml"
    if not path.is_file():
        return {}
    try:
        file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TargetError(f"{path} cannot be read: {error}", "correct the line it names") from error
    except msgspec.ValidationError as error:
        keys = ", ".join(_Entry.__struct_fields__)
        raise TargetError(f"{path}: {error}", f"known keys of a footprint: {keys}") from error
    if file.schema != 1:
        raise TargetError(f"{path}: schema {file.schema}, expected 1", "use an edgeflow that knows this schema")
    return {
        entry.target: Footprint(entry.text_bytes, entry.ram_bytes, entry.measured, entry.source)
        for entry in file.footprint
    }
