"""What models cost when they are built ahead of time: instructions, arena, text, stack, without the link.

    python hardware/benchmarks/aot.py MODEL.tflite… [--board BOARD…] [--results FOLDER]

Each image holds start-up, the model and its kernels, nothing else; a second one of the same parts counts. Writes
FOLDER/<date>-aot.json and .md (default: hardware/results) with the ratio to the peer where its figures are known.
Instructions are exact and repeatable; they are no cycles and no time.
"""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from edgeflow.device.emulator import load_machine
from edgeflow.firmware.ahead import AheadProject, generate_ahead
from edgeflow.firmware.build import Recipe, Source, build
from edgeflow.firmware.image import Image
from edgeflow.firmware.runner import kernel_flags
from edgeflow.firmware.toolchain import for_target
from edgeflow.generate.context import Options, build_context
from edgeflow.model.read import load_model
from edgeflow.resources import runtime_dir
from edgeflow.targets.registry import find_board, find_target
from edgeflow.transport.qemu import QemuTransport

HERE = Path(__file__).parent
BOARDS = ("mps2-an386", "mps3-an547")
# TFLM 90b983c with CMSIS-NN 99f736a, GCC 12.2.1, upstream's defaults, its own models of these shapes: instructions of
# one invoke; text without the model and with slim registrations; stack. The arena is the smaller one of its reference
# kernels on M4F, to which .data and .bss would have to be added.
PEER = {
    ("mps2-an386", "ad01"): {"instructions": 582_943, "text": 29_376, "arena": 2_260},
    ("mps2-an386", "kws"): {"instructions": 7_699_891, "text": 53_888, "arena": 22_772, "stack": 1_532},
    ("mps2-an386", "resnet8"): {"instructions": 29_863_351, "text": 54_224, "arena": 54_340},
    ("mps2-an386", "vww"): {"instructions": 24_101_961, "text": 56_384, "arena": 100_660, "stack": 1_532},
    ("mps3-an547", "ad01"): {"instructions": 149_994, "text": 21_440, "arena": 2_260},
    ("mps3-an547", "kws"): {"instructions": 1_815_807, "text": 45_296, "arena": 22_772, "stack": 1_624},
    ("mps3-an547", "resnet8"): {"instructions": 4_911_694, "text": 44_496, "arena": 54_340},
    ("mps3-an547", "vww"): {"instructions": 6_558_335, "text": 47_760, "arena": 100_660},
}
_RUN_S = 300.0


def build_bare(board_name: str, made: AheadProject, folder: Path, *, measuring: bool) -> Image:
    """Start-up, model and kernels for a board."""
    board = find_board(board_name)
    target = find_target(board.target)
    port = runtime_dir() / "port" / "mps"
    for name, content in made.files.items():
        (folder / name).write_bytes(content)
    kernels = tuple(Source(path, kernel_flags(path)) for path in made.runtime if path.suffix == ".c")
    counter = (Source(port / "counter.c", ("-Os",)),) if measuring else ()
    recipe = Recipe(
        name=f"bare-{board_name}{'-measuring' if measuring else ''}",
        toolchain=for_target(target),
        sources=(Source(HERE / "aot_bare.c", ("-Os",)), Source(folder / "m.c", ("-Os",)), *counter, *kernels),
        include=(folder, runtime_dir() / "core", port),
        flags=(
            *target.cflags,
            *("-std=gnu99", "-ffunction-sections", "-fdata-sections", "-DEF_WITH_REASONS=0"),
            f"-DEF_BOARD_{board_name.upper().replace('-', '_')}",
            *(("-DMEASURE",) if measuring else ()),
        ),
        link_flags=("-nostartfiles", "-specs=nano.specs", "-Wl,--gc-sections", "-lm"),
        script=port / "mps.ld.in",
        shown_flags=" ".join([*target.cflags, "-Os", "kernels", "-O2"]),
    )
    return build(recipe)


def run(board: str, image: Image, folder: Path) -> dict[str, int]:
    """What the measuring image says on its UART."""
    transport = QemuTransport(load_machine(board), image.path, folder / "memory")
    said = b""
    deadline = time.monotonic() + _RUN_S
    try:
        pipe = transport.open()
        while b"end 0\n" not in said:
            said += pipe.read(4096, 1.0)
            if time.monotonic() > deadline:
                raise SystemExit(f"{board}: {image.path} said only {said!r}")
    finally:
        transport.close()
    return {name: int(value) for name, value in (line.split() for line in said.decode("ascii").splitlines())}


