"""The comparison raises few false alarms and finds what it says it can see."""

from __future__ import annotations

import numpy as np
import pytest

from edgeflow.results.comparison import compare_rounds, would_show

Samples = list[list[float]]


def simulated(
    generator: np.random.Generator,
    rounds: int,
    *,
    change: float = 0.0,
    drift: np.ndarray | None = None,
    disturbed: float = 0.0,
) -> Samples:
    """Rounds of 40 runs: neighbours resemble each other (AR 0.8), processes differ by 1 %, 3 % of runs take longer.

    The share `disturbed` of the processes takes 1.2 to 1.6 times as long.
    """
    made = []
    for number in range(rounds):
        noise = generator.normal(size=40) * 0.01
        for run in range(1, 40):
            noise[run] += 0.8 * noise[run - 1]
        level = np.log1p(change) + generator.normal() * 0.01 + (drift[number] if drift is not None else 0)
        level += np.log(generator.uniform(1.2, 1.6)) if generator.random() < disturbed else 0.0
        late = (generator.random(40) < 0.03) * generator.exponential(0.3, 40)
        made.append((100 * np.exp(level + noise) * (1 + late)).tolist())
    return made


@pytest.mark.parametrize(("rounds", "paired"), [(3, False), (10, True)])
def test_two_measurements_of_the_same_are_called_different_in_one_of_a_hundred_at_most(
    rounds: int, paired: bool
) -> None:
    generator = np.random.default_rng(20260101)
    alarms = 0
    repetitions = 150
    for _ in range(repetitions):
        drift = np.cumsum(generator.normal(size=rounds) * 0.02) if paired else None
        sides = [simulated(generator, rounds, drift=drift) for _ in range(2)]
        alarms += compare_rounds(sides[0], sides[1], paired=paired).verdict != "same"
    assert alarms <= 1


def test_a_change_as_large_as_what_it_says_it_can_see_is_found() -> None:
    generator = np.random.default_rng(7)
    visible = float(
        np.median([compare_rounds(simulated(generator, 8), simulated(generator, 8)).visible for _ in range(25)])
    )
    assert 0.01 < visible < 0.06
    found = [
        compare_rounds(simulated(generator, 8), simulated(generator, 8, change=visible)).verdict for _ in range(40)
    ]
    assert found.count("slower") >= 32 and "faster" not in found


def test_drift_that_both_share_hides_nothing_when_they_are_measured_in_turns() -> None:
    generator = np.random.default_rng(3)
    drift = np.linspace(0, 0.3, 10)
    old, new = simulated(generator, 10, drift=drift), simulated(generator, 10, change=-0.05, drift=drift)
    assert compare_rounds(old, new, paired=True).verdict == "faster"
    assert compare_rounds(old, new).verdict == "same"


def test_a_busy_machine_that_disturbs_one_process_in_eight_hides_no_change_of_five_percent() -> None:
    generator = np.random.default_rng(11)
    alike = [[simulated(generator, 20, disturbed=1 / 8) for _ in range(2)] for _ in range(12)]
    changed = [
        (simulated(generator, 20, disturbed=1 / 8), simulated(generator, 20, change=0.05, disturbed=1 / 8))
        for _ in range(15)
    ]
    assert {compare_rounds(*sides, paired=True).verdict for sides in alike} == {"same"}
    assert [compare_rounds(*sides, paired=True).verdict for sides in changed].count("slower") >= 13
    assert [compare_rounds(*sides).verdict for sides in changed[:6]].count("slower") >= 4  # of records as well


def test_what_would_have_been_seen_depends_on_the_scatter_and_not_on_the_difference() -> None:
    generator = np.random.default_rng(5)
    old, new = simulated(generator, 12), simulated(generator, 12)
    slower = [[1.3 * sample for sample in samples] for samples in new]
    visible = compare_rounds(old, new, paired=True).visible
    assert visible is not None and compare_rounds(old, slower, paired=True).visible == pytest.approx(visible)
    assert would_show(old, new, 1.01 * visible) and would_show(old, slower, 1.01 * visible)
    assert not would_show(old, new, 0.99 * visible) and not would_show(old, slower, 0.99 * visible)
    assert not would_show(old[:1], new[:1], 1.0)


def test_one_round_decides_nothing() -> None:
    timing = compare_rounds([[1.0] * 50], [[2.0] * 50])
    assert (timing.verdict, timing.visible, timing.ratio) == ("undecided", None, 2.0)


def test_samples_without_any_noise_are_told_apart_only_where_they_differ() -> None:
    assert compare_rounds([[5.0] * 20] * 3, [[5.0] * 20] * 3).verdict == "same"
    different = compare_rounds([[5.0] * 20] * 3, [[6.0] * 20] * 3)
    assert different.verdict == "slower" and different.visible == pytest.approx(0, abs=1e-9)


def test_it_gives_the_same_answer_again() -> None:
    generator = np.random.default_rng(1)
    sides = simulated(generator, 4), simulated(generator, 4)
    assert compare_rounds(*sides) == compare_rounds(*sides)
