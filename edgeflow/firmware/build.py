"""Compiles and links C sources, once: what is built is kept under the hash of all that went into it."""

from __future__ import annotations

import concurrent.futures
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgeflow.errors import ToolchainError
from edgeflow.firmware.image import Image, elf_sizes
from edgeflow.firmware.toolchain import Toolchain
from edgeflow.progress import Progress, silent

_KEPT = 12  # images of one name; older ones were for sources that have changed
_TRIES = 3  # while sources change under the compiler
_STEP_S = 900.0  # the first build with zig makes its C library
_SIGNS = ("undefined reference", "undefined symbol", "overflowed by", "error")  # of the line that tells most
_LOST = b"failed to parse 'tmp/"  # zig 0.17, rarely, where many run at once: it misses a file of its own


@dataclass(frozen=True)
class Source:
    """One C file and the flags it alone gets."""

    path: Path
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recipe:
    """All that determines an image. `script` is a linker script to be preprocessed with `flags`, or None."""

    name: str
    toolchain: Toolchain
    sources: tuple[Source, ...]
    include: tuple[Path, ...]
    flags: tuple[str, ...]
    link_flags: tuple[str, ...]
    script: Path | None = None
    shown_flags: str = ""


def cache_dir() -> Path:
    """Where built images are kept (`EDGEFLOW_CACHE_DIR` overrides the user's cache folder)."""
    chosen = os.environ.get("EDGEFLOW_CACHE_DIR")
    if chosen:
        return Path(chosen).expanduser() / "firmware"
    import platformdirs

    return Path(platformdirs.user_cache_dir("edgeflow", appauthor=False)) / "firmware"


def build(recipe: Recipe, *, progress: Progress = silent) -> Image:
    """The image of a recipe, from the cache if it is there. Several processes may build the same at once.

    Raises ToolchainError with the compiler's first complaint.
    """
    for _ in range(_TRIES):
        image = _place(recipe, cache_dir())
        if image.is_file() or _built(recipe, image, progress):
            break
    else:
        raise ToolchainError(f"the sources of {recipe.name} change while they are compiled", "build again")
    text, data, bss = elf_sizes(image.read_bytes())
    return Image(image, text, data, bss, recipe.toolchain.title, recipe.shown_flags or " ".join(recipe.flags))


def _place(recipe: Recipe, cache: Path) -> Path:
    return cache / f"{recipe.name}-{_digest(recipe)[:24]}" / f"{recipe.name}.elf"


def _built(recipe: Recipe, image: Path, progress: Progress) -> bool:
    """Build `image`; False when a source has changed meanwhile, so that it would be of neither the old nor the new."""
    cache = image.parent.parent
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=f".{recipe.name}-") as work:
            try:
                made = _make(recipe, Path(work), progress)
            except ToolchainError:
                if _place(recipe, cache) == image:
                    raise
                return False
            if _place(recipe, cache) != image:
                return False
            image.parent.mkdir(exist_ok=True)
            made.replace(image)
        _prune(cache, recipe.name)
    except OSError as error:
        raise ToolchainError(
            f"{error.filename or cache}: {error.strerror}", "set EDGEFLOW_CACHE_DIR to a folder you may write to"
        ) from None
    return True


def _prune(cache: Path, name: str) -> None:
    """Delete the oldest images of a name."""
    images = sorted(cache.glob(f"{name}-????????????????????????/{name}.elf"), key=lambda path: path.stat().st_mtime)
    for image in images[:-_KEPT]:
        shutil.rmtree(image.parent, ignore_errors=True)


def _make(recipe: Recipe, work: Path, progress: Progress) -> Path:
    include = [f"-I{path}" for path in recipe.include]
    command = [*recipe.toolchain.command, *recipe.flags, *include]
    jobs = []
    for number, source in enumerate(recipe.sources):
        made = work / f"{number}-{source.path.stem}.o"
        jobs.append(([*command, *source.flags, "-c", str(source.path), "-o", str(made)], made))
    with concurrent.futures.ThreadPoolExecutor(max(1, os.cpu_count() or 1)) as pool:
        running = [pool.submit(_run, argv) for argv, _ in jobs]
        for done, _ in enumerate(concurrent.futures.as_completed(running), 1):
            progress("compile", done, len(jobs))
        for job in running:
            job.result()
    script = []
    if recipe.script is not None:
        laid = work / "image.ld"
        _run([*command, "-E", "-P", "-x", "c", str(recipe.script), "-o", str(laid)])
        script = ["-T", str(laid)]
    image = work / "image.elf"
    objects = [str(made) for _, made in jobs]
    _run([*recipe.toolchain.command, *recipe.flags, *objects, *script, *recipe.link_flags, "-o", str(image)])
    return image


def _run(argv: Sequence[str]) -> None:
    try:
        done = subprocess.run(argv, capture_output=True, timeout=_STEP_S)
        if done.returncode != 0 and _LOST in done.stderr:
            done = subprocess.run(argv, capture_output=True, timeout=_STEP_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolchainError(f"{argv[0]} does not run: {error}", "reinstall the compiler") from None
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").splitlines() or ["no reason given"]
        told = next((line for sign in _SIGNS for line in lines if sign in line), lines[0])
        raise ToolchainError(
            f"{'zig' if 'ziglang' in argv else Path(argv[0]).name} failed: {told}",
            "update the compiler; edgeflow's sources build with GCC 12 and later",
        )


def _digest(recipe: Recipe) -> str:
    """SHA-256 of everything that shapes the image; paths count only by their names."""
    what = hashlib.sha256()
    parts = [recipe.name, recipe.toolchain.version, recipe.toolchain.command[2:], recipe.flags, recipe.link_flags]
    what.update(json.dumps(parts).encode())
    for source in recipe.sources:
        what.update(json.dumps([source.path.name, source.flags]).encode() + source.path.read_bytes())
    headers = [path for folder in recipe.include for path in sorted(folder.glob("*.h"))]
    for path in [*headers, *([recipe.script] if recipe.script else [])]:
        what.update(path.name.encode() + b"\0" + path.read_bytes())
    return what.hexdigest()
