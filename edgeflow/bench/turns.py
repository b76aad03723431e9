"""Two models measured in turns on one device, so that what drifts, drifts for both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from edgeflow.bench.measure import Feeder, Measured, Options, Wanted, measure
from edgeflow.bench.types import Round
from edgeflow.device.session import Session
from edgeflow.model.types import Model
from edgeflow.progress import Progress, silent

Enough = Callable[[Sequence[Round], Sequence[Round]], bool]


def measure_in_turns(
    session: Session,
    models: tuple[Model, Model],
    options: tuple[Options, Options],
    wanted: Wanted,
    rounds: int,
    feeder: Feeder,
    emulated: bool,
    progress: Progress,
    *,
    at_most: int = 0,
    enough: Enough | None = None,
) -> tuple[Measured, Measured]:
    """`rounds` fresh processes for each model: old, new, new, old, old, new, … `wanted.processes` is not looked at.

    Where that is not `enough`, two more of each at a time, until there are `at_most`. What is enough must not depend on
    which side is faster: a measurement that ends when it likes what it sees finds differences where there are none.
    """
    single = replace(wanted, processes=1)
    measured: tuple[list[Measured], list[Measured]] = ([], [])
    number = 0
    while number < rounds:
        progress("compare", number, rounds)
        for side in (0, 1) if number % 2 == 0 else (1, 0):
            if measured[0] or measured[1]:
                session.restart()
            one = measure(session, models[side], options[side], single, feeder, emulated, silent)
            measured[side].append(one)
        number += 1
        if number == rounds and rounds < at_most and enough and not enough(_rounds(measured[0]), _rounds(measured[1])):
            rounds = min(at_most, rounds + 2)
    progress("compare", rounds, rounds)
    return _joined(measured[0]), _joined(measured[1])


def _rounds(parts: Sequence[Measured]) -> tuple[Round, ...]:
    return tuple(one for part in parts for one in part.rounds)


def _joined(parts: Sequence[Measured]) -> Measured:
    """The rounds of all; memory and conditions of the last."""
    return replace(
        parts[-1],
        plan=replace(parts[-1].plan, processes=len(parts)),
        before=parts[0].before,
        rounds=_rounds(parts),
        counts=tuple(count for part in parts for count in part.counts),
        during=tuple({**reading, "round": str(number)} for number, part in enumerate(parts) for reading in part.during),
        batches=tuple(batch for part in parts for batch in part.batches),
    )
