"""The public verb `replay`: measure or validate again what a run of the store did, and compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from edgeflow.bench.types import result_from_json
from edgeflow.device.book import find_device
from edgeflow.errors import UsageError
from edgeflow.generate.context import Optimize
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.pipeline.bench import bench
from edgeflow.pipeline.compare import compare
from edgeflow.pipeline.results import show_result
from edgeflow.pipeline.validate import validate
from edgeflow.progress import Progress, silent
from edgeflow.results.digests import missing_or_changed
from edgeflow.results.figures import Comparison
from edgeflow.results.store import Stored
from edgeflow.validate.types import EXACT_ENOUGH, Tolerance, Validation

A = TypeVar("A", "Arguments", "ValidationArguments")


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
    runtime: str = ""
    seed: int = 0
    aot: bool = False
    optimize: Optimize | None = None
    ram_bytes: int | None = None
    with_operators: bool = False
    with_wrapper: bool | None = None
    project: str | None = None
    custom_ops: str | None = None
    benchmark_model: str | None = None


@dataclass(frozen=True)
class ValidationArguments:
    """What `validate` was called with; `digests` are those of the files it read, by path."""

    model: str
    device: str | None = None
    data: str | None = None
    labels: str | None = None
    source: str | None = None
    output: str | None = None
    metric: str | None = None
    top_k: tuple[int, ...] = (1, 5)
    tolerance: Tolerance = EXACT_ENOUGH
    max_accuracy_drop: float | None = None
    per_layer: bool = False
    signature: str | None = None
    max_samples: int | None = None
    threads: int = 1
    api: str = ""
    delegate: str = ""
    runtime: str = ""
    custom_ops: str | None = None
    seed: int = 0
    aot: bool = False
    optimize: Optimize | None = None
    ram_bytes: int | None = None
    digests: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Revalidation:
    """A stored validation, as its answer, and the one that was made again. `changes` are lines of what differs."""

    old: Mapping[str, Any]
    new: Validation
    changes: tuple[str, ...]


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
) -> Comparison | Revalidation:
    """Measure or validate with the arguments of a stored run again; the new run is stored too.

    `run` is its id, the beginning of it, `last` or tag:NAME. `target` is needed where the device was a plain address.
    Raises UsageError where the run has no arguments, or a file it was made from is gone or has changed, before the
    device is touched; StoreError; and what `bench` or `validate` raises.
    """
    old = show_result(run, store=store)
    common: dict[str, Any] = {
        "wait_s": wait_s,
        "timeout_s": timeout_s,
        "fresh": fresh,
        "tags": tags,
        "store": store,
        "progress": progress,
    }
    if old.noun == "validation":
        return _validated_again(old, _arguments(old, ValidationArguments), target, common)
    given = _arguments(old, Arguments)
    model = _same_model(old, given.model)
    options: dict[str, Any] = {name: value for name, value in vars(given).items() if name not in ("model", "device")}
    new = bench(model, find_device(given.device, target=target), **options, **common)
    before = result_from_json(old.document, old.run_id)
    found = compare(before, new)
    if before.inputs.sha256 != new.inputs.sha256:
        found = replace(found, doubts=("different inputs", *found.doubts))
    return found


def _same_model(run: Stored, place: str) -> Model:
    path = Path(place)
    if not path.is_file():
        raise UsageError(f"{run.run_id}: its model is gone: {path}", "put the file back, or bench another")
    model = load_model(path)
    if model.sha256 != run.model_sha256:
        raise UsageError(
            f"{run.run_id}: {path} is not the model that was measured: SHA-256 {model.sha256[:12]}…, "
            f"then {run.model_sha256[:12]}…",
            f"compare the two with edgeflow compare {run.run_id} {path.name}",
        )
    return model


def _validated_again(
    old: Stored, given: ValidationArguments, target: str | None, common: Mapping[str, Any]
) -> Revalidation:
    model = _same_model(old, given.model)
    if told := missing_or_changed(given.digests):
        raise UsageError(f"{old.run_id}: {told}", "put the file back, or validate anew")
    aside = ("model", "device", "digests")
    options: dict[str, Any] = {name: value for name, value in vars(given).items() if name not in aside}
    new = validate(model, find_device(given.device, target=target), **options, **common)
    return Revalidation(old.document, new, changes_of(old.document, new.to_json()))


def changes_of(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """What two `edgeflow.validation/1` answers of the same question answer differently, a line each."""
    told = []
    for what in ("matches", "scores", "drop"):
        if old[what] != new[what]:
            told.append(f"{what}: {_shown(old[what])} → {_shown(new[what])}")
    for what in ("name", "version", "delegate"):
        if old["runtime"][what] != new["runtime"][what]:
            told.append(f"runtime {what}: {old['runtime'][what]} → {new['runtime'][what]}")
    before = {(side["name"], error["name"]): error for side in old["against"] for error in side["errors"]}
    for side in new["against"]:
        for error in side["errors"]:
            was = before.get((side["name"], error["name"]))
            if was is not None and was["max_abs"] != error["max_abs"]:
                told.append(
                    f"largest error of {error['name']} against {side['name']}: "
                    f"{was['max_abs']:.3g} → {error['max_abs']:.3g}"
                )
    return tuple(told)


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {score:.2%}" for name, score in value.items()) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _arguments(run: Stored, kind: type[A]) -> A:
    import msgspec

    if run.arguments is None:
        raise UsageError(
            f"{run.run_id} keeps no arguments: its inputs were arrays of a program, or it came from a bare answer",
            "bench or validate the model with a file of inputs",
        )
    kept: Mapping[str, Any] = run.arguments
    if unknown := sorted(set(kept) - set(kind.__annotations__)):
        raise UsageError(f"{run.run_id}: unknown argument {unknown[0]!r}", "a newer edgeflow made this run; update")
    try:
        return msgspec.convert(dict(kept), kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{run.run_id}: damaged arguments: {error}", "run it anew") from None
