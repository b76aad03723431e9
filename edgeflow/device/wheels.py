"""Wheels for another machine: fetched here, packed into one archive that the device only unpacks."""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edgeflow.device.interpreters import Wheels
from edgeflow.errors import DeviceError, ToolchainError, UsageError
from edgeflow.progress import Progress, silent

_FETCH_S = 900.0
_EPOCH = (1980, 1, 1, 0, 0, 0)
_OLDEST_GLIBC = 5  # manylinux_2_5
_UNPACKED_BYTES = 1 << 30


@dataclass(frozen=True)
class Packed:
    """One archive, known by its content; `distributions` are names and versions of the wheels in it."""

    sha256: str
    content: bytes
    unpacked_bytes: int
    distributions: tuple[str, ...]


def fetch(wheels: Wheels, own: Path | None = None, *, progress: Progress = silent) -> dict[str, bytes]:
    """The wheels by file name: from the user's cache, else by pip from the user's index; with `own` from that folder.

    Raises UsageError when `own` lacks one, ToolchainError when pip is missing or fails.
    """
    cached = _cache_folder(wheels)
    if own is None and cached.is_dir():
        return _read(cached)
    if own is not None and not own.is_dir():
        raise UsageError(f"{own} is not a folder", "name the folder that your wheels lie in")
    progress("fetch", 0, None)
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=cached.parent) as folder:
            into = Path(folder) / "wheels"
            into.mkdir()
            _download(wheels, into, own)
            fetched = _read(into)
            if own is None:
                with contextlib.suppress(OSError):  # another process was faster
                    into.rename(cached)
            return fetched
    except OSError as error:
        raise DeviceError(
            f"{cached.parent}: {error.strerror}", "set XDG_CACHE_HOME to a folder you may write to"
        ) from None


def pack(files: Mapping[str, bytes], leave_out: tuple[str, ...]) -> Packed:
    """Merge wheels into one archive; order and times depend on nothing but them.

    Raises UsageError for a file that is no wheel, or one that reaches outside of its folder.
    """
    members: dict[str, bytes] = {}
    for name, content in files.items():
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as wheel:
                entries = [entry for entry in wheel.infolist() if not entry.is_dir()]
                if sum(entry.file_size for entry in entries) > _UNPACKED_BYTES:
                    raise UsageError(f"{name} unpacks to more than 1 GiB", "this is no wheel to be trusted")
                for entry in entries:
                    path = entry.filename
                    if path.startswith("/") or "\\" in path or {"", ".", ".."} & set(path.split("/")):
                        raise UsageError(f"{name} holds the file {path!r}", "this is no wheel to be trusted")
                    if not any(fnmatch.fnmatchcase(path, pattern) for pattern in leave_out):
                        members[path] = wheel.read(entry)
        except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
            raise UsageError(f"{name} is no wheel: {error}", "fetch it again") from None
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path in sorted(members):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, members[path])
    packed = out.getvalue()
    return Packed(
        hashlib.sha256(packed).hexdigest(),
        packed,
        sum(map(len, members.values())),
        tuple(" ".join(name.split("-")[:2]) for name in files),
    )


def _cache_folder(wheels: Wheels) -> Path:
    from platformdirs import user_cache_path

    wanted = "\n".join((wheels.machine, wheels.python, wheels.glibc, *sorted(wheels.requirements)))
    name = hashlib.sha256(wanted.encode()).hexdigest()[:16]
    return user_cache_path("edgeflow", appauthor=False) / "wheels" / name


def _read(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.whl"))}


def _download(wheels: Wheels, into: Path, own: Path | None) -> None:
    machine = {"armv7": "armv7l"}.get(wheels.machine, wheels.machine)
    # every age that the device takes: pip itself expands only the oldest ones
    newest = int(wheels.glibc.partition(".")[2])
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(newest, _OLDEST_GLIBC - 1, -1)]
    platforms += [f"manylinux2014_{machine}", f"linux_{machine}"]
    argv = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"),
        *("--only-binary=:all:", "--no-deps", "--python-version", wheels.python, "--implementation", "cp"),
        *("--dest", str(into)),
        *(word for platform in platforms for word in ("--platform", platform)),
        *(("--no-index", "--find-links", str(own)) if own else ()),
        *wheels.requirements,
    ]
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=_FETCH_S)
    except subprocess.TimeoutExpired:
        raise ToolchainError(f"pip fetched nothing within {_FETCH_S:g} s", "check the connection, try again") from None
    if done.returncode == 0:
        return
    said = [line.strip() for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    if any("No module named pip" in line for line in said):
        raise ToolchainError("this Python has no pip to fetch wheels with", f"{sys.executable} -m ensurepip")
    errors = [line.removeprefix("ERROR: ") for line in said if line.startswith("ERROR: ")]
    why = errors[-1] if errors else "no reason given"
    what = f"wheels for {wheels.machine}, Python {wheels.python}"
    if own is not None:
        raise UsageError(f"{own} does not hold the {what}: {why}", f"needed: {', '.join(wheels.requirements)}")
    raise ToolchainError(
        f"pip did not fetch the {what}: {why}", "check this machine's connection, or give a folder with --wheels"
    )
