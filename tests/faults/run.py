"""All faults: `make test-faults`, or `python -m tests.faults.run [--transport vm] [--count 200] [--jobs 2]`.

It takes up where it was stopped: what is done is kept by transport, seed and number in the user's cache folder, and is
done anew where the deploying code or the matrix has changed. The figures go to hardware/results.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs

from edgeflow.files import write_whole
from edgeflow.transport.loopback_sshd import loopback_sshd
from tests.adbd import adbd
from tests.faults.android import AndroidRig
from tests.faults.matrix import COUNT, KINDS, SEED, fault
from tests.faults.rig import Rig
from tests.faults.vm import VmRig

ROOT = Path(__file__).parents[2]
_CODE = ("edgeflow/deploy", "edgeflow/device", "edgeflow/transport", "runtime/agent", "tests/faults")


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.faults.run")
    parser.add_argument("--transport", choices=sorted(KINDS), action="append")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--only", type=lambda text: [int(number) for number in text.split(",")], help="numbers: 3,17")
    parser.add_argument("--jobs", type=int, default=1, help="rigs at once, of which each takes its part of the numbers")
    given = parser.parse_args()
    wanted = given.only or list(range(given.first, given.first + given.count))
    tables = {name: _run(name, given.seed, wanted, given.jobs) for name in given.transport or sorted(KINDS)}
    if set(range(COUNT)) <= set(wanted):
        _write(given.seed, tables)
    failed = [line for lines in tables.values() for line in lines if line["failed"]]
    for line in failed:
        print(f"FAILED {line['fault']}: {line['failed']}")
    print(f"{sum(map(len, tables.values()))} faults, {len(failed)} failed (seed {given.seed})")
    return 1 if failed else 0


def _run(transport: str, seed: int, wanted: list[int], jobs: int) -> list[dict[str, Any]]:
    done_file = Path(platformdirs.user_cache_dir("edgeflow")) / "faults" / f"{transport}-{seed}-{_digest()}.jsonl"
    done_file.parent.mkdir(parents=True, exist_ok=True)
    done = {number: line for number, line in _lines(done_file).items() if not line["failed"]}
    missing = [number for number in wanted if number not in done]
    if jobs > 1 and len(missing) > 1:
        _share(transport, seed, missing, jobs)
        done = _lines(done_file)
        return [done[number] for number in wanted if number in done]
    with contextlib.ExitStack() as stack:
        rig = None
        for number in wanted:
            drawn = fault(transport, number, seed)
            if number in done or ("disk" in drawn.kind and transport != "vm" and os.getuid() != 0):
                continue
            rig = rig or _rig(transport, stack)
            line = {"number": number, "kind": drawn.kind, "fault": str(drawn)}
            try:
                outcome = rig.run(drawn)
                line |= {
                    "struck": outcome.struck,
                    "deployed": outcome.deployed,
                    "active": outcome.active,
                    "s": outcome.seconds,
                    "failed": None,
                }
            except Exception as error:  # whatever it was, the others go on
                traceback.print_exc()
                line |= {
                    "struck": None,
                    "deployed": None,
                    "active": None,
                    "s": None,
                    "failed": f"{type(error).__name__}: {error}",
                }
            took = "FAILED" if line["failed"] else f"{line['s']} s"
            print(f"{drawn} -> {line['deployed']}, {line['active']}, {took}, load {os.getloadavg()[0]:.1f}", flush=True)
            done[number] = line
            with done_file.open("a") as file:
                file.write(json.dumps(line) + "\n")
    return [done[number] for number in wanted if number in done]


def _lines(done_file: Path) -> dict[int, dict[str, Any]]:
    """What the last run of each number came to."""
    lines = done_file.read_text().splitlines() if done_file.exists() else []
    return {line["number"]: line for line in map(json.loads, lines)}


def _share(transport: str, seed: int, numbers: list[int], jobs: int) -> None:
    """Run the numbers in processes of their own; what each came to is in the file."""
    argv = [sys.executable, "-m", "tests.faults.run", "--transport", transport, "--seed", str(seed), "--only"]
    parts = [",".join(map(str, numbers[start::jobs])) for start in range(min(jobs, len(numbers)))]
    children = [subprocess.Popen([*argv, part], cwd=ROOT) for part in parts]
    for child in children:
        child.wait()


def _rig(transport: str, stack: contextlib.ExitStack) -> Rig | AndroidRig | VmRig:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="edgeflow-faults-")))
    os.environ.pop("SSH_AUTH_SOCK", None)
    for name in ("CONFIG", "STATE"):
        os.environ[f"EDGEFLOW_{name}_DIR"] = str(folder / name.lower())
    if transport == "adb":
        android = AndroidRig(folder, stack.enter_context(adbd(folder / "adbd")))
        stack.callback(android.close)
        return android
    if transport == "vm":
        board = VmRig(folder)
        stack.callback(board.close)
        return board
    server = stack.enter_context(loopback_sshd(folder / "sshd")) if transport == "ssh" else None
    rig = Rig(transport, folder, server)
    stack.callback(rig.close)
    return rig


def _digest() -> str:
    found = hashlib.sha256()
    for folder in _CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()[:12]


def _write(seed: int, tables: dict[str, list[dict[str, Any]]]) -> None:
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    path = ROOT / "hardware" / "results" / f"{today}-faults.json"
    told: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    told |= {"created": today, "seed": seed, "command": "make test-faults"}
    for transport, lines in tables.items():
        kinds: dict[str, Any] = {}
        for kind in KINDS[transport]:
            of_kind = [line for line in lines if line["kind"] == kind]
            kinds[kind] = {
                "faults": len(of_kind),
                "struck": sum(bool(line["struck"]) for line in of_kind),
                "failed": sum(line["failed"] is not None for line in of_kind),
                "deployed": dict(Counter(line["deployed"] for line in of_kind)),
                "active_afterwards": dict(Counter(line["active"] for line in of_kind)),
            }
        struck = sum(k["struck"] for k in kinds.values())
        told[transport] = {
            "faults": len(lines),
            "struck": struck,
            "failed": sum(k["failed"] for k in kinds.values()),
            "kinds": kinds,
        }
    write_whole(path, (json.dumps(told, indent=2) + "\n").encode())


if __name__ == "__main__":
    sys.exit(main())
