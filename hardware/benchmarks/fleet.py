"""A model onto many devices at once, each an sshd of its own on this machine: `python hardware/benchmarks/fleet.py`.

First each device alone, one after the other; then, to fresh ones, all by one `deploy_many`. The bound: together they
take no longer than 1.3 times the larger of the slowest one alone, and the CPU time of all (this process, the servers,
the agents) divided by the cores. Other work on the machine counts against it. The result is a dated JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from turns import load_now, rounded, seconds, write

from edgeflow.deploy import health
from edgeflow.device.types import Device
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.pipeline.deploy import deploy
from edgeflow.pipeline.deploy_many import deploy_many
from edgeflow.transport.address import parse_address
from edgeflow.transport.loopback_sshd import loopback_sshd

BOUND = 1.3
ROOT = Path(__file__).parents[2]


@dataclass
class Cpu:
    """The CPU seconds that a block took, filled in when it ended and all its processes were reaped."""

    seconds: float = 0.0


@contextlib.contextmanager
def fleet(folder: Path, count: int, cpu: Cpu) -> Iterator[list[Device]]:
    """`count` servers with one key for all, each with a base of its own; `cpu` counts from when they all run."""
    keys = folder / "keys"
    keys.mkdir(parents=True)
    devices, known, before = [], [], 0.0
    with contextlib.ExitStack() as stack:
        for number in range(count):
            own = folder / f"sshd-{number}"
            own.mkdir(mode=0o700)
            for path in keys.iterdir():
                shutil.copy2(path, own)
            (own / "home").mkdir()  # empty: what a login shell reads is no part of this
            server = stack.enter_context(loopback_sshd(own, f"SetEnv HOME={own}/home\n"))
            if number == 0:
                for name in ("id", "id.pub", "hostkey", "hostkey.pub"):
                    shutil.copy2(own / name, keys)
            known.append((own / "known_hosts").read_text(encoding="utf-8"))
            base = folder / f"base-{number}"
            base.mkdir()
            (base / "venv").symlink_to(sys.prefix)
            address = parse_address(server.address)
            devices.append(Device(f"device-{number}", address, target="linux-x86-64", base=str(base)))
            before += _cpu_of(server.pid)
        (folder / "known").write_text("".join(known), encoding="utf-8")
        (folder / "config").write_text(
            f"Host *\n IdentityFile {keys}/id\n IdentitiesOnly yes\n UserKnownHostsFile {folder}/known\n",
            encoding="utf-8",
        )
        os.environ["EDGEFLOW_SSH_CONFIG"] = str(folder / "config")
        before += _cpu_reaped()
        yield devices
    cpu.seconds = _cpu_reaped() - before


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _cpu_reaped() -> float:
    """Of this process and of all below it that have ended and were waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def measure(model: Model, count: int, jobs: int, folder: Path) -> dict[str, Any]:
    """One round: the seconds of each device alone, of all together, and the CPU that these took."""
    health._expected.cache_clear()
    alone_cpu, together_cpu = Cpu(), Cpu()
    with fleet(folder / "alone", count, alone_cpu) as devices:
        alone = [seconds(lambda device=device: deploy(model, device)) for device in devices]  # type: ignore[misc]
    health._expected.cache_clear()
    with fleet(folder / "together", count, together_cpu) as devices:
        began = time.perf_counter()
        outcomes = deploy_many(model, devices, jobs=jobs)
        together = time.perf_counter() - began
    assert all(outcome.deployment and outcome.deployment.action == "deployed" for outcome in outcomes)
    floor = max(*alone, together_cpu.seconds / (os.cpu_count() or 1))
    return {
        "slowest_alone_s": round(max(alone), 3),
        "median_alone_s": round(statistics.median(alone), 3),
        "together_s": round(together, 3),
        "cpu_alone_s": round(alone_cpu.seconds, 3),
        "cpu_together_s": round(together_cpu.seconds, 3),
        "ratio": round(together / floor, 3),
        "alone_s": rounded({"": alone}, 3)[""],
    }


def main() -> int:
    """Measure, print, write; 1 when the bound is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--devices", type=int, default=32)
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--model", type=Path, default=ROOT / "tests" / "data" / "vww_int8.tflite")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    load = load_now()
    model = load_model(options.model)
    rounds = []
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory() as name:
            rounds.append(measure(model, options.devices, options.jobs, Path(name)))
        print(f"round {number}: { {key: value for key, value in rounds[-1].items() if key != 'alone_s'} }", flush=True)
    ratio = statistics.median(each["ratio"] for each in rounds)
    answer = {
        "devices": options.devices,
        "jobs": options.jobs,
        "model": {"name": options.model.stem, "bytes": options.model.stat().st_size},
        "bound": BOUND,
        "ratio": ratio,
        "rounds": rounds,
    }
    print(f"ratio {ratio}; written to {write('fleet', '1', answer, load, options.output)}")
    return 0 if ratio <= BOUND else 1


if __name__ == "__main__":
    raise SystemExit(main())
