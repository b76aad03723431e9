"""What became of each fault, kept between runs, and the figures of a whole run with the conditions it ran in."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import platformdirs

from edgeflow.files import write_whole
from tests.faults.matrix import KINDS

ROOT = Path(__file__).parents[2]
# what a transport's faults are about: where it changes, they are run anew
_EVERYWHERE = (
    "edgeflow/deploy",
    "edgeflow/device",
    "edgeflow/transport",
    "edgeflow/wire",
    "edgeflow/pipeline/deploy.py",
    "tests/faults/matrix.py",
    "tests/faults/rig.py",
    "tests/faults/strikes.py",
)
_RUNNER = ("runtime/core", "runtime/link", "runtime/port", "edgeflow/firmware")
_ABOUT = {
    "ssh": ("runtime/agent", "tests/faults/line.py"),
    "local": ("runtime/agent",),
    "adb": (*_RUNNER, "tests/faults/android.py", "tests/adbd.py"),
    "serial": (
        *_RUNNER,
        "targets/boards",
        "targets/emulators",
        "tests/faults/serial.py",
        "tests/faults/serial_line.py",
        "tests/faults/emulated.py",
        "tests/faults/power_cut_nor.c",
    ),
    "vm": (
        "runtime/agent",
        "targets/emulators",
        "hardware/images",
        "tests/faults/vm.py",
        "tests/faults/board.py",
    ),
}


@dataclass(frozen=True)
class Tree:
    """The checkout: its commit, and what is changed or not known to git."""

    commit: str
    changed: tuple[str, ...]

    def as_line(self) -> dict[str, Any]:
        return {"commit": self.commit, "dirty": bool(self.changed), "ended": round(time.time(), 1)}


def read_tree() -> Tree:
    """What git says; without git there is no commit."""

    def git(*words: str) -> str:
        try:
            return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, timeout=60).stdout
        except OSError:
            return ""

    changed = tuple(line[3:] for line in git("status", "--porcelain").splitlines())
    return Tree(git("rev-parse", "HEAD").strip(), changed)


@functools.cache
def done_file(transport: str, seed: int) -> Path:
    """Where what is done is kept; another one where the code that it is about has changed."""
    found = hashlib.sha256()
    for name in sorted((*_EVERYWHERE, *_ABOUT[transport])):
        place = ROOT / name
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file() and "__pycache__" not in path.parts:
                found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    folder = Path(platformdirs.user_cache_dir("edgeflow")) / "faults"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{transport}-{seed}-{found.hexdigest()[:12]}.jsonl"


def lines_of(transport: str, seed: int) -> dict[int, dict[str, Any]]:
    """What the last run of each number came to."""
    path = done_file(transport, seed)
    lines = path.read_text().splitlines() if path.exists() else []
    return {line["number"]: line for line in map(json.loads, lines)}


def refusal(tables: dict[str, list[dict[str, Any]]], lost: int) -> str | None:
    """Why these figures are not worth writing down, or None."""
    lines = [line for table in tables.values() for line in table]
    if lost:
        return f"{lost} faults were not run"
    if dirty := [line["fault"] for line in lines if line["dirty"]]:
        return f"{len(dirty)} faults ran on a tree with changes that are not committed, {dirty[0]!r} among them"
    for name, table in tables.items():
        commits = Counter(line["commit"] for line in table)
        if len(commits) != 1 or "" in commits:
            told = ", ".join(f"{count} at {commit[:12] or 'no commit'}" for commit, count in commits.items())
            return f"those of {name} are of several commits ({told}); remove {done_file(name, 0).parent}"
    return None


def write_results(seed: int, tables: dict[str, list[dict[str, Any]]]) -> Path:
    """Write the figures to hardware/results, beside those of other transports; each table names its commit."""
    path = _path()
    told: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    told |= {"created": path.name[:10], "seed": seed, "command": "make test-faults", "machine": _machine()}
    for transport, lines in tables.items():
        told[transport] = _figures(transport, lines)
    write_whole(path, (json.dumps(told, indent=2) + "\n").encode())
    return path


def _figures(transport: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    kinds: dict[str, Any] = {}
    for kind in KINDS[transport]:
        of_kind = [line for line in lines if line["kind"] == kind]
        kinds[kind] = {
            "faults": len(of_kind),
            "struck": sum(bool(line["struck"]) for line in of_kind),
            "failed": sum(line["failed"] is not None for line in of_kind),
            "s": _spread([line["s"] for line in of_kind if line["s"] is not None]),
            "deployed": dict(Counter(line["deployed"] for line in of_kind)),
            "active_afterwards": dict(Counter(line["active"] for line in of_kind)),
        }
    return {
        "commit": lines[0]["commit"],
        "faults": len(lines),
        "struck": sum(kind["struck"] for kind in kinds.values()),
        "failed": sum(kind["failed"] for kind in kinds.values()),
        "began": _when(min(line["ended"] - (line["s"] or 0) for line in lines)),
        "ended": _when(max(line["ended"] for line in lines)),
        "s": _spread([line["s"] for line in lines if line["s"] is not None]),
        "load": _spread([line["load"] for line in lines]),
        "kinds": kinds,
    }


def _spread(values: list[float]) -> dict[str, float] | None:
    if not values:
        return None
    return {"min": min(values), "median": round(median(values), 2), "max": max(values), "sum": round(sum(values), 1)}


def _machine() -> dict[str, Any]:
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    programs = {"qemu": ("qemu-system-arm", "--version"), "ssh": ("ssh", "-V"), "gcc": ("gcc", "--version")}
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_bytes": memory,
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{name: _says(argv) for name, argv in programs.items()},
    }


def _says(argv: tuple[str, ...]) -> str | None:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=30)
    except OSError:
        return None
    return (done.stdout or done.stderr).splitlines()[0].strip()


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _path() -> Path:
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    return ROOT / "hardware" / "results" / f"{today}-faults.json"
