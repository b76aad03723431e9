"""`edgeflow bench`: measure a model on a device."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from edgeflow.cli.bench_tool import tool_details, tool_row
from edgeflow.cli.device_options import (
    APIS,
    DELEGATES,
    aot_option,
    custom_ops_option,
    input_shapes,
    placing_options,
    runtime_option,
)
from edgeflow.cli.output import bytes_text, json_option, print_json, print_table, progress_bar, report_failure, say
from edgeflow.cli.project_option import check_project, over_budget, project_option
from edgeflow.cli.store_option import store_option
from edgeflow.results.quantities import time_text as time_text

if TYPE_CHECKING:
    from edgeflow.bench.types import Result


_MOST_OPERATORS = 15
_COOL_C = 55.0  # well below the 60 °C at which the first Raspberry Pi holds its frequency back
_RIGHT = (2, 3, 4, 5, 6)


def _cpus(_: click.Context, __: click.Parameter, text: str | None) -> tuple[int, ...] | None:
    """`0,2-3` as (0, 2, 3)."""
    if text is None:
        return None
    found: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"([0-9]{1,4})(?:-([0-9]{1,4}))?", part.strip())
        if not match or int(match[1]) > int(match[2] or match[1]):
            raise click.BadParameter(f"{text!r} is no list of CPUs such as 0,2-3")
        found |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
    return tuple(sorted(found))


@click.command()
@click.argument("models", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="MODEL…")
@click.option(
    "--device",
    "-d",
    "device_texts",
    multiple=True,
    metavar="D",
    help="A name of the device book, an address, or local:. Repeated: each of them.",
)
@placing_options
@click.option("--runs", type=click.IntRange(1, 10_000_000), help="At least so many runs a round.  [50]")
@click.option("--warmup", type=click.IntRange(0, 1_000_000), help="Unmeasured runs before, for 0.5 s at least.  [5]")
@click.option("--min-seconds", "min_s", type=click.FloatRange(0, 86400), help="Measure at least so long a round.  [1]")
@click.option("--processes", "--rounds", "processes", type=click.IntRange(1, 1000), help="Fresh processes.  [3]")
@click.option(
    "--threads",
    multiple=True,
    type=click.IntRange(1, 64),
    default=(1,),
    show_default=True,
    help="Repeated: each of them.",
)
@click.option("--rate", "rate_hz", type=click.FloatRange(0.001, 1e6), help="Start so many runs a second.")
@click.option("--inputs", type=click.Path(path_type=Path), metavar="IN.npz", help="Arrays by input name or number.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="For random inputs, where none are given."
)
@click.option("--signature", metavar="NAME", help="Which signature; the first by default.")
@click.option(
    "--input-shape", "shape_texts", multiple=True, metavar="NAME=1,224,224,3", help="Resize an input; for several too."
)
@click.option(
    "--api", "apis", multiple=True, type=click.Choice(APIS), help="LiteRT's API to use. Repeated: each of them."
)
@click.option(
    "--delegate",
    "delegates",
    multiple=True,
    type=click.Choice(DELEGATES),
    help="xnnpack, none (optimized kernels) or reference; the runtime's default otherwise. Repeated: each of them.",
)
@click.option("--cold", is_flag=True, help="Empty the CPU's caches before each run.")
@click.option("--pin", callback=_cpus, metavar="CPUS", help="Run on these CPUs only, for example 2,3 or 0-3.")
@click.option("--governor", metavar="NAME", help="Set it for the rounds where that is allowed, performance say.")
@click.option(
    "--wait-cool",
    "cool_c",
    type=click.FloatRange(0, 150),
    is_flag=False,
    flag_value=_COOL_C,
    default=None,
    metavar="[°C]",
    help="Before each round wait, ten minutes at most, until no sensor shows more.  [55]",
)
@runtime_option
@aot_option
@custom_ops_option
@click.option("--require-trusted", is_flag=True, help="Fail with status 8 when the measurement is not to be trusted.")
@click.option("--profile", "with_operators", is_flag=True, help="What each operator costs as well.")
@click.option(
    "--wrapper/--no-wrapper",
    "with_wrapper",
    default=None,
    help="What the generated wrapper does before and after the model as well.  [where its metadata or project say how]",
)
@click.option(
    "--benchmark-model",
    type=click.Path(path_type=Path),
    metavar="PROGRAM",
    help="Let Google's benchmark_model measure: the file that you have of it, for the device.",
)
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A word to find the run by in the result store.")
@store_option
@project_option
@json_option
def command(
    models: tuple[Path, ...],
    device_texts: tuple[str, ...],
    target: str | None,
    wait_s: float,
    timeout_s: float,
    fresh: bool,
    runs: int | None,
    warmup: int | None,
    min_s: float | None,
    processes: int | None,
    threads: tuple[int, ...],
    rate_hz: float | None,
    inputs: Path | None,
    seed: int,
    signature: str | None,
    shape_texts: tuple[str, ...],
    apis: tuple[str, ...],
    delegates: tuple[str, ...],
    cold: bool,
    pin: tuple[int, ...] | None,
    governor: str | None,
    cool_c: float | None,
    runtime: str,
    aot: bool,
    optimize: Literal["speed", "ram", "balanced"] | None,
    ram_bytes: int | None,
    custom_ops: Path | None,
    require_trusted: bool,
    with_operators: bool,
    with_wrapper: bool | None,
    benchmark_model: Path | None,
    tags: tuple[str, ...],
    store: str | None,
    project: Path | None,
    as_json: bool,
) -> int:
    """Measure MODEL on a device: init, first run, percentiles, memory, and whether to trust them.

    The device's own clock measures, in fresh processes, between warm-up and nothing else.
    """
    from edgeflow.device.book import find_device
    from edgeflow.errors import EdgeflowError
    from edgeflow.pipeline.bench import bench_all

    check_project(project)
    devices = [find_device(text, target=target) for text in device_texts] or [find_device(None, target=target)]
    results: list[Result] = []
    failure: EdgeflowError | KeyboardInterrupt | None = None
    with progress_bar(as_json) as progress:
        measured = bench_all(
            models,
            devices,
            tuple(dict.fromkeys(threads)),
            inputs=inputs,
            signature=signature,
            input_shapes=input_shapes(shape_texts),
            runs=runs,
            warmup=warmup,
            min_s=min_s,
            processes=processes,
            rate_hz=rate_hz,
            apis=tuple(dict.fromkeys(apis)) or ("",),
            delegates=tuple(dict.fromkeys(delegates)) or ("",),
            cold=cold,
            pin=pin,
            governor=governor,
            cool_c=cool_c,
            seed=seed,
            wait_s=wait_s,
            timeout_s=timeout_s,
            fresh=fresh,
            runtime=runtime,
            aot=aot,
            optimize=optimize,
            ram_bytes=ram_bytes,
            custom_ops=custom_ops,
            with_operators=with_operators,
            with_wrapper=with_wrapper,
            project=project,
            benchmark_model=benchmark_model,
            tags=tags,
            store=store,
            progress=progress,
        )
        try:
            for result in measured:
                results.append(result)
        except (EdgeflowError, KeyboardInterrupt) as error:
            if not results:
                raise
            failure = error
    answers = [result.to_json() for result in results]
    if failure is not None:
        if not as_json:
            print_results(results)
        return report_failure(failure, as_json=as_json, before=answers)
    over = over_budget(project, results)
    if as_json and over is None:
        print_json(answers if len(answers) > 1 else answers[0])
    if not as_json:
        print_results(results)
    if over is not None:
        return report_failure(over, as_json=as_json, before=answers)
    return 8 if require_trusted and not all(result.trusted for result in results) else 0


def print_results(results: Sequence[Result]) -> None:
    """One result in full, several as a table of 80 columns; doubts on stderr."""
    if len(results) == 1:
        print_table(("", results[0].model.name), _details(results[0]))
    else:
        ways = [_way(result) for result in results]
        varied = len(set(ways)) > 1
        heads = ("model", "device", *(("with",) if varied else ()), "t", "p50", "p90", "p99", "memory", "ok")
        rows = [(*_row(r)[:2], *((way,) if varied else ()), *_row(r)[2:]) for r, way in zip(results, ways, strict=True)]
        print_table(heads, rows, right=[column + varied for column in _RIGHT])
    for result in results:
        if result.per_operator:
            _print_operators(result)
    for result in results:
        where = f"{result.model.name} on {result.device.name.rstrip(':')}" if len(results) > 1 else "note"
        for reason in result.reasons:
            say(f"{where}: not to be trusted: {reason}", err=True)
        for name, tuned in result.conditions.get("tuning", {}).items():
            if tuned["refused"]:
                say(f"{where}: {name} is not {tuned['value']}: {tuned['refused']}", err=True)
        cooled = result.conditions.get("cooled")
        if cooled and cooled["temperature_c"] is None:
            say(f"{where}: the device tells no temperature to wait for", err=True)
        elif cooled and cooled["temperature_c"] > cooled["limit_c"]:
            say(f"{where}: still {cooled['temperature_c']:.0f} °C after {cooled['waited_s']:.0f} s", err=True)


def _way(result: Result) -> str:
    """API and delegate, where several of them are measured."""
    api = {"interpreter": "int", "compiled-model": "cm"}.get(result.runtime.api or "", "")
    return " ".join(filter(None, (api, result.runtime.delegate)))


def _print_operators(result: Result) -> None:
    """The dearest operators; the rest stand in --json."""
    assert result.per_operator is not None
    dearest = sorted(result.per_operator, key=lambda entry: -(entry["share"] or 0))[:_MOST_OPERATORS]
    rows = [
        (
            entry["index"],
            entry["kernel"] or entry["name"],
            f"{entry['instructions']:,} ins" if entry["instructions"] is not None else time_text(entry["us"]),
            *((f"{entry['estimated_cycles']:,}",) if "estimated_cycles" in entry else ()),
            "–" if entry["share"] is None else f"{entry['share']:.1%}".replace("%", " %"),
        )
        for entry in dearest
    ]
    cycles = ("CYCLES, EST.",) if "estimated_cycles" in dearest[0] else ()
    print_table(("#", f"OPERATORS OF {result.model.name}", "EACH RUN", *cycles, "SHARE"), rows, right=(0, 2, 3, 4))
    left = len(result.per_operator) - len(dearest)
    more = f"; {left} more in --json" if left else ""
    verb = "counted" if result.per_operator[0]["instructions"] is not None else "timed"
    say(f"operators {verb} {result.per_operator[0]['method']}{more}")


def _details(result: Result) -> list[tuple[str, str]]:
    device, runtime, plan, latency = result.device, result.runtime, result.plan, result.latency_us
    kind = ", ".join(text for text in (device.board or device.target, device.cpu, device.os) if text)
    parts = (f"{runtime.name} {runtime.version}", runtime.api, runtime.delegate, runtime.kernels)
    rows = [
        ("device", f"{device.name.rstrip(':')}: {kind}" if kind else device.name),
        ("runtime", ", ".join([*filter(None, parts), f"{runtime.threads} thread{'s' * (runtime.threads > 1)}"])),
    ]
    if result.instructions is not None:
        rows += [
            ("init", f"{result.instructions.init:,} instructions"),
            ("each run", f"{result.instructions.per_invoke:,} instructions"),
        ]
    if result.estimated_cycles is not None:
        rows.append(("each run, about", f"{result.estimated_cycles.per_invoke:,} cycles (estimate, no time)"))
    if latency is not None:
        interval = latency.ci95_p50
        sure = f"  (95 %: {time_text(interval[0])} to {time_text(interval[1])})" if interval else ""
        rows += [
            ("init", _bracketed(result, time_text(result.init_us))),
            ("first run", _bracketed(result, time_text(result.first_invoke_us))),
            ("p50", _bracketed(result, time_text(latency.p50)) + sure),
            ("p90, p99", _bracketed(result, f"{time_text(latency.p90)}, {time_text(latency.p99)}")),
            ("min … max", _bracketed(result, f"{time_text(latency.min)} … {time_text(latency.max)}")),
            ("MAD", _bracketed(result, time_text(latency.mad))),
            ("samples", f"{latency.count} in {plan.processes} process{'es' * (plan.processes > 1)}, {plan.mode}"),
        ]
    rows += tool_details(result)
    if "runs_per_sample" in result.conditions:
        rows.append(("runs a sample", ", ".join(map(str, result.conditions["runs_per_sample"]))))
    if result.wrapper_us is not None:
        times = result.wrapper_us
        rows += [
            (name, _bracketed(result, f"{time_text(part.p50)}, p99 {time_text(part.p99)}") + f"  ({times.language})")
            for name, part in (("pre-processing", times.pre), ("post-processing", times.post))
        ]
    rows += _memory_details(result)
    rows += [("inputs", result.inputs.source), ("trusted", "yes" if result.trusted else "no")]
    return rows


def _memory_details(result: Result) -> list[tuple[str, str]]:
    memory = result.memory_bytes
    rows = []
    if memory.arena_planned is not None:
        persistent = f" + {bytes_text(memory.arena_persistent)} persistent" if memory.arena_persistent else ""
        rows.append(("arena", bytes_text(memory.arena_planned) + persistent))
    if memory.stack is not None:
        rows.append(("stack", bytes_text(memory.stack)))
    if memory.peak_rss is not None:
        rows.append(("peak memory", bytes_text(memory.peak_rss)))
    phases = memory.phases or {}
    steady, imported = phases.get("steady"), phases.get("import")
    if steady is not None and imported is not None:
        rows.append(("model's share", bytes_text(max(0, steady - imported))))
    return rows


def _row(result: Result) -> tuple[str, ...]:
    latency, memory = result.latency_us, result.memory_bytes
    if result.instructions is not None:
        times = [f"{result.instructions.per_invoke:,} ins", "–", "–"]
    elif result.reported is not None:
        times = list(tool_row(result.reported))
    else:
        values = (latency.p50, latency.p90, latency.p99) if latency else (None, None, None)
        times = [_bracketed(result, time_text(us)) for us in values]
    planned = None if memory.arena_planned is None else memory.arena_planned + (memory.arena_persistent or 0)
    used = bytes_text(memory.peak_rss if memory.peak_rss is not None else planned)
    threads, trusted = str(result.runtime.threads), "yes" if result.trusted else "no"
    return (result.model.name, result.device.name, threads, *times, used, trusted)


def _bracketed(result: Result, text: str) -> str:
    """An emulator's time is not the board's, and looks so."""
    return f"({text})" if result.device.emulated else text
