"""What files a run was made from: their SHA-256, so that a replay knows whether they are the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path


def digests_of(paths: Iterable[str]) -> dict[str, str]:
    """The SHA-256 of each path that exists, in hexadecimal; a folder's covers names and bytes of all its files."""
    return {path: _digest(Path(path)) for path in paths if Path(path).exists()}


def missing_or_changed(kept: Mapping[str, str]) -> str | None:
    """The first path that is gone or differs, as text for an error; None where all are as they were."""
    for path, digest in kept.items():
        if not Path(path).exists():
            return f"{path} is gone"
        if _digest(Path(path)) != digest:
            return f"{path} has changed since"
    return None


def _digest(path: Path) -> str:
    if path.is_file():
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    whole = hashlib.sha256()
    for file in sorted(each for each in path.rglob("*") if each.is_file()):
        whole.update(file.relative_to(path).as_posix().encode() + b"\0" + bytes.fromhex(_digest(file)))
    return whole.hexdigest()
