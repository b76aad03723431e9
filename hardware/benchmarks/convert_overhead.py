"""What `edgeflow convert` costs over TFLiteConverter: `python hardware/benchmarks/convert_overhead.py [--runs 3]`.

MobileNetV2 (random weights) goes from its `.keras` file and from a SavedModel to `.tflite`, by the command line and by
a bare script around `from_keras_model` or `from_saved_model`, each in processes of its own, taking turns. A third
process only imports TensorFlow: that is the process start, taken off both before they are compared. edgeflow also
runs the source and the result and compares them, so its phases are told one by one. Wall and CPU seconds; peak memory
is that of the largest process of each side (ru_maxrss). The result is a dated JSON under hardware/results/.
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
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from edgeflow.convert.worker import child_environment

GOAL = 0.10
RECIPES = ("none", "dynamic", "int8")
SOURCES = {"keras": "source.keras", "saved_model": "source_saved"}
SAMPLES = 20
RESULTS = Path(__file__).parents[1] / "results"

SOURCE = """
import sys, keras, numpy as np
size = int(sys.argv[1])
keras.utils.set_random_seed(1)
model = keras.applications.MobileNetV2(input_shape=(size, size, 3), alpha=1.0, weights=None)
model.save("source.keras")
model.export("source_saved", verbose=False)
np.save("samples.npy", np.random.default_rng(1).uniform(-1, 1, (int(sys.argv[2]), size, size, 3)).astype("float32"))
"""
START = "import json, tensorflow; print(json.dumps({}))"
DIRECT = """
import json, sys, time
began = time.perf_counter()
import numpy as np
import tensorflow as tf
imported = time.perf_counter()
source, recipe, into = sys.argv[1:]
keras = source.endswith(".keras")
model = tf.keras.models.load_model(source, compile=False) if keras else source
loaded = time.perf_counter()
load = tf.lite.TFLiteConverter.from_keras_model if keras else tf.lite.TFLiteConverter.from_saved_model
converter = load(model)
if recipe != "none":
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
if recipe == "int8":
    samples = np.load("samples.npy")
    converter.representative_dataset = lambda: ([sample[None]] for sample in samples)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
content = converter.convert()
with open(into, "wb") as file:
    file.write(content)
end = time.perf_counter()
print(json.dumps({"import": imported - began, "load": loaded - imported, "convert": end - loaded}))
"""
# The command line itself, with a clock around each request to the conversion child and around the check.
EDGEFLOW = """
import json, sys, time
from edgeflow.cli import main
from edgeflow.convert import verify
from edgeflow.convert.worker import Worker
names = {"load": "start and load", "outputs": "source outputs", "convert": "convert"}
phases = {}
def timed(call, name):
    def run(*args, **more):
        began = time.perf_counter()
        try:
            return call(*args, **more)
        finally:
            key = name or names[args[1]["do"]]
            phases[key] = phases.get(key, 0.0) + time.perf_counter() - began
    return run
Worker.request = timed(Worker.request, "")
verify.open_model = timed(verify.open_model, "check")
try:
    main(["convert", sys.argv[1], "--quantize", sys.argv[2], "-o", sys.argv[3], "--json", *sys.argv[4:]])
except SystemExit as stop:
    if stop.code:
        raise
finally:
    print(json.dumps(phases))
"""


def spent(script: str, arguments: list[str], folder: Path) -> dict[str, Any]:
    """One process, and all it waits for: wall_s, cpu_s, peak_bytes, and phases_s as its last line tells them.

    Raises RuntimeError with its last words when it fails.
    """
    with (folder / "out").open("w+") as out, (folder / "err").open("w+") as err:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", script, *arguments], cwd=folder, stdout=out, stderr=err, env=child_environment()
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise RuntimeError(f"exit status {process.returncode}: {err.read()[-2000:]}")
        lines = out.read().splitlines()
    phases = json.loads(lines[-1]) if lines else {}
    return {"wall_s": wall, "cpu_s": usage.ru_utime + usage.ru_stime, "peak_bytes": usage.ru_maxrss * 1024, **phases}


def middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of each figure, and the wall times themselves."""
    medians = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    exact: dict[str, Any] = {name: int(medians.pop(name)) for name in ("peak_bytes", "file_bytes") if name in medians}
    rounded = {name: round(value, 3) for name, value in medians.items()}
    wall, cpu = rounded.pop("wall_s"), rounded.pop("cpu_s")
    samples = [round(run["wall_s"], 3) for run in runs]
    return {"wall_s": wall, "cpu_s": cpu, **exact, "phases_s": rounded, "wall_samples_s": samples}


