"""Two models measured in turns on one device, so that what drifts, drifts for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from edgeflow.bench.measure import Feeder, Measured, Options, Wanted, measure
from edgeflow.device.session import Session
from edgeflow.model.types import Model
from edgeflow.progress import Progress, silent


def measure_in_turns(
    session: Session,
    models: tuple[Model, Model],
    options: tuple[Options, Options],
    wanted: Wanted,
    rounds: int,
    feeder: Feeder,
    emulated: bool,
    progress: Progress,
) -> tuple[Measured, Measured]:
    """`rounds` fresh processes for each model: old, new, new, old, old, new, … `wanted.processes` is not looked at."""
    single = replace(wanted, processes=1)
    measured: tuple[list[Measured], list[Measured]] = ([], [])
    for number in range(rounds):
        progress("compare", number, rounds)
        for side in (0, 1) if number % 2 == 0 else (1, 0):
            if measured[0] or measured[1]:
                session.restart()
            one = measure(session, models[side], options[side], single, feeder, emulated, silent)
            measured[side].append(one)
    progress("compare", rounds, rounds)
    return _joined(measured[0]), _joined(measured[1])


def _joined(parts: Sequence[Measured]) -> Measured:
    """The rounds of all; memory and conditions of the last."""
    return replace(
        parts[-1],
        plan=replace(parts[-1].plan, processes=len(parts)),
        before=parts[0].before,
        rounds=tuple(one for part in parts for one in part.rounds),
        counts=tuple(count for part in parts for count in part.counts),
        during=tuple({**reading, "round": str(number)} for number, part in enumerate(parts) for reading in part.during),
        batches=tuple(batch for part in parts for batch in part.batches),
    )
