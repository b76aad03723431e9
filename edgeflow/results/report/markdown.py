"""The report as Markdown, for a pull request or a wiki."""

from __future__ import annotations

from collections.abc import Mapping

from edgeflow.results.report import tables
from edgeflow.results.report.gathered import Gathered
from edgeflow.results.report.made import plan_text
from edgeflow.results.report.sections import sections
from edgeflow.results.verdicts import markdown_text

_MOST_ROWS = 200


def render_markdown(gathered: Gathered, images: Mapping[str, str]) -> bytes:
    """The tables, the plots by their relative paths `images` (by a plot's name), and how the numbers were made."""
    lines = ["## edgeflow report", ""]
    for title, table, missing in (
        ("Fleet", tables.fleet(gathered), "No measurement is among the runs."),
        ("Validation", tables.validations(gathered), "No validation is among the runs."),
    ):
        lines += [f"### {title}", "", *(_table(table) if table.rows else [missing]), ""]
    for section in sections(gathered):
        lines += [f"### {section.title}", ""]
        if not section.plots:
            lines += [markdown_text(section.missing), ""]
            continue
        for plot in section.plots:
            if plot.name in images:
                lines += [f"![{markdown_text(plot.title)}]({images[plot.name]})", ""]
            lines.append(f"- **{markdown_text(plot.title)}**: {markdown_text(plot.description)}")
            lines += [""] * (plot.name in images)
        lines.append("")
    lines += ["### Verdicts", "", *_table(tables.verdicts(gathered)), ""] if gathered.runs else []
    plans = dict.fromkeys(plan_text(run) for run in gathered.runs)
    versions = dict.fromkeys(
        f"edgeflow {run.result.edgeflow.version}, {run.result.runtime.name} {run.result.runtime.version}"
        for run in gathered.runs
    )
    if plans:
        lines += ["### How the numbers were made", ""]
        lines += [f"- {markdown_text(text)}" for text in (*plans, *versions)]
    return ("\n".join(lines).rstrip() + "\n").encode()


def _table(table: tables.Table) -> list[str]:
    right = ["---:" if number in table.numbers else "---" for number in range(len(table.columns))]
    rows = [" | ".join(markdown_text(cell.text) for cell in row) for row in table.rows[:_MOST_ROWS]]
    left = len(table.rows) - len(rows)
    told = [*(f"| {row} |" for row in rows), *([f"\n{left} more are left out."] if left else [])]
    return [f"| {' | '.join(table.columns)} |", f"|{'|'.join(right)}|", *told, "", table.caption]
