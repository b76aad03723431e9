"""Holds edgeflow's outputs against LiteRT's: identical integers, floats within a stated bound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.runtime.oracle import Crashed, Outcome, Refused, Run, litert, run_batch
from tests.runtime.single_operator import Case

Array = np.ndarray[Any, Any]
Check = Callable[[Case, Array, Array, Outcome | None], str]


@dataclass(frozen=True)
class Tally:
    """How many cases were compared, and how many the oracle would not answer."""

    compared: int
    refused_by_litert: int
    crashed_litert: int
    values: int


def identical(case: Case, ours: Array, theirs: Array, magnitude: Outcome | None) -> str:
    """Every byte the same."""
    wrong = np.flatnonzero(ours.ravel() != theirs.ravel())
    if not len(wrong):
        return ""
    i = int(wrong[0])
    return f"{len(wrong)} of {ours.size} differ; value {i} is {ours.ravel()[i]}, must be {theirs.ravel()[i]}"


def close(case: Case, ours: Array, theirs: Array, magnitude: Outcome | None) -> str:
    """|a - b| <= 1e-5 * max(|b|, sum |x*w|)."""
    assert isinstance(magnitude, list), f"no magnitude for {case.name}"
    bound = 1e-5 * np.maximum(np.abs(theirs), magnitude[0])
    wrong = np.flatnonzero(~(np.abs(ours.astype(np.float64) - theirs) <= bound).ravel())
    if not len(wrong):
        return ""
    i = int(wrong[0])
    return f"{len(wrong)} of {ours.size} differ; value {i} is {ours.ravel()[i]}, must be {theirs.ravel()[i]}"


def ulps(limit: int) -> Check:
    """At most `limit` floats between the two; equal infinities and no-numbers are equal."""

    def check(case: Case, ours: Array, theirs: Array, magnitude: Outcome | None) -> str:
        def ordered(values: Array) -> Array:
            bits = np.ascontiguousarray(values, dtype=np.float32).view(np.int32).astype(np.int64).ravel()
            return np.where(bits < 0, -(bits & 0x7FFFFFFF), bits)

        apart = np.abs(ordered(ours) - ordered(theirs))
        apart[np.isnan(ours.ravel()) & np.isnan(theirs.ravel())] = 0
        wrong = np.flatnonzero(apart > limit)
        if not len(wrong):
            return ""
        i = int(wrong[0])
        return f"{len(wrong)} of {ours.size} are apart; value {i} is {ours.ravel()[i]}, must be {theirs.ravel()[i]}"

    return check


Oracle = Callable[[Sequence[Case], Path], list[Outcome]]
Driver = Path | Sequence[str | Path]  # a program, or a command that runs one


def compare(
    cases: Sequence[Case], drivers: Sequence[Driver], folder: Path, check: Check = identical, oracle: Oracle = litert
) -> Tally:
    """Run all cases in the oracle and in every driver; the first disagreement fails with the case's name."""
    theirs = oracle(cases, folder)
    with_magnitude = [case.magnitude for case in cases if case.magnitude is not None]
    answers = iter(litert(with_magnitude, folder) if with_magnitude else [])
    magnitudes = [None if case.magnitude is None else next(answers) for case in cases]
    compared = values = 0
    for driver in drivers:
        command = [driver] if isinstance(driver, Path) else list(driver)
        name = Path(command[-1]).name
        for case, ours, reference, magnitude in zip(cases, run_batch(command, cases), theirs, magnitudes, strict=True):
            if not isinstance(reference, list):
                continue
            assert isinstance(ours, Run), f"{name}: {case.name}: {ours}"
            assert len(ours.outputs) == len(reference)
            for raw, wanted in zip(ours.outputs, reference, strict=True):
                assert len(raw) == wanted.nbytes, f"{name}: {case.name}: {len(raw)} bytes of {wanted.nbytes}"
                problem = check(case, np.frombuffer(raw, dtype=wanted.dtype).reshape(wanted.shape), wanted, magnitude)
                assert not problem, f"{name}: {case.name}: {problem}"
                values += wanted.size
            compared += 1
    refused = sum(isinstance(one, Refused) for one in theirs)
    crashed = sum(isinstance(one, Crashed) for one in theirs)
    return Tally(compared, refused, crashed, values)
