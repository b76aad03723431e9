"""`--store`, of all commands that read or write the result store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def store_option(function: F) -> F:
    """Add `--store`; the command receives it as `store`."""
    return click.option(
        "--store",
        metavar="PATH|URL",
        help="Result store: an SQLite file or postgresql://…; EDGEFLOW_RESULTS, else yours.",
    )(function)
