"""`bench` with Google's benchmark_model, where the user has it: its figures as an ordinary result."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from edgeflow.bench.tool_output import OperatorRow, ToolOutput, read_tool_output
from edgeflow.bench.types import (
    DeviceFacts,
    InputFacts,
    Memory,
    ModelFacts,
    Plan,
    Reported,
    Result,
    RuntimeFacts,
    Tool,
)
from edgeflow.device.probe import target_of
from edgeflow.device.tool import Program, Ran, read_program, run_program
from edgeflow.device.types import Device
from edgeflow.errors import UsageError
from edgeflow.model.types import Model

# what `bench` takes and the tool has no place for
UNFIT = (
    *("rate_hz", "cold", "pin", "governor", "cool_c", "api", "runtime", "seed", "aot", "optimize", "ram_bytes"),
    *("with_wrapper", "custom_ops", "processes"),
)
_METHOD = "in place"
_DELEGATES = {"": (), "xnnpack": ("--use_xnnpack=true",), "none": ("--use_xnnpack=false",)}
_NO_SAMPLES = "benchmark_model tells no samples"
_NOT_TOLD = "benchmark_model does not tell"


def measure_with_tool(
    model: Model,
    device: Device,
    tool: Path | str,
    made_by: Tool,
    *,
    signature: str | None,
    plan: Plan,
    threads: int,
    delegate: str,
    with_operators: bool,
    wait_s: float,
    timeout_s: float,
) -> Result:
    """Run benchmark_model on the device and read what it prints.

    `timeout_s` bounds the warm-up and the measured runs each. Raises UsageError, DeviceError and its kinds, and
    EdgeflowError where the tool fails or says nothing that is a latency.
    """
    program = read_program(Path(tool))
    if delegate not in _DELEGATES:
        raise UsageError(
            f"benchmark_model has no delegate '{delegate}'", "leave out --delegate, or give xnnpack or none"
        )
    arguments = [
        "--graph={model}",
        f"--num_threads={threads}",
        f"--num_runs={plan.runs}",
        f"--min_secs={plan.min_s:g}",
        f"--warmup_runs={plan.warmup}",
        f"--max_secs={timeout_s:g}",
        "--report_peak_memory_footprint=true",
        *_DELEGATES[delegate],
        *(("--enable_op_profiling=true",) if with_operators else ()),
        *((f"--signature_to_run_for={signature}",) if signature else ()),
    ]
    limit_s = math.ceil(2 * timeout_s + plan.min_s)
    ran = run_program(device, program, model.content, arguments, limit_s=limit_s, wait_s=wait_s)
    told = read_tool_output(ran.output, warmed_up=plan.warmup > 0)
    return _result(model, device, program, made_by, ran, told, plan, signature, threads)


def refuse_options(given: Mapping[str, object]) -> None:
    """Raise UsageError for options that the tool has no place for; `given` maps their names to values."""
    wrong = [name for name, value in given.items() if value not in (None, "", False, 0, ()) and value != {}]
    if wrong:
        raise UsageError(
            f"benchmark_model does not take {', '.join(wrong)}",
            "it makes its own inputs and measures in one process; leave these out, or leave out --benchmark-model",
        )


def _result(
    model: Model,
    device: Device,
    program: Program,
    made_by: Tool,
    ran: Ran,
    told: ToolOutput,
    plan: Plan,
    signature: str | None,
    threads: int,
) -> Result:
    now, around = datetime.now(UTC), ran.surroundings
    target, board = device.target, device.board
    if target is None:
        target, board = target_of(around.machine, "", "")
    operators = _operators(told.operators)
    conditions = {"load": around.load} if around.load else {}
    return Result(
        run_id=f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
        created=now.isoformat(timespec="seconds"),
        edgeflow=made_by,
        model=ModelFacts(model.name, model.sha256, model.size),
        signature=signature,
        device=DeviceFacts(
            name=device.name,
            target=target,
            board=board,
            address=str(device.address),
            emulated=device.address.scheme == "qemu",
            cpu=around.cpu or None,
            os=around.os or None,
        ),
        runtime=RuntimeFacts("benchmark_model", f"sha256:{program.sha256[:12]}", None, None, threads, told.delegate),
        build=None,
        plan=plan,
        inputs=InputFacts("tool", None),
        init_us=told.init_us,
        first_invoke_us=told.first_us,
        latency_us=None,
        instructions=None,
        estimated_cycles=None,
        memory_bytes=Memory(model.size, None, None, None, None, None),
        flash_bytes=None,
        per_operator=operators,
        conditions={"before": conditions, "after": {}},
        trusted=False,
        reasons=(f"{_NO_SAMPLES}: whether they drift or jump cannot be seen",),
        unavailable=_unavailable(told, asked=operators is not None),
        reported=Reported(program.path.name, program.sha256, "shell", told.runs, told.warmup, told.memory_mb),
    )


def _operators(rows: tuple[OperatorRow, ...]) -> tuple[dict[str, Any], ...] | None:
    total = sum(row.us for row in rows)
    return (
        tuple(
            {
                "index": index,
                "name": row.name or row.kind,
                "kernel": row.kind,
                "us": round(row.us, 4),
                "instructions": None,
                "share": round(row.us / total, 6) if total else None,
                "method": _METHOD,
            }
            for index, row in enumerate(rows)
        )
        or None
    )


def _unavailable(told: ToolOutput, *, asked: bool) -> dict[str, str]:
    whys = {
        "latency_us": f"{_NO_SAMPLES}: its own figures are in reported",
        "instructions": "the device measures time",
        "estimated_cycles": "not estimated",
    }
    whys |= {"flash_bytes": "the device has a file system", "wrapper_us": "benchmark_model runs the model alone"}
    figures = {
        "init_us": told.init_us,
        "first_invoke_us": told.first_us,
        "per_operator": told.operators or None,
    }
    whys |= {name: _NOT_TOLD for name, value in figures.items() if value is None}
    if not asked:
        whys["per_operator"] = "not asked for, or not told; --profile asks"
    names = ("arena_planned", "arena_persistent", "peak_rss", "stack", "phases", "anonymous", "file")
    measured = "benchmark_model measures memory in its own way: see reported.memory_mb"
    return whys | {f"memory_bytes.{name}": measured if name == "peak_rss" else _NOT_TOLD for name in names}
