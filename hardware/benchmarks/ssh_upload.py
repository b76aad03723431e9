"""Upload of 20 MB over SSH on loopback against the `sftp` program: `python hardware/benchmarks/ssh_upload.py`.

Both go to the same throw-away sshd, in turn, and the file that arrived is compared. Two times are taken of each: the
transfer alone (for `sftp` what a batch with `put` takes beyond one without), and all of it from connecting to the end.
The bound is 80 % of `sftp`'s rate for the transfer. The result is a dated JSON under hardware/results/.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from edgeflow.progress import silent
from edgeflow.transport.address import parse_address
from edgeflow.transport.loopback_sshd import LoopbackSshd, loopback_sshd
from edgeflow.transport.ssh import SshTransport

BOUND = 0.8
RESULTS = Path(__file__).parents[1] / "results"


def sftp_s(server: LoopbackSshd, batch: str) -> float:
    """Seconds of one `sftp` run with a batch of commands. Raises CalledProcessError when it fails."""
    command = ["sftp", "-q", "-b", "-", "-F", str(server.config), "-P", str(server.port), f"{server.user}@127.0.0.1"]
    began = time.perf_counter()
    subprocess.run(command, input=batch.encode(), stdout=subprocess.DEVNULL, check=True, timeout=300)
    return time.perf_counter() - began


def edgeflow_s(server: LoopbackSshd, local: Path, remote: Path) -> tuple[float, float]:
    """Seconds of the transfer, and of everything from connecting to the connection's end."""
    began = time.perf_counter()
    with SshTransport(parse_address(server.address), config=server.config) as transport:
        transport.files.get(str(server.config), max_bytes=1 << 16)  # opens the channel
        before = time.perf_counter()
        transport.files.put(local, str(remote), progress=silent)
        after = time.perf_counter()
    return after - before, time.perf_counter() - began


def measure(runs: int, size: int) -> dict[str, list[float]]:
    """`runs` samples of each way, interleaved, after one of each that fills the caches."""
    samples: dict[str, list[float]] = {name: [] for name in ("sftp_connect", "sftp", "edgeflow_put", "edgeflow")}
    with tempfile.TemporaryDirectory() as name, loopback_sshd(Path(name) / "sshd") as server:
        local, remote = Path(name) / "local", Path(name) / "remote"
        local.write_bytes(random.Random(2026).randbytes(size))
        for turn in range(runs + 1):
            remote.unlink(missing_ok=True)
            empty = sftp_s(server, "pwd\n")
            by_sftp = sftp_s(server, f"put {local} {remote}\n")
            assert remote.read_bytes() == local.read_bytes()
            remote.unlink()
            put, whole = edgeflow_s(server, local, remote)
            assert remote.read_bytes() == local.read_bytes()
            if turn:
                for name_, value in zip(samples, (empty, by_sftp, put, whole), strict=True):
                    samples[name_].append(value)
    return samples


def main() -> int:
    """Measure, print, write; 1 when the bound is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    now = datetime.now(UTC)
    size = options.megabytes * 1_000_000
    samples = measure(options.runs, size)
    median = {name: statistics.median(values) for name, values in samples.items()}
    transfers = [whole - empty for whole, empty in zip(samples["sftp"], samples["sftp_connect"], strict=True)]
    rate = {
        "sftp": size / statistics.median(transfers),
        "edgeflow": size / median["edgeflow_put"],
    }
    ratio = rate["edgeflow"] / rate["sftp"]
    answer = {
        "schema": "edgeflow.benchmark-ssh-upload/1",
        "created": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "edgeflow": version("edgeflow"),
        "paramiko": version("paramiko"),
        "python": platform.python_version(),
        "host": {"cores": os.cpu_count(), "os": platform.system(), "load_1min": os.getloadavg()[0]},
        "bytes": size,
        "bound": BOUND,
        "transfer_bytes_per_s": {name: round(value) for name, value in rate.items()},
        "transfer_ratio": round(ratio, 3),
        "whole_s": {"sftp": round(median["sftp"], 4), "edgeflow": round(median["edgeflow"], 4)},
        "samples_s": {name: [round(value, 4) for value in values] for name, values in samples.items()},
    }
    output = options.output or RESULTS / f"{now:%Y-%m-%d}-ssh-upload.json"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(answer, indent=2) + "\n", encoding="utf-8")
    print(
        f"transfer: edgeflow {rate['edgeflow'] / 1e6:.0f} MB/s, sftp {rate['sftp'] / 1e6:.0f} MB/s, ratio {ratio:.2f}"
    )
    print(f"from connecting to the end: edgeflow {median['edgeflow']:.2f} s, sftp {median['sftp']:.2f} s")
    print(f"written to {output}")
    return 0 if ratio >= BOUND else 1


if __name__ == "__main__":
    raise SystemExit(main())
