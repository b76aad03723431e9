"""A release's manifest, read as what it is: bytes that somebody sent."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List, NamedTuple, Optional

from edgeflow.wire.bundle import APP, LIBRARY, MANIFEST, MANIFEST_BYTES, MAX_FILES, MODEL, identity, path_reason

_ENTRY_WORDS, _WORD_BYTES, _UP_S = 256, 4096, 3600.0


class Listed(NamedTuple):
    """A file of the manifest; `size` is -1 where the manifest does not say."""

    sha256: str
    size: int
    executable: bool


class Manifest(NamedTuple):
    """`files` by path, in the manifest's order; `entry` is empty where the bundle has no application."""

    name: str
    files: Dict[str, Listed]
    entry: List[str]
    up_s: float
    identity: bytes

    @property
    def app(self) -> Dict[str, Listed]:
        return {path: listed for path, listed in self.files.items() if path.startswith(APP)}


def parse(data: bytes) -> Manifest:
    """Raises ValueError, with the reason, for whatever is not a manifest that can be laid down as files."""
    try:
        told = json.loads(data.decode("utf-8"))
        entries = told["files"]
        if not isinstance(entries, list) or len(entries) > MAX_FILES + 2:
            raise ValueError("too many files")
        files: Dict[str, Listed] = {}
        for entry in entries:
            path, size = str(entry["path"]), entry.get("bytes", -1)
            if path in files:
                raise ValueError("a file is listed twice")
            if path not in (MODEL, LIBRARY) and path_reason(path):
                raise ValueError(path_reason(path))
            if isinstance(size, bool) or not isinstance(size, int) or size < -1:
                raise ValueError("a size that cannot be")
            files[path] = Listed(str(entry["sha256"]), size, entry.get("executable") is True)
        folders = {path[:at] for path in files for at in range(len(path)) if path[at] == "/"}
        if folders & set(files):
            raise ValueError("a file is also a folder")
        entry, up_s = _entry(told.get("entry")), _up_s(told.get("up_s"))
        if bool(entry) != any(path.startswith(APP) for path in files):
            raise ValueError("an application and its entry belong together")
        return Manifest(str(told.get("name")), files, entry, up_s, identity(told))
    except (KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError("it is damaged") from None


def _entry(told: Any) -> List[str]:
    if told is None:
        return []
    sound = isinstance(told, list) and 0 < len(told) <= _ENTRY_WORDS
    if not sound or not all(isinstance(word, str) and "\0" not in word and len(word) <= _WORD_BYTES for word in told):
        raise ValueError("its entry is no list of words")
    if not told[0]:
        raise ValueError("its entry names no program")
    return list(told)


def _up_s(told: Any) -> float:
    if told is None:
        return 0.0
    if isinstance(told, bool) or not isinstance(told, (int, float)) or not 0 <= told <= _UP_S:
        raise ValueError("the seconds to stay up are out of range")
    return float(told)


def app_of(folder: str, release: Optional[str]) -> Optional[Manifest]:
    """The manifest of a release of a deployment that has an application; None where there is none to start."""
    if not release:
        return None
    data = read_small(os.path.join(folder, "releases", release, MANIFEST), MANIFEST_BYTES)
    try:
        told = parse(data) if data else None
    except ValueError:
        return None
    return told if told and told.entry else None


def read_small(path: str, most: int) -> Optional[bytes]:
    """A file's bytes; None where it is missing, a link, or has more than `most`."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            data = file.read(most + 1)
    except OSError:
        return None
    return data if len(data) <= most else None
