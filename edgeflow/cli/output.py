"""What all commands print alike: JSON on request, two-line errors, tables, progress on stderr."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from edgeflow.cli.plain import plain
from edgeflow.errors import EdgeflowError
from edgeflow.progress import Progress, silent
from edgeflow.results import quantities

F = TypeVar("F", bound=Callable[..., Any])

# what JSON allows raw but a terminal may obey or cannot encode: C1 and direction controls, line separators, surrogates
_UNPRINTABLE = re.compile("[\\x7f-\\x9f\\u200b-\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff\\ud800-\\udfff]")


def json_option(function: F) -> F:
    """Add `--json`; the command receives it as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one complete JSON answer on stdout.")(function)


def print_json(answer: object) -> None:
    """Print a JSON-ready value; NaN and infinities are refused, an unavailable number is null."""
    text = json.dumps(answer, indent=2, allow_nan=False, ensure_ascii=False)
    click.echo(_UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def report_failure(failure: EdgeflowError | KeyboardInterrupt, *, as_json: bool, before: Sequence[object] = ()) -> int:
    """Report what ended a command and return its exit code.

    `before` are the JSON answers that were complete by then: they and the error become one array.
    """
    if isinstance(failure, EdgeflowError):
        what, exit_code = (failure.message, failure.hint, failure.reasons), failure.exit_code
    else:
        what, exit_code = ("interrupted", "", ()), 130
    return report_error(exit_code, *what, as_json=as_json, before=before)


def report_error(
    exit_code: int,
    message: str,
    hint: str,
    reasons: Sequence[str] = (),
    *,
    as_json: bool,
    before: Sequence[object] = (),
) -> int:
    """Print an error (one line what, one line what next; with `as_json` as JSON as well) and return the exit code."""
    if as_json:
        answer = {
            "schema": "edgeflow.error/1",
            "exit": exit_code,
            "message": _one_line(message),
            "hint": _one_line(hint),
            "reasons": list(reasons),
        }
        print_json([*before, answer] if before else answer)
    for reason in reasons:
        click.echo(f"  - {_one_line(reason)}", err=True)
    click.echo(f"edgeflow: {_one_line(message)}", err=True)
    if hint:
        click.echo(f"  {_one_line(hint)}", err=True)
    return exit_code


def say(text: str, *, err: bool = False) -> None:
    """Print one line that may hold names from a device or a file."""
    click.echo(plain(text), err=err)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()) -> None:
    """Print a table that wraps to the terminal; columns whose number stands in `right` are right-aligned."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for number, title in enumerate(columns):
        table.add_column(title, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(str(cell))) for cell in row))
    Console(highlight=False).print(table)


@contextmanager
def progress_bar(quiet: bool = False) -> Iterator[Progress]:
    """Give a Progress that draws on stderr when that is a terminal, and one that is silent otherwise."""
    if quiet or not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    with Bars(console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield show


def bytes_text(count: int | None) -> str:
    """Bytes for people: exact below 10 KiB, then KiB or MiB."""
    return "?" if count is None else quantities.bytes_text(count)


def _one_line(text: str) -> str:
    return plain(" ".join(text.split()))
