"""What one build of a model costs on an emulated core, operator by operator: instructions and estimated cycles.

    python hardware/benchmarks/cycles.py MODEL.tflite [--board BOARD] [--build speed|ram|balanced|interpreter] [--json]

Without the link. Instructions are counted and exact; cycles are estimated from them with a table of the core's timings
and are no time. A kernel is better when its instructions fall and its estimated cycles do not rise.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from mcu_images import measure_ahead, measure_interpreted

from edgeflow.errors import EdgeflowError
from edgeflow.firmware.cycles import cycles_source, estimated_targets
from edgeflow.model.read import load_model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--board", default="mps2-an386")
    parser.add_argument("--build", default="speed", choices=("speed", "ram", "balanced", "interpreter"))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    try:
        model = load_model(given.model)
        interpreted = given.build == "interpreter"
        found = (
            measure_interpreted(given.board, model) if interpreted else measure_ahead(given.board, model, given.build)
        )
    except EdgeflowError as error:
        raise SystemExit(f"{error.message}\n{error.hint}") from None
    source = cycles_source(found.core) if found.core in estimated_targets() else None
    if given.json:
        print(json.dumps({"schema": "edgeflow.cycles/1", "source": source, **asdict(found)}, indent=1))
        return
    print(f"{'#':>3}  {'instructions':>12}  {'cycles':>12}  operator")
    for share in found.operators:
        cycles = "–" if share.cycles is None else f"{share.cycles:,}"
        print(f"{share.index:>3}  {share.instructions:>12,}  {cycles:>12}  {share.title}: {share.kernel}")
    total = "–" if found.cycles is None else f"{found.cycles:,}"
    print(f"     {found.instructions:>12,}  {total:>12}  {found.model}, {found.build}, {found.board}")
    print(f"arena {found.arena_bytes:,} B, stack {found.stack_bytes:,} B, text {found.text_bytes:,} B")
    print(source or f"the cycles of {found.core} are not estimated")


if __name__ == "__main__":
    main()
