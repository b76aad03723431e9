"""The device book: devices.toml of the user and of the project, read and written.

Reading checks everything; writing changes only the entry in question, so that comments and order stay.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import msgspec

from edgeflow.device.types import Device
from edgeflow.errors import TargetError, UsageError
from edgeflow.files import write_whole
from edgeflow.targets.registry import resolve
from edgeflow.transport.address import looks_like_address, parse_address

SCHEMA = 1
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HEADER = re.compile(r"\s*\[+\s*(?P<path>[^\]]*?)\s*\]+\s*(#.*)?")
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=1024, pattern=r"^[^\x00-\x1f]*$")]


class _Entry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    address: _Text
    target: _Text | None = None
    board: _Text | None = None
    base: _Text | None = None
    tags: tuple[_Text, ...] = ()
    power: _Text | None = None


class _Book(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    schema: int
    device: dict[str, _Entry] = {}


@dataclass(frozen=True)
class Listed:
    """A device and the file it stands in."""

    device: Device
    path: Path


def user_book() -> Path:
    """devices.toml in the user's configuration folder (`EDGEFLOW_CONFIG_DIR` overrides the folder)."""
    chosen = os.environ.get("EDGEFLOW_CONFIG_DIR")
    if chosen:
        return Path(chosen).expanduser() / "devices.toml"
    from platformdirs import user_config_path

    return user_config_path("edgeflow", appauthor=False) / "devices.toml"


def project_book() -> Path:
    """devices.toml of the project: in the current folder."""
    return Path("devices.toml")


def listed() -> tuple[Listed, ...]:
    """All devices by name; one of the project hides one of the user with the same name.

    Raises UsageError when a book is broken.
    """
    found: dict[str, Listed] = {}
    for path in (user_book(), project_book()):
        found.update({device.name: Listed(device, path) for device in read_book(path)})
    return tuple(found[name] for name in sorted(found))


