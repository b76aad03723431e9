"""The table of `make bench-mcu`: what was asked for and what was reached, every build, every operator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from mcu_images import Figures

M4, M55 = "cortex-m4", "cortex-m55"


@dataclass(frozen=True)
class Row:
    """One thing asked for. `value` is None where it was not measured; `figure` and `peer` are what it is a ratio of."""

    row: str
    model: str | None
    unit: str
    must: float
    goal: float | None
    figure: int | None
    peer: int | None
    value: float | None

    @property
    def state(self) -> str:
        """In a word."""
        if self.value is None:
            return "not measured"
        if self.value > self.must:
            return "missed"
        return "goal" if self.goal is not None and self.value <= self.goal else "must"


class _Found:
    """Figures and peers by what they are of."""

    def __init__(self, found: Sequence[Figures], peers: Mapping[str, Any]) -> None:
        self.figures = {(f.core, f.model, f.build): f for f in found}
        self.peers = {(p["core"], p["model"]): p for p in peers["peer"]}
        self.models = [f.model for f in found if (M4, f.model) in self.peers]
        self.models = list(dict.fromkeys(self.models))

    def ratios(self, cores: Iterable[str], build: str, ours: str, theirs: str) -> list[float]:
        """Of every model that both have."""
        pairs = [(core, model) for core in cores for model in self.models if (core, model, build) in self.figures]
        values = [(getattr(self.figures[*pair, build], ours), self.peers[pair][theirs]) for pair in pairs]
        return [value / peer for value, peer in values if value is not None]


def rows(found: Sequence[Figures], peers: Mapping[str, Any]) -> list[Row]:
    """Each goal with what was reached."""
    have = _Found(found, peers)
    made = []
    for goal in peers["goal"]:
        figure, peer, value = _reached(have, goal["row"], goal.get("model"))
        made.append(
            Row(
                goal["row"],
                goal.get("model"),
                goal.get("unit", "ratio"),
                goal["must"],
                goal.get("goal"),
                figure,
                peer,
                value,
            )
        )
    return made


def _reached(have: _Found, row: str, model: str | None) -> tuple[int | None, int | None, float | None]:
    def one(core: str, build: str, ours: str, theirs: str) -> tuple[int | None, int | None, float | None]:
        figures = have.figures.get((core, model or "", build))
        if figures is None:
            return None, None, None
        value, peer = getattr(figures, ours), have.peers[M4 if theirs == "arena_bytes" else core, model or ""][theirs]
        return value, peer, value / peer

    def over(values: list[float], what: Callable[[list[float]], float]) -> tuple[None, None, float | None]:
        return None, None, what(values) if values else None

    match row:
        case "M4F instructions, AOT":
            return one(M4, "aot-speed", "instructions", "instructions")
        case "M55 instructions, AOT":
            return one(M55, "aot-speed", "instructions", "instructions")
        case "RAM of the ram build":
            return one(M4, "aot-ram", "ram_bytes", "arena_bytes")
        case "estimated cycles, both cores, geometric mean":
            return over(have.ratios((M4, M55), "aot-speed", "cycles", "cycles"), geometric_mean)
        case "RAM of the speed build, to the arena with CMSIS-NN, worst":
            return over(have.ratios((M4, M55), "aot-speed", "ram_bytes", "arena_cmsis_nn_bytes"), max)
        case "M4F instructions of the ram build, worst":
            return over(have.ratios((M4,), "aot-ram", "instructions", "instructions"), max)
        case "M4F instructions, interpreter, geometric mean":
            return over(have.ratios((M4,), "interpreter", "instructions", "instructions"), geometric_mean)
        case "init of an AOT build, part of an invoke, worst":
            builds = [f for f in have.figures.values() if f.build == "aot-speed"]
            return over([f.init_instructions / f.instructions for f in builds], max)
        case "stack, AOT, M4F, worst":
            deepest = [f.stack_bytes for f in have.figures.values() if f.core == M4 and f.build.startswith("aot")]
            return (max(deepest), None, float(max(deepest))) if deepest else (None, None, None)
    build = "interpreter" if row.endswith("interpreter") else "aot-speed"
    figures = have.figures.get((M4, "kws", build))
    text = None if figures is None else figures.text_bytes
    return text, None, None if text is None else float(text)


def geometric_mean(values: Sequence[float]) -> float:
    """Of ratios."""
    return float(prod(values) ** (1 / len(values)))


def report(
    found: Sequence[Figures],
    smallest: Sequence[Figures],
    linked: Sequence[Mapping[str, Any]],
    peers: Mapping[str, Any],
    title: str,
) -> str:
    """All of it as Markdown."""
    lines = [
        f"# {title}",
        "",
        f"÷ is to {peers['name']} (hardware/benchmarks/mcu_peers.toml says how it was measured).",
    ]
    lines += [
        "Instructions of one invoke are counted by QEMU (`-icount shift=6`), exact; cycles are estimated from them"
    ]
    lines += ["with tables of the cores' timings; neither is time. Images hold start-up, the model and its kernels, no"]
    lines += [
        "link. RAM: the arena with all scratch, .data and .bss, without the stack, ÷ the arena of the peer's reference"
    ]
    lines += ["kernels. Text is without weights, with what kernels know of the model (records)."]
    lines += ["", "## Asked for and reached", ""]
    lines += _table(
        ("row", "model", "figure", "peer", "reached", "must", "goal", ""),
        [(r.row, r.model or "", _number(r.figure), _number(r.peer), *_values(r), r.state) for r in rows(found, peers)],
        right=range(2, 7),
    )
    lines += ["", "## Every build", ""]
    by_peer = {(p["core"], p["model"]): p for p in peers["peer"]}
    lines += _table(
        (
            "model",
            "core",
            "build",
            "instructions",
            "÷",
            "cycles, estimated",
            "÷",
            "init",
            "RAM B",
            "÷",
            "stack B",
            "text B",
            "÷",
        ),
        [_build(f, by_peer.get((f.core, f.model)), by_peer.get((M4, f.model))) for f in found],
        right=range(3, 13),
    )
    lines += ["", "## Every operator", "", "Instructions, and estimated cycles behind the stroke.", ""]
    for model in dict.fromkeys(f.model for f in found):
        lines += _operators(model, [f for f in found if f.model == model])
    if smallest:
        lines += ["## Cortex-M0: portable C, without the link", ""]
        lines += [
            f"Built for {smallest[0].core}, run on {smallest[0].board}, whose core has all its instructions. The last"
        ]
        lines += ["columns say whether the BBC micro:bit has room: 256 KB of flash, 16 KB of RAM with the stack.", ""]
        lines += _table(
            ("model", "build", "instructions", "init", "RAM B", "stack B", "flash B", "flash", "RAM"),
            [_small(f) for f in smallest],
            right=range(2, 7),
        )
        lines.append("")
    if linked:
        lines += ["## The other emulated boards, through runner and link", ""]
        lines += _table(
            ("model", "board", "kernels", "instructions", "init", "arena planned B", "persistent B", "stack B"),
            [_linked(record) for record in linked],
            right=range(3, 8),
        )
        lines.append("")
    lines.append(f"Built with {found[0].toolchain}: core `-Os`, kernels `-O2`, `EF_WITH_REASONS=0`.")
    return "\n".join(lines) + "\n"


def _small(f: Figures) -> tuple[str, ...]:
    flash, ram = f.text_bytes + f.weight_bytes, f.ram_bytes + max(f.stack_bytes, f.init_stack_bytes)
    figures = (f.instructions, f.init_instructions, f.ram_bytes, max(f.stack_bytes, f.init_stack_bytes), flash)
    fits = ("fits" if size <= room else "too large" for size, room in ((flash, 256 * 1024), (ram, 16 * 1024)))
    return (f.model, f.build, *map(_number, figures), *fits)


def _values(row: Row) -> tuple[str, str, str]:
    def shown(value: float | None) -> str:
        if value is None:
            return "–"
        return _number(int(value)) if row.unit == "bytes" else f"{value:.3f}"

    return shown(row.value), shown(row.must), shown(row.goal)


def _build(f: Figures, peer: Mapping[str, int] | None, arena: Mapping[str, int] | None) -> tuple[str, ...]:
    def ratio(value: int | None, of: Mapping[str, int] | None, key: str) -> str:
        return "–" if of is None or value is None else f"{value / of[key]:.3f}"

    return (
        f.model,
        f.core,
        f.build,
        _number(f.instructions),
        ratio(f.instructions, peer, "instructions"),
        _number(f.cycles),
        ratio(f.cycles, peer, "cycles"),
        _number(f.init_instructions),
        _number(f.ram_bytes),
        ratio(f.ram_bytes, arena, "arena_bytes"),
        _number(max(f.stack_bytes, f.init_stack_bytes)),
        _number(f.text_bytes),
        ratio(f.text_bytes, peer, "text_bytes"),
    )


def _operators(model: str, builds: Sequence[Figures]) -> list[str]:
    """One table a model: a row an operator, a column a build."""
    cells: dict[int, dict[int, str]] = {}
    titles: dict[int, str] = {}
    for column, f in enumerate(builds):
        for share in f.operators:
            if len(share.title) > len(titles.get(share.index, "")):
                titles[share.index] = share.title
            cycles = "" if share.cycles is None else f" / {_number(share.cycles)}"
            known = "" if f.build == "interpreter" else f" {share.kernel}"
            cells.setdefault(share.index, {})[column] = f"{_number(share.instructions)}{cycles}{known}"
    table = [(str(i), titles[i], *(cells[i].get(column, "–") for column in range(len(builds)))) for i in sorted(cells)]
    head = ("#", f"{model}: operator", *(f"{f.core} {f.build}" for f in builds))
    return [*_table(head, table, right=range(2, len(head))), ""]


def _linked(record: Mapping[str, Any]) -> tuple[str, ...]:
    keys = (
        "instructions_per_invoke",
        "init_instructions",
        "arena_planned_bytes",
        "arena_persistent_bytes",
        "stack_bytes",
    )
    if "refused" in record:
        return (record.get("model", ""), record["board"], record["refused"], *[""] * len(keys))
    return (record["model"], record["board"], record["kernels"], *(_number(record[key]) for key in keys))


def _table(head: Sequence[str], body: Iterable[Sequence[str]], *, right: Iterable[int]) -> list[str]:
    aligned = set(right)
    rule = "|" + "|".join("---:" if i in aligned else "---" for i in range(len(head))) + "|"
    return [f"| {' | '.join(head)} |", rule, *(f"| {' | '.join(cells)} |" for cells in body)]


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}".replace(",", " ")
