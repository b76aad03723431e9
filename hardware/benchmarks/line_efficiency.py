"""How much of a serial line's rate a model's upload uses, with the runner behind a paced pseudo-terminal.

    python hardware/benchmarks/line_efficiency.py [--results FOLDER]

A rate of N bit/s carries N/10 bytes a second (8N1). The efficiency counts the model's bytes against what the line
could have carried from the first request of the upload to the reply of the last. It writes
FOLDER/<date>-line-efficiency.json (default: hardware/results) and ends with 1 when a row is below 92 %.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

from edgeflow.device.session import Session
from edgeflow.firmware.runner import build_posix_runner
from edgeflow.transport.address import parse_address
from edgeflow.transport.serial import SerialTransport

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "link"))  # the relay that the tests use

from relay import Relay  # noqa: E402 - it lies on the path just added

LEAST = 0.92
CASES = ((115_200, 100_000), (115_200, 300_000), (921_600, 300_000), (921_600, 2_000_000))  # bit/s, model bytes
PAYLOADS = (1024, 2048, 4096)  # the board's buffer


def measure(runner: Path, baud: int, size: int, payload: int) -> dict[str, Any]:
    """One upload of `size` random bytes."""
    content = random.Random(size).randbytes(size)
    with Relay([runner, "--payload", str(payload)], bytes_per_s=baud / 10) as relay:
        transport = SerialTransport(parse_address(f"serial://{relay.path}?baud={baud}"))
        with Session(transport.open, name="line", peer="the runner", lossy=True, reopen=False) as session:
            before, began = relay.carried_bytes, time.monotonic()
            session.models.upload("bench", content)
            seconds, carried = time.monotonic() - began, relay.carried_bytes - before
            window = session.hello.window
    return {
        "baud": baud,
        "model_bytes": size,
        "payload_bytes": payload,
        "window": window,
        "seconds": round(seconds, 3),
        "carried_bytes": carried,
        "efficiency": round(size / (seconds * baud / 10), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--results", type=Path, default=ROOT / "hardware" / "results")
    chosen = parser.parse_args()
    runner = build_posix_runner().path
    rows = []
    for baud, size in CASES:
        for payload in PAYLOADS:
            rows.append(measure(runner, baud, size, payload))
            row = rows[-1]
            print(f"{baud:>7} bit/s {size:>8} bytes, blocks of {payload:>4}: {row['efficiency']:.1%} of the line")
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    answer = {"schema": "edgeflow.line-efficiency/1", "date": today, "rows": rows}
    chosen.results.mkdir(parents=True, exist_ok=True)
    (chosen.results / f"{today}-line-efficiency.json").write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")
    if min(row["efficiency"] for row in rows) < LEAST:
        sys.exit(f"below {LEAST:.0%}")


if __name__ == "__main__":
    main()
