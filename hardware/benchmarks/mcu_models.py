"""What models cost on the emulated microcontroller boards: instructions, arena, stack, flash.

    python hardware/benchmarks/mcu_models.py MODEL.tflite… [--board BOARD…] [--results FOLDER] [--name NAME]

Writes FOLDER/<date>-NAME.json and .md (default: hardware/results, mcu-models). Instructions are exact and repeatable;
they are no cycles and no time.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from edgeflow.device.connect import connect
from edgeflow.device.emulator import board_image
from edgeflow.device.types import Device
from edgeflow.errors import DeviceStatusError
from edgeflow.resources import targets_dir
from edgeflow.transport.address import parse_address

BOARDS = tuple(sorted(path.stem for path in (targets_dir() / "emulators").glob("*.toml")))
COLUMNS = (
    ("instructions_per_invoke", "instructions / invoke"),
    ("init_instructions", "init"),
    ("arena_planned_bytes", "arena planned B"),
    ("arena_persistent_bytes", "persistent B"),
    ("stack_bytes", "stack B"),
    ("model_bytes", "model B"),
    ("text_bytes", "runner text B"),
    ("kernels", "kernels"),
)


def measure(board: str, models: list[Path]) -> list[dict[str, Any]]:
    """One record a model, on a board started for it alone, so that the stack's depth is that model's."""
    image = board_image(board)
    records = []
    for model in models:
        record: dict[str, Any] = {"board": board, "model": model.stem, "model_bytes": model.stat().st_size}
        record |= {"text_bytes": image.text_bytes, "toolchain": image.toolchain, "flags": image.flags}
        with connect(Device("bench", parse_address(f"qemu:{board}/bench")), fresh=True) as session:
            record["kernels"] = session.hello.kernels
            try:
                session.models.upload("bench", model.read_bytes())
                session.models.activate("bench")
            except DeviceStatusError as refusal:
                records.append(record | {"refused": refusal.message})
                continue
            session.restart()  # forget the stack of the upload
            opened = session.open("")
            samples = session.invoke(max_runs=3).samples
            if len(set(samples)) != 1:
                raise SystemExit(f"{board}, {model.name}: the counts differ: {samples}")
            record |= {"instructions_per_invoke": samples[0], "init_instructions": opened.init_ticks}
            record |= {"arena_planned_bytes": opened.planned_bytes, "arena_persistent_bytes": opened.persistent_bytes}
            record["stack_bytes"] = session.memory()["stack"]
        records.append(record)
    return records


def table(records: list[dict[str, Any]], title: str) -> str:
    """The records as Markdown."""
    lines = [f"# {title}", "", "Counted by QEMU with `-icount shift=6`; no cycles, no time.", ""]
    lines.append("| model | board | " + " | ".join(name for _, name in COLUMNS) + " |")
    lines.append("|---|---|" + "---:|" * len(COLUMNS))
    for record in sorted(records, key=lambda r: (r["model"], r["board"])):
        if "refused" in record:
            cells = [f"refused: {record['refused'].partition(': ')[2]}", *[""] * (len(COLUMNS) - 1)]
        else:
            cells = [f"{record[key]:,}".replace(",", " ") if key != "kernels" else record[key] for key, _ in COLUMNS]
        lines.append(f"| {record['model']} | {record['board']} | " + " | ".join(cells) + " |")
    compilers = ", ".join(dict.fromkeys(record["toolchain"] for record in records))
    lines += ["", f"Built with {compilers}; core and link `-Os`, kernels `-O2`."]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--board", action="append", choices=BOARDS)
    parser.add_argument("--results", type=Path, default=Path(__file__).parents[1] / "results")
    parser.add_argument("--name", default="mcu-models")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as state:
        os.environ["EDGEFLOW_STATE_DIR"] = state
        records = []
        for board in chosen.board or BOARDS:
            records += measure(board, chosen.models)
            print(f"{board}: {len(chosen.models)} models", file=sys.stderr)
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    git = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=Path(__file__).parent
    )
    answer = {
        "schema": "edgeflow.mcu-models/1",
        "date": today,
        "git": git.stdout.strip() or None,
        "records": records,
    }
    chosen.results.mkdir(parents=True, exist_ok=True)
    text = table(records, f"Models on emulated microcontrollers, {today}")
    (chosen.results / f"{today}-{chosen.name}.json").write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")
    (chosen.results / f"{today}-{chosen.name}.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
