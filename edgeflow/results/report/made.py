"""How each number was made: plan, clock, inputs, versions, and the conditions around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgeflow.results.quantities import bytes_text, shown, time_text
from edgeflow.results.report.gathered import Run
from edgeflow.results.report.tables import reasons

_VALUES = 40  # conditions told of a run
_SIGNS = 300
_MOMENTS = ("before", "during", "after")


@dataclass(frozen=True)
class Made:
    """One run in full. `facts` are name and text; `conditions` are name and one value a moment of `moments`."""

    run_id: str
    title: str
    created: str
    facts: tuple[tuple[str, str], ...]
    moments: tuple[str, ...]
    conditions: tuple[tuple[str, tuple[str, ...]], ...]


def made(run: Run) -> Made:
    """What there is to know about a run."""
    result = run.result
    by_moment = {name: _readings(result.conditions[name]) for name in _MOMENTS if name in result.conditions}
    told = dict.fromkeys(name for readings in by_moment.values() for reading in readings for name in reading)
    rows = [(name, tuple(_seen(readings, name) for readings in by_moment.values())) for name in list(told)[:_VALUES]]
    conditions = [(shown(str(name), 40), texts) for name, texts in rows if set(texts) != {"–"}]
    unknown = [str(name) for name, texts in rows if set(texts) == {"–"}]
    facts = [(name, shown(text, _SIGNS)) for name, text in _facts(run) if text]
    facts += [("no source for", shown(", ".join(unknown).replace("_", " "), _SIGNS))] if unknown else []
    title = f"{shown(result.model.name)} on {run.setup.where}, {run.setup.how}"
    facts += _unavailable(result.unavailable)
    created = f"{result.run_id}, {result.created}"
    return Made(
        result.run_id,
        title,
        shown(created, 80),
        tuple(facts),
        tuple(shown(name, 24) for name in by_moment),
        tuple(conditions),
    )


def _facts(run: Run) -> list[tuple[str, str]]:
    result = run.result
    device, runtime, build, latency = result.device, result.runtime, result.build, result.latency_us
    batches = result.conditions.get("runs_per_sample")
    others = [
        (str(name).replace("_", " "), _text(value, _SIGNS))
        for name, value in list(result.conditions.items())[:_VALUES]
        if name not in (*_MOMENTS, "runs_per_sample")
    ]
    return [
        ("verdict", "; ".join(["trusted"] if result.trusted else ["not to be trusted", *reasons(run)])),
        ("clock", _clock(run)),
        ("plan", plan_text(run)),
        ("batch", _batch_text(batches) if isinstance(batches, (list, tuple)) else ""),
        *others,
        ("times", _times(run)),
        ("before and after the model", _wrapper_text(run)),
        ("samples", f"{latency.count} in {len(latency.rounds)} rounds" if latency else ""),
        ("inputs", ", SHA-256 ".join(filter(None, (_inputs(result.inputs.source), (result.inputs.sha256 or "")[:16])))),
        ("model", f"{bytes_text(result.model.bytes)}, SHA-256 {result.model.sha256[:16]}"),
        ("signature", result.signature or ""),
        ("device", ", ".join(filter(None, (device.address, device.board or device.target, device.cpu, device.os)))),
        (
            "runtime",
            ", ".join(
                filter(
                    None,
                    (
                        f"{runtime.name} {runtime.version}",
                        runtime.api,
                        runtime.delegate,
                        runtime.kernels,
                        f"{runtime.threads} thread{'s' * (runtime.threads > 1)}",
                    ),
                )
            ),
        ),
        ("build", f"{build.toolchain}, {build.flags}{', ahead of time' * build.aot}" if build else ""),
        ("edgeflow", f"{result.edgeflow.version}{f' at {result.edgeflow.git}' if result.edgeflow.git else ''}"),
        ("project", f"{run.commit[:12]}{', with changes' * bool(run.changed)}" if run.commit else ""),
        ("tags", ", ".join(run.tags)),
    ]


def plan_text(run: Run) -> str:
    """The plan in words."""
    plan = run.result.plan
    rate = f", {plan.rate_hz:g} runs started a second" if plan.rate_hz else ""
    processes = f"each of {plan.processes} fresh processes" if plan.processes > 1 else "one process"
    then = f"then {plan.runs} runs and {plan.min_s:g} s at least in {processes}"
    return f"{plan.warmup} runs to warm up, {then}, {plan.mode}{rate}"


def _clock(run: Run) -> str:
    if run.counted:
        return "instructions, counted by the emulator; never turned into time"
    whose = "the emulated device's own, which is not a device's" if run.setup.emulated else "the device's own"
    return whose if run.result.latency_us else ""


def _times(run: Run) -> str:
    latency, result = run.result.latency_us, run.result
    if latency is None:
        return ""
    told = [f"init {time_text(result.init_us)}", f"first invoke {time_text(result.first_invoke_us)}"]
    told += [f"{name} {time_text(getattr(latency, name))}" for name in ("min", "p50", "p90", "p99", "max")]
    told.append(f"MAD {time_text(latency.mad)}")
    if latency.ci95_p50:
        low, high = latency.ci95_p50
        told.append(f"95 % interval of p50 {time_text(low)} to {time_text(high)}")
    told += [f"drift {latency.drift:+.1%}".replace("%", " %")] if latency.drift is not None else []
    told += [f"medians of rounds {latency.spread:.1%} apart".replace("%", " %")] if latency.spread is not None else []
    return ", ".join(told)


def _wrapper_text(run: Run) -> str:
    times = run.result.wrapper_us
    if times is None:
        return ""
    parts = [f"{time_text(part.p50)} (p99 {time_text(part.p99)})" for part in (times.pre, times.post)]
    return f"{parts[0]} before, {parts[1]} after, by the {times.language} wrapper on {times.given}"


def _batch_text(batches: Sequence[object]) -> str:
    counts = list(dict.fromkeys(map(str, batches)))[:20]
    if counts == ["1"]:
        return "none, each sample is one run"
    return f"a sample is the mean of {', '.join(counts)} runs{', by round' if len(counts) > 1 else ''}"


def _unavailable(why: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is not available, by reason."""
    reasons_of: dict[str, list[str]] = {}
    for name, reason in list(why.items())[:_VALUES]:
        reasons_of.setdefault(reason, []).append(name.replace("memory_bytes.", "").replace("_", " "))
    told = [f"{', '.join(names)} ({reason})" for reason, names in reasons_of.items()]
    return [("unavailable", shown("; ".join(told), 2 * _SIGNS))] if told else []


def _inputs(source: str) -> str:
    kind, _, seed = source.partition(":")
    return f"random, seed {seed}" if kind == "random" else kind


def _readings(told: object) -> list[Mapping[Any, Any]]:
    """Before and after are one reading each, during are several."""
    return [one for one in (told if isinstance(told, (list, tuple)) else [told]) if isinstance(one, Mapping)]


def _seen(readings: Sequence[Mapping[Any, Any]], name: Any) -> str:
    """A value, or all different ones in their order."""
    values = dict.fromkeys(_text(reading[name], 60) for reading in readings if reading.get(name) is not None)
    return shown(", ".join(values), 100) or "–"


def _text(value: object, limit: int) -> str:
    if value is None:
        return "–"
    if isinstance(value, Mapping):
        return shown(", ".join(f"{name} {_text(each, limit)}" for name, each in value.items()) or "nothing", limit)
    return shown(", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value), limit)
