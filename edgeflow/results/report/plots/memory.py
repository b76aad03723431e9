"""Memory: resident bytes from phase to phase on Linux, what a board's memory holds elsewhere."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from edgeflow.results.quantities import bytes_text, shown
from edgeflow.results.report.gathered import Gathered, Run
from edgeflow.results.report.plot import Plot
from edgeflow.results.report.plots.axes import bytes_on, file_stem, grid, name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from edgeflow.results.report.colours import Colours

_PHASES = ("import", "load", "allocate", "first_invoke", "steady")
_LINES = 4  # of one plot
_MARKERS = ("o", "s", "^", "D")
_DASHES = ("-", "--", ":", "-.")
_PARTS = (("planned", "arena_planned"), ("persistent", "arena_persistent"), ("stack", "stack"))
_FILLS = (0.75, 0.3, 0.0)  # told apart without colours


def plots(gathered: Gathered) -> tuple[Plot, ...]:
    """Plots of phases, then of boards, each by model."""
    newest = [series.newest for series in gathered.series]
    made: list[Plot] = []
    for told, make in ((_phases, _phase_plot), (_parts, _part_plot)):
        for model, own in groupby((run for run in newest if len(told(run)) > 1), lambda run: run.setup.model):
            runs = list(own)
            for start in range(0, len(runs), _LINES):
                made.append(make(len(made) + 1, model, runs[start : start + _LINES]))
    return tuple(made)


def _phases(run: Run) -> list[tuple[str, int]]:
    known = run.result.memory_bytes.phases or {}
    return [(name, value) for name in _PHASES if (value := known.get(name)) is not None]


def _parts(run: Run) -> list[tuple[str, int]]:
    memory = run.result.memory_bytes
    found = [(name, value) for name, field in _PARTS if (value := getattr(memory, field)) is not None]
    return found if memory.arena_planned is not None and memory.peak_rss is None else []


def _label(run: Run) -> str:
    return f"{run.setup.where} · {run.setup.how}"


def _fill_split(axes: Axes, run: Run, chosen: Colours) -> None:
    """What of the memory is the process's own and what are pages of files, where both are known."""
    own, file = run.result.memory_bytes.anonymous or {}, run.result.memory_bytes.file or {}
    places = [place for place, name in enumerate(_PHASES) if own.get(name) is not None and file.get(name) is not None]
    if not places:
        return
    lower = [float(own[_PHASES[place]] or 0) for place in places]
    upper = [low + float(file[_PHASES[place]] or 0) for low, place in zip(lower, places, strict=True)]
    axes.fill_between(places, lower, color=chosen.of(0), alpha=0.4, linewidth=0, label="the process's own")
    axes.fill_between(places, lower, upper, color=chosen.of(0), alpha=0.15, linewidth=0, label="pages of files")


def _listed(values: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {bytes_text(value)}" for name, value in values)


def _phase_plot(number: int, model: str, runs: Sequence[Run]) -> Plot:
    told = "; ".join(f"{_label(run)}: {_listed(_phases(run))}" for run in runs)

    def draw(figure: Figure, chosen: Colours) -> None:
        axes = figure.add_subplot()
        if len(runs) == 1:
            _fill_split(axes, runs[0], chosen)
        for place, run in enumerate(runs):
            values = dict(_phases(run))
            axes.plot(
                [_PHASES.index(name) for name in values],
                list(values.values()),
                color=chosen.of(place),
                marker=_MARKERS[place],
                linestyle=_DASHES[place],
                markersize=4,
                label=shown(_label(run), 52),
            )
        axes.set_xticks(range(len(_PHASES)), [name.replace("_", "\n") for name in _PHASES])
        axes.set_xlim(-0.3, len(_PHASES) - 0.7)
        axes.set_ylim(0, 1.12 * max(value for run in runs for _, value in _phases(run)) or 1)
        bytes_on(axes.yaxis)
        grid(axes, chosen, "y")
        figure.legend(loc="outside upper left", frameon=False, fontsize=8.5, handlelength=3)

    return Plot(
        file_stem("memory", number, model),
        f"{name_of(model)}: resident memory by phase",
        told,
        2.2 + 0.2 * (len(runs) if len(runs) > 1 else 3),
        draw,
    )


def _part_plot(number: int, model: str, runs: Sequence[Run]) -> Plot:
    told = "; ".join(f"{_label(run)}: {_listed(_parts(run))}" for run in runs)

    def draw(figure: Figure, chosen: Colours) -> None:
        axes = figure.add_subplot()
        for place, run in enumerate(runs):
            start = 0
            for number_of, (name, value) in enumerate(_parts(run)):
                axes.barh(
                    -place,
                    value,
                    0.4,
                    left=start,
                    facecolor=(chosen.of(number_of), _FILLS[number_of]),
                    edgecolor=chosen.of(number_of),
                    label=name if place == 0 else None,
                )
                start += value
            axes.annotate(
                f"{shown(_label(run), 44)}: {bytes_text(start)}",
                (0, 0.24 - place),
                xycoords=("axes fraction", "data"),
                fontsize=8.5,
                va="bottom",
            )
        axes.set_ylim(-len(runs) + 0.6, 0.7)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        bytes_on(axes.xaxis)
        grid(axes, chosen, "x")
        figure.legend(loc="outside upper left", frameon=False, fontsize=8.5, ncols=len(_PARTS))

    return Plot(
        file_stem("memory", number, model),
        f"{name_of(model)}: arena and stack",
        told,
        0.8 + 0.5 * len(runs),
        draw,
    )
