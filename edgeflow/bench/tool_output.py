"""What Google's benchmark_model prints, of old builds and new ones, as values. Times are in µs, memory in its own MB.

    INFO: count=50 first=32891 curr=33978 min=32641 max=34005 avg=33209.4 std=450 p5=32650 median=33190 p95=33990
    INFO: Inference timings in us: Init: 855, First inference: 49060, Warmup (avg): 34825.1, Inference (avg): 33209.4
    INFO: Memory footprint delta from the start of the tool (MB): init=0 overall=12.8672

The first `count=` line is the warm-up's, where there is one; what a build does not print is None.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from edgeflow.bench.types import ToolFigures
from edgeflow.errors import EdgeflowError

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_COUNT = re.compile(r"\bcount=(\d{1,9})((?: +[a-z0-9]+=\S+| \(all same\))*)")
_FIELD = re.compile(rf"\b([a-z0-9]+)=({_NUMBER})(?=[\s(]|$)")
_TIMINGS = re.compile(r"[Ii]nference timings in us:(.*)")
_TIMING = re.compile(rf"([A-Z][A-Za-z ]*?)(?: \(avg\))?: ({_NUMBER})")
_SESSION = re.compile(rf"Initialized session in ({_NUMBER})ms")
_MEMORY = re.compile(r"(?:Memory footprint delta from the start of the tool|Peak memory footprint) \(MB\):(.*)")
_PEAK = re.compile(rf"Overall peak memory footprint \(MB\) via periodic monitoring: ({_NUMBER})")
_DELEGATE = re.compile(r"\b(XNNPACK|GPU|NNAPI|Hexagon|NPU) delegate", re.I)
_COLUMN = re.compile(r"\[([^\]]+)\]")
_MOST_OPERATORS = 10_000


@dataclass(frozen=True)
class OperatorRow:
    """One row of the operators' table, in the order they ran; `us` is the mean of a run."""

    kind: str
    name: str
    us: float


@dataclass(frozen=True)
class ToolOutput:
    """All that one run of the tool told."""

    runs: ToolFigures
    warmup: ToolFigures | None
    init_us: float | None
    first_us: float | None
    delegate: str | None
    memory_mb: dict[str, float] = field(default_factory=dict)
    operators: tuple[OperatorRow, ...] = ()


def read_tool_output(text: str, *, warmed_up: bool) -> ToolOutput:
    """Read what the tool printed. Raises EdgeflowError where there is no latency in it, or one that cannot be."""
    stats = [stat for stat in map(_figures, _COUNT.finditer(text)) if stat is not None]
    wanted = 2 if warmed_up else 1
    if len(stats) < wanted:
        raise EdgeflowError(
            _nothing(text, len(stats)),
            "give Google's benchmark_model for TensorFlow Lite or LiteRT; run it by hand to see what it says",
        )
    timings = {name: value for found in _TIMINGS.findall(text) for name, value in _timings(found)}
    session = _SESSION.search(text)
    init_us = timings.get("Init", float(session[1]) * 1000 if session else None)
    delegate = _DELEGATE.search(text)
    return ToolOutput(
        runs=_checked(stats[-1] if warmed_up else stats[0]),
        warmup=stats[0] if warmed_up else None,
        init_us=init_us,
        first_us=timings.get("First inference"),
        delegate=delegate[1].lower() if delegate else None,
        memory_mb=_memory(text),
        operators=_operators(text.splitlines()),
    )


def _figures(match: re.Match[str]) -> ToolFigures | None:
    """One `count=` line. Where all values are the same a build prints but one of them."""
    count = int(match[1])
    told = {name: float(value) for name, value in _FIELD.findall(match[2])}
    same = told.get("curr")
    if count == 0 or same is None:
        return None
    return ToolFigures(
        count=count,
        first=told.get("first", same),
        min=told.get("min", same),
        max=told.get("max", same),
        mean=told.get("avg", same),
        std=told.get("std"),
        p5=told.get("p5"),
        median=told.get("median"),
        p95=told.get("p95"),
    )


def _checked(stat: ToolFigures) -> ToolFigures:
    values = [stat.min, stat.mean, stat.max, *(v for v in (stat.p5, stat.median, stat.p95) if v is not None)]
    within = stat.min <= stat.mean * 1.001 and stat.mean <= stat.max * 1.001
    if not within or not all(math.isfinite(value) and 0 <= value < 1e12 for value in values):
        raise EdgeflowError(
            f"benchmark_model tells times that cannot be: min={stat.min:g} avg={stat.mean:g} max={stat.max:g}",
            "run it by hand on the device and look",
        )
    return stat


def _nothing(text: str, found: int) -> str:
    if found:
        return "benchmark_model ended after its warm-up, before the measured runs"
    if not text.strip():
        return "benchmark_model printed nothing"
    line = next(line for line in reversed(text.splitlines()) if line.strip())
    said = "".join(c if c.isprintable() else "·" for c in line.strip())[:80]
    return f"benchmark_model printed no latency; its last line: {said}"


def _timings(found: str) -> list[tuple[str, float]]:
    return [(name.strip(), float(value)) for name, value in _TIMING.findall(found)]


def _memory(text: str) -> dict[str, float]:
    """`init` and `overall` (how much more than at the start), and the `peak` that it saw while running."""
    told = {name: float(value) for found in _MEMORY.findall(text) for name, value in _FIELD.findall(found)}
    kept = {name: value for name, value in told.items() if name in ("init", "overall")}
    peak = _PEAK.search(text)
    return kept | ({"peak": float(peak[1])} if peak else {})


def _operators(lines: Sequence[str]) -> tuple[OperatorRow, ...]:
    """The last table in run order; columns are found by their titles, which builds differ in."""
    rows: list[OperatorRow] = []
    columns: list[str] | None = None
    in_order = False
    for line in lines:
        plain = line.split("INFO: ", 1)[-1]
        if plain.lstrip().startswith("===="):
            in_order, columns = "Run Order" in plain, None
            rows = [] if in_order else rows
        elif in_order and (titles := _COLUMN.findall(plain)) and "node type" in titles:
            columns = titles
        elif in_order and columns and len(rows) < _MOST_OPERATORS:
            row = _row(plain, columns)
            if row is None:
                in_order = False
            else:
                rows.append(row)
    return tuple(rows)


def _row(line: str, columns: Sequence[str]) -> OperatorRow | None:
    """One row: values are parted by tabs."""
    values = [part.strip() for part in line.strip("\r\n").split("\t")]
    values = values[1:] if len(values) == len(columns) + 1 and not values[0] else values
    if len(values) != len(columns):
        return None
    told = dict(zip(columns, values, strict=True))
    average = next((told[title] for title in columns if title.startswith("avg")), "")
    if not re.fullmatch(_NUMBER, average):
        return None
    return OperatorRow(told["node type"], told.get("Name", ""), float(average) * 1000)