def read_book(path: Path) -> tuple[Device, ...]:
    """The devices of one file; none when it does not exist. Raises UsageError naming what is wrong where."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}", "correct or remove the file") from None
    return _parse(text, path)


def find_device(name: str | None = None, *, target: str | None = None) -> Device:
    """The device of a name or an address; without either the one of `EDGEFLOW_DEVICE`.

    `target` is a target or a board and wins over the book. Serial ports and adb devices given as a plain address
    need it; others are asked what they are. Raises UsageError or TargetError.
    """
    chosen = name or os.environ.get("EDGEFLOW_DEVICE")
    if not chosen:
        names = ", ".join(entry.device.name for entry in listed()) or "none is in your book yet"
        raise UsageError("no device given", f"give --device NAME, ADDRESS or local: (known: {names})")
    if looks_like_address(chosen):
        device = _from_address(chosen, target)
    else:
        device = _from_book(chosen)
    if target is None:
        return named_by_address(device)
    kind, board = resolve(target)
    return replace(device, target=kind.name, board=board.name if board else None)


def add_device(device: Device, path: Path | None = None, *, overwrite: bool = False) -> Path:
    """Write a device into a book (the user's by default) and return the file.

    Raises UsageError when the name is taken and not to be overwritten, or cannot be a name.
    """
    path = path or user_book()
    check_name(device.name)
    others = {other for other in read_book(path) if other.name != device.name}
    if len(others) < len(read_book(path)) and not overwrite:
        raise UsageError(
            f"a device '{device.name}' already stands in {path}", f"edgeflow devices remove {device.name}, then again"
        )
    text = path.read_text(encoding="utf-8") if path.exists() else f"schema = {SCHEMA}\n"
    kept = _without(text, device.name)
    _write(path, f"{kept.rstrip()}\n\n{_entry_text(device)}", others, device.name)
    return path


def remove_device(name: str) -> Path:
    """Take a device out of the book it stands in and return that file. Raises UsageError when it is in none."""
    for entry in listed():
        if entry.device.name == name:
            text = entry.path.read_text(encoding="utf-8")
            left = {device for device in read_book(entry.path) if device.name != name}
            _write(entry.path, _without(text, name), left)
            return entry.path
    raise _unknown(name)


def check_name(name: str) -> None:
    """Raise UsageError when `name` cannot stand in a device book."""
    if not _NAME.fullmatch(name) or looks_like_address(name):
        raise UsageError(
            f"{name!r} cannot be a device's name", "use up to 64 letters, digits, '.', '_' and '-', first no sign"
        )


def _from_book(name: str) -> Device:
    for entry in listed():
        if entry.device.name == name:
            return entry.device
    raise _unknown(name)


def _unknown(name: str) -> UsageError:
    names = ", ".join(entry.device.name for entry in listed()) or "none"
    return UsageError(
        f"unknown device {name!r} (in the book: {names})",
        "edgeflow devices add NAME ADDRESS, or give an address such as ssh://user@host or local:",
    )


def _from_address(text: str, target: str | None) -> Device:
    address = parse_address(text)
    if address.scheme in ("serial", "adb") and target is None:
        raise UsageError(f"{text} needs --target", "name the target or board behind it: edgeflow targets list")
    return Device(str(address), address)


def named_by_address(device: Device) -> Device:
    """The device with target and board of its address where that names a board and the device has none.

    Raises TargetError when there is no such board.
    """
    if device.address.scheme != "qemu" or device.target is not None or device.board is not None:
        return device
    kind, board = resolve(device.address.where)
    return replace(device, target=kind.name, board=board.name if board else None)


def _parse(text: str, path: Path) -> tuple[Device, ...]:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: {error}", "correct the file") from None
    _check_keys(raw, _Book, str(path))
    entries = raw.get("device", {})
    if isinstance(entries, dict):
        for name, entry in entries.items():
            if isinstance(entry, dict):
                _check_keys(entry, _Entry, f"{path}: device.{name}")
    try:
        book = msgspec.convert(raw, _Book)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {error}", "correct the file") from None
    if book.schema != SCHEMA:
        raise UsageError(f"{path}: schema {book.schema} is unknown", f"this edgeflow reads schema = {SCHEMA}")
    return tuple(_device(name, entry, path) for name, entry in book.device.items())


def _check_keys(found: dict[str, object], kind: type[msgspec.Struct], where: str) -> None:
    known = kind.__struct_fields__
    if unknown := sorted(set(found) - set(known)):
        raise UsageError(f"{where}: unknown key {', '.join(map(repr, unknown))}", f"known keys: {', '.join(known)}")


def _device(name: str, entry: _Entry, path: Path) -> Device:
    try:
        check_name(name)
        if entry.board and entry.target:
            raise UsageError("both target and board", "a board says its target: keep one of them")
        kind, board = resolve(entry.board or entry.target or "") if entry.board or entry.target else (None, None)
        return Device(
            name=name,
            address=parse_address(entry.address),
            target=kind.name if kind else None,
            board=board.name if board else None,
            base=entry.base,
            tags=entry.tags,
            power=entry.power,
        )
    except (UsageError, TargetError) as error:
        raise UsageError(f"{path}: device.{name}: {error.message}", error.hint) from None


def _entry_text(device: Device) -> str:
    facts: dict[str, object] = {
        "board": device.board,
        "target": None if device.board else device.target,
        "address": str(device.address),
        "base": device.base,
        "power": device.power,
    }
    # a JSON string is a TOML basic string as long as it holds no DEL and no surrogates, which no fact here does
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in facts.items() if value is not None]
    if device.tags:
        lines.append(f"tags = [{', '.join(json.dumps(tag, ensure_ascii=False) for tag in device.tags)}]")
    key = device.name if re.fullmatch(r"[A-Za-z0-9_-]+", device.name) else json.dumps(device.name)
    return f"[device.{key}]\n" + "\n".join(lines) + "\n"


def _without(text: str, name: str) -> str:
    """The text without the table [device.NAME]; its own comments go with it, those before the next table stay."""
    headers = {f"device.{name}", f'device."{name}"', f"device.'{name}'", f'"device".{name}'}
    kept: list[str] = []
    held: list[str] = []
    inside = False
    for line in text.splitlines(keepends=True):
        header = _HEADER.fullmatch(line.rstrip("\r\n"))
        if header:
            inside = re.sub(r"\s*\.\s*", ".", header["path"], count=1) in headers
        if not inside:
            kept += [*held, line]
            held = []
        elif header or not (line.strip() == "" or line.lstrip().startswith("#")):
            held = []
        else:
            held.append(line)
    return "".join([*kept, *held])


def _write(path: Path, text: str, others: set[Device], added: str | None = None) -> None:
    """Write atomically, but only text that reads back with all the others unchanged."""
    devices = _parse(text, path)
    left = {device for device in devices if device.name != added}
    if left != others or len(devices) != len(others) + (added is not None):
        raise UsageError(f"{path} is written in a form that cannot be changed safely", "edit the file by hand")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode("utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", "check the folder's rights") from None
