"""`--model`, `--device`, `--kind`, `--tag` and `--since`, of all commands that choose runs of the result store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def run_filters(function: F) -> F:
    """Add them; the command receives `model`, `device`, `noun`, `tags` and `since`."""
    for option in reversed(
        (
            click.option("--model", metavar="TEXT", help="Part of a model's name, or the beginning of its digest."),
            click.option("--device", "-d", metavar="D", help="The device's name as it was given."),
            click.option("--kind", "noun", metavar="KIND", help="result (of bench) or validation."),
            click.option("--tag", "tags", multiple=True, metavar="TAG", help="Repeated: all of them."),
            click.option("--since", metavar="DATE", help="2026-01-31, with a time or without."),
        )
    ):
        function = option(function)
    return function
