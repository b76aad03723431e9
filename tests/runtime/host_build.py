"""Builds C test programs with the whole of runtime/core for this machine, each once a test run.

The kinds: `plain` and `plain-m32`; `checked` and `checked-m32` with AddressSanitizer and UBSan, where any finding
aborts the program.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
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
    """The program of tests/runtime/`source`, compiled as `kind`; workers of one test run share it."""
    shared = factory.getbasetemp()
    if shared.name.startswith("popen-"):
        shared = shared.parent
    files = [HERE / source, *core_sources()]
    headers = sorted(resources.include_dir().glob("*.h"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in (*files, *headers))).hexdigest()[:12]
    program = shared / f"{Path(source).stem}-{kind}-{digest}"
    with program.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            _compile(files, kind, program)
    return program


def _compile(files: list[Path], kind: str, program: Path) -> None:
    folder = program.with_suffix(".objects")
    folder.mkdir(exist_ok=True)
    compiler = shutil.which("gcc") or "cc"
    common = [*WARNINGS, *KINDS[kind], f"-I{resources.include_dir()}"]
    objects = [folder / f"{path.stem}.o" for path in files]
    pending = list(zip(files, objects, strict=True))
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
    command = [compiler, *KINDS[kind], *map(str, objects), "-o", str(unfinished), "-lm"]
    subprocess.run(command, check=True)
    unfinished.rename(program)
