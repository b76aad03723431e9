"""The agent's p50 against the same LiteRT API timed directly: `python hardware/benchmarks/agent_overhead.py`.

For every model two fresh processes, the agent and a bare script around the interpreter, take turns of a few runs each
on the same inputs, several such pairs after one another; both read the same clock around the same call. The ratio of
the medians must lie within 5 % of 1. Models take 1 ms or more a run, some by their kernels or a larger batch. The
result is a dated JSON under hardware/results/.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from edgeflow.device.connect import connect
from edgeflow.device.session import Session
from edgeflow.device.tensors import Feed, feed_random
from edgeflow.device.types import Device
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.transport.address import parse_address

BOUND = 0.05
ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "hardware" / "results"
DATA = ROOT / "tests" / "data"
RUNS_A_TURN = 8
SKIPPED_A_TURN = 2  # after the other one's turn the caches are the other one's

DIRECT = """
import json, sys, time
import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
path, resolver, shape, inputs = sys.argv[1:]
interpreter = Interpreter(path, num_threads=1, experimental_op_resolver_type=OpResolverType[resolver])
details = interpreter.get_input_details()[0]
if shape:
    interpreter.resize_tensor_input(details["index"], json.loads(shape))
interpreter.allocate_tensors()
details = interpreter.get_input_details()[0]
with open(inputs, "rb") as file:
    array = np.frombuffer(file.read(), details["dtype"]).reshape(details["shape"])
interpreter.set_tensor(details["index"], array)
for line in sys.stdin:
    samples = []
    for _ in range(int(line)):
        start = time.perf_counter_ns()
        interpreter.invoke()
        samples.append(time.perf_counter_ns() - start)
    print(json.dumps(samples), flush=True)
"""
RESOLVERS = {"xnnpack": "BUILTIN", "none": "BUILTIN_WITHOUT_DEFAULT_DELEGATES", "reference": "BUILTIN_REF"}


@dataclass(frozen=True)
class Case:
    """A model that takes 1 ms or more with these kernels (and batch)."""

    model: str
    delegate: str
    batch: int | None = None


CASES = (
    Case("resnet8_float32", "none"),
    Case("vww_float32", "reference"),
    Case("kws_int8", "reference"),
    Case("resnet8_int8", "reference"),
    Case("sine_any_batch_float32", "xnnpack", 100_000),
)


def turns(session: Session, direct: subprocess.Popen[str], count: int) -> tuple[list[int], list[int]]:
    """Nanoseconds of `count` turns each, the agent's and the direct ones, one after the other."""
    ours: list[int] = []
    bare: list[int] = []
    assert direct.stdin is not None and direct.stdout is not None
    for turn in range(count + 1):
        agent = session.invoke(max_runs=RUNS_A_TURN).samples
        direct.stdin.write(f"{RUNS_A_TURN}\n")
        direct.stdin.flush()
        other = json.loads(direct.stdout.readline())
        if turn:  # the first is warm-up
            ours += agent[SKIPPED_A_TURN:]
            bare += other[SKIPPED_A_TURN:]
    return ours, bare


def pair(case: Case, model: Model, count: int, folder: Path) -> tuple[list[int], list[int]]:
    """One fresh process of each kind on the same inputs."""
    name = model.main.tensors[model.main.inputs[0]]
    shape = None if case.batch is None else (case.batch, *name.shape[1:])
    shapes = {"0": shape} if shape else None
    with connect(Device("here", parse_address("local:"), base=str(folder / "base"))) as session:
        opened = session.open(session.models.place(model), threads=1, delegate=case.delegate, shapes=shapes)
        feed: Feed = feed_random(opened.inputs, 1)
        session.write_input(0, feed.data[0])
        inputs = folder / "inputs"
        inputs.write_bytes(feed.data[0])
        argv = [sys.executable, "-c", DIRECT, str(model.path), RESOLVERS[case.delegate]]
        argv += [json.dumps(shape) if shape else "", str(inputs)]
        with subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as direct:
            try:
                return turns(session, direct, count)
            finally:
                direct.kill()


def measure(case: Case, pairs: int, count: int) -> dict[str, object]:
    """The medians over all pairs, their ratio, and the ratio of each pair."""
    model = load_model(DATA / f"{case.model}.tflite")
    ours: list[int] = []
    bare: list[int] = []
    ratios = []
    with tempfile.TemporaryDirectory() as name:
        for _ in range(pairs):
            one, other = pair(case, model, count, Path(name))
            ratios.append(round(statistics.median(one) / statistics.median(other), 4))
            ours += one
            bare += other
    agent, direct = statistics.median(ours), statistics.median(bare)
    return {
        "model": case.model,
        "kernels": case.delegate,
        "batch": case.batch or 1,
        "samples": len(ours),
        "agent_p50_us": round(agent / 1000, 2),
        "direct_p50_us": round(direct / 1000, 2),
        "ratio": round(agent / direct, 4),
        "ratio_of_each_pair": ratios,
    }


def scheduling() -> str:
    """How the processes compete: on a busy machine run this under `chrt --fifo 1`."""
    names = {os.SCHED_OTHER: "normal", os.SCHED_FIFO: "fifo", os.SCHED_RR: "round robin"}
    return names.get(os.sched_getscheduler(0), "other")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="pairs of fresh processes a model")
    parser.add_argument("--turns", type=int, default=25, help="turns each a pair")
    given = parser.parse_args()
    load = os.getloadavg()[0]
    found = []
    for case in CASES:
        found.append(measure(case, given.pairs, given.turns))
        print(f"{case.model} ({case.delegate}): agent {found[-1]['agent_p50_us']} µs, "
              f"direct {found[-1]['direct_p50_us']} µs, ratio {found[-1]['ratio']}")  # fmt: skip
    now = datetime.now(UTC)
    result = {
        "schema": "edgeflow.benchmark-agent-overhead/1",
        "created": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "edgeflow": version("edgeflow"),
        "litert": version("ai-edge-litert"),
        "python": platform.python_version(),
        "host": {"cores": os.cpu_count(), "os": platform.system(), "load_1min": load, "scheduling": scheduling()},
        "bound": BOUND,
        "models": found,
    }
    path = RESULTS / f"{now:%Y-%m-%d}-agent-overhead.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    worst = max(abs(float(str(each["ratio"])) - 1) for each in found)
    print(f"furthest from 1: {worst:.1%}, bound {BOUND:.0%}; {path.relative_to(ROOT)}")
    return 0 if worst <= BOUND and all(float(str(each["agent_p50_us"])) >= 1000 for each in found) else 1


if __name__ == "__main__":
    sys.exit(main())
