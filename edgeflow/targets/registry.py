"""Loads `targets/*.toml` and `targets/boards/*.toml`: checked at the file's edge, frozen values inside."""

from __future__ import annotations

import difflib
import functools
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from edgeflow.errors import TargetError
from edgeflow.resources import data_roots
from edgeflow.targets.types import Board, BoardFramework, Family, FlashMethod, Region, Target

_Text = Annotated[str, msgspec.Meta(min_length=1)]
_Size = Annotated[int, msgspec.Meta(ge=1)]
_Address = Annotated[int, msgspec.Meta(ge=0, le=0xFFFF_FFFF)]
_UsbId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{4}:[0-9a-f]{4}$")]


class _TargetFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    schema: int
    title: _Text
    family: Family
    arch: _Text
    runtime: _Text
    kernels: _Text
    languages: tuple[_Text, ...]
    source: _Text
    cflags: tuple[_Text, ...] = ()
    zig_target: _Text | None = None
    zig_cpu: _Text | None = None
    toolchain: _Text | None = None
    notes: str = ""


class _RegionFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: _Text
    bytes: _Size
    address: _Address | None = None


class _FlashFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    tool: _Text
    formats: Annotated[tuple[Literal["elf", "hex", "bin", "uf2"], ...], msgspec.Meta(min_length=1)]
    arguments: tuple[_Text, ...] = ()
    probe_arguments: tuple[_Text, ...] = ()
    probe_is_board: bool = False
    address: _Address | None = None
    uf2_family: _Address | None = None
    drive: _Text | None = None
    notes: str = ""


class _FrameworkFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: _Text
    board: _Text
    platform: _Text | None = None


class _BoardFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    schema: int
    title: _Text
    target: _Text
    cpu: _Text
    source: _Text
    clock_hz: _Size | None = None
    ram: tuple[_RegionFile, ...] = ()
    flash_bytes: _Size | None = None
    usb_ids: tuple[_UsbId, ...] = ()
    flash_address: _Address | None = None
    flash: tuple[_FlashFile, ...] = ()
    framework: tuple[_FrameworkFile, ...] = ()
    port: _Text | None = None
    emulator: _Text | None = None
    notes: str = ""


_File = TypeVar("_File", _TargetFile, _BoardFile)


@functools.cache
def load_targets(root: Path | None = None) -> dict[str, Target]:
    """All targets by name, from the folder `root` or all that there are. Raises TargetError on a broken file."""
    found: dict[str, Target] = {}
    for path in _files(root, "."):
        file = _read(path, _TargetFile)
        if path.stem in found:
            raise TargetError(f"{path}: another target has the same name", "rename the target's file")
        fields = {name: getattr(file, name) for name in file.__struct_fields__ if name != "schema"}
        found[path.stem] = Target(name=path.stem, **fields)
    return found


@functools.cache
def load_boards(root: Path | None = None) -> dict[str, Board]:
    """All boards by name; each names a target that there is. Raises TargetError on a broken file."""
    targets = load_targets(root)
    found: dict[str, Board] = {}
    for path in _files(root, "boards"):
        file = _read(path, _BoardFile)
        if file.target not in targets:
            raise TargetError(f"{path}: target {file.target!r} does not exist", _nearest(file.target, targets))
        if path.stem in targets or path.stem in found:
            other = "a target" if path.stem in targets else "another board"
            raise TargetError(f"{path}: {other} has the same name", "rename the board's file")
        fields: dict[str, Any] = {name: getattr(file, name) for name in file.__struct_fields__ if name != "schema"}
        fields["ram"] = tuple(Region(region.name, region.bytes, region.address) for region in file.ram)
        fields["flash"] = tuple(FlashMethod(**msgspec.structs.asdict(method)) for method in file.flash)
        fields["frameworks"] = tuple(BoardFramework(**msgspec.structs.asdict(one)) for one in fields.pop("framework"))
        found[path.stem] = Board(name=path.stem, **fields)
    return found


def find_target(name: str) -> Target:
    """The target of that name. Raises TargetError with the nearest names."""
    targets = load_targets()
    if name not in targets:
        raise TargetError(f"unknown target {name!r}", _nearest(name, targets))
    return targets[name]


def find_board(name: str) -> Board:
    """The board of that name. Raises TargetError with the nearest names."""
    boards = load_boards()
    if name not in boards:
        raise TargetError(f"unknown board {name!r}", _nearest(name, boards))
    return boards[name]


def resolve(name: str) -> tuple[Target, Board | None]:
    """What `--target NAME` means: a target, or a board with its target. Raises TargetError with the nearest names."""
    targets = load_targets()
    if name in targets:
        return targets[name], None
    boards = load_boards()
    if name not in boards:
        raise TargetError(f"unknown target or board {name!r}", _nearest(name, [*targets, *boards]))
    return targets[boards[name].target], boards[name]


def _files(root: Path | None, below: str) -> list[Path]:
    folders = [root] if root else [folder / "targets" for folder in data_roots()]
    return [path for folder in folders for path in sorted((folder / below).glob("*.toml")) if path.is_file()]


def _read(path: Path, kind: type[_File]) -> _File:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        file = msgspec.convert(content, kind)
    except (OSError, UnicodeDecodeError) as error:
        raise TargetError(f"{path} cannot be read: {error}", "check the file and its permissions") from error
    except tomllib.TOMLDecodeError as error:
        raise TargetError(f"{path} is not TOML: {error}", "correct the line it names") from error
    except msgspec.ValidationError as error:
        parts = {"$.ram[": _RegionFile, "$.flash[": _FlashFile, "$.framework[": _FrameworkFile}
        fields = next((part for where, part in parts.items() if where in str(error)), kind).__struct_fields__
        raise TargetError(f"{path}: {error}", f"known keys: {', '.join(fields)}") from error
    if file.schema != 1:
        raise TargetError(f"{path}: schema {file.schema}, expected 1", "use an edgeflow that knows this schema")
    return file


def _nearest(name: str, known: dict[str, Any] | list[str]) -> str:
    close = difflib.get_close_matches(name.lower().replace("_", "-"), known, n=3, cutoff=0.5)
    meant = f"did you mean {' or '.join(close)}? " if close else ""
    return f"{meant}edgeflow targets list shows all targets and boards"
