"""All that LiteRT's own kernels need on a device without Python and without glibc, as Android has neither.

A small program that speaks the link, LiteRT's shared library out of its wheel, and glibc with its loader from Debian:
about 13 MB. The two fetched parts are kept in the user's cache folder; nothing of them is a part of edgeflow.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from edgeflow.device.interpreters import litert_wheel
from edgeflow.device.system_libraries import system_libraries
from edgeflow.device.wheels import fetch
from edgeflow.errors import DeviceError, UsageError
from edgeflow.firmware.litert_runner import build_litert_runner
from edgeflow.progress import Progress, silent

LIBRARY = "libLiteRt.so"
RUNNER = "runner"
_VERSION = "VERSION"


@dataclass(frozen=True)
class Machine:
    """How one machine (`uname -m`) is called by others, and its loader."""

    zig_target: str
    debian: str
    loader: str


MACHINES = {
    "aarch64": Machine("aarch64-linux-gnu.2.28", "arm64", "ld-linux-aarch64.so.1"),
    "x86_64": Machine("x86_64-linux-gnu.2.28", "amd64", "ld-linux-x86-64.so.2"),
}


@dataclass(frozen=True)
class LitertBundle:
    """The files by name, with their SHA-256; `digest` stands for all of them, `version` is LiteRT's."""

    machine: Machine
    version: str
    digest: str
    files: tuple[tuple[str, Path, str], ...]


def litert_bundle(machine: str, name: str, own: Path | None = None, *, progress: Progress = silent) -> LitertBundle:
    """The bundle for a device called `name`, whose `uname -m` is `machine`.

    What is not in the cache is fetched by pip and apt; with `own` the wheel and Debian's packages come from that
    folder, and stay in the cache. Raises DeviceError where there is none for the machine, UsageError (`own`) and
    ToolchainError.
    """
    chosen = MACHINES.get(machine)
    if chosen is None:
        raise DeviceError(
            f"{name}: LiteRT is published for {' and '.join(MACHINES)}, not for '{machine}'",
            "leave out --runtime litert: edgeflow's own runtime runs there",
        )
    kept = _kept(machine)
    if own is not None or not (kept / _VERSION).is_file():
        _keep(kept, _fetched(machine, chosen, own, progress))
    runner = build_litert_runner(chosen.zig_target, progress=progress).path
    paths = [(RUNNER, runner), *((path.name, path) for path in sorted(kept.iterdir()) if path.name != _VERSION)]
    files = tuple((file, path, hashlib.sha256(path.read_bytes()).hexdigest()) for file, path in paths)
    whole = "\n".join(f"{sha256} {file}" for file, _, sha256 in files)
    version = (kept / _VERSION).read_text(encoding="utf-8")
    return LitertBundle(chosen, version, hashlib.sha256(whole.encode()).hexdigest(), files)


def _kept(machine: str) -> Path:
    from platformdirs import user_cache_path

    wanted = litert_wheel(machine).requirements[0].replace("==", "-")
    return user_cache_path("edgeflow", appauthor=False) / "litert" / f"{machine}-{wanted}"


def _fetched(machine: str, chosen: Machine, own: Path | None, progress: Progress) -> dict[str, bytes]:
    if own is None:
        wheels = fetch(litert_wheel(machine), progress=progress)
    else:
        wheels = {path.name: path.read_bytes() for path in own.glob(f"ai_edge_litert-*{machine}.whl")}
        if not wheels:
            raise UsageError(
                f"{own} holds no wheel of ai-edge-litert for {machine}", f"pip download {_platform(machine)}"
            )
    name, content = max(wheels.items())
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as wheel:
            library = wheel.read(f"ai_edge_litert/{LIBRARY}")
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError) as error:
        raise UsageError(f"{name}: no {LIBRARY} in this wheel: {error}", "fetch ai-edge-litert 2.1 or newer") from None
    version = re.match(r"[^-]+-([^-]+)-", name)
    libraries = system_libraries(chosen.debian, chosen.loader, own, progress=progress)
    return {**libraries, LIBRARY: library, _VERSION: (version[1] if version else "?").encode()}


def _platform(machine: str) -> str:
    """What to tell pip so that it fetches the wheel."""
    wheel = litert_wheel(machine)
    glibc = wheel.glibc.replace(".", "_")
    return f"--no-deps --only-binary=:all: --platform manylinux_{glibc}_{machine} {wheel.requirements[0]}"


def _keep(kept: Path, files: dict[str, bytes]) -> None:
    """Put them into place as a whole; what was there goes."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".litert-", dir=kept.parent) as folder:
            made = Path(folder) / "made"
            made.mkdir()
            for name, content in files.items():
                (made / name).write_bytes(content)
            if kept.exists():
                kept.rename(Path(folder) / "old")
            with contextlib.suppress(OSError):  # another process was faster, with the same
                made.rename(kept)
    except OSError as error:
        raise DeviceError(
            f"{kept.parent}: {error.strerror}", "set XDG_CACHE_HOME to a folder you may write to"
        ) from None
