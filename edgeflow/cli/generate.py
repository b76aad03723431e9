"""`edgeflow generate`: code for a target."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from edgeflow.cli.output import bytes_text, json_option, print_json, print_table

if TYPE_CHECKING:
    from edgeflow.pipeline.generate import Generation

PROJECT_FILE = "edgeflow.toml"


@click.command("generate")
@click.argument("model", type=click.Path(path_type=Path))
@click.option("--target", required=True, metavar="T", help="A target or a board; see edgeflow targets list.")
@click.option("--language", metavar="L", help="c-array, aot or python; the target's usual one when left out.")
@click.option("--aot", "ahead", is_flag=True, help="Ahead of time: C that calls the kernels directly; --language aot.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Where to write.")
@click.option("--name", metavar="SYMBOL", help="C symbol or Python package; made from the file's name when left out.")
@click.option("--signature", metavar="NAME", help="Wrap only this signature.")
@click.option(
    "--form",
    type=click.Choice(["array", "incbin"]),
    help="How C gets the bytes: an array below 1 MiB, the assembler's .incbin from there, unless given.",
)
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The [pre] and [post] to build in; ./edgeflow.toml when it exists.",
)
@click.option("--force", is_flag=True, help="Overwrite files that edgeflow did not generate.")
@json_option
def command(
    model: Path,
    target: str,
    language: str | None,
    ahead: bool,
    output: Path,
    name: str | None,
    signature: str | None,
    form: Literal["array", "incbin"] | None,
    project: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write code that brings MODEL to a target: a C array for microcontrollers, a Python package for Linux boards.

    With --aot the C calls the runtime's kernels directly: nothing is parsed or initialized on the board.
    """
    from edgeflow.pipeline.generate import AHEAD, generate_files

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
        force=force,
    )
    if as_json:
        print_json(answer(done))
    else:
        print_table(("file", "bytes", "SHA-256"), [(f.path, f.bytes, f.sha256[:16]) for f in done.files], right=(1,))
        how = f", form {done.form}" if done.form else ""
        size = bytes_text(done.model_bytes)
        click.echo(f"{done.language}{how}: {done.name} ({size}) for {done.board or done.target}", err=True)
    for warning in done.warnings:
        click.echo(f"warning: {warning}", err=True)


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
        "output": str(done.output),
        "files": [{"path": str(file.path), "sha256": file.sha256, "bytes": file.bytes} for file in done.files],
        "warnings": list(done.warnings),
    }
