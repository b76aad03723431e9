"""All faults: `make test-faults`, or `python -m tests.faults.run [--transport vm] [--count 200] [--jobs 2]`.

It takes up where it was stopped: what is done is kept by transport, seed and number in the user's cache folder, and is
done anew where what it is about has changed. The figures of a whole run, of one commit and a clean tree, go to
hardware/results.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from tests.faults.matrix import COUNT, KINDS, SEED, Fault, fault
from tests.faults.record import ROOT, Tree, done_file, lines_of, read_tree, refusal, write_results

_SLOWEST_FIRST = ("vm", "adb", "ssh", "local", "serial")  # so that no worker has much to do when the others are done


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.faults.run")
    parser.add_argument("--transport", choices=sorted(KINDS), action="append", help="repeated: several; all by default")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--only", type=lambda text: [int(number) for number in text.split(",")], help="numbers: 3,17")
    parser.add_argument(
        "--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes with rigs of their own"
    )
    parser.add_argument("--part", action="store_true", help=argparse.SUPPRESS)  # of another run, which tells of it
    given = parser.parse_args()
    transports = [name for name in _SLOWEST_FIRST if not given.transport or name in given.transport]
    wanted = given.only or list(range(given.first, given.first + given.count))
    whole = set(range(COUNT)) <= set(wanted)
    tree = read_tree()
    if given.part:
        signal.signal(signal.SIGTERM, _end)
        for name in transports:
            _work(name, given.seed, wanted, tree)
        return 0
    if whole and tree.changed:
        print(f"no results will be written: {tree.changed[0]} is not committed", flush=True)
    missing = {name: _missing(name, given.seed, wanted) for name in transports}
    total = sum(map(len, missing.values()))
    print(f"{total} faults to come, seed {given.seed}, {given.jobs} at once, {tree.commit[:12]}", flush=True)
    if given.jobs > 1 and total > 1:
        _share(given.seed, missing, given.jobs)
    else:
        for name, numbers in missing.items():
            _work(name, given.seed, numbers, tree)
    return _tell(given.seed, transports, wanted, whole)


def _end(*_: object) -> None:
    """Let every rig put away what it has started; a second signal does not keep it from that."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(1)


def _tell(seed: int, transports: list[str], wanted: list[int], whole: bool) -> int:
    found = {name: lines_of(name, seed) for name in transports}
    tables = {name: [lines[number] for number in wanted if number in lines] for name, lines in found.items()}
    failed = [line for lines in tables.values() for line in lines if line["failed"]]
    for line in failed:
        print(f"FAILED {line['fault']}: {line['failed']}")
    lost = sum(len(_missing(name, seed, wanted)) for name in transports) - len(failed)
    counts = ", ".join(f"{name} {len(lines)}" for name, lines in tables.items())
    print(f"{sum(map(len, tables.values()))} faults ({counts}), {len(failed)} failed, {lost} not run (seed {seed})")
    if not whole:
        return 1 if failed or lost else 0
    if reason := refusal(tables, lost):
        print(f"no results were written: {reason}")
        return 1
    print(f"written: {write_results(seed, tables).relative_to(ROOT)}")
    return 1 if failed else 0


def _missing(transport: str, seed: int, wanted: list[int]) -> list[int]:
    done = {number for number, line in lines_of(transport, seed).items() if not line["failed"]}
    return [number for number in wanted if number not in done and not _needs_root(fault(transport, number, seed))]


def _needs_root(drawn: Fault) -> bool:
    """A disk of its own is mounted."""
    return "disk" in drawn.kind and drawn.transport in ("ssh", "local") and os.getuid() != 0


def _share(seed: int, missing: dict[str, list[int]], jobs: int) -> None:
    """Run all of it in `jobs` processes at a time, each with a part of the numbers of one transport."""
    argv = [sys.executable, "-m", "tests.faults.run", "--part", "--seed", str(seed), "--transport"]
    parts = [
        [*argv, name, "--only", ",".join(map(str, numbers[start::jobs]))]
        for name, numbers in missing.items()
        for start in range(min(jobs, len(numbers)))
    ]
    running: list[subprocess.Popen[bytes]] = []
    try:
        for part in parts:
            if len(running) == jobs:
                _wait_for_one(running)
            running.append(subprocess.Popen(part, cwd=ROOT))
        while running:
            _wait_for_one(running)
    finally:
        for child in running:
            child.terminate()
            child.wait()


def _wait_for_one(running: list[subprocess.Popen[bytes]]) -> None:
    while True:
        for child in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(0.2)
                running.remove(child)
                return


def _work(transport: str, seed: int, numbers: list[int], tree: Tree) -> None:
    from tests.faults.rigs import open_rig  # the transports' rigs take a while to import

    if not numbers:
        return
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="edgeflow-faults-")))
        os.environ.pop("SSH_AUTH_SOCK", None)
        for name in ("CONFIG", "STATE"):
            os.environ[f"EDGEFLOW_{name}_DIR"] = str(folder / name.lower())
        rig = open_rig(transport, folder, stack)
        for number in numbers:
            drawn = fault(transport, number, seed)
            line: dict[str, Any] = {"number": number, "kind": drawn.kind, "fault": str(drawn)}
            try:
                outcome = rig.run(drawn)
                line |= {"struck": outcome.struck, "deployed": outcome.deployed, "active": outcome.active}
                line |= {"s": outcome.seconds, "failed": None}
            except Exception as error:  # whatever it was, the others go on
                traceback.print_exc()
                line |= {"struck": None, "deployed": None, "active": None, "s": None}
                line |= {"failed": f"{type(error).__name__}: {error}"}
            line |= tree.as_line() | {"load": round(os.getloadavg()[0], 1)}
            with done_file(transport, seed).open("a") as file:
                file.write(json.dumps(line) + "\n")
            so_far = len(lines_of(transport, seed))
            took = "FAILED" if line["failed"] else f"{line['s']} s"
            came = f"{drawn} -> {line['deployed']}, {line['active']}, {took}, load {line['load']}"
            print(f"[{transport} {so_far}/{max(COUNT, so_far)}] {came}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
