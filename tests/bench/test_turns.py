"""Two models in turns: their order, and when there are enough rounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from edgeflow.bench import turns
from edgeflow.bench.measure import Wanted
from edgeflow.bench.turns import measure_in_turns
from edgeflow.bench.types import Plan, Round


class Restarted:
    def restart(self) -> None:
        pass


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which model was measured when; each measurement is one round whose sample is its place."""
    from edgeflow.bench.clock import Clock
    from edgeflow.bench.measure import Measured
    from edgeflow.bench.types import InputFacts, Memory
    from edgeflow.device.answers import Hello
    from edgeflow.wire.constants import Slots

    seen: list[str] = []
    hello = Hello(1, 1, Slots.FILES, 0, 512, 10**9, 0, 0, "", "litert", "2", "", "", "", "", ())

    def played(session: Any, model: Any, options: Any, wanted: Wanted, *_: Any) -> Measured:
        assert wanted.processes == 1
        seen.append(model)
        return Measured(
            hello=hello,
            clock=Clock("time", 10**9, False, None),
            plan=Plan(0, 1, 0.0, 1, None, "back-to-back"),
            fed=InputFacts("zeros", ""),
            notes=(),
            rounds=(Round(0.0, 0.0, (float(len(seen)),)),),
            instructions=None,
            counts=(),
            memory=Memory(1, None, None, None, None, None),
            before={},
            after={},
            opened_conditions={},
            batches=(1,),
        )

    monkeypatch.setattr(turns, "measure", played)
    return seen


def in_turns(rounds: int, **options: Any) -> tuple[Any, Any]:
    given: Any = ("old", "new"), (None, None)
    return measure_in_turns(Restarted(), *given, Wanted(), rounds, None, False, lambda *_: None, **options)


def test_the_first_of_a_pair_is_the_last_of_the_next(order: list[str]) -> None:
    old, new = in_turns(3)
    assert order == ["old", "new", "new", "old", "old", "new"]
    assert [one.samples for one in old.rounds] == [(1.0,), (4.0,), (5.0,)] and old.plan.processes == 3
    assert [one.samples for one in new.rounds] == [(2.0,), (3.0,), (6.0,)]


def test_rounds_are_added_in_pairs_until_there_are_enough(order: list[str]) -> None:
    asked = []

    def enough(old: Sequence[Round], new: Sequence[Round]) -> bool:
        asked.append((len(old), len(new)))
        return len(old) >= 6

    old, new = in_turns(4, at_most=30, enough=enough)
    assert asked == [(4, 4), (6, 6)] and len(old.rounds) == len(new.rounds) == 6


def test_rounds_end_at_the_limit(order: list[str]) -> None:
    old, _ = in_turns(2, at_most=5, enough=lambda *_: False)
    assert len(old.rounds) == 5


def test_a_number_that_was_asked_for_stays(order: list[str]) -> None:
    old, _ = in_turns(2, enough=lambda *_: False)
    assert len(old.rounds) == 2
