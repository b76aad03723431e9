"""What deploying an already active model costs over SSH: `python hardware/benchmarks/redeploy.py`.

On one throw-away sshd, in turn: connecting alone, `exec true` on an open connection, and a whole repeated deployment.
What the deployment takes beyond connecting is given in round trips of `exec true`; the bound is 3. The account's HOME
is an empty folder there: what a login shell reads would be part of every round trip. The result is a dated JSON under
hardware/results/.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from edgeflow.device.types import Device
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.pipeline.deploy import deploy
from edgeflow.transport.address import parse_address
from edgeflow.transport.loopback_sshd import loopback_sshd
from edgeflow.transport.ssh import SshTransport

BOUND_ROUND_TRIPS = 3.0
ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "hardware" / "results"


def connect_s(device: Device) -> float:
    """Seconds from nothing to an authenticated connection and back."""
    began = time.perf_counter()
    SshTransport(device.address).close()
    return time.perf_counter() - began


def exec_true_s(device: Device, count: int) -> list[float]:
    """Seconds of `exec true`, each on the same open connection."""
    found = []
    with SshTransport(device.address) as transport:
        for _ in range(count):
            began = time.perf_counter()
            assert transport.shell.run(["true"], timeout_s=30).status == 0
            found.append(time.perf_counter() - began)
    return found


def redeploy_s(model: Model, device: Device) -> float:
    """Seconds of a deployment that finds the model active."""
    began = time.perf_counter()
    done = deploy(model, device)
    spent = time.perf_counter() - began
    assert done.action == "unchanged"
    return spent


def measure(runs: int, path: Path) -> dict[str, list[float]]:
    """`runs` samples of each, interleaved, after one of each that fills the caches."""
    samples: dict[str, list[float]] = {"connect": [], "exec_true": [], "redeploy": []}
    model = load_model(path)
    with (
        tempfile.TemporaryDirectory() as name,
        tempfile.TemporaryDirectory() as home,
        loopback_sshd(Path(name) / "sshd", f"SetEnv HOME={home}\n") as server,
    ):
        os.environ["EDGEFLOW_SSH_CONFIG"] = str(server.config)
        base = Path(name) / "base"
        base.mkdir()
        (base / "venv").symlink_to(sys.prefix)
        device = Device("loopback", parse_address(server.address), base=str(base), target="linux-x86-64")
        assert deploy(model, device).action == "deployed"
        for turn in range(runs + 1):
            connecting, trues, whole = connect_s(device), exec_true_s(device, 4), redeploy_s(model, device)
            if turn:
                samples["connect"].append(connecting)
                samples["exec_true"] += trues[1:]
                samples["redeploy"].append(whole)
    return samples


def main() -> int:
    """Measure, print, write; 1 when the bound is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=21)
    parser.add_argument("--model", type=Path, default=ROOT / "tests" / "data" / "vww_int8.tflite")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    now = datetime.now(UTC)
    samples = measure(options.runs, options.model)
    median = {name: statistics.median(values) for name, values in samples.items()}
    after = median["redeploy"] - median["connect"]
    trips = after / median["exec_true"]
    answer = {
        "schema": "edgeflow.benchmark-redeploy/1",
        "created": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "edgeflow": version("edgeflow"),
        "python": platform.python_version(),
        "host": {"cores": os.cpu_count(), "os": platform.system(), "load_1min": os.getloadavg()[0]},
        "model": {"name": options.model.stem, "bytes": options.model.stat().st_size},
        "bound_round_trips": BOUND_ROUND_TRIPS,
        "median_s": {name: round(value, 4) for name, value in median.items()},
        "after_connecting_s": round(after, 4),
        "round_trips": round(trips, 2),
        "samples_s": {name: [round(value, 4) for value in values] for name, values in samples.items()},
    }
    output = options.output or RESULTS / f"{now:%Y-%m-%d}-redeploy.json"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(answer, indent=2) + "\n", encoding="utf-8")
    print(f"connect {median['connect'] * 1e3:.0f} ms, exec true {median['exec_true'] * 1e3:.0f} ms")
    print(f"a repeated deployment after connecting: {after * 1e3:.0f} ms = {trips:.2f} round trips of exec true")
    print(f"written to {output}")
    return 0 if trips <= BOUND_ROUND_TRIPS else 1


if __name__ == "__main__":
    raise SystemExit(main())
