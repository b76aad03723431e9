"""What each operator costs, as area: of the newest profiled run of each setup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from edgeflow.results.quantities import share_text, shown
from edgeflow.results.report.gathered import Gathered, Run, Series
from edgeflow.results.report.plot import WIDTH_IN, Plot
from edgeflow.results.report.plots.axes import file_stem, name_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from edgeflow.results.report.colours import Colours

_HEIGHT_IN = 2.9
_POINTS_A_SIGN = 5.7  # of the 8 point type, widest letters
_MOST = 60  # rectangles; the cheapest share one

Rectangle = tuple[float, float, float, float]


def profiled(series: Series) -> Run | None:
    """The newest run of a setup with operators in it."""
    return next((run for run in reversed(series.runs) if operators(run)), None)


def operators(run: Run) -> list[Mapping[str, Any]]:
    """Operators with a share, the dearest first."""
    found = [entry for entry in run.result.per_operator or () if (entry.get("share") or 0) > 0]
    return sorted(found, key=lambda entry: -float(entry["share"]))


def plots(gathered: Gathered) -> tuple[Plot, ...]:
    runs = [run for series in gathered.series if (run := profiled(series))]
    kinds = sorted({str(entry["name"]) for run in runs for entry in operators(run)})  # of one colour in all plots
    return tuple(_plot(number, run, kinds) for number, run in enumerate(runs, 1))


def squarified(sizes: Sequence[float], width: float, height: float) -> list[Rectangle]:
    """Rectangles (x, y, width, height) of these areas, near to squares, that fill width × height.

    `sizes` are positive and fall. Source: Bruls, Huizing, van Wijk, Squarified Treemaps (2000).
    """
    left = list(sizes)
    placed: list[Rectangle] = []
    x = y = 0.0
    while left:
        scale = width * height / sum(left)  # of what is left: rounding does not add up
        areas = [size * scale for size in left]
        short = min(width, height)
        taken = 1
        while taken < len(areas) and _worst(areas[: taken + 1], short) <= _worst(areas[:taken], short):
            taken += 1
        row, left = areas[:taken], left[taken:]
        depth = sum(row) / short
        along = 0.0
        for area in row:
            side = area / depth
            placed.append((x, y + along, depth, side) if width >= height else (x + along, y, side, depth))
            along += side
        if width >= height:
            x, width = x + depth, max(width - depth, 1e-12)
        else:
            y, height = y + depth, max(height - depth, 1e-12)
    return placed


def _worst(row: Sequence[float], side: float) -> float:
    """The largest ratio of two sides in a row laid along `side`."""
    total = sum(row)
    return max(side**2 * max(row) / total**2, total**2 / (side**2 * min(row)))


def _plot(number: int, run: Run, kinds: Sequence[str]) -> Plot:
    found = operators(run)
    boxes = [(str(e["name"]), f"#{e['index']} {share_text(e['share'])}", float(e["share"])) for e in found[:_MOST]]
    if rest := found[_MOST:]:
        boxes.append(("", f"{len(rest)} more", sum(float(entry["share"]) for entry in rest)))
        boxes.sort(key=lambda box: -box[2])
    dearest = ", ".join(f"{name_of(name)} {text}" for name, text, _ in boxes[:5])

    def draw(figure: Figure, chosen: Colours) -> None:
        from matplotlib.patches import Rectangle as Patch

        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        width, height = WIDTH_IN * 72, _HEIGHT_IN * 72
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        places = squarified([size for _, _, size in boxes], width, height)
        for (name, text, _), (x, y, wide, high) in zip(boxes, places, strict=True):
            colour = chosen.of(kinds.index(name)) if name else chosen.muted
            axes.add_patch(Patch((x, y), wide, high, facecolor=(colour, 0.32), edgecolor=chosen.surface, linewidth=1.4))
            signs = int((wide - 6) / _POINTS_A_SIGN)
            lines = [line for line in (shown(name, max(signs, 4)), text) if line and len(line) <= signs]
            for place, line in enumerate(lines):
                if high >= 12 + 11 * place:
                    axes.text(x + 3, y + 3 + 11 * place, line, fontsize=8, va="top")

    setup = run.setup
    return Plot(
        file_stem("operators", number, setup.model, setup.device),
        f"{name_of(setup.model)} on {setup.where}, {setup.how}",
        f"{len(found)} operators; the dearest: {dearest}",
        _HEIGHT_IN,
        draw,
    )
