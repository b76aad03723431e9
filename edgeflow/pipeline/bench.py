"""The public verb `bench`: measure a model on a device."""

from __future__ import annotations

import itertools
import secrets
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

from edgeflow import resources
from edgeflow.bench.conditions import conditions_answer
from edgeflow.bench.cycles import count_cycles
from edgeflow.bench.facts import build_facts, device_facts, runtime_facts
from edgeflow.bench.measure import Measured, Options, Wanted, measure
from edgeflow.bench.profile import profile
from edgeflow.bench.statistics import summarize
from edgeflow.bench.types import Flash, ModelFacts, Plan, Result, Tool
from edgeflow.bench.verdict import reasons_against
from edgeflow.bench.wrapper import Package, wrapper_package, wrapper_times
from edgeflow.device.ahead import ahead_image, check_optimized
from edgeflow.device.answers import TensorInfo
from edgeflow.device.book import find_device
from edgeflow.device.connect import connect
from edgeflow.device.custom_operators import read_custom_operators
from edgeflow.device.runtime_choice import api_of, with_runtime
from edgeflow.device.tensors import Arrays, Feed, feed_arrays, feed_random, read_npz
from edgeflow.device.types import Device
from edgeflow.errors import DeviceStatusError, EdgeflowError, ModelError, NotTrustedError, UsageError
from edgeflow.generate.context import Optimize
from edgeflow.generate.project import Project, load_project
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.pipeline.bench_tool import UNFIT, measure_with_tool, refuse_options
from edgeflow.pipeline.invoke import pick_signature
from edgeflow.pipeline.results import record
from edgeflow.progress import Progress, silent
from edgeflow.results.store import check_tags
from edgeflow.wire.constants import Slots


