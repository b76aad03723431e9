"""`edgeflow generate`: code for a target."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from edgeflow.cli.device_options import optimize_options
from edgeflow.cli.output import bytes_text, json_option, print_json, print_table, say

if TYPE_CHECKING:
    from edgeflow.pipeline.generate import Arena, Generation

PROJECT_FILE = "edgeflow.toml"


@click.command("generate")
@click.argument("model", required=False, type=click.Path(path_type=Path))
@click.option("--target", metavar="T", help="A target or a board; see edgeflow targets list.")
@click.option("--language", metavar="L", help="As kotlin, python, c; the target's usual one when left out.")
@click.option("--aot", "ahead", is_flag=True, help="Ahead of time: C that calls the kernels directly; --language aot.")
@optimize_options
@click.option(
    "--input",
    "input_as",
    type=click.Choice(["whole", "rows"]),
    help="With --aot: the input whole in the arena, or row by row from a callback.  [whole]",
)
@click.option("--plan", is_flag=True, help="The model itself with a memory plan inside, for edgeflow's interpreter.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Where to write.")
@click.option("--name", metavar="SYMBOL", help="C symbol or Python package; made from the file's name when left out.")
@click.option("--package", metavar="P", help="Java package of Kotlin and Java code.  [edgeflow.SYMBOL]")
@click.option("--signature", metavar="NAME", help="Wrap only this signature.")
@click.option(
    "--form",
    metavar="F",
    help="One of the language's forms; c-array: array (below 1 MiB) or incbin (the assembler's, from there); c: "
    "interpreter, aot or tflm; kotlin, java: compiled-model, interpreter or play-services.",
)
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The [pre] and [post] to build in; ./edgeflow.toml when it exists.",
)
@click.option(
    "--golden",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="NPZ",
    help="Inputs by name: record what they give into the package, which then tests itself; repeatable.",
)
@click.option("--runner", is_flag=True, help="The runner as a project for a board's own tools; MODEL is optional.")
@click.option("--board", metavar="B", help="With --runner: for which board.")
@click.option("--framework", metavar="F", help="With --runner: which tools; the board's usual ones when left out.")
@click.option("--force", is_flag=True, help="Overwrite files that edgeflow did not generate.")
@json_option
def command(
    model: Path | None,
    target: str | None,
    language: str | None,
    ahead: bool,
    optimize: Literal["speed", "ram", "balanced"] | None,
    ram_bytes: int | None,
    input_as: Literal["whole", "rows"] | None,
    plan: bool,
    output: Path,
    name: str | None,
    package: str | None,
    signature: str | None,
    form: str | None,
    project: Path | None,
    golden: tuple[Path, ...],
    runner: bool,
    board: str | None,
    framework: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write code that brings MODEL to a target: a C array or library for microcontrollers, a Python package or a C++
    library for Linux boards, an Android library in Kotlin or Java.

    With --aot the C calls the runtime's kernels directly: nothing is parsed or initialized on the board. With --runner
    it is the program that answers edgeflow on a board, as a project for Arduino, ESP-IDF, the Pico SDK, PlatformIO,
    Zephyr or bare metal; MODEL then says which operators are in it, all when it is left out.
    """
    from edgeflow.pipeline.generate import AHEAD, generate_files

    if plan:
        others = (target, language, ahead, name, package, signature, form, project, golden, runner, optimize, ram_bytes)
        if any((*others, input_as)):
            raise click.UsageError("--plan stands alone: the plan is the same for every target")
        if model is None:
            raise click.UsageError("Missing argument 'MODEL'.")
        return _write_plan(model, output, force=force, as_json=as_json)
    if runner:
        given: dict[str, object] = {"--language": language, "--aot": ahead, "--name": name, "--signature": signature}
        given |= {
            "--form": form,
            "--project": project,
            "--golden": golden,
            "--package": package,
            "--optimize": optimize,
            "--ram": ram_bytes,
        }
        given["--input"] = input_as
        for option, value in given.items():
            if value:
                raise click.UsageError(f"{option} does not go with --runner")
        if (named := board or target) is None:
            raise click.UsageError("--runner needs --board B")
        return _write_runner(named, framework, model, output, force=force, as_json=as_json)
    if board or framework:
        raise click.UsageError("--board and --framework go with --runner; a board may stand with --target")
    if model is None:
        raise click.UsageError("Missing argument 'MODEL'.")
    if target is None:
        raise click.UsageError("Missing option '--target'.")
    if ahead and language == "c" and form in (None, AHEAD):
        ahead, form = False, AHEAD
    if ahead and language not in (None, AHEAD):
        raise click.UsageError(f"--aot is a language of its own, not {language}")
    language = AHEAD if ahead else language
    if language == AHEAD and project is None:
        pass  # nothing of a project file goes into it
    elif project is None and Path(PROJECT_FILE).is_file():
        project = Path(PROJECT_FILE)
        click.echo(f"using {PROJECT_FILE} of this directory", err=True)
    done = generate_files(
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
        input_rows=input_as == "rows",
        golden=golden,
        package=package,
        force=force,
    )
    if as_json:
        print_json(answer(done))
    else:
        print_table(("file", "bytes", "SHA-256"), [(f.path, f.bytes, f.sha256[:16]) for f in done.files], right=(1,))
        how = f", form {done.form}" if done.form else ""
        size = bytes_text(done.model_bytes)
        click.echo(f"{done.language}{how}: {done.name} ({size}) for {done.board or done.target}", err=True)
        if done.arena is not None:
            click.echo(arena_text(done.arena), err=True)
    for warning in done.warnings:
        click.echo(f"warning: {warning}", err=True)


