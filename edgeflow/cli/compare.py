"""`edgeflow compare`: OLD against NEW, with a verdict and a gate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgeflow.cli.device_options import APIS, DELEGATES, placing_options
from edgeflow.cli.output import json_option, print_json, print_table, progress_bar, report_error, say
from edgeflow.cli.store_option import store_option

if TYPE_CHECKING:
    from edgeflow.results.figures import Comparison


def share(_: click.Context, __: click.Parameter, text: str | None) -> float | None:
    """`5%` or `0.05`."""
    if text is None:
        return None
    from edgeflow.errors import UsageError
    from edgeflow.results.verdicts import parse_share

    try:
        return parse_share(text)
    except UsageError as error:
        raise click.BadParameter(f"{error.message}; {error.hint}") from None


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--device", "-d", metavar="D", help="Where models are measured, in turns.")
@placing_options
@click.option(
    "--rounds", type=click.IntRange(1, 1000), help="Fresh processes of each model.  [10 to 30, until --fail-over shows]"
)
@click.option("--runs", type=click.IntRange(1, 10_000_000), help="At least so many runs a round.  [50]")
@click.option("--warmup", type=click.IntRange(0, 1_000_000), help="Unmeasured runs before.  [5]")
@click.option("--min-seconds", "min_s", type=click.FloatRange(0, 86400), help="Measure at least so long a round.  [1]")
@click.option("--threads", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option("--api", type=click.Choice(APIS), default=None, help="LiteRT's API to use.")
@click.option("--delegate", type=click.Choice(DELEGATES), default=None, help="As in bench.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="For random inputs.")
@click.option("--fail-over", callback=share, metavar="5%", help="Exit 3 where a figure is worse by more than this.")
@click.option("--markdown", type=click.Path(path_type=Path), metavar="FILE", help="Write a table for a pull request.")
@click.option("--junit", type=click.Path(path_type=Path), metavar="FILE", help="Write a report for a build server.")
@store_option
@json_option
def command(
    old: str,
    new: str,
    device: str | None,
    target: str | None,
    wait_s: float,
    timeout_s: float,
    fresh: bool,
    rounds: int | None,
    runs: int | None,
    warmup: int | None,
    min_s: float | None,
    threads: int,
    api: str | None,
    delegate: str | None,
    seed: int,
    fail_over: float | None,
    markdown: Path | None,
    junit: Path | None,
    store: str | None,
    as_json: bool,
) -> int:
    """Compare OLD with NEW: models (.tflite), JSON of bench, or runs of the result store.

    A run is its id or the beginning of it, `last`, or tag:NAME. Two models are measured in turns, which is the surest
    way; times get a verdict by statistics, instructions and bytes are compared exactly.
    """
    from edgeflow.device.book import find_device
    from edgeflow.pipeline.compare import compare
    from edgeflow.results.verdicts import to_junit, to_markdown

    with progress_bar(as_json) as progress:
        found = compare(
            old,
            new,
            device=find_device(device, target=target) if device else None,
            rounds=rounds,
            runs=runs,
            warmup=warmup,
            min_s=min_s,
            threads=threads,
            api=api or "",
            delegate=delegate or "",
            seed=seed,
            visible=fail_over or 0.05,
            wait_s=wait_s,
            timeout_s=timeout_s,
            fresh=fresh,
            store=store,
            progress=progress,
        )
    if markdown:
        _write(markdown, to_markdown(found, fail_over).encode())
    if junit:
        _write(junit, to_junit([found], fail_over if fail_over is not None else float("inf")))
    return finish(found, fail_over, as_json=as_json)


def finish(found: Comparison, fail_over: float | None, *, as_json: bool) -> int:
    """Print a comparison; 3 where a figure is worse by more than `fail_over`."""
    from edgeflow.results.verdicts import blind_spots, regressions

    over = regressions(found, fail_over) if fail_over is not None else ()
    if as_json:
        print_json(answer(found, fail_over, over))
    else:
        _print(found)
        for text in blind_spots(found, fail_over):
            say(f"note: {text}", err=True)
    if not over:
        return 0
    if as_json:
        return 3
    return report_error(
        3, f"worse by more than {fail_over:.1%}: {len(over)} of {len(found.figures)} figures", "", over, as_json=False
    )


def answer(found: Comparison, fail_over: float | None, over: tuple[str, ...]) -> dict[str, Any]:
    """The `edgeflow.comparison/1` answer."""
    from dataclasses import asdict

    figures = []
    for figure in found.figures:
        entry = asdict(figure)
        if figure.timing and figure.timing.interval99:
            entry["timing"]["interval99"] = list(figure.timing.interval99)
        if figure.timing:
            entry["timing"]["rounds"] = list(figure.timing.rounds)
        figures.append(entry)
    return {
        "schema": "edgeflow.comparison/1",
        "old": found.old.to_json(),
        "new": found.new.to_json(),
        "interleaved": found.interleaved,
        "figures": figures,
        "doubts": list(found.doubts),
        "fail_over": fail_over,
        "regressions": list(over),
    }


def _print(found: Comparison) -> None:
    from edgeflow.results.verdicts import change_text, sureness, value_text, verdict_text

    print_table(
        ("", "OLD", "NEW", "CHANGE", "VERDICT"),
        [(f.name, value_text(f, f.old), value_text(f, f.new), change_text(f), verdict_text(f)) for f in found.figures],
        right=(1, 2, 3),
    )
    for figure in found.figures:
        if text := sureness(figure):
            say(f"{figure.name}: {text}")
    for doubt in found.doubts:
        say(f"note: {doubt}", err=True)


def _write(path: Path, content: bytes) -> None:
    from edgeflow.errors import UsageError
    from edgeflow.files import write_whole

    try:
        write_whole(path, content)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}", "give a file in a folder that exists") from None
