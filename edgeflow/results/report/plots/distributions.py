"""Where the samples lie: of the newest run of each setup a box (quartiles), whiskers (p1 to p99) and single samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from edgeflow.results.quantities import shown, time_text
from edgeflow.results.report.gathered import Gathered, Series
from edgeflow.results.report.plot import Plot
from edgeflow.results.report.plots.axes import file_stem, grid, name_of, time_ticks, units_on, wide

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from edgeflow.results.report.colours import Colours

_ROWS = 6  # of one plot
_TICKS = 80  # single samples shown of a run


def plots(gathered: Gathered) -> tuple[Plot, ...]:
    """A plot for each model, more where it runs in many setups."""
    timed = [one for one in gathered.series if _samples(one).size]
    made: list[Plot] = []
    for model, own in groupby(timed, lambda one: one.setup.model):
        for rows in _chunks(list(own)):
            made.append(_plot(len(made) + 1, model, rows))
    return tuple(made)


def _chunks(series: Sequence[Series]) -> Iterator[Sequence[Series]]:
    for start in range(0, len(series), _ROWS):
        yield series[start : start + _ROWS]


def _samples(one: Series) -> npt.NDArray[np.float64]:
    latency = one.newest.result.latency_us
    rounds = [r.samples for r in latency.rounds] if latency else []
    return np.sort(np.concatenate([np.asarray(samples, np.float64) for samples in rounds] or [np.empty(0)]))


def _plot(number: int, model: str, rows: Sequence[Series]) -> Plot:
    samples = [_samples(row) for row in rows]
    told = []
    for row, own in zip(rows, samples, strict=True):
        low, middle, high = np.percentile(own, (1, 50, 99))
        told.append(
            f"{row.setup.where} ({row.setup.how}): median {time_text(middle)}, "
            f"p1 to p99 {time_text(low)} to {time_text(high)}, {len(own)} samples"
        )

    def draw(figure: Figure, chosen: Colours) -> None:
        axes = figure.add_subplot()
        if wide(np.concatenate(samples).tolist()):
            axes.set_xscale("log")
        for place, (row, own) in enumerate(zip(rows, samples, strict=True)):
            colour, y = chosen.of(place), -float(place)
            p1, p25, p50, p75, p99 = np.percentile(own, (1, 25, 50, 75, 99))
            axes.plot([p1, p99], [y, y], color=colour, linewidth=1)
            axes.fill_betweenx([y - 0.1, y + 0.1], p25, p75, color=colour, alpha=0.35, linewidth=0)
            axes.plot([p50, p50], [y - 0.16, y + 0.16], color=chosen.ink, linewidth=1.8)
            axes.plot(*_ticks(own, y - 0.2), color=colour, linewidth=0.6, alpha=0.8)
            label = f"{row.setup.where} · {row.setup.how}"
            axes.annotate(
                shown(f"({label}, emulated)" if row.setup.emulated else label, 56),
                (0, y + 0.2),
                xycoords=("axes fraction", "data"),
                fontsize=8.5,
                va="bottom",
            )
        axes.set_ylim(-len(rows) + 0.45, 0.6)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        units_on(axes.xaxis, time_ticks)
        grid(axes, chosen, "x")

    return Plot(
        file_stem("distribution", number, model),
        f"{name_of(model)}: time of one run",
        "; ".join(told),
        0.5 + 0.62 * len(rows),
        draw,
    )


def _ticks(own: npt.NDArray[np.float64], y: float) -> tuple[list[float], list[float]]:
    """Single samples, evenly chosen by rank, as one line with gaps."""
    chosen = own[np.linspace(0, len(own) - 1, min(_TICKS, len(own))).astype(np.intp)]
    xs, ys = [], []
    for value in np.unique(chosen):
        xs += [float(value), float(value), np.nan]
        ys += [y - 0.1, y, np.nan]
    return xs, ys
