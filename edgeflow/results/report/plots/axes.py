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
    from matplotlib.ticker import MultipleLocator

    _, high = axis.get_view_interval()
    units_on(axis, lambda value: "0" if value == 0 else bytes_text(value).replace(".0 ", " "))
    if axis.get_scale() == "log":
        return
    unit = 1024.0 ** (0 if high < 10 * 1024 else 1 if high < 10 * 1024**2 else 2)
    steps = (base * 10.0**power for power in range(-1, 16) for base in (1, 2, 5))
    step = next((step for step in steps if high / unit / step <= 4), None)
    if step is not None:
        axis.set_major_locator(MultipleLocator(step * unit))


def wide(values: Sequence[float]) -> bool:
    """Whether values call for a logarithmic axis."""
    return min(values) > 0 and max(values) > 20 * min(values)


def grid(axes: Axes, chosen: Colours, which: Literal["x", "y", "both"]) -> None:
    """Thin lines behind the data along one axis."""
    axes.grid(axis=which, color=chosen.muted, alpha=0.25, linewidth=0.6)
    axes.set_axisbelow(True)


def name_of(text: str) -> str:
    return shown(text, 32)
