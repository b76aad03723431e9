"""How often `compare` cries wolf, and what it finds: `python hardware/benchmarks/ab.py`.

Simulated: pairs of sides that are the same, with processes that differ, runs that resemble their neighbours, outliers
and a drift that both share; once on a quiet machine and once where one process in eight is disturbed and takes 1.2 to
1.6 times as long. Real, on `local:`: one model against itself, and against itself with 5 % more work (more samples a
run), in turns. Each real comparison takes measured pairs of processes at random and swaps the two of a pair at random,
which changes nothing where both are the same.

As `compare` does, each comparison begins with `--rounds` pairs and takes two more at a time, up to `--at-most`, until a
change of 5 % would show. The smallest change found is that by which one side of an A/A, slowed down in arithmetic, is
called slower in 95 of 100 comparisons. The result is a dated JSON under hardware/results/.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
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
from edgeflow.results.comparison import LEVEL, compare_rounds, would_show
from edgeflow.transport.address import parse_address

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "hardware" / "results"
MODEL = ROOT / "tests" / "data" / "sine_any_batch_float32.tflite"
MORE_WORK = 0.05
VISIBLE = 0.05  # what compare asks for where nothing else is
DISTURBED = 1 / 8  # of the processes, in the second simulation: what a busy machine showed
CHANGES = (0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5)
_LAG = np.subtract.outer(np.arange(60), np.arange(60))
_NEIGHBOURS = np.where(_LAG >= 0, 0.8 ** np.maximum(_LAG, 0), 0) * np.where(np.arange(60) == 0, 1, 0.6)
Side = Sequence[npt.NDArray[np.float64]]


@dataclass(frozen=True)
class Steps:
    """How many pairs of processes a comparison begins with, and how many it takes at most."""

    first: int
    at_most: int


@dataclass(frozen=True)
class Shares:
    """The share of each verdict among comparisons, and how many pairs they took on average."""

    same: float
    slower: float
    faster: float
    rounds: float


def simulated(generator: np.random.Generator, drift: npt.NDArray[np.float64], disturbed: float) -> Side:
    """Rounds of 60 runs: processes differ by 1 %, runs by 3 % (0.8 of it the neighbour's), 2 % are outliers.

    The share `disturbed` of the processes takes 1.2 to 1.6 times as long.
    """
    side = []
    for level in drift:
        noise = _NEIGHBOURS @ generator.normal(size=60)
        samples = 1000 * np.exp(level + generator.normal(0, 0.01) + 0.03 * noise)
        late = generator.random(60) < 0.02
        samples[late] *= generator.uniform(1.5, 4, late.sum())
        side.append(samples * (generator.uniform(1.2, 1.6) if generator.random() < disturbed else 1.0))
    return side


def simulated_pair(generator: np.random.Generator, steps: Steps, disturbed: float) -> tuple[Side, Side]:
    """Two sides that are the same."""
    drift = np.cumsum(generator.normal(0, 0.005, steps.at_most))
    return simulated(generator, drift, disturbed), simulated(generator, drift, disturbed)


def verdicts(draw: Callable[[], tuple[Side, Side]], count: int, change: float, steps: Steps) -> Shares:
    """What `compare` says of `count` draws whose second side is slowed down by `change`."""
    said, taken = [], []
    for _ in range(count):
        old, new = draw()
        new = [samples * (1 + change) for samples in new]
        pairs = steps.first
        while pairs < steps.at_most and not would_show(old[:pairs], new[:pairs], VISIBLE):
            pairs = min(steps.at_most, pairs + 2)
        said.append(compare_rounds(old[:pairs], new[:pairs], paired=True).verdict)
        taken.append(pairs)
    shares = [said.count(verdict) / count for verdict in ("same", "slower", "faster")]
    return Shares(*shares, rounds=round(float(np.mean(taken)), 1))


def found_by_change(draw: Callable[[], tuple[Side, Side]], count: int, steps: Steps) -> dict[str, float]:
    """The share of comparisons that call a side slower, by change, up to the first that is found in 95 of 100."""
    found: dict[str, float] = {}
    for change in CHANGES:
        found[str(change)] = verdicts(draw, count, change, steps).slower
        if found[str(change)] >= 0.95:
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
        turned = int(swap and generator.random() < 0.5)
        first.append(pair[turned])
        second.append(pair[1 - turned])
    return first, second


def account(draw: Callable[[], tuple[Side, Side]], count: int, steps: Steps) -> dict[str, object]:
    """False alarms of `count` comparisons, and what a twentieth as many find."""
    alarms = verdicts(draw, count, 0.0, steps)
    wrong = round((1 - alarms.same) * count)
    found = found_by_change(draw, max(100, count // 20), steps)
    smallest = next((float(change) for change, share in found.items() if share >= 0.95), None)
    return {
        "comparisons": count,
        "false_alarms": wrong,
        "rate": wrong / count,
        "mean_rounds": alarms.rounds,
        "found_by_change": found,
        "smallest_change_found_in_95_of_100": smallest,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulated", type=int, default=2000)
    parser.add_argument("--pairs", type=int, default=40, help="pairs of processes that are measured")
    parser.add_argument("--rounds", type=int, default=10, help="pairs a comparison begins with")
    parser.add_argument("--at-most", type=int, default=30, help="pairs a comparison ends with")
    parser.add_argument("--comparisons", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=100_000)
    parser.add_argument("--samples", type=Path, help="an .npz to keep the measured samples in, or to take them from")
    parser.add_argument("--fifo", action="store_true", help="before all other programs, for a busy machine; needs root")
    given = parser.parse_args()
    steps = Steps(given.rounds, given.at_most)
    load = os.getloadavg()[0]
    if given.fifo:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    if given.samples and given.samples.exists():
        with np.load(given.samples) as kept:
            same, more = ((list(kept[f"{name}_old"]), list(kept[f"{name}_new"])) for name in ("same", "more"))
    else:
        same = measured(given.pairs, (given.batch, given.batch))
        more = measured(given.pairs, (given.batch, round(given.batch * (1 + MORE_WORK))))
    if given.samples:
        sides = {"same_old": same[0], "same_new": same[1], "more_old": more[0], "more_new": more[1]}
        np.savez(given.samples, **{name: np.stack(list(side)) for name, side in sides.items()})
    if given.fifo:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    few = max(100, given.comparisons // 5)
    with ProcessPoolExecutor(3) as pool:
        quiet = pool.submit(
            account, partial(simulated_pair, np.random.default_rng(0), steps, 0.0), given.simulated, steps
        )
        busy = partial(simulated_pair, np.random.default_rng(0), steps, DISTURBED)
        disturbed = pool.submit(account, busy, given.simulated, steps)
        repeated = partial(drawn, np.random.default_rng(1), *same, steps.at_most, True)
        real = pool.submit(account, repeated, given.comparisons, steps).result()
        print(f"real A/A: {real}", flush=True)
        changed = partial(drawn, np.random.default_rng(1), *more, steps.at_most, False)
        work = pool.submit(verdicts, changed, few, 0.0, steps).result()
        print(f"real A/B with {MORE_WORK:.0%} more work: {work}", flush=True)
        simulations = {"quiet": quiet.result(), "disturbed": disturbed.result()}
        print(f"simulated: {simulations}", flush=True)
    spread = [float(np.std([np.log(np.median(samples)) for samples in side])) for side in same]
    now = datetime.now(UTC)
    result = {
        "schema": "edgeflow.benchmark-ab/2",
        "created": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "edgeflow": version("edgeflow"),
        "litert": version("ai-edge-litert"),
        "python": platform.python_version(),
        "host": {"cores": os.cpu_count(), "os": platform.system(), "load_1min": load, "fifo": given.fifo},
        "level": LEVEL,
        "visible": VISIBLE,
        "rounds": [steps.first, steps.at_most],
        "pairs_measured": given.pairs,
        "simulated": simulations,
        "disturbed_processes": DISTURBED,
        "real_aa": real,
        "process_spread": [round(each, 4) for each in spread],
        "real_ab": {"more_work": MORE_WORK, **asdict(work)},
        "old_medians_us": [round(float(np.median(samples)), 1) for samples in same[0]],
        "new_medians_us": [round(float(np.median(samples)), 1) for samples in same[1]],
    }
    path = RESULTS / f"{now:%Y-%m-%d}-ab.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
