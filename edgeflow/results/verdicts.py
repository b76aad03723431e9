"""A comparison for people and for CI: Markdown for a pull request, JUnit for a build server."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence

from edgeflow.errors import UsageError
from edgeflow.results.figures import Comparison, Figure

_WORDS = {"us": "µs", "instructions": "instructions", "cycles": "cycles (estimated)", "bytes": "B"}
_BACKSLASHED = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_{}[]<>()#+-.!|~"})


def parse_share(text: str | float) -> float:
    """`5%` or 0.05 → 0.05. Raises UsageError."""
    found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,9})?)\s?(%?)", str(text))
    if not found:
        raise UsageError(f"{text!r} is no share", "give 5% or 0.05")
    return float(found[1]) / (100 if found[2] else 1)


def regressions(comparison: Comparison, fail_over: float) -> tuple[str, ...]:
    """A line for each figure that is worse by more than the share `fail_over`."""
    return tuple(
        f"{figure.name}: {value_text(figure, figure.old)} → {value_text(figure, figure.new)} ({change_text(figure)})"
        for figure in comparison.figures
        if figure.regression > fail_over
    )


def blind_spots(comparison: Comparison, fail_over: float | None) -> tuple[str, ...]:
    """A line for each figure whose noise would have hidden a change of `fail_over`."""
    return tuple(
        f"{figure.name}: too noisy or too few processes to see {fail_over:.1%}; measure with more --rounds"
        for figure in comparison.figures
        if fail_over is not None
        and figure.timing
        and (figure.timing.visible is None or figure.timing.visible > fail_over)
    )


def value_text(figure: Figure, value: float) -> str:
    """A figure's value with its unit."""
    digits = f"{value:,.4g}" if figure.unit == "us" and value < 1000 else f"{value:,.0f}"
    return f"{digits} {_WORDS[figure.unit]}"


def change_text(figure: Figure) -> str:
    """NEW against OLD in per cent."""
    return "from 0" if figure.ratio is None else f"{figure.ratio - 1:+.1%}".replace("%", " %")


def verdict_text(figure: Figure) -> str:
    """The verdict in words; sizes are larger or smaller, not slower or faster."""
    if figure.unit == "bytes":
        return {"slower": "larger", "faster": "smaller"}.get(figure.verdict, figure.verdict)
    if figure.unit in ("instructions", "cycles"):
        return {"slower": "more", "faster": "fewer"}.get(figure.verdict, figure.verdict)
    return figure.verdict


def sureness(figure: Figure) -> str | None:
    """What stands behind a verdict on time; None for figures that repeat exactly."""
    timing = figure.timing
    if timing is None:
        return None
    if timing.visible is None or timing.interval99 is None:
        return "one process a side says nothing of how processes differ; measure with more --rounds"
    low, high = timing.interval99
    how = "in turns" if timing.paired else "one after the other"
    counts = f"{timing.rounds[0]} and {timing.rounds[1]} processes {how}"
    return (
        f"99 % interval of the ratio {low:.3f} to {high:.3f}; {counts}; "
        f"a change of {timing.visible:.1%} or more would have been seen".replace("%", " %").replace("99  %", "99 %")
    )


def to_markdown(comparison: Comparison, fail_over: float | None = None) -> str:
    """A table for a pull request."""
    old, new = comparison.old, comparison.new
    lines = [
        f"### {markdown_text(old.model.name)} → {markdown_text(new.model.name)} on {markdown_text(new.device.name)}",
        "",
        "| figure | old | new | change | verdict |",
        "|---|---:|---:|---:|---|",
    ]
    for f in comparison.figures:
        cells = (f.name, value_text(f, f.old), value_text(f, f.new), change_text(f), verdict_text(f))
        lines.append(f"| {' | '.join(cells)} |")
    notes = [text for figure in comparison.figures if (text := sureness(figure))]
    notes += [markdown_text(doubt) for doubt in comparison.doubts]
    if fail_over is not None:
        over = regressions(comparison, fail_over)
        notes += blind_spots(comparison, fail_over)
        notes.append(f"**{len(over)} over the limit of {fail_over:.1%}**" if over else f"none over {fail_over:.1%}")
    return "\n".join([*lines, "", *(f"- {note}" for note in notes), ""])


def to_junit(comparisons: Sequence[Comparison], fail_over: float) -> bytes:
    """One test case a figure; one that is worse by more than `fail_over` has failed."""
    suites = ElementTree.Element("testsuites", name="edgeflow compare")
    for comparison in comparisons:
        name = _printable(f"{comparison.new.model.name} on {comparison.new.device.name}")
        cases = [(figure, figure.regression > fail_over) for figure in comparison.figures]
        suite = ElementTree.SubElement(
            suites, "testsuite", name=name, tests=str(len(cases)), failures=str(sum(failed for _, failed in cases))
        )
        for figure, failed in cases:
            case = ElementTree.SubElement(suite, "testcase", classname=f"edgeflow.{name}", name=figure.name)
            told = f"{value_text(figure, figure.old)} → {value_text(figure, figure.new)} ({change_text(figure)})"
            if failed:
                ElementTree.SubElement(case, "failure", message=f"worse by more than {fail_over:.1%}: {told}")
            ElementTree.SubElement(case, "system-out").text = "\n".join(filter(None, (told, sureness(figure))))
    ElementTree.indent(suites)
    return bytes(ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)) + b"\n"


def markdown_text(text: str) -> str:
    """Text for a line of Markdown or a cell of its tables, where nothing in it means anything."""
    return _printable(text).translate(_BACKSLASHED)


def _printable(text: str) -> str:
    """Without what XML and Markdown cannot hold in a line."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
