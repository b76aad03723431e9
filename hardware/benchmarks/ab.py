"""How often `compare` cries wolf, and what it finds: `python hardware/benchmarks/ab.py`.

Simulated: pairs of sides that are the same, with processes that differ, runs that resemble their neighbours, outliers
and a drift that both share. Real, on `local:`: one model against itself, and against itself with 5 % more work (more
samples a run), in turns. Each real comparison takes `--rounds` of the measured pairs of processes at random and swaps
the two of a pair at random, which changes nothing where both are the same. The smallest change found is that by which
one side of the real A/A, slowed down in arithmetic, is called slower in 95 of 100 comparisons. The result is a dated
JSON under hardware/results/.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edgeflow.bench.measure import Options, Wanted
from edgeflow.bench.turns import measure_in_turns
from edgeflow.device.connect import connect
from edgeflow.device.tensors import feed_random
from edgeflow.device.types import Device
from edgeflow.model.read import load_model
from edgeflow.progress import silent
from edgeflow.results.comparison import LEVEL, compare_rounds
from edgeflow.transport.address import parse_address

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "hardware" / "results"
MODEL = ROOT / "tests" / "data" / "sine_any_batch_float32.tflite"
MORE_WORK = 0.05
CHANGES = (0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5)
Side = Sequence[npt.NDArray[np.float64]]


def simulated(generator: np.random.Generator, rounds: int, drift: npt.NDArray[np.float64]) -> Side:
    """Rounds of 60 runs: processes differ by 1 %, runs by 3 % (0.8 of it the neighbour's), 2 % are outliers."""
    side = []
    for number in range(rounds):
        noise = np.empty(60)
        noise[0] = generator.normal()
        for run in range(1, 60):
            noise[run] = 0.8 * noise[run - 1] + 0.6 * generator.normal()
        samples = 1000 * np.exp(drift[number] + generator.normal(0, 0.01) + 0.03 * noise)
        late = generator.random(60) < 0.02
        samples[late] *= generator.uniform(1.5, 4, late.sum())
        side.append(samples)
    return side


def simulated_alarms(count: int, rounds: int) -> dict[str, object]:
    """How many of `count` comparisons of two equal sides are called a difference."""
    generator = np.random.default_rng(0)
    alarms = 0
    for _ in range(count):
        drift = np.cumsum(generator.normal(0, 0.005, rounds))
        sides = [simulated(generator, rounds, drift) for _ in range(2)]
        alarms += compare_rounds(sides[0], sides[1], paired=True).verdict != "same"
    return {"comparisons": count, "false_alarms": alarms, "rate": alarms / count}


def simulated_found(count: int, rounds: int) -> dict[str, float]:
    """The share of `count` comparisons that find a side slower, by change."""
    generator = np.random.default_rng(2)
    found: dict[str, float] = {}
    for change in CHANGES:
        hits = 0
        for _ in range(count):
            drift = np.cumsum(generator.normal(0, 0.005, rounds))
            old, new = (simulated(generator, rounds, drift) for _ in range(2))
            slowed = [samples * (1 + change) for samples in new]
            hits += compare_rounds(old, slowed, paired=True).verdict == "slower"
        found[str(change)] = hits / count
        if hits >= 0.95 * count:
            break
    return found


def measured(pairs: int, batches: tuple[int, int]) -> tuple[Side, Side]:
    """The samples of `pairs` processes a side, in turns; sides differ by batch."""
    model = load_model(MODEL)
    options = [Options("", 1, "", "", {"0": (batch, 1)}) for batch in batches]
    with tempfile.TemporaryDirectory() as name:
        device = Device("here", parse_address("local:"), base=name)
        with connect(device, wait_s=600) as session:
            both = measure_in_turns(
                session,
                (model, model),
                (options[0], options[1]),
                Wanted(warmup=5, runs=60, min_s=0.0),
                pairs,
                lambda tensors: feed_random(tensors, 0),
                False,
                silent,
            )
    sides = [[np.asarray(round_.samples) for round_ in one.rounds] for one in both]
    return sides[0], sides[1]


def drawn(generator: np.random.Generator, old: Side, new: Side, rounds: int, swap: bool) -> tuple[Side, Side]:
    """`rounds` of the pairs, each the other way round by chance where `swap`."""
    first, second = [], []
    for number in generator.choice(len(old), rounds, replace=False):
        pair = (old[number], new[number])
        turned = swap and generator.random() < 0.5
        first.append(pair[turned])
        second.append(pair[not turned])
    return first, second


def shares(old: Side, new: Side, rounds: int, count: int, change: float, swap: bool) -> dict[str, float]:
    """The share of each verdict on `new` slowed down by `change`."""
    generator = np.random.default_rng(1)
    verdicts = []
    for _ in range(count):
        first, second = drawn(generator, old, new, rounds, swap)
        slowed = [samples * (1 + change) for samples in second]
        verdicts.append(compare_rounds(first, slowed, paired=True).verdict)
    return {verdict: verdicts.count(verdict) / count for verdict in ("same", "slower", "faster")}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulated", type=int, default=2000)
    parser.add_argument("--pairs", type=int, default=30, help="pairs of processes that are measured")
    parser.add_argument("--rounds", type=int, default=10, help="pairs in each comparison")
    parser.add_argument("--comparisons", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=100_000)
    parser.add_argument("--fifo", action="store_true", help="before all other programs, for a busy machine; needs root")
    given = parser.parse_args()
    load = os.getloadavg()[0]
    if given.fifo:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    same = measured(given.pairs, (given.batch, given.batch))
    more = measured(given.pairs, (given.batch, round(given.batch * (1 + MORE_WORK))))
    if given.fifo:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    found = simulated_alarms(given.simulated, given.rounds)
    print(f"simulated A/A: {found['false_alarms']} false alarms in {found['comparisons']}", flush=True)
    simulated_power = simulated_found(max(100, given.simulated // 10), given.rounds)
    print(f"simulated, slowed down: {simulated_power}", flush=True)
    alarms = shares(*same, given.rounds, given.comparisons, 0.0, True)
    print(f"real A/A: {1 - alarms['same']:.2%} of {given.comparisons} comparisons call a difference", flush=True)
    power = {}
    for change in CHANGES:
        power[change] = shares(*same, given.rounds, max(100, given.comparisons // 5), change, True)["slower"]
        print(f"real A/A slowed down by {change:.0%}: found in {power[change]:.0%}", flush=True)
        if power[change] >= 0.95:
            break
    smallest = next((change for change in CHANGES if power.get(change, 0) >= 0.95), None)
    real = shares(*more, given.rounds, max(100, given.comparisons // 5), 0.0, False)
    spread = [float(np.std([np.log(np.median(samples)) for samples in side])) for side in same]
    print(f"real A/B with {MORE_WORK:.0%} more work: slower {real['slower']:.0%}, same {real['same']:.0%}; "
          f"processes differ by {max(spread):.1%}")  # fmt: skip
    now = datetime.now(UTC)
    result = {
        "schema": "edgeflow.benchmark-ab/1",
        "created": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "edgeflow": version("edgeflow"),
        "litert": version("ai-edge-litert"),
        "python": platform.python_version(),
        "host": {"cores": os.cpu_count(), "os": platform.system(), "load_1min": load, "fifo": given.fifo},
        "level": LEVEL,
        "rounds": given.rounds,
        "pairs_measured": given.pairs,
        "simulated_aa": found,
        "simulated_found_by_change": simulated_power,
        "real_aa": {"comparisons": given.comparisons, **alarms},
        "process_spread": [round(each, 4) for each in spread],
        "found_by_change": {str(change): share for change, share in power.items()},
        "smallest_change_found_in_95_of_100": smallest,
        "real_ab": {"more_work": MORE_WORK, **real},
        "old_medians_us": [round(float(np.median(samples)), 1) for samples in same[0]],
        "new_medians_us": [round(float(np.median(samples)), 1) for samples in same[1]],
    }
    path = RESULTS / f"{now:%Y-%m-%d}-ab.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
