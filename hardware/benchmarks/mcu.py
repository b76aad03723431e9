"""What models cost on microcontrollers, beside TensorFlow Lite Micro with CMSIS-NN: `make bench-mcu [MODELS=DIR]`.

    python hardware/benchmarks/mcu.py [MODEL.tflite | DIR]… [--board BOARD…] [--no-others] [--results FOLDER]

Without models: the project's own ones of MLPerf Tiny's shapes (tests/data). Each is built ahead of time twice, with
`--optimize speed` and `--optimize ram`, and run by the interpreter, on Cortex-M4F and Cortex-M55; all three must give
the same outputs. What is built for Cortex-M0 runs on an emulated board with more memory than such cores have, whose
Cortex-M3 has all of its instructions. The other emulated boards run the model through the link. Writes
FOLDER/<date>-mcu.json and .md (default: hardware/results). Instructions are exact and repeatable; cycles are estimated
from them; neither is time.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import mcu_models
from mcu_images import Figures, measure_ahead, measure_interpreted
from mcu_report import report, rows

from edgeflow.errors import EdgeflowError
from edgeflow.model.read import load_model
from edgeflow.resources import targets_dir

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "tests" / "data"
SHAPES = ("ad01", "kws", "resnet8", "vww")
BOARDS = ("mps2-an386", "mps3-an547")
SMALLEST = ("mps2-an385", "cortex-m0plus")  # the board that runs it, and the core it is built for


def load_peers() -> dict[str, Any]:
    """mcu_peers.toml."""
    return tomllib.loads((HERE / "mcu_peers.toml").read_text(encoding="utf-8"))


def measure(models: Sequence[Path], boards: Sequence[str]) -> list[Figures]:
    """All builds of all models. Raises EdgeflowError where two builds disagree about the output."""
    found: list[Figures] = []
    for path in models:
        model = load_model(path)
        digests: dict[int, str] = {}
        for board in boards:
            for figures in (
                measure_ahead(board, model, "speed"),
                measure_ahead(board, model, "ram"),
                measure_interpreted(board, model),
            ):
                found.append(figures)
                digests.setdefault(figures.digest, f"{board} {figures.build}")
                print(f"{board}: {model.name}, {figures.build}: {figures.instructions:,} instructions", file=sys.stderr)
        if len(digests) > 1:
            raise EdgeflowError(
                f"{model.name}: outputs differ: {', '.join(digests.values())}", "find out which is right"
            )
    return found


def measure_smallest(models: Sequence[Path]) -> list[Figures]:
    """All models in portable C, on the smallest core. Raises EdgeflowError where two builds disagree."""
    board, core = SMALLEST
    found: list[Figures] = []
    for path in models:
        model = load_model(path)
        found += [measure_ahead(board, model, "ram", core), measure_interpreted(board, model, core)]
        print(f"{core}: {model.name}: {found[-1].instructions:,} instructions", file=sys.stderr)
        if found[-1].digest != found[-2].digest:
            raise EdgeflowError(f"{model.name}, {core}: outputs differ", "find out which is right")
    return found


def others(models: Sequence[Path], boards: Sequence[str]) -> list[dict[str, Any]]:
    """The models on every emulated microcontroller that is not among `boards`, through runner and link."""
    records: list[dict[str, Any]] = []
    for path in sorted((targets_dir() / "emulators").glob("*.toml")):
        if tomllib.loads(path.read_text(encoding="utf-8"))["kind"] != "runner" or path.stem in boards:
            continue
        try:
            records += mcu_models.measure(path.stem, list(models))
        except EdgeflowError as error:
            records.append({"board": path.stem, "refused": f"{path.stem}: {error.message}"})
        print(f"{path.stem}: through the link", file=sys.stderr)
    return records


def chosen_models(given: Sequence[Path]) -> list[Path]:
    """Files as they are, of a folder its int8 models; without any the project's own."""
    if not given:
        return [DATA / f"{shape}_int8.tflite" for shape in SHAPES]
    return [model for path in given for model in (sorted(path.glob("*int8.tflite")) if path.is_dir() else [path])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("models", nargs="*", type=Path)
    parser.add_argument("--board", action="append", choices=BOARDS)
    parser.add_argument("--no-others", action="store_true", help="leave the other emulated boards out")
    parser.add_argument("--results", type=Path, default=HERE.parent / "results")
    given = parser.parse_args()
    models, boards = chosen_models(given.models), tuple(given.board or BOARDS)
    if not models:
        raise SystemExit("there is no *int8.tflite to measure")
    peers = load_peers()
    try:
        found = measure(models, boards)
        with tempfile.TemporaryDirectory() as state:
            os.environ["EDGEFLOW_STATE_DIR"] = state
            linked = [] if given.no_others else others(models, boards)
        smallest = [] if given.no_others else measure_smallest(models)
    except EdgeflowError as error:
        raise SystemExit(f"{error.message}\n{error.hint}") from None
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    git = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=HERE)
    answer = {
        "schema": "edgeflow.mcu/1",
        "date": today,
        "git": git.stdout.strip() or None,
        "peer": peers["name"],
        "models": {path.stem: load_model(path).sha256 for path in models},
        "table": [asdict(row) for row in rows(found, peers)],
        "builds": [asdict(figures) for figures in found],
        "smallest": [asdict(figures) for figures in smallest],
        "others": linked,
    }
    text = report(found, smallest, linked, peers, f"Models on microcontrollers, {today}")
    name = f"{today}-mcu" + ("" if not given.models else f"-{given.models[0].resolve().name.removesuffix('.tflite')}")
    given.results.mkdir(parents=True, exist_ok=True)
    (given.results / f"{name}.json").write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")
    (given.results / f"{name}.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
