"""Asks the runtime itself how it prepares a model: its C code, built for this machine."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from edgeflow.errors import ModelError, ToolchainError
from edgeflow.firmware.build import Recipe, Source, build
from edgeflow.firmware.toolchain import Toolchain, find_gcc, find_zig
from edgeflow.generate.ahead.prepared import Prepared, read_prepared
from edgeflow.model.types import Model
from edgeflow.progress import Progress, silent
from edgeflow.resources import runtime_dir

_RUN_S = 120.0
_REFUSED = 3


def prepare(model: Model, *, signature: int = -1, progress: Progress = silent) -> Prepared:
    """Kernels, records and places of one signature (its index; -1: the first subgraph), as every board prepares them.

    Raises ModelError with the runtime's reason where it refuses the model, ToolchainError without a C compiler.
    """
    program = _program(progress)
    with tempfile.TemporaryDirectory(prefix="edgeflow-") as folder:
        path = Path(folder) / "model.tflite"
        path.write_bytes(model.content)
        argv = [str(program), str(path), str(signature)]
        try:
            done = subprocess.run(argv, capture_output=True, timeout=_RUN_S)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ToolchainError(f"{program} does not run: {error}", "delete it; it is built again") from None
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode == _REFUSED:
        raise _refusal(model, text)
    try:
        if done.returncode != 0:
            raise ValueError(f"status {done.returncode}")
        return read_prepared(text)
    except ValueError as error:
        raise ModelError(
            f"{model.path.name} could not be prepared: {error}", "edgeflow check MODEL names unsupported parts"
        ) from None


def _program(progress: Progress) -> Path:
    root = runtime_dir()
    sources = (*sorted((root / "core").glob("*.c")), root / "host" / "ef_prepared.c")
    recipe = Recipe(
        name="prepared",
        toolchain=_compiler(),
        sources=tuple(Source(path) for path in sources),
        include=(root / "core",),
        flags=("-std=c99", "-O1", "-DEF_WITH_PLAN_ENTRY=0"),  # ahead of time, memory is planned anew
        link_flags=("-lm",),
    )
    return build(recipe, progress=progress).path


def _compiler() -> Toolchain:
    """This machine's own C compiler, else the one in the package ziglang."""
    try:
        return find_gcc("")
    except ToolchainError as missing:
        try:
            return find_zig("native")
        except ToolchainError:
            raise missing from None


def _refusal(model: Model, text: str) -> ModelError:
    last = next((line for line in reversed(text.splitlines()) if line.startswith("refused ")), "refused 0 -1 -1 ")
    _, _, operator, tensor, *words = last.split(" ", 4)
    where = [f"operator {operator}"] if operator != "-1" else []
    where += [f"tensor {tensor}"] if tensor != "-1" else []
    place = f" ({', '.join(where)})" if where else ""
    return ModelError(
        f"{model.path.name} cannot be built ahead of time{place}: {' '.join(words) or 'refused'}",
        "edgeflow check MODEL --target T lists what the runtime takes",
    )
