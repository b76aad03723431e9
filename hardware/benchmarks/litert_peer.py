"""edgeflow's p50 against `litert-benchmark` and the API timed directly: `python hardware/benchmarks/litert_peer.py`.

MobileNetV2 (untrained), float and int8, at one and two threads. `litert-benchmark` comes with the ai-edge-litert wheel
and uses the CompiledModel API; edgeflow and a bare script measure both that one and the Interpreter API. In each round
every one of the five is a fresh process with the same warm-up and the same number of runs; rounds begin with another
one each, and all run in sessions of their own, which Linux schedules as groups, so that whatever else the machine does
meets all of them alike. Ratios are of medians over rounds. The result is a dated JSON under hardware/results/.
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
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

from edgeflow.device.connect import connect
from edgeflow.device.tensors import feed_random
from edgeflow.device.types import Device
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.transport.address import parse_address

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "hardware" / "results"
WARMUP = 5

MAKE = """
import sys, keras
keras.utils.set_random_seed(0)
keras.applications.MobileNetV2(weights=None).save(sys.argv[1])
"""
DIRECT = """
import json, sys, time
import numpy as np
path, api, threads, warmup, runs = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
generator = np.random.default_rng(0)
def filled(details):
    dtype = np.dtype(details["dtype"])
    if dtype.kind == "f":
        return generator.random(tuple(details["shape"]), dtype)
    return generator.integers(-128, 128, tuple(details["shape"])).astype(dtype)
if api == "interpreter":
    from ai_edge_litert.interpreter import Interpreter
    interpreter = Interpreter(path, num_threads=threads)
    interpreter.allocate_tensors()
    details = interpreter.get_input_details()[0]
    interpreter.set_tensor(details["index"], filled(details))
    run = interpreter.invoke
else:
    from ai_edge_litert.compiled_model import CompiledModel, CpuOptions, HardwareAccelerator, Options
    cpu = CpuOptions(num_threads=threads)
    options = Options(hardware_accelerators=HardwareAccelerator.CPU, cpu_options=cpu)
    model = CompiledModel.from_file(path, options=options)
    inputs, outputs = model.create_input_buffers(0), model.create_output_buffers(0)
    key = next(iter(model.get_signature_list()))
    inputs[0].write(filled(next(iter(model.get_input_tensor_details(key).values()))))
    run = lambda: model.run_by_index(0, inputs, outputs)
for _ in range(warmup):
    run()
samples = []
for _ in range(runs):
    start = time.perf_counter_ns()
    run()
    samples.append(time.perf_counter_ns() - start)
print(json.dumps(samples))
"""


def made(folder: Path) -> dict[str, Model]:
    """MobileNetV2 as float and int8, converted by edgeflow."""
    source = folder / "mobilenet_v2.keras"
    subprocess.run([sys.executable, "-c", MAKE, str(source)], check=True, stderr=subprocess.DEVNULL)
    inputs = folder / "inputs.npy"
    np.save(inputs, np.random.default_rng(0).uniform(-1, 1, (8, 224, 224, 3)).astype(np.float32))
    models = {}
    for recipe in ("none", "int8"):
        path = folder / f"mobilenet_v2_{recipe}.tflite"
        argv = [sys.executable, "-m", "edgeflow", "convert", str(source), "-o", str(path), "--quantize", recipe]
        subprocess.run([*argv, *(["-r", str(inputs)] if recipe == "int8" else [])], check=True)
        models["float32" if recipe == "none" else recipe] = load_model(path)
    return models


def ours(model: Model, api: str, threads: int, runs: int, base: Path) -> float:
    """edgeflow's p50 in µs."""
    with connect(Device("here", parse_address("local:"), base=str(base)), wait_s=600) as session:
        opened = session.open(session.models.place(model), threads=threads, api=api)
        session.write_input(0, feed_random(opened.inputs, 0).data[0])
        done = session.invoke(max_runs=runs, warmup=WARMUP)
    return statistics.median(done.samples) / 1000


