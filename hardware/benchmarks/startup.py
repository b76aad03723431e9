"""CPU seconds that edgeflow costs to start: `python hardware/benchmarks/startup.py [--runs 15] [-o FILE]`.

Each command runs in processes of its own, in turn with the others; user and system time of the process and its
children come from the kernel's accounting. The bound is 0.3 s. The result is a dated JSON under hardware/results/.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

BOUND_S = 0.3
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "edgeflow --help": ["-m", "edgeflow", "--help"],
    "edgeflow targets list": ["-m", "edgeflow", "targets", "list"],
}
RESULTS = Path(__file__).parents[1] / "results"


def cpu_s(arguments: list[str], cwd: str) -> float:
    """User and system seconds of one run. Raises CalledProcessError when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], cwd=cwd, stdout=subprocess.DEVNULL, check=True, timeout=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(runs: int) -> dict[str, list[float]]:
    """`runs` samples a command, interleaved, after one run each that fills the caches."""
    samples: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as cwd:
        for turn in range(runs + 1):
            for name, arguments in COMMANDS.items():
                spent = cpu_s(arguments, cwd)
                if turn:
                    samples[name].append(spent)
    return samples


def processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def main() -> int:
    """Measure, print, write; 1 when a command exceeds the bound."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    now = datetime.now(UTC)
    samples = measure(options.runs)
    answer = {
        "schema": "edgeflow.benchmark-startup/1",
        "created": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "edgeflow": version("edgeflow"),
        "python": platform.python_version(),
        "host": {"cpu": processor(), "cores": os.cpu_count(), "os": platform.system(), "load_1min": os.getloadavg()[0]},
        "bound_s": BOUND_S,
        "cpu_s": {
            name: {
                "min": round(min(found), 4),
                "median": round(statistics.median(found), 4),
                "max": round(max(found), 4),
                "samples": [round(sample, 4) for sample in found],
            }
            for name, found in samples.items()
        },
    }
    path = options.output or RESULTS / f"{now:%Y-%m-%d}-startup.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(answer, indent=2) + "\n", encoding="utf-8")
    for name, found in samples.items():
        print(f"{name:<24} median {statistics.median(found):.3f} s, max {max(found):.3f} s of {options.runs} runs")
    print(path)
    return int(any(statistics.median(found) > BOUND_S for found in samples.values()))


if __name__ == "__main__":
    sys.exit(main())
