"""Fuzzes each target for a while: `python -m tests.fuzz.run --seconds 60 [--target model]... [--json FILE]`.

The growing corpus stays in the user's cache folder, so that later runs add up; what crashes a target is left in
tests/fuzz/crashes, where a test replays it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import resource
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from edgeflow.firmware.build import cache_dir
from tests.fuzz import seeds
from tests.fuzz.build import HERE, TARGETS, build_fuzzer

INPUT_BYTES_MAX = {"model": 16384, "link": 24576, "frame": 4096, "ahead": 24576, "signature": 4096}
# of one input in tests/fuzz/corpus
COMMITTED_BYTES_MAX = {"model": 1200, "link": 2000, "frame": 600, "ahead": 600, "signature": 600}
INPUT_SECONDS_MAX = 20
_COVERAGE = re.compile(r"\bcov: (\d+)")
_STATISTIC = re.compile(r"^stat::(\w+):\s+(\d+)", re.MULTILINE)


def crashes(target: str) -> set[Path]:
    """Files that crashed the target, now or once."""
    return {path for path in (HERE / "crashes" / target).glob("*") if path.is_file()}


def fuzz(target: str, seconds: int, cache: Path) -> dict[str, Any]:
    """Build and run one target. Returns what the fuzzer said, and the names of new crashes."""
    fuzzer = build_fuzzer(target, cache / "build")
    corpus, seeded, found = cache / "corpus" / target, cache / "seeds" / target, HERE / "crashes" / target
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    seeds.write(seeded, target)
    known = crashes(target)
    folders = [corpus, seeded, HERE / "corpus" / target]
    command = [
        str(fuzzer),
        f"-max_total_time={seconds}",
        f"-max_len={INPUT_BYTES_MAX[target]}",
        f"-timeout={INPUT_SECONDS_MAX}",
        "-rss_limit_mb=1500",
        "-detect_leaks=0",
        "-use_value_profile=0",
        "-print_final_stats=1",
        f"-artifact_prefix={found}/",
        *(str(folder) for folder in folders if folder.is_dir()),
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    statistics = dict(_STATISTIC.findall(done.stderr))
    coverage = [int(edges) for edges in _COVERAGE.findall(done.stderr)]
    new = sorted(path.name for path in crashes(target) - known)
    if done.returncode != 0:
        (cache / f"{target}.log").write_text(done.stderr)
        sys.stderr.write(done.stderr[-6000:])
    return {
        "target": target,
        "cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
        "executions": int(statistics.get("number_of_executed_units", 0)),
        "edges": coverage[-1] if coverage else 0,
        "new_units": int(statistics.get("new_units_added", 0)),
        "corpus_units": sum(1 for _ in corpus.iterdir()),
        "crashes": new,
        "exit": done.returncode,
    }


def distil(target: str, cache: Path) -> int:
    """Replace tests/fuzz/corpus by few small inputs that reach nearly what all of them reach. Returns their number."""
    committed, small = HERE / "corpus" / target, cache / "small" / target
    shutil.rmtree(small, ignore_errors=True)
    for name in ("from", "to"):
        (small / name).mkdir(parents=True)
    for folder in (committed, cache / "corpus" / target, cache / "seeds" / target):
        for path in folder.glob("*"):
            if path.stat().st_size <= COMMITTED_BYTES_MAX[target]:
                shutil.copy(path, small / "from" / hashlib.sha256(path.read_bytes()).hexdigest()[:16])
    command = [str(build_fuzzer(target, cache / "build")), "-set_cover_merge=1", "-use_counters=0", "-detect_leaks=0"]
    subprocess.run([*command, str(small / "to"), str(small / "from")], capture_output=True, check=True)
    shutil.rmtree(committed, ignore_errors=True)
    committed.mkdir(parents=True)
    for path in (small / "to").iterdir():
        shutil.copy(path, committed / path.name[:16])
    return sum(1 for _ in committed.iterdir())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--target", action="append", choices=sorted(TARGETS))
    parser.add_argument("--json", type=Path, help="append the figures to this file, a line a target")
    parser.add_argument("--distil", action="store_true", help="renew tests/fuzz/corpus instead")
    chosen = parser.parse_args()
    cache = cache_dir().parent / "fuzz"
    if shutil.which("clang") is None:
        sys.exit("the fuzzers need clang and its runtime libraries; see .ci/setup")
    failed = False
    for target in chosen.target or TARGETS:
        if chosen.distil:
            print(f"corpus {target}: {distil(target, cache)} inputs")
            continue
        row = fuzz(target, chosen.seconds, cache)
        figures = "{executions} executions, {edges} edges, {new_units} new units, {corpus_units} in all, {cpu_s} CPU s"
        print(f"fuzz {target}:", figures.format(**row), *row["crashes"], flush=True)
        failed = failed or row["exit"] != 0
        if chosen.json:
            with chosen.json.open("a") as log:
                log.write(json.dumps({"at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), **row}) + "\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
