"""The public verb `compare`: OLD against NEW, measured in turns or as they were recorded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from edgeflow.bench.measure import Options, Wanted
from edgeflow.bench.turns import measure_in_turns
from edgeflow.bench.types import Result, Round, result_from_json
from edgeflow.device.book import find_device
from edgeflow.device.connect import connect
from edgeflow.device.tensors import feed_random
from edgeflow.device.types import Device
from edgeflow.errors import UsageError
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.pipeline.bench import bench, result_of
from edgeflow.pipeline.invoke import pick_signature
from edgeflow.pipeline.results import find_run
from edgeflow.progress import Progress, silent
from edgeflow.results.comparison import would_show
from edgeflow.results.figures import Comparison, compare_results
from edgeflow.results.store import open_store

_ROUNDS = 10  # processes of each model: a change of some 4 % shows where processes differ by 1 %
_ROUNDS_MAX = 30


def compare(
    old: Model | Result | Path | str,
    new: Model | Result | Path | str,
    *,
    device: Device | str | None = None,
    rounds: int | None = None,
    runs: int | None = None,
    warmup: int | None = None,
    min_s: float | None = None,
    threads: int = 1,
    api: str = "",
    delegate: str = "",
    seed: int = 0,
    visible: float = 0.05,
    wait_s: float = 0,
    timeout_s: float = 60,
    fresh: bool = False,
    store: Path | str | None = None,
    progress: Progress = silent,
) -> Comparison:
    """Compare two sides, each a model (`.tflite`), a result, a JSON file of bench, or a run of the store.

    Two models are measured in turns on `device`, `rounds` processes of each; one model is measured as `bench` does and
    held against the other side's record. Without `rounds` there are ten processes of each, and up to thirty until a
    change by the share `visible` would show. Raises UsageError where a side is none of these, or a real device would be
    compared with an emulated one; and what `bench` raises.
    """
    sides = [_understood(side, store) for side in (old, new)]
    models = [side for side in sides if isinstance(side, Model)]
    if not models:
        if device is not None:
            raise UsageError("recorded runs are compared without a device", "leave out --device, or give two models")
        return _compared(sides[0], sides[1], interleaved=False)
    found = device if isinstance(device, Device) else find_device(device)
    if len(models) == 1:
        measured = bench(
            models[0],
            found,
            runs=runs,
            warmup=warmup,
            min_s=min_s,
            processes=rounds,
            threads=threads,
            api=api,
            delegate=delegate,
            seed=seed,
            wait_s=wait_s,
            timeout_s=timeout_s,
            fresh=fresh,
            store=store,
            progress=progress,
        )
        pair = [measured if isinstance(side, Model) else side for side in sides]
        return _compared(pair[0], pair[1], interleaved=False)
    options = [Options(pick_signature(model, None) or "", threads, api, delegate, {}) for model in models]
    with connect(found, wait_s=wait_s, timeout_s=timeout_s, fresh=fresh) as session:
        emulated = found.address.scheme == "qemu"
        measured_sides = measure_in_turns(
            session,
            (models[0], models[1]),
            (options[0], options[1]),
            Wanted(warmup, runs, min_s),
            rounds or (1 if emulated else _ROUNDS),
            lambda tensors: feed_random(tensors, seed),
            emulated,
            progress,
            at_most=0 if rounds or emulated else _ROUNDS_MAX,
            enough=lambda old, new: not old or would_show(_samples(old), _samples(new), visible),
        )
    results = [
        result_of(model, found, option, one) for model, option, one in zip(models, options, measured_sides, strict=True)
    ]
    return _compared(results[0], results[1], interleaved=True)


def _samples(rounds: Sequence[Round]) -> list[tuple[float, ...]]:
    return [one.samples for one in rounds]


def _compared(old: Model | Result, new: Model | Result, *, interleaved: bool) -> Comparison:
    assert isinstance(old, Result) and isinstance(new, Result)
    return compare_results(old, new, interleaved=interleaved)


def _understood(side: Model | Result | Path | str, store: Path | str | None) -> Model | Result:
    if isinstance(side, Model | Result):
        return side
    path = Path(side)
    if path.suffix == ".tflite":
        return load_model(path)
    if path.suffix == ".json" or path.is_file():
        return _recorded(path)
    with open_store(store) as opened:
        run = find_run(opened, str(side))
    return result_from_json(run.document, run.run_id)


def _recorded(path: Path) -> Result:
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror}", "give the JSON of bench, a .tflite or a run of the store"
        ) from None
    except (ValueError, RecursionError):
        raise UsageError(f"{path}: no JSON", "give the JSON of bench, a .tflite or a run of the store") from None
    if isinstance(content, list) and len(content) == 1:
        content = content[0]
    if not isinstance(content, dict):
        raise UsageError(f"{path}: not the JSON of one result", "give a file with one result")
    return result_from_json(content, str(path))
