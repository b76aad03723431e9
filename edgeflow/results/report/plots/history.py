"""How a setup's cost went over time: p50 with its 95 % interval and p99, or counted instructions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from edgeflow.results.quantities import count_text, time_text
from edgeflow.results.report.gathered import Gathered, Run, Series
from edgeflow.results.report.plot import Plot
from edgeflow.results.report.plots.axes import counts_text, file_stem, grid, name_of, time_ticks, units_on

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from edgeflow.results.report.colours import Colours


def plots(gathered: Gathered) -> tuple[Plot, ...]:
    """A plot for each setup that was measured at two times or more."""
    made: list[Plot] = []
    for series in gathered.series:
        dated = [run for run in series.runs if run.when is not None and run.cost is not None]
        if len({run.when for run in dated}) > 1:
            made.append(_plot(len(made) + 1, series, dated))
    return tuple(made)


def _plot(number: int, series: Series, runs: Sequence[Run]) -> Plot:
    setup, counted = series.setup, series.newest.counted
    runs = [run for run in runs if run.counted == counted]
    costs = [float(run.cost or 0) for run in runs]
    text = (lambda value: f"{count_text(value)} instructions") if counted else time_text
    files = len({run.result.model.sha256 for run in runs})
    doubted = sum(not run.result.trusted for run in runs)
    told = f"{len(runs)} runs from {_day(runs[0])} to {_day(runs[-1])}: first {text(costs[0])}, last {text(costs[-1])}"
    told += f", {text(min(costs))} to {text(max(costs))}"
    told += f"; {files} different model files" if files > 1 else ""
    told += f"; {doubted} not to be trusted" if doubted else ""

    def draw(figure: Figure, chosen: Colours) -> None:
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num

        axes = figure.add_subplot()
        times = np.array([date2num(run.when) for run in runs])
        colour = chosen.of(0)
        if not counted:
            bands = [_band(run) for run in runs]
            axes.fill_between(times, *np.array(bands).T, color=colour, alpha=0.25, linewidth=0)
            tails = [run.result.latency_us.p99 if run.result.latency_us else np.nan for run in runs]
            axes.plot(times, tails, color=chosen.muted, linewidth=1, linestyle=":")
            axes.annotate("p99", (times[-1], tails[-1]), (4, 0), textcoords="offset points", fontsize=8, va="center")
            axes.annotate("p50", (times[-1], costs[-1]), (4, 0), textcoords="offset points", fontsize=8, va="center")
        axes.plot(times, costs, color=colour)
        before: str | None = None
        for time, cost, run in zip(times, costs, runs, strict=True):
            changed = before not in (None, run.result.model.sha256)
            before = run.result.model.sha256
            axes.plot(
                [time],
                [cost],
                marker="D" if changed else "o",
                markersize=5.5 if changed else 4,
                color=colour,
                markerfacecolor=colour if run.result.trusted else chosen.surface,
            )
        locator = AutoDateLocator(maxticks=5)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
        if counted and min(costs) == max(costs):
            axes.set_ylim(0, max(costs) * 1.3 or 1)
        units_on(axes.yaxis, counts_text if counted else time_ticks)
        grid(axes, chosen, "y")

    where = f"({setup.where}, emulated)" if setup.emulated and not counted else setup.where
    return Plot(
        file_stem("history", number, setup.model, setup.device),
        f"{name_of(setup.model)} on {where}, {setup.how}",
        told,
        2.1,
        draw,
    )


def _band(run: Run) -> tuple[float, float]:
    """The interval of p50; the point itself where there is none."""
    latency = run.result.latency_us
    if latency is None:
        return np.nan, np.nan
    return latency.ci95_p50 or (latency.p50, latency.p50)


def _day(run: Run) -> str:
    return run.when.strftime("%Y-%m-%d %H:%M") if run.when else "?"
