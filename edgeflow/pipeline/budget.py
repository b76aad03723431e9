"""Hold what was measured or forecast against the project's budget."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from edgeflow.bench.budget import over_fit, over_result, read_budget
from edgeflow.bench.types import Result
from edgeflow.errors import DoesNotFitError
from edgeflow.fit.types import Fit
from edgeflow.generate.project import Project


def hold(project: Project | Path | str, costs: Sequence[Result | Fit]) -> None:
    """Raise DoesNotFitError with every overrun of every result and fit; UsageError for a bad project file."""
    budget = read_budget(project)
    over = [
        line
        for cost in costs
        for line in (over_result(budget, cost) if isinstance(cost, Result) else over_fit(budget, cost))
    ]
    if over:
        where = project.path if isinstance(project, Project) else project
        raise DoesNotFitError(
            f"over the budget of {where}: {len(over)} limit{'s' * (len(over) > 1)}",
            "quantize or shrink the model, or raise the limit in [budget]",
            over,
        )
