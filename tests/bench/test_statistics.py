"""Statistics against NumPy and against what is known of the median's interval."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeflow.bench.statistics import median_interval, steadiness, summarize
from edgeflow.bench.types import Round

SAMPLES = st.lists(st.floats(0.1, 1e6), min_size=1, max_size=200)


def rounds(*samples):
    return [Round(1.0, 2.0, tuple(map(float, each))) for each in samples]


@settings(max_examples=25)
@given(st.lists(SAMPLES, min_size=1, max_size=4))
def test_percentiles_and_mad_are_numpys_over_all_samples(samples):
    together = np.concatenate(samples)
    latency = summarize(rounds(*samples))
    assert latency.count == len(together)
    found = (latency.min, latency.mean, latency.p50, latency.p90, latency.p99, latency.max)
    expected = (together.min(), together.mean(), *np.percentile(together, (50, 90, 99)), together.max())
    np.testing.assert_allclose(found, expected)
    np.testing.assert_allclose(latency.mad, np.median(np.abs(together - np.median(together))), atol=1e-9)


def test_mad_of_known_numbers():
    assert summarize(rounds([1, 1, 2, 2, 4, 6, 9])).mad == 1


def test_the_interval_needs_ten_samples_and_repeats():
    assert median_interval([[1.0] * 9]) is None
    assert median_interval([[1.0] * 20, []]) is None
    samples = [list(np.random.default_rng(1).normal(100, 5, 50)) for _ in range(3)]
    assert median_interval(samples) == median_interval(samples) != median_interval(samples, seed=1)


def test_the_interval_covers_the_median_about_as_often_as_it_says():
    generator = np.random.default_rng(5)
    inside = 0
    for number in range(60):
        low, high = median_interval([generator.normal(100, 10, 60).tolist()], seed=number)
        inside += low <= 100 <= high
    assert inside >= 51  # 57 of 60 expected; fewer than 51 has a chance of 1 in 400


def test_the_interval_knows_that_processes_differ():
    generator = np.random.default_rng(2)
    same = [generator.normal(100, 1, 100).tolist() for _ in range(3)]
    different = [generator.normal(mean, 1, 100).tolist() for mean in (90, 100, 110)]
    narrow, wide = median_interval(same), median_interval(different)
    assert wide[1] - wide[0] > 10 * (narrow[1] - narrow[0])


def test_a_slow_down_within_rounds_is_drift():
    steady = rounds(range(100, 160), [100] * 60)
    assert steadiness(rounds([100] * 60)).drift == 0
    assert steadiness(rounds(np.linspace(100, 120, 60))).drift == pytest.approx(0.13, abs=0.02)
    assert steadiness(steady).spread == pytest.approx(0.295)
    assert steadiness(rounds([1, 2, 3])).drift is None and steadiness(rounds([1, 2, 3])).spread is None
