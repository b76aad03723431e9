"""Ahead-of-time builds: the generated C of a model with the runtime files it needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edgeflow.errors import UsageError
from edgeflow.firmware.prepared import prepare
from edgeflow.generate.ahead.build import Ahead, build_ahead, choose_entry
from edgeflow.generate.context import Context
from edgeflow.generate.core_sources import needed
from edgeflow.generate.render import render_ahead
from edgeflow.model.types import Model
from edgeflow.progress import Progress, silent
from edgeflow.targets.types import Target


@dataclass(frozen=True)
class AheadProject:
    """`files` are the generated ones by name, `runtime` the runtime's own that they need."""

    ahead: Ahead
    files: dict[str, bytes]
    runtime: tuple[Path, ...]

    def with_runtime(self) -> dict[str, bytes]:
        """All files of a project that compiles on its own; the runtime's lie in runtime/."""
        return {**self.files, **{f"runtime/{path.name}": path.read_bytes() for path in self.runtime}}


def check_ahead_target(target: Target) -> None:
    """Raises UsageError where there is no edgeflow runtime for a target."""
    if target.family != "microcontroller":
        raise UsageError(
            f"nothing is built ahead of time for {target.name}",
            "name a microcontroller; edgeflow targets list shows them",
        )


def generate_ahead(
    model: Model, context: Context, *, trees: tuple[str, ...] = ("model",), progress: Progress = silent
) -> AheadProject:
    """Generate the one signature of `context`. Raises UsageError, ModelError, ToolchainError."""
    entry = choose_entry(context)
    keys = [signature.key for signature in model.signatures]
    prepared = prepare(model, signature=keys.index(entry.key) if entry.key in keys else -1, progress=progress)
    ahead = build_ahead(model, context, prepared)
    runtime = needed(ahead.symbols, headers=ahead.kernel_headers)
    return AheadProject(ahead, render_ahead(trees, context, ahead), runtime)
