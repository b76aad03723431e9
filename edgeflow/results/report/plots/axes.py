"""What axes of several kinds of plot have in common: ticks with units, names of files."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from edgeflow.results.quantities import bytes_text, shown, time_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

    from edgeflow.results.report.colours import Colours


def file_stem(kind: str, number: int, *names: str) -> str:
    """`history-2-kws_int8-pi4`: unique by kind and number, readable by what is harmless of the names."""
    words = [re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-")[:32] for name in names]
    return "-".join([kind, str(number), *filter(None, words)]).lower()


def counts_text(count: float) -> str:
    """A large count, short: 6.1 M."""
    for limit, unit in ((1e9, " G"), (1e6, " M"), (1e4, " k")):
        if abs(count) >= limit:
            return f"{count / (1e3 if unit == ' k' else limit):.3g}{unit}"
    return f"{count:.3g}" if count != int(count) else f"{int(count)}"


def units_on(axis: Axis, text: Callable[[float], str], *, ticks: int = 4) -> None:
    """Few ticks, each with its unit; on an axis that is logarithmic as well."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

    if axis.get_scale() == "log":
        low, high = axis.get_view_interval()
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 30 * low else (1,), numticks=ticks + 2))
    else:
        axis.set_major_locator(MaxNLocator(ticks))
    axis.set_major_formatter(FuncFormatter(lambda value, _: text(value)))
    axis.set_minor_formatter(NullFormatter())


def time_ticks(value: float) -> str:
    return "0" if value == 0 else time_text(value) if value > 0 else ""


def bytes_on(axis: Axis) -> None:
    """The same for bytes: ticks at round numbers of KiB or MiB."""
    from matplotlib.ticker import LogLocator, MultipleLocator

    low, high = axis.get_view_interval()
    units_on(axis, lambda value: "0" if value == 0 else bytes_text(value).replace(".0 ", " "))
    if axis.get_scale() == "log":
        axis.set_major_locator(LogLocator(base=4, numticks=6))
        return
    unit = 1024.0 ** (0 if high < 10 * 1024 else 1 if high < 10 * 1024**2 else 2)
    steps = (base * 10.0**power for power in range(-1, 16) for base in (1, 2, 5))
    step = next((step for step in steps if (high - low) / unit / step <= 4), None)
    if step is not None:
        axis.set_major_locator(MultipleLocator(step * unit))


def wide(values: Sequence[float]) -> bool:
    """Whether values call for a logarithmic axis."""
    return min(values) > 0 and max(values) > 20 * min(values)


def grid(axes: Axes, chosen: Colours, which: Literal["x", "y", "both"]) -> None:
    """Thin lines behind the data along one axis."""
    axes.grid(axis=which, color=chosen.muted, alpha=0.25, linewidth=0.6)
    axes.set_axisbelow(True)


def label_points(axes: Axes, points: Sequence[tuple[str, float, float]]) -> None:
    """Write names beside points (x, y), the first first; one that would cover another is left out."""
    scale = axes.figure.dpi / 72
    frame = axes.get_window_extent()
    centres = [axes.transData.transform(point[1:]) / scale for point in points]
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in centres]
    for (text, right, up), (x, y) in zip(points, centres, strict=True):
        wide = _LABEL_POINTS * 0.62 * len(text)
        for dx, dy in ((-wide / 2, 7), (-wide / 2, -15), (8, -4), (-8 - wide, -4), (2, 7), (-wide, 7)):
            box = (x + dx, y + dy, x + dx + wide, y + dy + _LABEL_POINTS + 1)
            inside = frame.x0 / scale <= box[0] and box[2] <= frame.x1 / scale + 4 and box[1] >= frame.y0 / scale
            if inside and not any(_overlap(box, other) for other in taken):
                axes.annotate(text, (right, up), (dx, dy), textcoords="offset points", fontsize=_LABEL_POINTS)
                taken.append(box)
                break


_LABEL_POINTS = 8


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def name_of(text: str) -> str:
    return shown(text, 32)
