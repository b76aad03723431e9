"""The public verb `generate_runner`: the runner as a project for a board's own tools."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.pipeline.generate import GeneratedFile
from edgeflow.targets.registry import find_board, find_target
from edgeflow.targets.types import Board


@dataclass(frozen=True)
class RunnerGeneration:
    """What was written. `build` are the commands to run there; `model` is None where all operators are in it."""

    board: str
    framework: str
    model: str | None
    model_sha256: str | None
    operators: tuple[str, ...]
    arena_bytes: int
    slots_bytes: int
    slots_in_flash: bool
    build: tuple[str, ...]
    output: Path
    files: tuple[GeneratedFile, ...]
    warnings: tuple[str, ...]


def generate_runner(
    board: Board | str,
    *,
    output: Path | str,
    framework: str | None = None,
    model: Model | Path | str | None = None,
    force: bool = False,
) -> list[Path]:
    """Write the runner for `board` into the directory `output`, as a project for one of the board's frameworks.

    With `model` only its operators are in it. Returns the files written. Raises ModelError, TargetError, UsageError;
    then nothing was written.
    """
    done = generate_runner_files(board, output=output, framework=framework, model=model, force=force)
    return [file.path for file in done.files]


def generate_runner_files(
    board: Board | str,
    *,
    output: Path | str,
    framework: str | None = None,
    model: Model | Path | str | None = None,
    force: bool = False,
) -> RunnerGeneration:
    """`generate_runner`, with digests, warnings and the choices made."""
    from importlib.metadata import version

    from edgeflow.generate.runner_project import runner_project
    from edgeflow.generate.write import write_tree

    chosen = find_board(board) if isinstance(board, str) else board
    loaded = model if isinstance(model, Model) or model is None else load_model(model)
    made = runner_project(chosen, find_target(chosen.target), version("edgeflow"), framework, loaded)
    paths = write_tree(made.files, Path(output), owns_directory=True, force=force)
    return RunnerGeneration(
        board=chosen.name,
        framework=made.framework,
        model=made.context.model_file,
        model_sha256=loaded.sha256 if loaded else None,
        operators=made.context.operators,
        arena_bytes=made.context.arena_bytes,
        slots_bytes=made.context.slots_bytes,
        slots_in_flash=made.context.slots_in_flash,
        build=made.context.build,
        output=Path(output),
        files=tuple(
            GeneratedFile(path, hashlib.sha256(content).hexdigest(), len(content))
            for path, content in zip(paths, made.files.values(), strict=True)
        ),
        warnings=made.warnings,
    )
