"""`edgeflow report`: runs as a page to look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from edgeflow.cli.output import bytes_text, json_option, print_json, say
from edgeflow.cli.run_filters import run_filters
from edgeflow.cli.store_option import store_option

if TYPE_CHECKING:
    from edgeflow.pipeline.report import Report


@click.command()
@click.argument("runs", nargs=-1, metavar="[RUN…]")
@run_filters
@click.option("--limit", type=click.IntRange(1, 1000), help="At most so many, the newest.  [200]")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("report.html"),
    show_default=True,
    help="The page.",
)
@click.option("--markdown", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The same as text.")
@click.option("--plots", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Plots as files.")
@click.option("--plot-format", type=click.Choice(("svg", "png")), default="svg", show_default=True)
@store_option
@json_option
def command(
    runs: tuple[str, ...],
    model: str | None,
    device: str | None,
    noun: str | None,
    tags: tuple[str, ...],
    since: str | None,
    limit: int | None,
    output: Path,
    markdown: Path | None,
    plots: Path | None,
    plot_format: Literal["svg", "png"],
    store: str | None,
    as_json: bool,
) -> None:
    """Write RUNs, or all that match, as one page of HTML.

    A run is its id or the beginning of it, `last`, tag:NAME, or a JSON file of bench, validate or results export. The
    page needs no network; docs/report.md says how to read it.
    """
    from edgeflow.pipeline.report import report

    done = report(
        runs,
        output=output,
        markdown=markdown,
        plots=plots,
        plot_format=plot_format,
        model=model,
        device=device,
        noun=noun,
        tags=tags,
        since=since,
        limit=limit,
        store=store,
    )
    if as_json:
        print_json(answer(done))
    else:
        _print(done)


def answer(done: Report) -> dict[str, Any]:
    """The `edgeflow.report/1` answer."""
    return {
        "schema": "edgeflow.report/1",
        "page": str(done.page),
        "page_bytes": done.page_bytes,
        "markdown": None if done.markdown is None else str(done.markdown),
        "plots": [str(path) for path in done.plots],
        "runs": list(done.runs),
        "validations": list(done.validations),
        "missing": list(done.missing),
    }


def _print(done: Report) -> None:
    validated = f" and {_counted(len(done.validations), 'validation')}" if done.validations else ""
    say(f"{done.page}: {_counted(len(done.runs), 'run')}{validated}, {bytes_text(done.page_bytes)}")
    if done.markdown:
        say(str(done.markdown))
    if done.plots:
        say(f"{done.plots[0].parent}: {_counted(len(done.plots), 'plot')}")
    if done.missing:
        say(f"nothing to plot for {', '.join(done.missing)}; the page says what would fill them", err=True)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"
