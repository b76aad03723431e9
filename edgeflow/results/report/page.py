"""The page: one file of HTML that needs nothing else, neither a network nor a server."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edgeflow.resources import templates_dir
from edgeflow.results.quantities import shown
from edgeflow.results.report import tables
from edgeflow.results.report.colours import DARK, LIGHT, declarations
from edgeflow.results.report.gathered import Gathered
from edgeflow.results.report.made import Made, made
from edgeflow.results.report.plot import Plot, inline_svg
from edgeflow.results.report.plots.treemap import profiled
from edgeflow.results.report.sections import Section, fewer, sections

MOST_BYTES = 1_500_000
_FEWER_PLOTS = (16, 8, 4, 2, 1)  # of one section, where those that are drawn take half of the page


@dataclass(frozen=True)
class Figure:
    """A plot drawn; `table` holds the same as text where the plot cannot name all."""

    title: str
    description: str
    svg: str
    table: tables.Table | None


def render_page(gathered: Gathered, *, most_bytes: int = MOST_BYTES) -> bytes:
    """The page as UTF-8. Details of the oldest runs are left out, and this is said, where it would be too large.

    Raises EdgeflowError without matplotlib.
    """
    drawn = [(section, _figures(gathered, section)) for section in sections(gathered)]
    for most in _FEWER_PLOTS:
        if sum(len(figure.svg) for _, figures in drawn for figure in figures) < most_bytes // 2:
            break
        drawn = [(fewer(section, most), figures[:most]) for section, figures in drawn]
    told = len(gathered.runs)
    while True:
        page = _rendered(gathered, drawn, told)
        if len(page) < most_bytes or told == 0:
            return page
        told //= 2


def _rendered(gathered: Gathered, drawn: Sequence[tuple[Section, Sequence[Figure]]], told: int) -> bytes:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    folder = templates_dir() / "report"
    environment = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["svg"] = Markup  # made by `inline_svg`, which escapes
    script = (folder / "page.js").read_text(encoding="utf-8")
    details = tuple(made(run) for run in gathered.runs[:told])
    values: Mapping[str, object] = {
        "title": _title(gathered),
        "summary": _summary(gathered),
        "fleet": tables.fleet(gathered),
        "validations": tables.validations(gathered),
        "verdicts": tables.verdicts(gathered),
        "drawn": drawn,
        "details": details,
        "untold": len(gathered.runs) - told,
        "anchors": _anchors(details),
        "style": Markup((folder / "page.css").read_text(encoding="utf-8")),
        "light": Markup(declarations(LIGHT)),
        "dark": Markup(declarations(DARK)),
        "script": Markup(script),
        "script_digest": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    }
    return environment.get_template("page.html.j2").render(values).encode()


def _anchors(details: Sequence[Made]) -> Mapping[str, str]:
    """Ids of runs are not fit to be ids of elements."""
    return {made.run_id: f"run-{number}" for number, made in enumerate(details, 1)}


def _figures(gathered: Gathered, section: Section) -> list[Figure]:
    profiles = [run for series in gathered.series if (run := profiled(series))] if section.name == "operators" else []
    figures = []
    for number, plot in enumerate(section.plots, 1):
        table = tables.operator_table(profiles[number - 1], number) if profiles else None
        figures.append(_figure(plot, f"{section.name}-{number}", table))
    return figures


def _figure(plot: Plot, prefix: str, table: tables.Table | None) -> Figure:
    return Figure(plot.title, plot.description, inline_svg(plot, prefix), table)


def _title(gathered: Gathered) -> str:
    models = dict.fromkeys(run.setup.model for run in gathered.runs)
    devices = dict.fromkeys(run.setup.where for run in gathered.runs)
    return f"edgeflow report: {_counted(len(models), 'model')} on {_counted(len(devices), 'device')}"


def _summary(gathered: Gathered) -> tuple[tuple[str, str], ...]:
    runs = gathered.runs
    trusted = sum(run.result.trusted for run in runs)
    dated = sorted(run.when for run in runs if run.when)
    span = f"{dated[0]:%Y-%m-%d %H:%M} to {dated[-1]:%Y-%m-%d %H:%M} UTC" if dated else "–"
    matching = sum(one.matches for one in gathered.validations)
    versions = sorted({run.result.edgeflow.version for run in runs})
    return (
        ("Runs", str(len(runs))),
        ("Trusted", f"{trusted} of {len(runs)}"),
        (
            "Validations that match",
            f"{matching} of {len(gathered.validations)}" if gathered.validations else "none made",
        ),
        ("Measured", span),
        ("edgeflow", shown(", ".join(versions) or "–")),
    )


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"
