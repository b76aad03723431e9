"""What is bought with what: accuracy (or size, where no accuracy is known) against time or instructions, by device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from edgeflow.results.quantities import bytes_text, count_text, share_text, time_text
from edgeflow.results.report.gathered import Gathered, Run
from edgeflow.results.report.plot import Plot
from edgeflow.results.report.plots.axes import (
    bytes_on,
    counts_text,
    file_stem,
    grid,
    label_points,
    name_of,
    time_ticks,
    units_on,
    wide,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from edgeflow.results.report.colours import Colours


@dataclass(frozen=True)
class Point:
    """A model in one setup; `accuracy` is None where the plot is of size."""

    model: str
    cost: float
    size: int
    accuracy: float | None

    @property
    def value(self) -> float:
        """What is better when it is larger."""
        return -float(self.size) if self.accuracy is None else self.accuracy


def frontier(points: Sequence[Point]) -> tuple[Point, ...]:
    """The points that no other beats in both, by rising cost."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda one: (one.cost, -one.value)):
        if not kept or point.value > kept[-1].value:
            kept.append(point)
    return tuple(kept)


def plots(gathered: Gathered) -> tuple[Plot, ...]:
    """A plot for each device and way of running on which two models or more were measured."""
    made: list[Plot] = []
    newest = [series.newest for series in gathered.series if series.newest.cost is not None]
    newest.sort(key=_place)
    for _, own in groupby(newest, _place):
        runs = list(own)
        if len(runs) > 1:
            made.append(_plot(len(made) + 1, runs, gathered))
    return tuple(made)


def _place(run: Run) -> tuple[object, ...]:
    s = run.setup
    return (run.counted, s.device, s.runtime, s.threads, s.delegate or "", s.api or "", s.aot, s.mode, s.rate_hz or 0)


def _plot(number: int, runs: Sequence[Run], gathered: Gathered) -> Plot:
    found = [gathered.accuracy(run) for run in runs]
    known = {scored[0] for scored in found if scored}
    with_accuracy = sum(scored is not None for scored in found) > 1 and len(known) == 1
    metric = known.pop() if with_accuracy else "model size"
    points = [
        Point(run.setup.model, float(run.cost or 0), run.result.model.bytes, scored[1] if scored else None)
        for run, scored in zip(runs, found, strict=True)
        if scored or not with_accuracy
    ]
    if not with_accuracy:
        points = [Point(point.model, point.cost, point.size, None) for point in points]
    best = frontier(points)
    setup, counted = runs[0].setup, runs[0].counted
    cost_text = (lambda value: f"{count_text(value)} instructions") if counted else time_text
    told = "; ".join(
        f"{name_of(p.model)}: {cost_text(p.cost)}, {bytes_text(p.size)}"
        + ("" if p.accuracy is None else f", {name_of(metric)} {p.accuracy:.4g}")
        + ("" if p in best else ", beaten by another")
        for p in points
    )
    shares = with_accuracy and all(0 <= p.value <= 1 for p in points)

    def draw(figure: Figure, chosen: Colours) -> None:
        axes = figure.add_subplot()
        largest = max(point.size for point in points)
        heights = [point.size if point.accuracy is None else point.accuracy for point in points]
        if wide([point.cost for point in points]):
            axes.set_xscale("log")
        if not with_accuracy and wide(heights):
            axes.set_yscale("log")
        steps = [(p.cost, p.size if p.accuracy is None else p.accuracy) for p in best]
        axes.step(*zip(*steps, strict=True), where="post", color=chosen.muted, linewidth=1, linestyle="--")
        for point, height in zip(points, heights, strict=True):
            colour = chosen.of(0)
            face = colour if point in best else chosen.surface
            size = 24 + 150 * point.size / largest if with_accuracy else 36
            axes.scatter([point.cost], [height], s=size, facecolors=face, edgecolors=colour, linewidths=1.2, alpha=0.85)
        axes.margins(0.2, 0.25)
        if shares:
            low, high = axes.get_ylim()
            axes.set_ylim(max(low, -0.02), min(high, 1.02))
        units_on(axes.xaxis, counts_text if counted else time_ticks)
        if with_accuracy:
            units_on(axes.yaxis, share_text if shares else lambda value: f"{value:.4g}")
        else:
            bytes_on(axes.yaxis)
        axes.set_xlabel("instructions of one run" if counted else "p50 of one run")
        axes.set_ylabel(name_of(metric))
        grid(axes, chosen, "both")
        figure.draw_without_rendering()  # places are known only then
        ranked = sorted(zip(points, heights, strict=True), key=lambda one: one[0] not in best)
        label_points(axes, [(name_of(point.model), point.cost, height) for point, height in ranked])

    where = f"({setup.where}, emulated)" if setup.emulated and not counted else setup.where
    return Plot(
        file_stem("pareto", number, setup.device),
        f"{where}, {setup.how}: {name_of(metric)} against {'instructions' if counted else 'time'}",
        told,
        2.6,
        draw,
    )
