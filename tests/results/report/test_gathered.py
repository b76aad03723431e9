"""Runs in order: series by setup, accuracies from tags and validations, areas that add up."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeflow.errors import UsageError
from edgeflow.results.recording import to_stored
from edgeflow.results.report.gathered import gather
from edgeflow.results.report.plots.pareto import Point, frontier
from edgeflow.results.report.plots.treemap import squarified
from tests.results.conftest import make_result
from tests.results.report.conftest import small_fleet, timed, validated


def test_a_series_is_one_setup_in_order_of_time() -> None:
    gathered = gather(small_fleet())
    of_kws = next(s for s in gathered.series if (s.setup.model, s.setup.device) == ("kws_int8", "pi4"))
    assert [run.result.created[:10] for run in of_kws.runs] == ["2026-01-02", "2026-01-10", "2026-01-21"]
    paced = timed(20)
    paced |= {"plan": paced["plan"] | {"mode": "paced", "rate_hz": 10.0}}
    both = gather([to_stored(timed(1)), to_stored(paced)])
    assert sorted(series.setup.how for series in both.series) == ["litert, xnnpack", "litert, xnnpack, 10 Hz"]


def test_accuracy_comes_from_a_tag_then_from_the_same_device_then_from_another() -> None:
    sha256 = timed(1)["model"]["sha256"]
    elsewhere = to_stored(validated(1, model_sha256=sha256, device="pi5", accuracy=0.8))
    here = to_stored(validated(2, model_sha256=sha256, accuracy=0.9))
    tagged = to_stored(timed(1), tags=("accuracy=0.97",))
    for stored, expected in (
        ([tagged, here, elsewhere], ("accuracy", 0.97)),
        ([to_stored(timed(1)), here, elsewhere], ("top-1", 0.9)),
        ([to_stored(timed(1)), elsewhere], ("top-1", 0.8)),
        ([to_stored(timed(1))], None),
    ):
        gathered = gather(stored)
        assert gathered.accuracy(gathered.runs[0]) == expected


def test_a_number_that_is_none_is_refused_with_the_runs_name() -> None:
    with pytest.raises(UsageError, match="not finite"):
        gather([to_stored(make_result("bad-one", init_us=math.nan))])


@pytest.mark.parametrize(
    "damage", [{"index": "0"}, {"name": 3}, {"share": "half"}, {"us": -1.0}, {"instructions": []}], ids=str
)
def test_damaged_operators_are_refused(damage: dict[str, object]) -> None:
    run = timed(1)
    run["per_operator"][0] |= damage
    with pytest.raises(UsageError, match="damaged operators"):
        gather([to_stored(run)])


@pytest.mark.parametrize("damage", [{"against": [{}]}, {"scores": 3}, {"samples": "many"}])
def test_a_damaged_validation_is_refused(damage: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="damaged validation"):
        gather([to_stored(validated(1, model_sha256="ab" * 32) | damage)])


@given(
    st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=60),
    st.floats(10, 1000),
    st.floats(10, 1000),
)
def test_areas_of_a_treemap_are_the_shares_and_stay_inside(sizes: list[float], width: float, height: float) -> None:
    sizes.sort(reverse=True)
    placed = squarified(sizes, width, height)
    assert len(placed) == len(sizes)
    for size, (x, y, wide, high) in zip(sizes, placed, strict=True):
        assert wide * high == pytest.approx(size / sum(sizes) * width * height, abs=1e-6 * width * height)
        slack = 1e-6 * (width + height)
        assert x >= -slack and y >= -slack and x + wide <= width + slack and y + high <= height + slack
    for index, (x, y, wide, high) in enumerate(placed):
        for other_x, other_y, other_wide, other_high in placed[:index]:
            shared_x = min(x + wide, other_x + other_wide) - max(x, other_x)
            shared_y = min(y + high, other_y + other_high) - max(y, other_y)
            assert min(shared_x, shared_y) <= 1e-6 * (width + height)


@given(st.lists(st.tuples(st.floats(1, 1e6), st.floats(0, 1)), min_size=1, max_size=30))
def test_the_frontier_is_what_no_other_point_beats(values: list[tuple[float, float]]) -> None:
    points = [Point(f"m{number}", cost, 1, accuracy) for number, (cost, accuracy) in enumerate(values)]
    best = frontier(points)
    for point in points:
        beaten = any(
            other.cost <= point.cost
            and other.value >= point.value
            and (other.cost, other.value) != (point.cost, point.value)
            for other in points
        )
        same = [(one.cost, one.value) for one in best]
        assert ((point.cost, point.value) in same) == (not beaten)
