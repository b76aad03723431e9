"""Compiles the fuzz targets: as fuzzers with clang, or as programs that replay files with any compiler."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from edgeflow import resources
from edgeflow.firmware.ahead import generate_ahead
from edgeflow.generate.context import Options, build_context
from edgeflow.model.read import load_model
from edgeflow.targets.registry import find_target
from tests.runtime import cases_lstm

HERE = Path(__file__).parent
TARGETS = {  # target: the files of runtime/ that it is about
    "model": ("core/*.c",),
    "link": ("core/*.c", "link/*.c", "port/ef_nor.c"),
    "frame": ("link/ef_frame.c", "link/ef_message.c"),
    "ahead": ("link/*.c", "aot/*.c", "port/ef_nor.c"),
    "signature": (
        *(f"port/posix/ef_{name}.c" for name in ("sshsig", "base64", "ed25519", "field25519", "sha512")),
        *("port/posix/ef_manifest.c", "port/posix/ef_json.c", "link/ef_sha256.c"),
    ),
}
SOURCES = {"ahead": "fuzz_link.c"}  # where it is not fuzz_<target>.c
_MUTATORS = {
    "model": ("mutator_model.c", "mutate_model.c"),
    "link": ("mutator_link.c", "mutate_model.c"),
    "frame": (),
    "ahead": ("mutator_link.c", "mutate_model.c"),
    "signature": (),
}
_STOOD_IN_FOR = {"ef_slots.c", "ef_interpreter.c", "ef_model.c", "ef_signature.c"}  # by runtime/aot
_WARNINGS = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror")
_SANITIZERS = (
    *("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"),
    "-DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION",  # a plan's hash does not count, its contents do
)


def build_fuzzer(target: str, folder: Path) -> Path:
    """The fuzzer of a target; objects in `folder` are used again while their sources are the same."""
    flags = (*_SANITIZERS, "-O1", "-fsanitize=fuzzer-no-link")
    return _build(f"fuzz_{target}", target, _MUTATORS[target], "clang", flags, ("-fsanitize=fuzzer",), folder)


def build_replay(target: str, compiler: str, folder: Path) -> Path:
    """A program that gives the files it is called with to a target."""
    return _build(f"replay_{target}", target, ("replay.c",), compiler, (*_SANITIZERS, "-O0"), (), folder)


def generated(folder: Path) -> list[Path]:
    """An LSTM built ahead of time, as a runner has it, and the runtime's files that it needs."""
    rng = np.random.default_rng(4)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lstm.tflite").write_bytes(next(iter(cases_lstm.quantized_lstm(rng, 1, "INT8"))).model)
    model, target = load_model(folder / "lstm.tflite"), find_target("cortex-m0plus")
    context = build_context(model, target, None, Options("aot", None, None, None))
    made = generate_ahead(model, context, trees=("model", "runner"))
    for name, content in made.files.items():
        (folder / name).write_bytes(content)
    return [folder / f"{context.symbol}_runner.c", *(path for path in made.runtime if path.suffix == ".c")]


def _build(
    name: str,
    target: str,
    beside: Sequence[str],
    compiler: str,
    flags: Sequence[str],
    link_flags: Sequence[str],
    folder: Path,
) -> Path:
    runtime = resources.runtime_dir()
    includes = [runtime / "core", runtime / "link", runtime / "port", runtime / "port/posix", runtime / "aot", HERE]
    sources = [HERE / file for file in (SOURCES.get(target, f"fuzz_{target}.c"), *beside)]
    for pattern in TARGETS[target]:
        sources += sorted(runtime.glob(pattern))
    if target == "ahead":
        includes.append(folder / "generated")
        sources += generated(folder / "generated")
        sources = [path for path in sources if path.name not in _STOOD_IN_FOR]
        link_flags = (*link_flags, "-Wl,--gc-sections")
        flags = (*flags, "-ffunction-sections")
    headers = hashlib.sha256()
    for include in includes:
        for header in sorted(include.glob("*.h")):
            headers.update(header.read_bytes())
    folder.mkdir(parents=True, exist_ok=True)
    command = [compiler, *_WARNINGS, *flags, *(f"-I{include}" for include in includes)]

    def compiled(source: Path) -> Path:
        digest = headers.copy()
        digest.update(" ".join(command).encode() + source.read_bytes())
        made = folder / f"{source.stem}-{digest.hexdigest()[:16]}.o"
        if not made.exists():
            unfinished = made.with_suffix(f".{name}.new")
            subprocess.run([*command, "-c", str(source), "-o", str(unfinished)], check=True)
            unfinished.rename(made)
        return made

    with ThreadPoolExecutor(2) as pool:
        objects = list(pool.map(compiled, sources))
    program = folder / f"{name}-{compiler}"
    subprocess.run([compiler, *flags, *link_flags, *map(str, objects), "-o", str(program), "-lm"], check=True)
    return program
