"""Puts rendered files in place: all or nothing, and never over a file that is somebody else's."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from edgeflow.errors import EdgeflowError, UsageError

_MARK = b"edgeflow generate "  # stands in line 1 of every generated text file


def write_tree(files: Mapping[str, bytes], output: Path, *, owns_directory: bool, force: bool) -> tuple[Path, ...]:
    """Write {relative path: bytes} below `output` and return the paths written, in order.

    Without `force`, files that edgeflow did not generate are not overwritten, and where the tree owns its directory
    the directory must be empty, new or generated before. Other files in it stay as they are.
    Raises UsageError on foreign files, EdgeflowError when the disk refuses; then nothing has changed.
    """
    if output.exists() and not output.is_dir():
        raise UsageError(f"{output} is a file, not a directory", "give a directory with -o")
    blocked = [name for name in files if (output / name).is_dir()]
    if blocked:
        raise UsageError(f"{output / blocked[0]} is a directory", "move it away or give another directory with -o")
    foreign = [] if force else _foreign(files, output, owns_directory)
    if foreign:
        more = f" and {len(foreign) - 3} more" if len(foreign) > 3 else ""
        raise UsageError(
            f"{output} holds files that edgeflow did not generate: {', '.join(foreign[:3])}{more}",
            "give another directory with -o, or write there anyway with --force",
        )
    try:
        _put(files, output)
    except OSError as error:
        where = error.filename or output
        raise EdgeflowError(
            f"cannot write {where}: {error.strerror or error}", "give another directory with -o"
        ) from error
    return tuple(output / name for name in files)


def _foreign(files: Mapping[str, bytes], output: Path, owns_directory: bool) -> list[str]:
    """Existing files that are in the way and not ours."""
    if not output.exists():
        return []
    existing = {name: (output / name).read_bytes() for name in files if (output / name).exists()}
    ours = {name for name, content in existing.items() if _MARK in content.partition(b"\n")[0]}
    foreign = []
    for name, content in existing.items():
        markable = _MARK in files[name].partition(b"\n")[0]
        if name not in ours and content != files[name] and (markable or not ours):
            foreign.append(name)
    if owns_directory and not ours:
        foreign += [path.name for path in sorted(output.iterdir()) if path.name not in foreign]
    return foreign


def _put(files: Mapping[str, bytes], output: Path) -> None:
    """Write everything aside first, on the same file system, then move it in; a new directory appears at once."""
    new = not output.exists()
    aside = output.parent if new else output
    aside.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=".edgeflow.", suffix=".partial", dir=aside))
    try:
        for name, content in files.items():
            path = stage / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if new:
            stage.chmod(0o777 & ~_umask())
            stage.replace(output)
            return
        for name in files:
            (output / name).parent.mkdir(parents=True, exist_ok=True)
        for name in files:
            (stage / name).replace(output / name)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _umask() -> int:
    """The process's file mode mask; mkdtemp is stricter than a user's own directories."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
