"""What each operator costs.

Boards time their operators where they stand (PROFILE), in runs of their own, so that the measurement is not disturbed.
Full interpreters tell nothing of the kind: there each operator is timed alone, as a model of its own, on random inputs,
without delegates. Such times do not add up to the model's, whose delegate fuses operators and keeps data in caches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from edgeflow.bench.clock import Clock
from edgeflow.bench.measure import Feeder, Options
from edgeflow.device.session import Session
from edgeflow.device.tensors import feed_random
from edgeflow.model.alone import alone
from edgeflow.model.operators import operator_name
from edgeflow.model.read import read_model
from edgeflow.model.types import Model, Subgraph
from edgeflow.progress import Progress
from edgeflow.wire.constants import FLAG_BATCH, FLAG_PROFILE

IN_PLACE = "in place"
ALONE = "alone, without delegates"
_RUNS = 5  # of a profiled invoke on a board
_ALONE_RUNS = 20
_ALONE_MS = 20

Operators = tuple[Mapping[str, Any], ...]


def profile(
    session: Session, model: Model, options: Options, feeder: Feeder, clock: Clock, progress: Progress
) -> Operators:
    """One entry an operator: index, name, kernel, us or instructions of one run, share of their sum, method.

    Raises DeviceStatusError where the device refuses.
    """
    session.restart()
    if session.hello.has_agent:
        return _shared(_alone(session, model, options, clock, progress))
    return _shared(_in_place(session, model, options, feeder, clock, progress))


def _in_place(
    session: Session, model: Model, options: Options, feeder: Feeder, clock: Clock, progress: Progress
) -> list[dict[str, Any]]:
    opened = session.open(
        session.models.place(model, progress=progress),
        signature=options.signature,
        threads=options.threads,
        api=options.api,
        delegate=options.delegate,
        shapes=options.shapes,
    )
    for tensor, data in zip(opened.inputs, feeder(opened.inputs).data, strict=True):
        session.write_input(tensor.index, data)
    session.invoke(warmup=1, max_runs=_RUNS, flags=FLAG_PROFILE)
    found = session.profile()
    return [
        _entry(one.index, operator_name(one.code), one.kernel, clock, one.ticks / found.runs, IN_PLACE)
        for one in found.operators
    ]


def _alone(session: Session, model: Model, options: Options, clock: Clock, progress: Progress) -> list[dict[str, Any]]:
    from ai_edge_litert import schema_py_generated as schema

    whole = schema.ModelT.InitFromPackedBuf(model.content, 0)
    alike = replace(options, signature="", api="interpreter", delegate="none")
    entries = []
    for operator in model.main.operators:
        progress("operators", operator.index, len(model.main.operators))
        made = alone(model, whole, operator.index)
        if made is None or not _has_elements(model.main, operator.index):
            continue
        single = read_model(made, model.path.with_name(f"{model.name}.{operator.index}.tflite"))
        opened = session.open(
            session.models.place(single), signature="", threads=alike.threads, api=alike.api, delegate=alike.delegate
        )
        for tensor, data in zip(opened.inputs, feed_random(opened.inputs, operator.index).data, strict=True):
            session.write_input(tensor.index, data)
        done = session.invoke(warmup=2, max_runs=_ALONE_RUNS, min_ms=_ALONE_MS, flags=FLAG_BATCH)
        ticks = float(np.median(done.samples)) / done.batch
        entries.append(_entry(operator.index, operator.name, None, clock, ticks, ALONE))
    progress("operators", len(model.main.operators), len(model.main.operators))
    return entries


def _has_elements(graph: Subgraph, operator: int) -> bool:
    node = graph.operators[operator]
    return any(index >= 0 and not graph.tensors[index].is_constant for index in node.inputs)


def _entry(index: int, name: str, kernel: str | None, clock: Clock, ticks: float, method: str) -> dict[str, Any]:
    counted = clock.unit == "instructions"
    return {
        "index": index,
        "name": name,
        "kernel": kernel,
        "us": None if counted or clock.why_no_time else round(clock.us(ticks), 4),
        "instructions": round(ticks) if counted else None,
        "method": method,
    }


def _shared(entries: list[dict[str, Any]]) -> Operators:
    costs = [entry["us"] if entry["us"] is not None else entry["instructions"] for entry in entries]
    total = sum(cost for cost in costs if cost is not None)
    return tuple(
        {**entry, "share": round(cost / total, 6) if cost is not None and total else None}
        for entry, cost in zip(entries, costs, strict=True)
    )
