"""The public verb `generate`: code for a target from a model."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from edgeflow.errors import UsageError
from edgeflow.generate.context import Context, Form, Optimize, Options, build_context
from edgeflow.generate.languages import choose_language
from edgeflow.generate.project import Project, load_project
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.targets.registry import resolve
from edgeflow.targets.types import Board, Target

AHEAD = "aot"


@dataclass(frozen=True)
class GeneratedFile:
    """One file that was written."""

    path: Path
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Generation:
    """What generating one model for one target wrote. `form` is None where the language knows only one."""

    model: str
    model_sha256: str
    model_bytes: int
    target: str
    board: str | None
    language: str
    name: str
    form: Form | None
    output: Path
    files: tuple[GeneratedFile, ...]
    warnings: tuple[str, ...]


def generate(
    model: Model | Path | str,
    *,
    target: str,
    language: str | None = None,
    output: Path | str,
    name: str | None = None,
    signature: str | None = None,
    form: Form | None = None,
    project: Project | Path | str | None = None,
    optimize: Optimize | None = None,
    ram_bytes: int | None = None,
    force: bool = False,
) -> list[Path]:
    """Write code that brings `model` to `target` (a target's or a board's name) into the directory `output`.

    `language` and `form` are chosen by target and size when None; `name` is the C symbol or Python package;
    `signature` wraps only that one; `project` is an edgeflow.toml whose [pre] and [post] are built in. `optimize`
    ("speed", "ram", "balanced") and `ram_bytes`, the most that the arena may have, are for `language="aot"`.
    Returns the files written. Raises ModelError, TargetError, UsageError, DoesNotFitError; then nothing was written.
    """
    generation = generate_files(
        model,
        target=target,
        language=language,
        output=output,
        name=name,
        signature=signature,
        form=form,
        project=project,
        optimize=optimize,
        ram_bytes=ram_bytes,
        force=force,
    )
    return [file.path for file in generation.files]


def generate_files(
    model: Model | Path | str,
    *,
    target: str,
    language: str | None = None,
    output: Path | str,
    name: str | None = None,
    signature: str | None = None,
    form: Form | None = None,
    project: Project | Path | str | None = None,
    optimize: Optimize | None = None,
    ram_bytes: int | None = None,
    force: bool = False,
) -> Generation:
    """`generate`, with digests, warnings and the choices made."""
    from edgeflow.generate.render import render
    from edgeflow.generate.write import write_tree

    kind, board = resolve(target)
    directory = Path(output)
    if language == AHEAD:
        options = Options(AHEAD, name, signature, None, optimize or "balanced", ram_bytes)
        context, files = _ahead_files(model, kind, board, options, form, project)
        paths = write_tree(files, directory, owns_directory=False, force=force)
    else:
        if optimize is not None or ram_bytes is not None:
            raise UsageError("only an ahead-of-time build is optimized", "add --aot, or leave --optimize and --ram out")
        chosen = choose_language(kind, language)
        loaded = model if isinstance(model, Model) else load_model(model)
        rules = load_project(project) if isinstance(project, (str, Path)) else project
        options = Options(chosen.name, name, signature, chosen.choose_form(form, loaded.size))
        context = build_context(loaded, kind, board, options, rules)
        chosen.check(context)
        files = render(chosen, context, loaded.content)
        paths = write_tree(files, directory, owns_directory=chosen.owns_directory, force=force)
    return Generation(
        model=context.model_file,
        model_sha256=context.sha256,
        model_bytes=context.model_bytes,
        target=kind.name,
        board=context.board,
        language=context.language,
        name=context.symbol,
        form=context.form,
        output=directory,
        files=tuple(
            GeneratedFile(path, hashlib.sha256(content).hexdigest(), len(content))
            for path, content in zip(paths, files.values(), strict=True)
        ),
        warnings=context.warnings,
    )


def _ahead_files(
    model: Model | Path | str,
    kind: Target,
    board: Board | None,
    options: Options,
    form: Form | None,
    project: Project | Path | str | None,
) -> tuple[Context, dict[str, bytes]]:
    """C that calls the kernels directly, and the runtime's files it needs."""
    from edgeflow.firmware.ahead import check_ahead_target, generate_ahead

    check_ahead_target(kind)
    if form is not None or project is not None:
        given = "form" if form is not None else "project"
        raise UsageError(f"an ahead-of-time build has no {given}", f"leave --{given} out")
    loaded = model if isinstance(model, Model) else load_model(model)
    context = build_context(loaded, kind, board, options)
    return context, generate_ahead(loaded, context).with_runtime()