def measure(board: str, path: Path) -> dict[str, Any]:
    """One record: figures of the image without measuring, counts of the one with."""
    model = load_model(path)
    name = model.name.removesuffix("_int8")
    found = find_board(board)
    signature = model.signatures[0].key if model.signatures else None
    context = build_context(model, find_target(found.target), found, Options("aot", "m", signature))
    made = generate_ahead(model, context)
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        plain = build_bare(board, made, folder, measuring=False)
        counted = run(board, build_bare(board, made, folder, measuring=True), folder)
    if counted["first"] != counted["second"]:
        raise SystemExit(f"{board}, {path.name}: the counts differ: {counted['first']} and {counted['second']}")
    ahead = made.ahead
    static = plain.data_bytes + plain.bss_bytes - -(-ahead.arena_bytes // 16) * 16
    record: dict[str, Any] = {
        "board": board,
        "model": model.name,
        "sha256": model.sha256,
        "instructions_per_invoke": counted["second"],
        "init_instructions": 0,
        "arena_bytes": ahead.arena_bytes,
        "static_bytes": max(0, static),
        "stack_bytes": counted["stack"],
        "text_bytes": plain.flash_bytes - ahead.constant_bytes + ahead.record_bytes,
        "record_bytes": ahead.record_bytes,
        "weight_bytes": ahead.constant_bytes - ahead.record_bytes,
        "kernels": sorted({step.kernel for step in ahead.steps if step.skipped is None}),
        "toolchain": plain.toolchain,
        "flags": plain.flags,
        "ratio": None,
    }
    peer = PEER.get((board, name)) if model.name.endswith("_int8") else None
    if peer:
        ram = record["arena_bytes"] + record["static_bytes"]
        record["ratio"] = {
            "instructions": round(record["instructions_per_invoke"] / peer["instructions"], 3),
            "ram": round(ram / peer["arena"], 3),
            "text": round(record["text_bytes"] / peer["text"], 3),
        }
    return record


def table(records: list[dict[str, Any]], title: str) -> str:
    """The records as Markdown."""
    columns = {
        "instructions_per_invoke": "instructions / invoke",
        "init_instructions": "init",
        "arena_bytes": "arena B",
        "static_bytes": ".data + .bss B",
        "stack_bytes": "stack B",
        "text_bytes": "text B",
        "record_bytes": "of these records B",
        "weight_bytes": "weights B",
    }
    lines = [f"# {title}", "", "Counted by QEMU with `-icount shift=6`; no cycles, no time. Images hold start-up, the"]
    lines += ["model and its kernels; text is without weights, with records. ÷ is to TFLM with CMSIS-NN (instructions,"]
    lines += ["text) and to the arena of its reference kernels on Cortex-M4F (RAM: arena + .data + .bss).", ""]
    lines.append("| model | board | " + " | ".join(columns.values()) + " | ÷ instructions | ÷ RAM | ÷ text |")
    lines.append("|---|---|" + "---:|" * (len(columns) + 3))
    for record in sorted(records, key=lambda r: (r["board"], r["model"])):
        cells = [f"{record[key]:,}".replace(",", " ") for key in columns]
        ratio = record["ratio"] or {}
        cells += [f"{ratio[key]:.3f}" if key in ratio else "–" for key in ("instructions", "ram", "text")]
        lines.append(f"| {record['model']} | {record['board']} | " + " | ".join(cells) + " |")
    lines += ["", f"Built with {records[0]['toolchain']}; `-Os`, kernels `-O2`, `EF_WITH_REASONS=0`."]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--board", action="append", choices=BOARDS)
    parser.add_argument("--results", type=Path, default=Path(__file__).parents[1] / "results")
    chosen = parser.parse_args()
    records = []
    for board in chosen.board or BOARDS:
        for model in chosen.models:
            records.append(measure(board, model))
            print(f"{board}: {model.name}", file=sys.stderr)
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    git = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=HERE)
    answer = {"schema": "edgeflow.aot/1", "date": today, "git": git.stdout.strip() or None, "records": records}
    chosen.results.mkdir(parents=True, exist_ok=True)
    text = table(records, f"Models built ahead of time, {today}")
    (chosen.results / f"{today}-aot.json").write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")
    (chosen.results / f"{today}-aot.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