def direct(model: Model, api: str, threads: int, runs: int) -> float:
    """The same of a script that does nothing else."""
    argv = [sys.executable, "-c", DIRECT, str(model.path), api, str(threads), str(WARMUP), str(runs)]
    done = subprocess.run(argv, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
    return statistics.median(json.loads(done.stdout)) / 1000


def tool(model: Model, threads: int, runs: int, folder: Path) -> float:
    """litert-benchmark's p50 in µs."""
    answer = folder / "answer.json"
    argv = [str(Path(sys.executable).with_name("litert-benchmark")), "--model", str(model.path)]
    argv += ["--num_runs", str(runs), "--warmup_runs", str(WARMUP), "--num_threads", str(threads)]
    argv += ["--result_json", str(answer)]
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    return p50_us(json.loads(answer.read_text(encoding="utf-8")))


def p50_us(answer: dict[str, object]) -> float:
    """The tool's median."""
    latency = answer["latency"]
    assert isinstance(latency, dict)
    return 1000 * float(latency["median_ms"])


def measure(model: Model, threads: int, runs: int, rounds: int, folder: Path) -> dict[str, object]:
    """Medians over rounds in µs, and the ratios."""
    contestants: dict[str, Callable[[], float]] = {
        "edgeflow_compiled_model": lambda: ours(model, "compiled-model", threads, runs, folder / "base"),
        "litert_benchmark": lambda: tool(model, threads, runs, folder),
        "direct_compiled_model": lambda: direct(model, "compiled-model", threads, runs),
        "edgeflow_interpreter": lambda: ours(model, "interpreter", threads, runs, folder / "base"),
        "direct_interpreter": lambda: direct(model, "interpreter", threads, runs),
    }
    names = list(contestants)
    found: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            found[name].append(contestants[name]())
    middle = {name: statistics.median(values) for name, values in found.items()}

    def ratio(first: str, second: str) -> float:
        return round(middle[first] / middle[second], 3)

    return {
        "p50_us": {name: round(value, 1) for name, value in middle.items()},
        "p50_us_of_each_round": {name: [round(value, 1) for value in values] for name, values in found.items()},
        "edgeflow_to_litert_benchmark": ratio("edgeflow_compiled_model", "litert_benchmark"),
        "edgeflow_to_direct_compiled_model": ratio("edgeflow_compiled_model", "direct_compiled_model"),
        "edgeflow_to_direct_interpreter": ratio("edgeflow_interpreter", "direct_interpreter"),
        "litert_benchmark_to_direct_compiled_model": ratio("litert_benchmark", "direct_compiled_model"),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--fifo", action="store_true", help="before all other programs, for a busy machine; needs root")
    given = parser.parse_args()
    load = os.getloadavg()[0]
    found = []
    with tempfile.TemporaryDirectory() as name:
        models = made(Path(name))
        if given.fifo:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        for kind, model in models.items():
            for threads in (1, 2):
                entry = measure(model, threads, given.runs, given.rounds, Path(name))
                found.append({"model": f"mobilenet_v2_{kind}", "threads": threads, **entry})
                print(f"MobileNetV2 {kind}, {threads} threads: edgeflow ÷ litert-benchmark "
                      f"{entry['edgeflow_to_litert_benchmark']}, ÷ the API directly "
                      f"{entry['edgeflow_to_direct_compiled_model']} (CompiledModel), "
                      f"{entry['edgeflow_to_direct_interpreter']} (Interpreter)", flush=True)  # fmt: skip
    now = datetime.now(UTC)
    result = {
        "schema": "edgeflow.benchmark-litert-peer/1",
        "created": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "edgeflow": version("edgeflow"),
        "litert": version("ai-edge-litert"),
        "python": platform.python_version(),
        "host": {"cores": os.cpu_count(), "os": platform.system(), "load_1min": load, "fifo": given.fifo},
        "rounds": given.rounds,
        "runs": given.runs,
        "models": found,
    }
    path = RESULTS / f"{now:%Y-%m-%d}-litert-peer.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"1-minute load at the start {load:.1f} on {os.cpu_count()} CPUs; {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
