"""The INVOKE loop: only the run itself stands between two readings of the clock."""

from __future__ import annotations

import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from edgeflow.wire.constants import FLAG_BATCH, FLAG_COLD

_BATCH_BELOW_NS = 50_000
_MAX_SAMPLES = 2_000_000
_EVICT_MIN_BYTES = 8 << 20
_EVICT_MAX_BYTES = 256 << 20  # a server's last cache can be larger than a model's share of it ever is
_EVICT_UNKNOWN_BYTES = 64 << 20


class Outcome(NamedTuple):
    samples: List[int]
    batch: int
    warmup_runs: int
    first_ns: int
    cancelled: bool


def measure(
    run: Callable[[], Any],
    plan: Dict[str, int],
    before_run: Callable[[], bool],
    first: Callable[[], None],
    evictor: Optional[Callable[[], Callable[[], Any]]] = None,
) -> Outcome:
    """Run as INVOKE's fields in `plan` say.

    `before_run` tells the host that it goes on and returns whether to stop; `first` is called after the first run.
    `evictor` is called after the warm-up and gives what empties the caches before each run, where COLD asks for it.
    """
    clock = time.perf_counter_ns
    samples: List[int] = []
    durations: List[int] = []
    first_ns = warmup_runs = 0
    begin = clock()
    limit = begin + plan["max_ms"] * 1_000_000 if plan["max_ms"] else 0
    warm_until = begin + plan["warmup_ms"] * 1_000_000
    while warmup_runs < plan["warmup"] or (plan["warmup_ms"] and clock() < warm_until):
        if before_run():
            return Outcome(samples, 1, warmup_runs, first_ns, True)
        start = clock()
        run()
        end = clock()
        durations.append(end - start)
        warmup_runs += 1
        if warmup_runs == 1:
            first_ns = end - start
            first()
        if limit and end >= limit:
            break
    batch = _batch(durations, plan)
    evict = evictor() if evictor is not None and plan["flags"] & FLAG_COLD else None
    until = clock() + plan["min_ms"] * 1_000_000
    period_ns, next_start = plan["period_us"] * 1000, clock()
    while len(samples) < plan["max_runs"] or (plan["min_ms"] and clock() < until):
        if before_run():
            return Outcome(samples, batch, warmup_runs, first_ns, True)
        if period_ns:
            _wait_until(next_start)
            next_start = max(next_start + period_ns, clock())
        if evict is not None:
            evict()
        if batch == 1:
            start = clock()
            run()
            end = clock()
        else:
            start = clock()
            for _ in range(batch):
                run()
            end = clock()
        samples.append(end - start)
        if not warmup_runs and len(samples) == 1:
            first_ns = end - start
            first()
        if (limit and end >= limit) or len(samples) >= _MAX_SAMPLES:
            break
    return Outcome(samples, batch, warmup_runs, first_ns, False)


def _batch(durations: List[int], plan: Dict[str, int]) -> int:
    """How many runs make a sample: 1, or as many as take 50 µs where that was allowed and the warm-up tells."""
    if not plan["flags"] & FLAG_BATCH or plan["flags"] & FLAG_COLD or plan["period_us"] or len(durations) < 3:
        return 1
    usual = max(1, sorted(durations[1:])[len(durations[1:]) // 2])
    return 1 if usual >= _BATCH_BELOW_NS else -(-_BATCH_BELOW_NS // usual)


def cache_evictor(cache_bytes: Optional[int]) -> Tuple[Callable[[], Any], int]:
    """What writes every byte of a buffer twice as large as the last cache, and the buffer's size in bytes."""
    import numpy

    size = min(max(2 * cache_bytes, _EVICT_MIN_BYTES), _EVICT_MAX_BYTES) if cache_bytes else _EVICT_UNKNOWN_BYTES
    buffer = numpy.zeros(size // 8, numpy.int64)
    return lambda: numpy.add(buffer, 1, out=buffer), size


def _wait_until(moment_ns: int) -> None:
    left = moment_ns - time.perf_counter_ns()
    if left > 0:
        time.sleep(left / 1e9)
