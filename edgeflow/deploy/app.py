"""Applications: a folder of the user's, or a generated package, that goes with a model as part of its bundle."""

from __future__ import annotations

import hashlib
import os
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from edgeflow.deploy.types import App, BundleFile
from edgeflow.errors import UsageError
from edgeflow.wire.bundle import APP, MAX_APP_BYTES, MAX_FILES, path_reason

UP_S = 5.0
MAX_UP_S = 3600.0
_SKIPPED = frozenset({"__pycache__", ".git"})
_STARTS = "give --entry, such as --entry 'python3 main.py', or have an executable run or a main.py in it"


def read_app(folder: Path | str, *, entry: str | None = None, up_s: float = UP_S) -> App:
    """Read an application's folder. `entry` is split into words as a shell would, and no shell ever sees it.

    The first word is a file of the folder that may be executed, a program of the device's PATH, or an absolute path.
    Without `entry` an executable `run` is started, else `main.py` by python3. A link to a file of the folder becomes
    that file; __pycache__ and .git stay here.
    Raises UsageError for everything that could not be laid down there as it is here.
    """
    root = Path(folder)
    if not root.is_dir():
        raise UsageError(f"{root}: no folder", "name the folder that holds the application")
    files: list[BundleFile] = []
    contents: list[bytes] = []
    total = 0
    for path, name in _walk(root):
        total += path.stat().st_size
        if total > MAX_APP_BYTES or len(files) >= MAX_FILES:
            most = f"{MAX_FILES} files" if len(files) >= MAX_FILES else f"{MAX_APP_BYTES >> 20} MiB"
            raise UsageError(f"{root}: more than {most}", "leave out what the application does not need to run")
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}", "make it readable, or move it out of the folder") from None
        executable = bool(path.stat().st_mode & stat.S_IXUSR)
        files.append(BundleFile(APP + name, hashlib.sha256(content).hexdigest(), len(content), executable))
        contents.append(content)
    if not files:
        raise UsageError(f"{root}: an empty folder", "name the folder that holds the application")
    return App(_entry(root, entry, files), up_s, tuple(files), b"".join(contents))


def _walk(root: Path) -> Iterator[tuple[Path, str]]:
    """Each file with its name below the folder, in one order on every machine."""
    inside = root.resolve()
    for parent, folders, names in os.walk(root, onerror=_raise):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        for name in sorted(names + [each for each in folders if (Path(parent) / each).is_symlink()]):
            path = Path(parent) / name
            below = path.relative_to(root).as_posix()
            if reason := path_reason(APP + below):
                raise UsageError(f"{root}: {below!r}: {reason}", "rename it, or move it out of the folder")
            yield _checked(path, inside), below


def _checked(path: Path, inside: Path) -> Path:
    """A file that may go; the target of a link inside."""
    real = path.resolve()
    if path.is_symlink() and not real.is_relative_to(inside):
        raise UsageError(f"{path}: a link that leads out of the folder", "put a copy in its place")
    if path.is_symlink() and real.is_dir():
        raise UsageError(f"{path}: a link to a folder", "put a copy in its place")
    try:
        mode = real.stat().st_mode
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "remove it, or move it out of the folder") from None
    if not stat.S_ISREG(mode):
        raise UsageError(f"{path}: neither a file nor a folder", "move it out of the folder")
    return real


def _entry(root: Path, entry: str | None, files: list[BundleFile]) -> tuple[str, ...]:
    executable = {file.path.removeprefix(APP): file.executable for file in files}
    if entry is None:
        if executable.get("run"):
            return ("./run",)
        if "main.py" in executable:
            return ("python3", "main.py")
        lacks = "its run is not executable" if "run" in executable else "nothing says how it starts"
        raise UsageError(f"{root}: {lacks}", _STARTS)
    try:
        words = shlex.split(entry)
    except ValueError as error:
        raise UsageError(f"--entry {entry!r}: {str(error).lower()}", "quote its words as for a shell") from None
    if not words or not words[0] or "\0" in entry:
        raise UsageError(f"--entry {entry!r} names no program", _STARTS)
    first = words[0]
    own = first.removeprefix("./")
    if own in executable:
        if not executable[own]:
            raise UsageError(f"{root}: {own} is not executable", f"chmod +x it, or --entry 'sh {own}' for a script")
        return (f"./{own}", *words[1:])
    if "/" in first and not first.startswith("/"):
        raise UsageError(f"{root}: there is no {own}", _STARTS)
    return tuple(words)


def _raise(error: OSError) -> None:
    raise UsageError(f"{error.filename}: {error.strerror}", "make it readable, or move it out of the folder")
