"""The INVOKE loop keeps to its plan, by a clock that the test turns."""

import itertools

import pytest

PLAN = {"warmup": 0, "warmup_ms": 0, "max_runs": 1, "min_ms": 0, "max_ms": 0, "period_us": 0, "flags": 0}


@pytest.fixture
def run(agent, monkeypatch):
    module = agent("measure")

    def run(run_ns=1_000_000, stop_after=None, evictor=None, **plan):
        now, runs, firsts = [0], [], []
        monkeypatch.setattr(module.time, "perf_counter_ns", lambda: now[0])
        monkeypatch.setattr(module.time, "sleep", lambda s: now.__setitem__(0, now[0] + round(s * 1e9)))

        def one():
            runs.append(now[0])
            now[0] += run_ns if len(runs) > 1 else 10 * run_ns

        def before_run():
            return stop_after is not None and len(runs) >= stop_after

        outcome = module.measure(one, {**PLAN, **plan}, before_run, lambda: firsts.append(len(runs)), evictor)
        return outcome, runs, firsts

    return run


def test_one_run_is_one_run(run):
    outcome, runs, firsts = run()
    assert outcome == ([10_000_000], 1, 0, 10_000_000, False) and len(runs) == 1 and firsts == [1]


def test_nothing_asked_is_nothing_run(run):
    outcome, runs, firsts = run(max_runs=0)
    assert outcome.samples == [] and runs == [] and firsts == []


def test_warm_up_is_not_sampled_and_its_first_run_is_told(run):
    outcome, runs, firsts = run(warmup=3, max_runs=5)
    assert outcome.samples == [1_000_000] * 5 and outcome.warmup_runs == 3 and len(runs) == 8
    assert outcome.first_ns == 10_000_000 and firsts == [1]


def test_warm_up_and_measuring_last_until_both_limits_are_reached(run):
    outcome, _, _ = run(warmup=2, warmup_ms=50, max_runs=3, min_ms=20)
    assert outcome.warmup_runs == 41 and len(outcome.samples) == 20
    outcome, _, _ = run(warmup=2, max_runs=30, min_ms=20)
    assert len(outcome.samples) == 30


def test_the_upper_limit_ends_both(run):
    assert len(run(max_runs=1000, max_ms=100)[0].samples) == 91
    assert run(warmup=1000, max_runs=1000, max_ms=50)[0].warmup_runs == 41


def test_paced_runs_start_at_the_period(run):
    _, runs, _ = run(warmup=1, max_runs=4, period_us=20_000)
    assert [b - a for a, b in itertools.pairwise(runs[1:])] == [20_000_000] * 3


def test_short_runs_are_batched_only_where_that_is_allowed(run):
    outcome, runs, _ = run(run_ns=10_000, warmup=9, max_runs=3, flags=2)
    assert outcome.batch == 5 and outcome.samples == [50_000] * 3 and len(runs) == 9 + 15
    assert run(run_ns=10_000, warmup=9, max_runs=3)[0].batch == 1
    assert run(run_ns=60_000, warmup=9, max_runs=3, flags=2)[0].batch == 1
    assert run(run_ns=10_000, max_runs=3, flags=2)[0].batch == 1


def test_a_stopped_measurement_keeps_its_samples(run):
    outcome, runs, _ = run(warmup=2, max_runs=100, stop_after=6)
    assert outcome.cancelled and len(outcome.samples) == 4 and len(runs) == 6
    assert run(warmup=50, max_runs=100, stop_after=6)[0].cancelled


def test_caches_are_emptied_before_each_measured_run_and_only_there(run):
    emptied = []
    outcome, runs, _ = run(run_ns=10_000, warmup=9, max_runs=3, flags=6, evictor=lambda: lambda: emptied.append(1))
    assert len(emptied) == 3 and outcome.batch == 1 and len(runs) == 12
    run(warmup=1, max_runs=3, flags=2, evictor=lambda: pytest.fail("was not asked for"))


@pytest.mark.parametrize(
    ("cache", "size"), [(1 << 20, 8 << 20), (16 << 20, 32 << 20), (1 << 30, 256 << 20), (None, 64 << 20)]
)
def test_the_buffer_is_larger_than_the_last_cache(agent, cache, size):
    evict, evicted = agent("measure").cache_evictor(cache)
    assert evicted == size and evict().nbytes == size and evict().min() == 2
