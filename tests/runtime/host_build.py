"""Builds C test programs with the whole of runtime/core for this machine, once a test run.

The kinds: `plain` and `plain-m32`; `checked` and `checked-m32` with AddressSanitizer and UBSan, where any finding
aborts the program.
"""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
from pathlib import Path

import pytest

from edgeflow import resources

HERE = Path(__file__).parent
WARNINGS = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror")
_SANITIZERS = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")
KINDS = {
    "plain": ("-O1",),
    "plain-m32": ("-O1", "-m32"),
    "checked": _SANITIZERS,
    "checked-m32": (*_SANITIZERS, "-m32"),
}


def core_sources() -> list[Path]:
    """Every C file of the runtime's core."""
    return sorted(resources.include_dir().glob("*.c"))


def build(source: str, kind: str, factory: pytest.TempPathFactory) -> Path:
    """The program of tests/runtime/`source`, compiled as `kind`; the workers of a test run share it and its objects."""
    shared = factory.getbasetemp()
    if shared.name.startswith("popen-"):
        shared = shared.parent
    headers = sorted(resources.include_dir().glob("*.h"))
    core = hashlib.sha256(b"".join(path.read_bytes() for path in (*core_sources(), *headers))).hexdigest()[:12]
    own = hashlib.sha256((HERE / source).read_bytes()).hexdigest()[:12]
    program = shared / f"{Path(source).stem}-{kind}-{core}-{own}"
    with (shared / f"build-{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            _compile(HERE / source, kind, shared / f"core-{kind}-{core}", program)
    return program


def _compile(source: Path, kind: str, folder: Path, program: Path) -> None:
    folder.mkdir(exist_ok=True)
    compiler = "gcc"
    common = [*WARNINGS, *KINDS[kind], f"-I{resources.include_dir()}"]
    core = {path: folder / f"{path.stem}.o" for path in core_sources()}
    own = program.with_suffix(".o")
    pending = [(source, own), *((path, made) for path, made in core.items() if not made.exists())]
    running: list[subprocess.Popen[str]] = []
    while pending or running:
        while pending and len(running) < 2:
            path, made = pending.pop()
            command = [compiler, *common, "-c", str(path), "-o", str(made)]
            running.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        done = running.pop(0)
        _, said = done.communicate()
        assert done.returncode == 0, said
    unfinished = program.with_suffix(".new")
    command = [compiler, *KINDS[kind], str(own), *map(str, core.values()), "-o", str(unfinished), "-lm"]
    subprocess.run(command, check=True)
    unfinished.rename(program)
