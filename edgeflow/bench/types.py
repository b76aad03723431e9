"""A result: everything that is known about one measurement (docs: result JSON)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from edgeflow.errors import UsageError

SCHEMA = "edgeflow.result/1"


@dataclass(frozen=True)
class Tool:
    """The edgeflow that measured; `git` is the commit of a checkout, None in an installed package."""

    version: str
    git: str | None


@dataclass(frozen=True)
class ModelFacts:
    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class DeviceFacts:
    name: str
    target: str | None
    board: str | None
    address: str
    emulated: bool
    cpu: str | None
    os: str | None


@dataclass(frozen=True)
class RuntimeFacts:
    name: str
    version: str
    api: str | None
    kernels: str | None
    threads: int
    delegate: str | None


@dataclass(frozen=True)
class Build:
    """How a board's runner was built."""

    toolchain: str
    flags: str
    aot: bool


@dataclass(frozen=True)
class Plan:
    """What was asked for: warm-up runs, at least `runs` and at least `min_s` seconds in each of `processes` rounds.

    `mode` is `back-to-back`, `paced` (then `rate_hz` runs start each second), `cold` (the CPU's caches are emptied
    before each run) or `cold, paced`.
    """

    warmup: int
    runs: int
    min_s: float
    processes: int
    rate_hz: float | None
    mode: str


@dataclass(frozen=True)
class InputFacts:
    """`source` is `random:SEED`, `file` or `zeros`; the digest covers names, types, shapes and bytes.

    `tool`: a tool of the user's made them, and does not tell which.
    """

    source: str
    sha256: str | None


@dataclass(frozen=True)
class Round:
    """One fresh process; every sample is the time of one run in µs (of a batch: its mean)."""

    init_us: float
    first_invoke_us: float
    samples: tuple[float, ...]


@dataclass(frozen=True)
class Latency:
    """Statistics over all samples of all rounds, in µs. `mad` is the median absolute deviation.

    `drift` is the last third's median against the first third's in the median round, `spread` the largest round's
    median against the smallest's, both as a share; None where there are too few samples or rounds.
    """

    count: int
    min: float
    mean: float
    p50: float
    p90: float
    p99: float
    max: float
    mad: float
    ci95_p50: tuple[float, float] | None
    rounds: tuple[Round, ...]
    drift: float | None = None
    spread: float | None = None


@dataclass(frozen=True)
class Part:
    """Times of one half of a wrapper in µs; a sample is the mean of `runs_per_sample` runs."""

    count: int
    min: float
    mean: float
    p50: float
    p90: float
    p99: float
    max: float
    mad: float
    runs_per_sample: int


@dataclass(frozen=True)
class WrapperTimes:
    """What the generated wrapper in `language` does before and after the model; `given` says of what values."""

    language: str
    given: str
    pre: Part
    post: Part


@dataclass(frozen=True)
class Instructions:
    """Counted by an emulator; never turned into time."""

    init: int
    per_invoke: int


@dataclass(frozen=True)
class EstimatedCycles:
    """By executed instructions and a table of the core's timings, which `source` names; no time."""

    per_invoke: int
    source: str


@dataclass(frozen=True)
class Memory:
    """Bytes. `phases` maps import, load, allocate, first_invoke and steady to resident bytes.

    `anonymous` and `file` split them: memory of the process's own, and pages of mapped files (the model and libraries),
    which the system can drop and read again.
    """

    model: int
    arena_planned: int | None
    arena_persistent: int | None
    peak_rss: int | None
    stack: int | None
    phases: Mapping[str, int | None] | None
    anonymous: Mapping[str, int | None] | None = None
    file: Mapping[str, int | None] | None = None


@dataclass(frozen=True)
class Flash:
    text: int | None
    model: int | None


@dataclass(frozen=True)
class ToolFigures:
    """What a tool tells of many runs, in µs; None for what its build does not tell. The runs themselves it keeps."""

    count: int
    first: float
    min: float
    mean: float
    max: float
    std: float | None
    p5: float | None
    median: float | None
    p95: float | None


@dataclass(frozen=True)
class Reported:
    """The figures of a tool of the user's, which are the tool's own and not edgeflow's measurement.

    `process` is what it ran as: on Android the shell's, which has other priorities than an app in front. `memory_mb`
    is by the tool's own names and measure.
    """

    tool: str
    sha256: str
    process: str
    runs: ToolFigures
    warmup: ToolFigures | None
    memory_mb: Mapping[str, float]


@dataclass(frozen=True)
class Result:
    """One measurement of one model on one device. An unavailable number is None, and `unavailable` says why."""

    run_id: str
    created: str
    edgeflow: Tool
    model: ModelFacts
    signature: str | None
    device: DeviceFacts
    runtime: RuntimeFacts
    build: Build | None
    plan: Plan
    inputs: InputFacts
    init_us: float | None
    first_invoke_us: float | None
    latency_us: Latency | None
    instructions: Instructions | None
    estimated_cycles: EstimatedCycles | None
    memory_bytes: Memory
    flash_bytes: Flash | None
    per_operator: tuple[Mapping[str, Any], ...] | None
    conditions: Mapping[str, Any]
    trusted: bool
    reasons: tuple[str, ...]
    unavailable: Mapping[str, str]
    wrapper_us: WrapperTimes | None = None
    reported: Reported | None = None

    def to_json(self) -> dict[str, Any]:
        """The `edgeflow.result/1` answer."""
        return {"schema": SCHEMA, **asdict(self)}


def result_from_json(answer: Mapping[str, Any], where: str = "result") -> Result:
    """Read what `to_json` gave; raises UsageError on anything else."""
    import msgspec

    if answer.get("schema") != SCHEMA:
        raise UsageError(f"{where}: schema is {answer.get('schema')!r}, not {SCHEMA!r}", "give the JSON of bench")
    fields = {name: value for name, value in answer.items() if name != "schema"}
    try:
        return msgspec.convert(fields, Result)
    except msgspec.ValidationError as error:
        raise UsageError(f"{where}: {error}", "give the JSON of bench") from None
