"""The tables of a report as text, the same for HTML and Markdown; each cell with the value that it is sorted by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from edgeflow.results.quantities import bytes_text, count_text, share_text, shown, time_text
from edgeflow.results.report.gathered import Gathered, Run
from edgeflow.results.report.plots.treemap import operators

_REASONS = 12
_REASON_SIGNS = 200


@dataclass(frozen=True)
class Cell:
    """`by` is what a column is sorted by; `mark` is yes, no, date or nothing; `leads_to` the run that it opens."""

    text: str
    by: float | str
    mark: str = ""
    leads_to: str = ""


@dataclass(frozen=True)
class Table:
    """`numbers` are the columns that are aligned right."""

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: frozenset[int] = frozenset()


def fleet(gathered: Gathered) -> Table:
    """The newest run of each setup."""
    rows = []
    for series in gathered.series:
        run, setup = series.newest, series.setup
        result, latency = run.result, run.result.latency_us
        scored = gathered.accuracy(run)
        rows.append(
            (
                _word(setup.where, leads_to=result.run_id),
                _word(setup.model),
                _number(latency.p50 if latency else None, _timed(run, latency.p50 if latency else None)),
                _number(latency.p99 if latency else None, _timed(run, latency.p99 if latency else None)),
                _number(
                    result.instructions.per_invoke if result.instructions else None,
                    count_text(result.instructions.per_invoke if result.instructions else None),
                ),
                _number(run.memory, bytes_text(run.memory)),
                _number(result.model.bytes, bytes_text(result.model.bytes)),
                _number(scored[1] if scored else None, f"{scored[1]:.4g}" if scored else "–"),
                _trusted(run),
                _word(setup.how),
                _date(run.when, result.created),
            )
        )
    columns = ("Device", "Model", "p50", "p99", "Instructions", "Memory", "Size", "Accuracy", "Trusted", "How", "When")
    caption = "Devices and models: the newest run of each. Times in brackets are an emulator's, not a device's."
    return _told(Table("fleet", caption, columns, tuple(rows), frozenset(range(2, 8))))


def validations(gathered: Gathered) -> Table:
    rows = [
        (
            _word(v.model),
            _word(v.device.rstrip(":") or v.device),
            Cell("yes" if v.matches else "no", float(v.matches), "yes" if v.matches else "no"),
            _word(v.worst),
            _number(v.samples, count_text(v.samples)),
            _word(", ".join(f"{shown(name, 24)} {value:.4g}" for name, value in v.scores[:4]) or "–"),
            _number(v.drop, share_text(v.drop)),
            Cell(shown(v.created[:16].replace("T", " ")), v.created, "date"),
        )
        for v in gathered.validations
    ]
    columns = ("Model", "Device", "Matches", "Largest error", "Samples", "Scores on the device", "Drop", "When")
    caption = "Outputs of devices against LiteRT on the host, whichever of its kernels is nearer."
    return Table("validations", caption, columns, tuple(rows), frozenset((4, 6)))


def verdicts(gathered: Gathered) -> Table:
    """Every run, trusted or not, and why."""
    rows = [
        (
            _word(run.result.run_id, leads_to=run.result.run_id),
            _word(run.setup.model),
            _word(run.setup.where),
            _number(run.cost, f"{count_text(run.cost)} instr." if run.counted else _timed(run, run.cost)),
            _trusted(run),
            _word("; ".join(reasons(run)) or "–", 600),
            _date(run.when, run.result.created),
        )
        for run in gathered.runs
    ]
    columns = ("Run", "Model", "Device", "Each run", "Trusted", "Reasons against", "When")
    caption = "Every run with its verdict. A run opens how it was made."
    return Table("verdicts", caption, columns, tuple(rows), frozenset((3,)))


def operator_table(run: Run, number: int) -> Table:
    """What each operator costs, the dearest first."""
    rows = [
        (
            _number(entry["index"], str(entry["index"])),
            _word(str(entry.get("kernel") or entry["name"])),
            _number(entry["us"], time_text(entry["us"]))
            if entry.get("us") is not None
            else _number(entry.get("instructions"), f"{count_text(entry.get('instructions'))} instr."),
            _number(entry["share"], share_text(entry["share"])),
        )
        for entry in operators(run)[:200]
    ]
    method = shown(str((run.result.per_operator or ({},))[0].get("method", "")))
    caption = f"Operators of {shown(run.setup.model)} on {run.setup.where}, timed {method}"
    return Table(f"operators-{number}", caption, ("#", "Operator", "Each run", "Share"), tuple(rows), frozenset((2, 3)))


def _told(table: Table) -> Table:
    """The table without columns that no row has anything in."""
    kept = [number for number in range(len(table.columns)) if any(row[number].text != "–" for row in table.rows)]
    return replace(
        table,
        columns=tuple(table.columns[number] for number in kept),
        rows=tuple(tuple(row[number] for number in kept) for row in table.rows),
        numbers=frozenset(place for place, number in enumerate(kept) if number in table.numbers),
    )


def reasons(run: Run) -> Sequence[str]:
    """All reasons not to trust a run, as they may be shown."""
    told = [shown(reason, _REASON_SIGNS) for reason in run.result.reasons[:_REASONS]]
    left = len(run.result.reasons) - len(told)
    return [*told, f"{left} more"] if left else told


def _timed(run: Run, us: float | None) -> str:
    text = time_text(us)
    return f"({text})" if run.setup.emulated and us is not None else text


def _word(text: str, limit: int = 64, leads_to: str = "") -> Cell:
    line = shown(text, limit)
    return Cell(line, line.casefold(), leads_to=leads_to)


def _number(value: float | None, text: str) -> Cell:
    return Cell(text, "" if value is None else value)


def _trusted(run: Run) -> Cell:
    mark = "yes" if run.result.trusted else "no"
    return Cell(mark, float(run.result.trusted), mark)


def _date(when: datetime | None, created: str) -> Cell:
    if when is None:
        return Cell(shown(created, 20), "")
    return Cell(when.strftime("%Y-%m-%d %H:%M"), when.timestamp(), "date")
