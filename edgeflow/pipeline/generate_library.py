"""C libraries for microcontrollers: what `generate` does for a language that carries the runtime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version

from edgeflow.generate.context import Context
from edgeflow.generate.languages import Language
from edgeflow.generate.micro.description import Micro
from edgeflow.generate.micro.entries import refuse_signatures
from edgeflow.generate.micro.golden import self_test
from edgeflow.generate.micro.library import Built, ahead_context, library_files, library_warnings
from edgeflow.model.types import Model
from edgeflow.targets.types import Board, Target


@dataclass(frozen=True)
class Library:
    """One in memory; `context` has the warnings that the library adds."""

    micro: Micro
    context: Context
    files: dict[str, bytes]

    def self_test(self, folder: str, vectors: Mapping[str, bytes]) -> dict[str, bytes]:
        """A program that checks the library against golden vectors, in C, beside them in `folder`."""
        made = self_test(self.context, self.micro, vectors["golden.npz"])
        return {f"{folder}/{name}": content for name, content in made.items()}


def make_library(model: Model, target: Target, board: Board | None, context: Context, language: Language) -> Library:
    """Raises ModelError, UsageError, ToolchainError, DoesNotFitError."""
    built = None
    if context.form == "aot":
        from edgeflow.firmware.ahead import check_ahead_target, generate_ahead

        check_ahead_target(target)
        refuse_signatures(context, context.form)
        made = generate_ahead(model, ahead_context(context))
        built = Built(made.files, made.runtime, made.ahead.arena_bytes, bool(made.ahead.fills))
    micro, files = library_files(model, target, board, context, language, _version(), built)
    warned = replace(context, warnings=(*context.warnings, *library_warnings(context, micro)))
    return Library(micro, warned, files)


def _version() -> str:
    """The three numbers that vendors' manifests take."""
    parts = version("edgeflow").partition("+")[0].split(".")
    return ".".join([*parts, "0", "0"][:3])