def bench(
    model: Model | Path | str,
    device: Device | str | None = None,
    *,
    inputs: Path | str | Arrays | None = None,
    signature: str | None = None,
    input_shapes: Mapping[str, Sequence[int]] | None = None,
    runs: int | None = None,
    warmup: int | None = None,
    min_s: float | None = None,
    processes: int | None = None,
    rate_hz: float | None = None,
    cold: bool = False,
    pin: Sequence[int] | None = None,
    governor: str | None = None,
    cool_c: float | None = None,
    threads: int = 1,
    api: str = "",
    delegate: str = "",
    runtime: str = "",
    seed: int = 0,
    require_trusted: bool = False,
    wait_s: float = 0,
    timeout_s: float = 60,
    fresh: bool = False,
    aot: bool = False,
    optimize: Optimize | None = None,
    ram_bytes: int | None = None,
    custom_ops: Path | str | None = None,
    with_operators: bool = False,
    with_wrapper: bool | None = None,
    project: Project | Path | str | None = None,
    benchmark_model: Path | str | None = None,
    tags: Sequence[str] = (),
    store: Path | str | None = None,
    progress: Progress = silent,
) -> Result:
    """Measure one model on one device; see Plan for what `runs`, `min_s` and `processes` mean.

    `cold` empties the CPU's caches before each run. `pin` gives the process these CPUs, `governor` sets that of all
    CPUs where it may and puts the old one back, `cool_c` waits before each round for that temperature in °C; what could
    not be set stands in the result's `conditions.tuning`.
    `runtime` is "litert" or "edgeflow" where a device has both, as Android does; its own otherwise.
    `aot` builds it ahead of time and starts the emulated board with it, so that nothing is parsed there; `optimize`
    and `ram_bytes` are those of `generate`.
    `custom_ops` is a library of custom operators for the device, which goes there with the model.
    `with_operators` measures what each operator costs as well, after the rest; see `bench.profile` for how.
    `with_wrapper` times what the generated Python wrapper does before and after the model, by the [pre] and [post] of
    `project` (an edgeflow.toml) and the model's metadata; None: where these say anything.
    `benchmark_model` is Google's program of that name for the device, which then measures instead; its figures are in
    the result's `reported`.
    The result is kept in `store` (a path or URL; the user's own by default) with `tags`.
    Raises UsageError (inputs, signature, tags), DeviceError and its kinds, NotTrustedError with `require_trusted`;
    StoreError where a store that was named fails.
    """
    arguments = {
        "model": str(Path(model.path if isinstance(model, Model) else model).absolute()),
        "device": device.name if isinstance(device, Device) else device,
        "inputs": str(Path(inputs).absolute()) if isinstance(inputs, str | Path) else None,
        "signature": signature,
        "input_shapes": {name: list(shape) for name, shape in (input_shapes or {}).items()},
        "runs": runs,
        "warmup": warmup,
        "min_s": min_s,
        "processes": processes,
        "rate_hz": rate_hz,
        "cold": cold,
        "pin": None if pin is None else list(pin),
        "governor": governor,
        "cool_c": cool_c,
        "threads": threads,
        "api": api,
        "delegate": delegate,
        "runtime": runtime,
        "seed": seed,
        "aot": aot,
        "optimize": optimize,
        "ram_bytes": ram_bytes,
        "with_operators": with_operators,
        "with_wrapper": with_wrapper,
        "project": _path_of(project),
        "custom_ops": None if custom_ops is None else str(Path(custom_ops).absolute()),
        "benchmark_model": None if benchmark_model is None else str(Path(benchmark_model).absolute()),
    }
    replayable = inputs is None or isinstance(inputs, str | Path)
    check_tags(tags)
    model = model if isinstance(model, Model) else load_model(model)
    device = with_runtime(device if isinstance(device, Device) else find_device(device), runtime)
    if benchmark_model is not None:
        unfit = {name: arguments[name] for name in UNFIT} | {"input_shapes": input_shapes or None, "inputs": inputs}
        refuse_options(unfit)
        plan = Plan(
            1 if warmup is None else warmup, runs or 50, 1.0 if min_s is None else min_s, 1, None, "back-to-back"
        )
        key = pick_signature(model, signature) if signature else None
        reported = measure_with_tool(
            model,
            device,
            benchmark_model,
            this_tool(),
            signature=key,
            plan=plan,
            threads=threads,
            delegate=delegate,
            with_operators=with_operators,
            wait_s=wait_s,
            timeout_s=timeout_s,
        )
        return _kept(reported, arguments, tags, store, require_trusted=require_trusted)
    library = None if custom_ops is None else read_custom_operators(custom_ops)
    api = api_of(device, api or ("compiled-model" if library else ""))
    key = pick_signature(model, signature) or ""
    options = Options(key, threads, api, delegate, dict(input_shapes or {}), library)
    cpus = ",".join(map(str, sorted(set(pin)))) if pin else None
    wanted = Wanted(warmup, runs, min_s, processes, rate_hz, cold, cpus, governor, cool_c)
    arrays = read_npz(Path(inputs)) if isinstance(inputs, str | Path) else inputs
    wrapper, why_no_wrapper = _wrapper(model, key, with_wrapper, project, seed)
    where = str(inputs) if isinstance(inputs, str | Path) else "inputs"

    def feed(tensors: Sequence[TensorInfo]) -> Feed:
        return feed_random(tensors, seed) if arrays is None else feed_arrays(arrays, tensors, where)

    check_optimized(aot, optimize, ram_bytes)
    built = (
        ahead_image(device, model, signature, optimize=optimize, ram_bytes=ram_bytes, progress=progress)
        if aot
        else None
    )
    image = built.image.path if built else None
    with connect(device, wait_s=wait_s, timeout_s=timeout_s, fresh=fresh, image=image) as session:
        emulated = device.address.scheme == "qemu"
        measured = measure(session, model, options, wanted, feed, emulated, progress)
        operators, why_none = None, "not asked for; --profile measures it"
        if with_operators:
            try:
                operators = profile(session, model, options, feed, measured.clock, progress)
            except DeviceStatusError as refusal:
                why_none = refusal.message
        counted = with_operators and measured.clock.unit == "instructions"
        times = None
        if session.hello.slots != Slots.FILES:
            why_no_wrapper = "a board has no wrapper; its application does this work"
        elif wrapper is not None:
            try:
                times = wrapper_times(session, model, options, wrapper, feed, measured.clock, progress)
            except DeviceStatusError as refusal:
                why_no_wrapper = refusal.message
    cycles, why_no_cycles = None, "not estimated"
    if measured.clock.unit == "instructions":
        why_no_cycles = "not asked for; --profile estimates them"
    if counted:
        try:
            found = count_cycles(device, built.image if built else None, model, options, feed, timeout_s, progress)
            cycles, operators = found.whole, found.beside(operators)
        except EdgeflowError as error:
            why_no_cycles = error.message
    result = result_of(model, device, options, measured)
    told = ("per_operator", "wrapper_us", "estimated_cycles")
    result = replace(
        result,
        estimated_cycles=cycles,
        per_operator=operators,
        wrapper_us=times,
        unavailable={
            **{name: why for name, why in result.unavailable.items() if name not in told},
            **({"per_operator": why_none} if operators is None else {}),
            **({"estimated_cycles": why_no_cycles} if cycles is None else {}),
            **({"wrapper_us": why_no_wrapper} if times is None else {}),
        },
    )
    if built:
        flash = Flash(built.image.flash_bytes - built.constant_bytes, built.constant_bytes)
        unavailable = {name: why for name, why in result.unavailable.items() if name != "flash_bytes"}
        result = replace(result, flash_bytes=flash, unavailable=unavailable)
    return _kept(result, arguments if replayable else None, tags, store, require_trusted=require_trusted)


def _kept(
    result: Result,
    arguments: dict[str, Any] | None,
    tags: Sequence[str],
    store: Path | str | None,
    *,
    require_trusted: bool,
) -> Result:
    """The result, once it is in the store; NotTrustedError where trust is required."""
    record(result.to_json(), arguments, tags=tags, store=store)
    if require_trusted and not result.trusted:
        raise NotTrustedError(
            f"{result.model.name} on {result.device.name}: the measurement is not to be trusted",
            "remove the causes and measure again",
            result.reasons,
        )
    return result


