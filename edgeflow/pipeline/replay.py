"""The public verb `replay`: measure again what a run of the store measured, and compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from edgeflow.bench.types import result_from_json
from edgeflow.device.book import find_device
from edgeflow.errors import UsageError
from edgeflow.generate.context import Optimize
from edgeflow.model.read import load_model
from edgeflow.pipeline.bench import bench
from edgeflow.pipeline.compare import compare
from edgeflow.pipeline.results import show_result
from edgeflow.progress import Progress, silent
from edgeflow.results.figures import Comparison
from edgeflow.results.store import Stored


@dataclass(frozen=True)
class Arguments:
    """What `bench` was called with, as the store keeps it; what an older edgeflow did not keep is unset."""

    model: str
    device: str | None = None
    inputs: str | None = None
    signature: str | None = None
    input_shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    runs: int | None = None
    warmup: int | None = None
    min_s: float | None = None
    processes: int | None = None
    rate_hz: float | None = None
    cold: bool = False
    pin: tuple[int, ...] | None = None
    governor: str | None = None
    cool_c: float | None = None
    threads: int = 1
    api: str = ""
    delegate: str = ""
    seed: int = 0
    aot: bool = False
    optimize: Optimize | None = None
    ram_bytes: int | None = None
    with_operators: bool = False
    custom_ops: str | None = None


def replay(
    run: str,
    *,
    wait_s: float = 0,
    timeout_s: float = 60,
    fresh: bool = False,
    target: str | None = None,
    tags: Sequence[str] = (),
    store: Path | str | None = None,
    progress: Progress = silent,
) -> Comparison:
    """Measure with the arguments of a stored run of `bench` again; the new run is stored too.

    `run` is its id, the beginning of it, `last` or tag:NAME. `target` is needed where the device was a plain address.
    Raises UsageError where the run has no arguments, or its model's file is gone or has changed, before the device is
    touched; StoreError; and what `bench` raises.
    """
    old = show_result(run, store=store)
    given = _arguments(old)
    path = Path(given.model)
    if not path.is_file():
        raise UsageError(f"{old.run_id}: its model is gone: {path}", "put the file back, or bench another")
    model = load_model(path)
    if model.sha256 != old.model_sha256:
        raise UsageError(
            f"{old.run_id}: {path} is not the model that was measured: SHA-256 {model.sha256[:12]}…, "
            f"then {old.model_sha256[:12]}…",
            f"compare the two with edgeflow compare {old.run_id} {path.name}",
        )
    options: dict[str, Any] = {
        name: value for name, value in vars(given).items() if name not in ("model", "device", "pin")
    }
    new = bench(
        model,
        find_device(given.device, target=target),
        **options,
        pin=given.pin,
        wait_s=wait_s,
        timeout_s=timeout_s,
        fresh=fresh,
        tags=tags,
        store=store,
        progress=progress,
    )
    before = result_from_json(old.document, old.run_id)
    found = compare(before, new)
    if before.inputs.sha256 != new.inputs.sha256:
        found = replace(found, doubts=("different inputs", *found.doubts))
    return found


def _arguments(run: Stored) -> Arguments:
    import msgspec

    if run.noun != "result":
        raise UsageError(f"{run.run_id} is a {run.noun}, which keeps no arguments", "replay a run of bench")
    if run.arguments is None:
        raise UsageError(
            f"{run.run_id} keeps no arguments: its inputs were arrays of a program, or it came from a bare answer",
            "bench the model with a file of inputs",
        )
    kept: Mapping[str, Any] = run.arguments
    if unknown := sorted(set(kept) - set(Arguments.__annotations__)):
        raise UsageError(f"{run.run_id}: unknown argument {unknown[0]!r}", "a newer edgeflow made this run; update")
    try:
        return msgspec.convert(dict(kept), Arguments)
    except msgspec.ValidationError as error:
        raise UsageError(f"{run.run_id}: damaged arguments: {error}", "bench the model again") from None