def arena_text(arena: Arena) -> str:
    """The plan in a line: `arena 6,192 bytes, no plan needs less; operators 0 to 9 run together by rows`."""
    text = f"arena {arena.bytes:,} bytes"
    text += ", no plan needs less" if arena.bytes == arena.bound_bytes else f"; none below {arena.bound_bytes:,}"
    if arena.input_rows:
        text += f"; the input comes in {arena.input_rows} rows"
    together = [f"{first} to {last}" for first, last in arena.together if last > first]
    return text + (f"; operators {', '.join(together)} run together by rows" if together else "")


def _write_plan(model: Path, output: Path, *, force: bool, as_json: bool) -> None:
    from edgeflow.pipeline.generate_plan import generate_plan_file

    done = generate_plan_file(model, output=output, force=force)
    if as_json:
        print_json(
            {
                "schema": "edgeflow.plan/1",
                "model": {"name": done.model, "sha256": done.model_sha256},
                "output": str(done.path),
                "sha256": done.sha256,
                "bytes": done.bytes,
                "planned_bytes": done.planned_bytes,
                "alone_bytes": done.alone_bytes,
                "bound_bytes": done.bound_bytes,
                "together": [list(pair) for pair in done.together],
            }
        )
        return
    print_table(("file", "bytes", "SHA-256"), [(done.path, done.bytes, done.sha256[:16])], right=(1,))
    less = f", {done.alone_bytes:,} without it" if done.alone_bytes != done.planned_bytes else ", as without it"
    together = ", ".join(f"{first} to {last}" for first, last in done.together)
    rows = f"; operators {together} run together by rows" if together else ""
    click.echo(f"planned {done.planned_bytes:,} bytes{less}; none below {done.bound_bytes:,}{rows}", err=True)


def _write_runner(
    board: str, framework: str | None, model: Path | None, output: Path, *, force: bool, as_json: bool
) -> None:
    from edgeflow.pipeline.generate_runner import generate_runner_files

    done = generate_runner_files(board, output=output, framework=framework, model=model, force=force)
    if as_json:
        print_json(
            {
                "schema": "edgeflow.runner/1",
                "board": done.board,
                "framework": done.framework,
                "model": {"name": done.model, "sha256": done.model_sha256} if done.model else None,
                "operators": list(done.operators),
                "arena_bytes": done.arena_bytes,
                "slots_bytes": done.slots_bytes,
                "slots": "flash" if done.slots_in_flash else "ram",
                "build": list(done.build),
                "output": str(done.output),
                "files": [{"path": str(f.path), "sha256": f.sha256, "bytes": f.bytes} for f in done.files],
                "warnings": list(done.warnings),
            }
        )
    else:
        where = "flash, kept over a restart" if done.slots_in_flash else "RAM, lost with power"
        say(f"runner for {done.board} with {done.framework}: {len(done.files)} files in {done.output}")
        say(f"operators  {', '.join(done.operators) if done.model else f'all {len(done.operators)}'}")
        say(f"memory     arena {bytes_text(done.arena_bytes)}; models {bytes_text(done.slots_bytes)} of {where}")
        say(f"build      cd {done.output}")
        for line in done.build:
            say(f"           {line}")
        say(f"flash      edgeflow flash {done.output} --board {done.board}")
    for warning in done.warnings:
        say(f"warning: {warning}", err=True)


def answer(done: Generation) -> dict[str, object]:
    """The `edgeflow.generation/1` answer."""
    return {
        "schema": "edgeflow.generation/1",
        "model": {"name": done.model, "sha256": done.model_sha256, "bytes": done.model_bytes},
        "target": done.target,
        "board": done.board,
        "language": done.language,
        "name": done.name,
        "form": done.form,
        "arena": None
        if done.arena is None
        else {
            "bytes": done.arena.bytes,
            "bound_bytes": done.arena.bound_bytes,
            "together": [list(pair) for pair in done.arena.together],
            "input_rows": done.arena.input_rows,
        },
        "output": str(done.output),
        "files": [{"path": str(file.path), "sha256": file.sha256, "bytes": file.bytes} for file in done.files],
        "warnings": list(done.warnings),
    }