def _path_of(project: Project | Path | str | None) -> str | None:
    if project is None:
        return None
    return str(Path(project.path if isinstance(project, Project) else project).absolute())


def _wrapper(
    model: Model, key: str, wanted: bool | None, project: Project | Path | str | None, seed: int
) -> tuple[Package | None, str]:
    """The wrapper to be timed, or why none is."""
    if wanted is False:
        return None, "not asked for"
    try:
        rules = project if isinstance(project, Project) or project is None else load_project(project)
        made = wrapper_package(model, key, rules, seed)
    except (UsageError, ModelError) as error:
        if wanted:
            raise
        return None, error.message
    if not made.described and not wanted:
        return None, "neither [pre] and [post] nor metadata describe the values; --wrapper measures it all the same"
    return made, ""


def bench_all(
    models: Sequence[Path | str],
    devices: Sequence[Device],
    threads: Sequence[int],
    *,
    apis: Sequence[str] = ("",),
    delegates: Sequence[str] = ("",),
    **options: object,
) -> Iterator[Result]:
    """Every model on every device with every API, delegate and number of threads, each result as soon as it is there.

    All models are read before the first device is touched.
    """
    read = [load_model(model) for model in models]
    for model, device, api, delegate, count in itertools.product(read, devices, apis, delegates, threads):
        chosen: dict[str, Any] = {"threads": count, "api": api, "delegate": delegate, **options}
        yield bench(model, device, **chosen)


def result_of(model: Model, device: Device, options: Options, measured: Measured) -> Result:
    """Statistics, conditions and verdict of a measurement."""
    clock, hello = measured.clock, measured.hello
    latency = summarize(measured.rounds) if measured.rounds else None
    reasons = reasons_against(latency, clock, measured.before, measured.after, measured.counts, during=measured.during)
    conditions = conditions_answer(
        measured.before,
        measured.during,
        measured.after,
        linux=hello.has_agent,
        asked=measured.settings,
        refused=measured.refused,
        cooled=measured.cooled,
        batches=measured.batches,
    )
    result = Result(
        run_id=f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        edgeflow=this_tool(),
        model=ModelFacts(model.name, model.sha256, model.size),
        signature=options.signature or None,
        device=device_facts(device, hello, measured.before, clock),
        runtime=runtime_facts(hello, measured.opened_conditions, threads=options.threads, api=options.api),
        build=build_facts(hello, measured.opened_conditions, aot=hello.slots == Slots.NONE),
        plan=measured.plan,
        inputs=measured.fed,
        init_us=median(r.init_us for r in measured.rounds) if measured.rounds else None,
        first_invoke_us=median(r.first_invoke_us for r in measured.rounds) if measured.rounds else None,
        latency_us=latency,
        instructions=measured.instructions,
        estimated_cycles=None,
        memory_bytes=measured.memory,
        flash_bytes=measured.flash,
        per_operator=None,
        conditions=conditions,
        trusted=not reasons,
        reasons=reasons,
        unavailable={},
    )
    return replace(result, unavailable=why_unavailable(result, clock.why_no_time))


def why_unavailable(result: Result, why_no_time: str | None) -> dict[str, str]:
    """A reason for every number of the result that is None."""
    linux = result.memory_bytes.phases is not None
    no_time = why_no_time or "no run was measured"
    whys = {
        "init_us": no_time,
        "first_invoke_us": no_time,
        "latency_us": no_time,
        "instructions": "the device measures time",
        "estimated_cycles": "not estimated",
        "flash_bytes": "the device has a file system" if linux else "the device does not say",
        "per_operator": "not profiled",
        "wrapper_us": "not measured",
    }
    missing = {name: why for name, why in whys.items() if getattr(result, name) is None}
    if result.latency_us is not None and result.latency_us.ci95_p50 is None:
        missing["latency_us.ci95_p50"] = "too few samples"
    interpreter = f"{result.runtime.name} does not tell" if linux else "the device does not say"
    board = "the device has no process" if not linux else "the system does not say"
    memory = {
        "arena_planned": interpreter,
        "arena_persistent": interpreter,
        "peak_rss": board,
        "stack": interpreter,
        "phases": board,
        "anonymous": board,
        "file": board,
    }
    missing |= {f"memory_bytes.{n}": why for n, why in memory.items() if getattr(result.memory_bytes, n) is None}
    return missing


def this_tool() -> Tool:
    """The running edgeflow: its version, and its commit where it runs from a checkout."""
    root = resources.data_root()
    commit = None
    if (root / ".git").exists():
        argv = ["git", "-C", str(root), "rev-parse", "--short=12", "HEAD"]
        try:
            done = subprocess.run(argv, capture_output=True, text=True, timeout=10)
            commit = done.stdout.strip() or None
        except (OSError, subprocess.TimeoutExpired):
            commit = None
    return Tool(metadata.version("edgeflow"), commit)
