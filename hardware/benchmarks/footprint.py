"""What edgeflow's runtime itself takes on each microcontroller target: `python hardware/benchmarks/footprint.py`.

Flash: text and data of a program with the interpreter and every kernel, built as runners are (footprint.c). RAM: its
data, and the deepest stack that the emulated board of that target reports over the test models; where no board is
emulated the stack is left out. Targets whose compiler is not installed keep the figures they had. Writes
runtime/footprint.toml, and runtime/kernel_text.toml with each kernel's share; `edgeflow check` reads both.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from edgeflow.device.emulator import load_machine
from edgeflow.errors import ToolchainError
from edgeflow.firmware.build import Recipe, Source, build
from edgeflow.firmware.image import Image
from edgeflow.firmware.reachable import reachable
from edgeflow.firmware.runner import board_recipe
from edgeflow.firmware.toolchain import for_target
from edgeflow.fit.fit import fit
from edgeflow.fit.footprint import Footprint, load_footprints
from edgeflow.fit.kernel_text import KernelText, load_kernel_texts, render_kernel_texts
from edgeflow.model.read import load_model
from edgeflow.targets.registry import load_boards, load_targets
from edgeflow.targets.types import Board, Target

ROOT = Path(__file__).resolve().parents[2]
_RELOCATIONS = ("-Wl,--emit-relocs",)  # they say what needs what
_PICOLIBC = ("-Wl,--defsym=__flash_size=0x400000",)  # its linker script knows a smaller one
_PICOLIBC_STACK_BYTES = 2048  # which that script sets aside as variables
_UART_BYTES = 48_000  # models that a UART is given to carry, and that a slot of the smallest board holds
KERNEL, TABLE, POINTER_BYTES = "ef_kernel_", "ef_kernels_all", 4
MODELS = sorted((ROOT / "tests" / "data").glob("*.tflite"))


def image_of(target: Target, only: Sequence[str] = ()) -> Image:
    """The program of footprint.c for one target, with every kernel or `only` these. Raises ToolchainError."""
    toolchain = for_target(target)
    any_board = replace(next(board for board in load_boards().values() if board.port), target=target.name)
    runner = board_recipe(any_board, target, toolchain)
    core = ROOT / "runtime" / "core"
    return build(
        Recipe(
            name=f"footprint-{target.name}",
            toolchain=toolchain,
            sources=(
                *(source for source in runner.sources if source.path.parent == core),
                Source(Path(__file__).with_suffix(".c"), ("-Os", *_chosen(only))),
            ),
            include=(core,),
            flags=tuple(flag for flag in runner.flags if not flag.startswith("-D")),
            link_flags=(*runner.link_flags, "-Wl,-e,main", *_RELOCATIONS, *_PICOLIBC),
            shown_flags=runner.shown_flags,
        )
    )


def _chosen(only: Sequence[str]) -> tuple[str, ...]:
    return (f"-DONLY={''.join(f'&{KERNEL}{name},' for name in only)}",) if only else ()


def kernel_text(image: Image) -> KernelText:
    """The image in parts: what is linked whatever the kernels, and for each set of kernels what only these need."""
    linked = reachable(image.path.read_bytes())
    table = linked.names[TABLE]
    kernels = {name.removeprefix(KERNEL): at for name, at in linked.names.items() if name.startswith(KERNEL)}
    always = linked.of([linked.names["main"]], frozenset([table]))
    needed_by: dict[int, set[str]] = {}
    for name, at in kernels.items():
        for piece in linked.of([at]) - always:
            needed_by.setdefault(piece, set()).add(name)
    parts: dict[frozenset[str], int] = {frozenset([name]): POINTER_BYTES for name in kernels}  # its line of the table
    for piece, names in needed_by.items():
        parts[frozenset(names)] = parts.get(frozenset(names), 0) + linked.sizes[piece]
    total = image.text_bytes + image.data_bytes
    return KernelText(total - sum(parts.values()), tuple((size, names) for names, size in parts.items()))


def stack_bytes(target: Target, board: Board) -> int | None:
    """The deepest stack over all models that fit the board, each prepared and run once there; None when it fails."""
    most = None if load_machine(board.name).keeps == "memory" else _UART_BYTES
    small = [path for path in MODELS if most is None or path.stat().st_size <= most]
    fitting = [str(path) for path in small if fit(load_model(path), target, board).fits]
    once = ["--runs", "1", "--warmup", "0", "--min-seconds", "0", "--rounds", "1", "--fresh", "--json"]
    command = [sys.executable, "-m", "edgeflow", "bench", *fitting, "--device", f"qemu:{board.name}", *once]
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=900)
    if done.returncode != 0:
        print(f"{target.name}: no stack from qemu:{board.name}")
        return None
    return max(result["memory_bytes"]["stack"] for result in json.loads(done.stdout))


def measure(target: Target, image: Image, known: Footprint | None) -> Footprint:
    """One target's figures; RAM as `known` where that is given."""
    if known is not None:
        return replace(known, text_bytes=image.text_bytes + image.data_bytes, measured=today())
    boards = [board for board in load_boards().values() if board.emulator and board.target == target.name]
    stacks = [stack for board in boards if (stack := stack_bytes(target, board)) is not None]
    stack = max(stacks, default=None)
    variables = image.data_bytes + image.bss_bytes
    variables -= _PICOLIBC_STACK_BYTES if "picolibc" in image.flags else 0
    version = image.toolchain.rpartition(": ")[2]
    on = f"; stack on {', '.join(board.name for board in boards)} in QEMU" if stacks else ""
    return Footprint(
        text_bytes=image.text_bytes + image.data_bytes,
        ram_bytes=None if stack is None else variables + stack,
        measured=today(),
        source=f"hardware/benchmarks/footprint.py, {version}, {image.flags}{on}",
    )


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def render(footprints: dict[str, Footprint]) -> str:
    """The whole file."""
    lines = [
        "# Generated by `python hardware/benchmarks/footprint.py`: the runtime with every kernel, in bytes.",
        "schema = 1",
    ]
    for name, footprint in sorted(footprints.items()):
        lines += ["", "[[footprint]]", f'target = "{name}"', f"text_bytes = {footprint.text_bytes:_}"]
        lines += [f"ram_bytes = {footprint.ram_bytes:_}"] if footprint.ram_bytes is not None else []
        lines += [f'measured = "{footprint.measured}"', f'source = "{footprint.source}"']
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure what can be measured here and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", help="only these targets")
    parser.add_argument("--text-only", action="store_true", help="leave the RAM figures as they are: no emulator")
    arguments = parser.parse_args()
    chosen = arguments.targets
    found, texts = dict(load_footprints()), dict(load_kernel_texts())
    for target in load_targets().values():
        if target.family != "microcontroller" or target.toolchain is None or (chosen and target.name not in chosen):
            continue
        try:
            image = image_of(target)
            found[target.name] = measure(target, image, found.get(target.name) if arguments.text_only else None)
            texts[target.name] = kernel_text(image)
        except ToolchainError as error:
            print(f"{target.name}: {error.message}")
            continue
        print(
            f"{target.name}: {found[target.name].text_bytes} B flash, {found[target.name].ram_bytes} B RAM", flush=True
        )
        (ROOT / "runtime" / "footprint.toml").write_text(render(found), encoding="utf-8")
        (ROOT / "runtime" / "kernel_text.toml").write_text(render_kernel_texts(texts), encoding="utf-8")


if __name__ == "__main__":
    main()