def compared(start: dict[str, Any], direct: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """What edgeflow takes over the direct way, as shares: beyond process start, and without the comparison too."""
    checking = ours["phases_s"]["source outputs"] + ours["phases_s"]["check"]
    base = direct["wall_s"] - start["wall_s"]
    return {
        "wall_beyond_start": round((ours["wall_s"] - start["wall_s"]) / base - 1, 3),
        "wall_beyond_start_without_comparison": round((ours["wall_s"] - checking - start["wall_s"]) / base - 1, 3),
        "cpu_beyond_start": round((ours["cpu_s"] - start["cpu_s"]) / (direct["cpu_s"] - start["cpu_s"]) - 1, 3),
        "peak": round(ours["peak_bytes"] / direct["peak_bytes"] - 1, 3),
    }


def measure(size: int, runs: int) -> dict[str, Any]:
    """`runs` turns of start, direct and edgeflow for every recipe, after a start that fills the caches."""
    cases = [(source, recipe) for source in SOURCES for recipe in RECIPES]
    starts: list[dict[str, Any]] = []
    direct: dict[tuple[str, str], list[dict[str, Any]]] = {case: [] for case in cases}
    ours: dict[tuple[str, str], list[dict[str, Any]]] = {case: [] for case in cases}
    with tempfile.TemporaryDirectory(prefix="edgeflow-") as name:
        folder = Path(name)
        spent(SOURCE + "\nprint('{}')", [str(size), str(SAMPLES)], folder)
        for _ in range(runs):
            starts.append(spent(START, [], folder))
            for source, recipe in cases:
                given = [SOURCES[source], recipe]
                data = ["-r", "samples.npy"] if recipe == "int8" else []
                direct[source, recipe].append(spent(DIRECT, [*given, "direct.tflite"], folder))
                ours[source, recipe].append(spent(EDGEFLOW, [*given, "edgeflow.tflite", *data], folder))
                for side, told in (("direct", direct), ("edgeflow", ours)):
                    file = folder / f"{side}.tflite"
                    told[source, recipe][-1]["file_bytes"] = file.stat().st_size
                    file.unlink()
    start = middle(starts)
    answer: dict[str, Any] = {"start": start, "sources": {source: {} for source in SOURCES}}
    for source, recipe in cases:
        bare, full = middle(direct[source, recipe]), middle(ours[source, recipe])
        answer["sources"][source][recipe] = {"direct": bare, "edgeflow": full, "over": compared(start, bare, full)}
    return answer


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--size", type=int, default=96, help="pixels of the input's side")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    now, load = datetime.now(UTC), os.getloadavg()[0]
    answer = {
        "schema": "edgeflow.benchmark-convert-overhead/1",
        "created": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "versions": {name: version(name) for name in ("edgeflow", "tensorflow", "keras", "ai-edge-litert")},
        "host": {
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "os": platform.system(),
            "load_1min": [round(load, 2)],
        },
        "model": f"MobileNetV2, alpha 1.0, {options.size}x{options.size}, random weights",
        "runs": options.runs,
        "calibration_samples": SAMPLES,
        "goal": GOAL,
        **measure(options.size, options.runs),
    }
    answer["host"]["load_1min"].append(round(os.getloadavg()[0], 2))
    path = options.output or RESULTS / f"{now:%Y-%m-%d}-convert-overhead.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(answer, indent=2) + "\n", encoding="utf-8")
    for source, recipes in answer["sources"].items():
        for recipe, told in recipes.items():
            for side in ("direct", "edgeflow"):
                one = told[side]
                phases = ", ".join(f"{name} {value:.1f}" for name, value in one["phases_s"].items())
                print(
                    f"{source} {recipe} {side}: wall {one['wall_s']:.1f} s, CPU {one['cpu_s']:.1f} s, "
                    f"peak {one['peak_bytes'] / 1e6:.0f} MB ({phases})"
                )
            print(f"{source} {recipe} over: {told['over']}")
    print(f"start    {answer['start']}")
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
