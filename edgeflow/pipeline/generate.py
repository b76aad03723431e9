"""The public verb `generate`: code for a target from a model."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edgeflow.errors import UsageError
from edgeflow.generate.context import Context, Optimize, Options, build_context
from edgeflow.generate.languages import choose_language, load_languages
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
class Arena:
    """The memory plan of an ahead-of-time build: its arena, what no plan can go below, and what runs by rows.

    `together` are the first and last operators of those that run together, `input_rows` how many rows the application
    gives the input in, None where it lies whole in the arena.
    """

    bytes: int
    bound_bytes: int
    together: tuple[tuple[int, int], ...]
    input_rows: int | None = None


@dataclass(frozen=True)
class Generation:
    """What generating one model for one target wrote. `form` is None where the language knows only one.

    `arena` is None where nothing is planned.
    """

    model: str
    model_sha256: str
    model_bytes: int
    target: str
    board: str | None
    language: str
    name: str
    form: str | None
    output: Path
    files: tuple[GeneratedFile, ...]
    warnings: tuple[str, ...]
    arena: Arena | None = None


def generate(
    model: Model | Path | str,
    *,
    target: str,
    language: str | None = None,
    output: Path | str,
    name: str | None = None,
    signature: str | None = None,
    form: str | None = None,
    project: Project | Path | str | None = None,
    optimize: Optimize | None = None,
    ram_bytes: int | None = None,
    input_rows: bool = False,
    golden: Sequence[Path | str] = (),
    package: str | None = None,
    force: bool = False,
) -> list[Path]:
    """Write code that brings `model` to `target` (a target's or a board's name) into the directory `output`.

    `language` and `form` are chosen by target and size when None; `name` is the C symbol or Python package;
    `signature` wraps only that one; `project` is an edgeflow.toml whose [pre] and [post] are built in. `optimize`
    ("speed", "ram", "balanced"), `ram_bytes`, the most that the arena may have, and `input_rows`, a callback that gives
    the input row by row instead of a whole tensor, are for `language="aot"`. `golden` are .npz files with an
    application's inputs by name or index, one run each: the package gets what they give.
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
        input_rows=input_rows,
        golden=golden,
        package=package,
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
    form: str | None = None,
    project: Project | Path | str | None = None,
    optimize: Optimize | None = None,
    ram_bytes: int | None = None,
    input_rows: bool = False,
    golden: Sequence[Path | str] = (),
    package: str | None = None,
    force: bool = False,
) -> Generation:
    """`generate`, with digests, warnings and the choices made."""
    from edgeflow.generate.render import render
    from edgeflow.generate.write import write_tree

    kind, board = resolve(target)
    directory = Path(output)
    if language == AHEAD:
        if golden:
            raise _no_golden(AHEAD)
        options = Options(AHEAD, name, signature, None, optimize or "balanced", ram_bytes, input_rows)
        context, files, arena = _ahead_files(model, kind, board, options, form, project)
        paths = write_tree(files, directory, owns_directory=False, force=force)
    else:
        arena = None
        ahead = form == AHEAD  # a library may hold such a build
        if not ahead and (optimize is not None or ram_bytes is not None):
            raise UsageError("only an ahead-of-time build is optimized", "add --aot, or leave --optimize and --ram out")
        if input_rows:
            raise UsageError("only an ahead-of-time build takes its input by rows", "add --aot, or leave --input out")
        chosen = choose_language(kind, language)
        if golden and chosen.golden is None:
            raise _no_golden(chosen.name)
        loaded = model if isinstance(model, Model) else load_model(model)
        rules = load_project(project) if isinstance(project, (str, Path)) else project
        if package is not None and not chosen.packaged:
            raise UsageError(f"language {chosen.name} has no Java package", "leave --package out")
        form = chosen.choose_form(form, loaded.size)
        options = Options(chosen.name, name, signature, form, package=package)
        options = replace(options, optimize=optimize or "balanced", ram_bytes=ram_bytes)
        context = build_context(loaded, kind, board, options, rules)
        chosen.check(context)
        library = None
        if chosen.library:
            from edgeflow.pipeline.generate_library import make_library

            library = make_library(loaded, kind, board, context, chosen)
            context, files = library.context, library.files
        else:
            files = render(chosen, context, loaded.content)
        if golden and chosen.golden is not None:
            folder = chosen.golden.replace("__symbol__", context.symbol)
            vectors = _golden(loaded, kind, options, rules, golden, reference=chosen.library)
            files |= {f"{folder}/{path}": content for path, content in vectors.items()}
            files |= library.self_test(folder, vectors) if library else {}
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
        arena=arena,
    )


def _no_golden(language: str) -> UsageError:
    able = ", ".join(name for name, one in load_languages().items() if one.golden is not None)
    return UsageError(f"language {language} takes no golden vectors", f"languages that do: {able}")


def _golden(
    model: Model,
    kind: Target,
    options: Options,
    rules: Project | None,
    golden: Sequence[Path | str],
    *,
    reference: bool,
) -> dict[str, bytes]:
    """Golden vectors for any language: recorded by the same model's Python package, which is the oracle."""
    from edgeflow.device.tensors import read_npz
    from edgeflow.generate.golden_vectors import golden_files, match_case
    from edgeflow.generate.render import render

    oracle = load_languages()["python"]
    own = replace(options, language=oracle.name, name=None, form=None, package=None)
    context = build_context(model, kind, None, own, rules)
    oracle.check(context)
    cases = [match_case(context, read_npz(Path(path)), str(path)) for path in golden]
    return golden_files(context, render(oracle, context, model.content), cases, reference=reference)


def _ahead_files(
    model: Model | Path | str,
    kind: Target,
    board: Board | None,
    options: Options,
    form: str | None,
    project: Project | Path | str | None,
) -> tuple[Context, dict[str, bytes], Arena]:
    """C that calls the kernels directly with the runtime's files it needs, and its memory plan."""
    from edgeflow.firmware.ahead import check_ahead_target, generate_ahead

    check_ahead_target(kind)
    if form is not None or project is not None:
        given = "form" if form is not None else "project"
        raise UsageError(f"an ahead-of-time build has no {given}", f"leave --{given} out")
    loaded = model if isinstance(model, Model) else load_model(model)
    context = build_context(loaded, kind, board, options)
    made = generate_ahead(loaded, context)
    together = tuple((flow.first, flow.last) for flow in made.ahead.flows)
    fed = made.ahead.fed
    arena = Arena(made.ahead.arena_bytes, made.ahead.bound_bytes, together, fed.rows if fed else None)
    return context, made.with_runtime(), arena
