"""`--project`, of commands that hold the budget of `edgeflow.toml`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from edgeflow.cli.generate import PROJECT_FILE
from edgeflow.errors import DoesNotFitError

if TYPE_CHECKING:
    from edgeflow.bench.types import Result
    from edgeflow.fit.types import Fit

F = TypeVar("F", bound=Callable[..., Any])


def project_option(function: F) -> F:
    """Add `--project`; the command receives it as `project`, the current folder's where none is given."""
    return click.option(
        "--project",
        type=click.Path(path_type=Path),
        callback=_of_this_folder,
        help=f"Its [budget] is held: exit 3 beyond it; run converts by its [convert].  [{PROJECT_FILE} of this folder]",
    )(function)


def _of_this_folder(_: click.Context, __: click.Parameter, project: Path | None) -> Path | None:
    return Path(PROJECT_FILE) if project is None and Path(PROJECT_FILE).is_file() else project


def check_project(project: Path | None) -> None:
    """Read the budget before anything is measured. Raises UsageError."""
    if project is not None:
        from edgeflow.bench.budget import read_budget

        read_budget(project)


def over_budget(project: Path | None, costs: Sequence[Result | Fit]) -> DoesNotFitError | None:
    """What exceeds the project's budget, as the error to report, or None."""
    if project is None:
        return None
    from edgeflow.pipeline.budget import hold

    try:
        hold(project, costs)
    except DoesNotFitError as error:
        return error
    return None
