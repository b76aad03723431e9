"""`edgeflow demo`: the tour, and one table at its end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgeflow.cli.output import bytes_text, json_option, print_json, print_table, progress_bar

if TYPE_CHECKING:
    from edgeflow.pipeline.demo import Demo


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/demo"),
    show_default=True,
    help="Where the models and the generated code go.",
)
@click.option("--full", is_flag=True, help="An emulated Cortex-M55 and arm64 Linux board as well; validate on each.")
@json_option
def command(output: Path, full: bool, as_json: bool) -> None:
    """Train a small CNN on handwritten digits, convert, check, generate code, deploy, measure, and report.

    The devices are this machine, a throw-away SSH server and an emulated Cortex-M4; what is not installed is left out
    and said.
    """
    from edgeflow.pipeline.demo import demo

    if not as_json:
        click.echo("training a small CNN on scikit-learn's digits, then taking it to its devices (a minute or two)")
    with progress_bar(as_json) as progress:
        done = demo(output, full=full, progress=progress)
    if as_json:
        print_json(answer(done))
    else:
        _print(done)


def answer(done: Demo) -> dict[str, Any]:
    """The `edgeflow.demo/1` answer."""
    from edgeflow.cli.check import answer as fit_answer
    from edgeflow.convert.record import to_json

    return {
        "schema": "edgeflow.demo/1",
        "folder": str(done.folder),
        "accuracy": {
            "keras": done.trained.accuracy,
            **{made.conversion.path.stem: made.accuracy for made in done.models},
        },
        "test_images": done.trained.images,
        "conversions": [to_json(made.conversion) for made in done.models],
        "fits": [fit_answer(fit) for fit in done.fits],
        "generated": [{"target": g.target, "folder": str(g.folder), "files": g.files} for g in done.generated],
        "results": [result.to_json() for result in done.results],
        "validations": [validation.to_json() for validation in done.validations],
        "report": None if done.report is None else str(done.report),
        "left_out": list(done.left_out),
    }


def _print(done: Demo) -> None:
    from edgeflow.cli.bench import time_text

    trained = done.trained
    models = [f"{made.conversion.path.stem} {made.accuracy:.1%}" for made in done.models]
    click.echo(f"accuracy on {trained.images} images: {', '.join([f'Keras {trained.accuracy:.1%}', *models])}")
    verdicts = {True: "fits", False: "does not fit", None: "unknown"}
    for target in dict.fromkeys(fit.board or fit.target for fit in done.fits):
        of_target = [f"{fit.model} {verdicts[fit.fits]}" for fit in done.fits if (fit.board or fit.target) == target]
        click.echo(f"check {target}: {', '.join(of_target)}")
    for made in done.generated:
        click.echo(f"generated for {made.target}: {made.files} files in {made.folder}")
    rows = []
    for result in done.results:
        latency, instructions, memory = result.latency_us, result.instructions, result.memory_bytes
        arena = None if memory.arena_planned is None else memory.arena_planned + (memory.arena_persistent or 0)
        rows.append(
            (
                result.model.name,
                bytes_text(result.model.bytes),
                result.device.name,
                time_text(latency.p50) if latency else "–",
                time_text(latency.p99) if latency else "–",
                f"{instructions.per_invoke:,}" if instructions else "–",
                bytes_text(memory.peak_rss if memory.peak_rss is not None else arena),
            )
        )
    columns = ("model", "size", "device", "p50", "p99", "instr.", "memory")
    print_table(columns, rows, right=(1, 3, 4, 5, 6))
    doubts = {result.device.name: result.reasons[0] for result in done.results if result.reasons}
    for device, reason in doubts.items():
        click.echo(f"not to be trusted: {device}: {reason}")
    for validation in done.validations:
        matches = "matches" if validation.matches else "does not match"
        scored = ", ".join(f"{name} {value:.1%}" for name, value in list(validation.scores.items())[:1])
        click.echo(f"validate {validation.model.name} on {validation.device.name}: {matches} LiteRT, {scored}")
    for line in done.left_out:
        click.echo(f"left out: {line}")
    if done.report:
        click.echo(f"the report on these runs: {done.report}")
    click.echo(
        f"models and code are in {done.folder}; next: edgeflow bench {done.models[-1].conversion.path} -d local:"
    )
