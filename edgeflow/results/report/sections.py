"""The sections of plots: which plots, how to read them, and what would fill a section that has none."""

from __future__ import annotations

from dataclasses import dataclass, replace

from edgeflow.results.report.gathered import Gathered
from edgeflow.results.report.plot import Plot
from edgeflow.results.report.plots import distributions, history, memory, pareto, treemap

MOST_PLOTS = 24  # of one section; a page is to stay small


@dataclass(frozen=True)
class Section:
    """`left_out` counts plots beyond `MOST_PLOTS`; `missing` says what would fill a section without plots."""

    name: str
    title: str
    reading: str
    missing: str
    plots: tuple[Plot, ...]
    left_out: int


def sections(gathered: Gathered) -> tuple[Section, ...]:
    """All sections with plots, in the order of the page."""
    return (
        _section(
            "distributions",
            "Distributions",
            "Of the newest run of each setup: the box holds the middle half of the samples, its thick line is the "
            "median, the thin line reaches from p1 to p99, and the ticks below are single samples.",
            "No run here has samples of time: emulated microcontrollers count instructions, which repeat. "
            "A run on a Linux device fills this: edgeflow bench MODEL --device D.",
            distributions.plots(gathered),
        ),
        _section(
            "history",
            "History",
            "The line is p50 with its 95 % interval as a band, the dotted line p99; instructions have no band, they "
            "repeat. A diamond marks a changed model file, a hollow mark a run that is not to be trusted.",
            "No setup here was measured at two times. The same model on the same device measured again fills this.",
            history.plots(gathered),
        ),
        _section(
            "operators",
            "Operators",
            "An area is an operator's share of the sum over operators; the table below each plot has the figures. "
            "Operators timed alone do not add up to the model's time.",
            "No run here was profiled by operator: edgeflow bench MODEL --device D --profile fills this.",
            treemap.plots(gathered),
        ),
        _section(
            "memory",
            "Memory",
            "Resident memory of the process by phase on Linux; planned and persistent arena and stack on boards.",
            "No run here told its memory by phase or its arena. A run on a Linux device or on a board with "
            "edgeflow's runtime fills this.",
            memory.plots(gathered),
        ),
        _section(
            "tradeoff",
            "Size, accuracy, time",
            "Models on one device. Filled marks are those that no other beats in both; the dashed line joins them. "
            "Where accuracy is known, marks grow with the model's size. Names that would cover others are in words.",
            "No device here ran two models in the same way. A second model on the same device fills this; with "
            "edgeflow validate MODEL --device D --data … --labels …, or a tag accuracy=0.97 on a run, its accuracy "
            "is shown too.",
            pareto.plots(gathered),
        ),
    )


def fewer(section: Section, most: int) -> Section:
    """The section with its first plots alone; the others are counted as left out."""
    kept = section.plots[:most]
    return replace(section, plots=kept, left_out=section.left_out + len(section.plots) - len(kept))


def _section(name: str, title: str, reading: str, missing: str, plots: tuple[Plot, ...]) -> Section:
    return fewer(Section(name, title, reading, missing, plots, 0), MOST_PLOTS)
