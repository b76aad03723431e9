"""`edgeflow run`: convert, check, deploy and bench in one go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgeflow.cli.output import bytes_text, json_option, print_json, progress_bar, report_failure, say
from edgeflow.cli.project_option import check_project, over_budget, project_option

if TYPE_CHECKING:
    from edgeflow.pipeline.run import Run


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--device", "-d", metavar="D", help="A name of the device book, an address, or local:.")
@click.option("--target", metavar="T", help="What a plain address is: a target or a board.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where the converted model goes.")
@click.option("-q", "--quantize", metavar="RECIPE", help="Recipe; int8 where there is representative data, else none.")
@click.option("-r", "--representative-data", type=click.Path(path_type=Path), metavar="FILE", help="See convert.")
@click.option("--name", metavar="N", help="The deployment's name on the device; the file's stem by default.")
@click.option("--runs", type=click.IntRange(1, 10_000_000), help="At least so many runs a round.  [50]")
@click.option("--threads", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option(
    "--wait", "wait_s", type=click.FloatRange(0, 86400), default=0.0, metavar="SECONDS", help="For the device."
)
@click.option("--timeout", "timeout_s", type=click.FloatRange(1, 86400), default=60.0, metavar="SECONDS")
@project_option
@json_option
def command(
    source: Path,
    device: str | None,
    target: str | None,
    output: Path | None,
    quantize: str | None,
    representative_data: Path | None,
    name: str | None,
    runs: int | None,
    threads: int,
    wait_s: float,
    timeout_s: float,
    project: Path | None,
    as_json: bool,
) -> int:
    """Bring SOURCE, a model of any kind that convert takes or a .tflite, to a device and measure it there."""
    from edgeflow.device.book import find_device
    from edgeflow.pipeline.run import run

    check_project(project)
    with progress_bar(as_json) as progress:
        done = run(
            source,
            find_device(device, target=target),
            quantize=quantize or _recipe(project, representative_data),
            representative_data=representative_data,
            output=output,
            name=name,
            runs=runs,
            threads=threads,
            wait_s=wait_s,
            timeout_s=timeout_s,
            project=project,
            progress=progress,
        )
    over = over_budget(project, (done.result,))
    if as_json and over is None:
        print_json(answer(done))
    elif not as_json:
        _print(done)
    return 0 if over is None else report_failure(over, as_json=as_json, before=(answer(done),))


def _recipe(project: Path | None, representative_data: Path | None) -> str | None:
    """None where the project names one."""
    if project is not None:
        from edgeflow.pipeline.project_conversion import project_choices

        found = project_choices(project)
        if found.get("quantize"):
            return None
        representative_data = representative_data or found.get("representative_data")
    return "int8" if representative_data else "none"


def answer(done: Run) -> dict[str, Any]:
    """The `edgeflow.run/1` answer: the answers of its steps."""
    from edgeflow.cli.deploy import answer as deployment_answer
    from edgeflow.convert.record import to_json

    return {
        "schema": "edgeflow.run/1",
        "model": str(done.model),
        "conversion": to_json(done.conversion) if done.conversion else None,
        "deployment": deployment_answer(done.deployment),
        "result": done.result.to_json(),
    }


def _print(done: Run) -> None:
    from edgeflow.cli.bench import print_results
    from edgeflow.cli.deploy import text as deployment_text

    if made := done.conversion:
        say(f"converted {made.source.origin} to {made.path} ({made.quantize}, {bytes_text(made.size)})")
        for warning in made.warnings:
            say(f"warning: {warning}", err=True)
    say(deployment_text(done.deployment))
    for warning in done.deployment.warnings:
        say(f"warning: {warning}", err=True)
    print_results((done.result,))
