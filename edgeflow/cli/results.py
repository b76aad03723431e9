"""`edgeflow results`: the runs that were made, and what they said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeflow.cli.output import json_option, print_json, print_table, say
from edgeflow.cli.run_filters import run_filters
from edgeflow.cli.store_option import store_option

if TYPE_CHECKING:
    from edgeflow.results.store import Stored


@click.group()
def command() -> None:
    """The runs that were made: list, show, tag, export, import."""


@command.command("list")
@run_filters
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@store_option
@json_option
def list_command(
    model: str | None,
    device: str | None,
    noun: str | None,
    tags: tuple[str, ...],
    since: str | None,
    limit: int,
    store: str | None,
    as_json: bool,
) -> None:
    """List runs, the newest first."""
    from edgeflow.pipeline.results import list_results, runs_answer

    runs = list_results(model=model, device=device, noun=noun, tags=tags, since=since, limit=limit, store=store)
    if as_json:
        print_json(runs_answer(runs, documents=False))
    elif not runs:
        click.echo("no run matches; edgeflow bench MODEL --device D makes one", err=True)
    else:
        print_table(("RUN", "MODEL", "DEVICE", "P50", "OK", "TAGS"), [_row(run) for run in runs], right=(3,))


@command.command("show")
@click.argument("run")
@store_option
@json_option
def show_command(run: str, store: str | None, as_json: bool) -> None:
    """Show RUN: its id, the beginning of it, `last`, or tag:NAME for the newest with a tag."""
    from edgeflow.pipeline.results import show_result, stored_answer

    found = show_result(run, store=store)
    if as_json:
        print_json({"schema": "edgeflow.stored/1", **stored_answer(found)})
        return
    say(f"{found.run_id}  {found.created}")
    if found.project_commit:
        say(f"project at {found.project_commit[:12]}{', with changes' if found.project_changed else ''}")
    if found.tags:
        say(f"tags: {', '.join(found.tags)}")
    if found.noun == "result":
        from edgeflow.bench.types import result_from_json
        from edgeflow.cli.bench import print_results

        print_results((result_from_json(found.document, found.run_id),))
    else:
        from edgeflow.cli.validate import print_validation
        from edgeflow.validate.types import validation_from_json

        print_validation(validation_from_json(found.document, found.run_id))


@command.command("tag")
@click.argument("run")
@click.argument("tags", nargs=-1, required=True, metavar="TAG…")
@click.option("--remove", is_flag=True, help="Take them off.")
@store_option
@json_option
def tag_command(run: str, tags: tuple[str, ...], remove: bool, store: str | None, as_json: bool) -> None:
    """Put words on RUN to find it by."""
    from edgeflow.pipeline.results import stored_answer, tag_result

    found = tag_result(run, tags, remove=remove, store=store)
    if as_json:
        print_json({"schema": "edgeflow.stored/1", **stored_answer(found)})
    else:
        say(f"{found.run_id}: {', '.join(found.tags) or 'no tags'}")


@command.command("export")
@click.argument("runs", nargs=-1, metavar="[RUN…]")
@run_filters
@click.option("--limit", type=click.IntRange(1), help="At most so many, the newest.")
@click.option(
    "--format", "format_name", default="json", show_default=True, metavar="FORMAT", help="json, or one of those below."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="File or folder; a file's text on stdout without."
)
@store_option
def export_command(
    runs: tuple[str, ...],
    model: str | None,
    device: str | None,
    noun: str | None,
    tags: tuple[str, ...],
    since: str | None,
    limit: int | None,
    format_name: str,
    output: Path | None,
    store: str | None,
) -> None:
    """Write RUNs, or all that match, for another store or another tool.

    \b
    json              what results import reads: whole runs
    csv               a line a run
    google-benchmark  JSON as Google Benchmark writes it
    pytest-benchmark  JSON as pytest-benchmark stores it
    junit             a test case a run, failed where it is not to be trusted
    prometheus        text for a textfile collector or a push gateway
    mlflow            a tracking store, which is a folder
    mlperf-tiny       a folder like MLPerf Tiny's results, not verified by MLCommons
    """
    from edgeflow.pipeline.results import export_results

    made = export_results(
        runs,
        model=model,
        device=device,
        noun=noun,
        tags=tags,
        since=since,
        limit=limit,
        format_name=format_name,
        path=output,
        store=store,
    )
    if output is None:
        (content,) = made.values()
        click.echo(content.decode(), nl=False)
    else:
        click.echo(f"{output}: {len(made)} file{'s' * (len(made) > 1)}" if len(made) > 1 else str(output), err=True)


@command.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Put on each of them.")
@store_option
@json_option
def import_command(files: tuple[Path, ...], tags: tuple[str, ...], store: str | None, as_json: bool) -> None:
    """Add runs from FILEs that results export, bench --json or validate --json wrote."""
    from edgeflow.pipeline.results import import_results

    done = import_results(files, tags=tags, store=store)
    if as_json:
        print_json({"schema": "edgeflow.imported/1", "added": list(done.added), "present": list(done.present)})
    else:
        say(f"{len(done.added)} added, {len(done.present)} there already")


def _row(run: Stored) -> tuple[str, ...]:
    from edgeflow.cli.bench import time_text

    sound = run.trusted
    if run.noun == "validation":
        value, sound = "validated", bool(run.document["matches"])
    elif run.instructions is not None:
        value = f"{run.instructions:,} ins"
    else:
        value = f"({time_text(run.p50_us)})" if run.emulated and run.p50_us else time_text(run.p50_us)
    trusted = {True: "yes", False: "no", None: "–"}[sound]
    return run.run_id, run.model_name, run.device, value, trusted, " ".join(run.tags)
