"""How often each instruction of an image runs on an emulated board, counted by a QEMU plugin."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgeflow.errors import ToolchainError
from edgeflow.firmware.build import Recipe, Source, build
from edgeflow.firmware.image import Image
from edgeflow.firmware.toolchain import Toolchain, find_gcc
from edgeflow.progress import Progress, silent
from edgeflow.resources import runtime_dir

_LISTING_S = 120.0
_HEADING = re.compile(r"^([0-9a-f]+) <(.+)>:")
_LINE = re.compile(r"^\s*([0-9a-f]+):\t([0-9a-f ]+)\t(\S+)\s*(.*)")


@dataclass(frozen=True)
class Instruction:
    """One instruction as the disassembler shows it; `bytes` is its length."""

    bytes: int
    name: str
    operands: str
    function: str


@dataclass(frozen=True)
class Listing:
    """An image disassembled: instructions by address, and where its functions begin."""

    instructions: Mapping[int, Instruction]
    functions: Mapping[str, int]


@dataclass(frozen=True)
class Part:
    """What ran from a mark on: the mark's address (0: before the first), how often it was reached, runs by address."""

    mark: int
    times: int
    counts: Mapping[int, int]

    @property
    def instructions(self) -> int:
        """All that ran."""
        return sum(self.counts.values())


def plugin(progress: Progress = silent) -> Path:
    """The plugin, built for this machine. Raises ToolchainError without a C compiler."""
    source = Source(runtime_dir() / "host" / "ef_executed.c")
    recipe = Recipe("executed", find_gcc(""), (source,), (), ("-std=c99", "-O2", "-fPIC"), ("-shared",))
    return build(recipe, progress=progress).path


def plugin_option(
    listing: Listing, out: Path, begin: str, end: str, marks: Sequence[str], *, each: bool = False
) -> list[str]:
    """QEMU's arguments to count from function `begin` to function `end`, apart for what follows each of `marks`.

    `each` keeps every reaching of a mark apart. Raises ToolchainError when the image has no such function.
    """
    try:
        places = [listing.functions[name] for name in (begin, end, *marks)]
    except KeyError as missing:
        raise ToolchainError(f"the image has no function {missing}", "build it without inlining") from None
    low, high = min(listing.instructions), max(listing.instructions) + 4
    words = [f"out={out}", f"low={low:x}", f"high={high:x}", f"begin={places[0]:x}", f"end={places[1]:x}"]
    words += [f"mark={place:x}" for place in places[2:]] + (["each=on"] if each else [])
    return ["-plugin", ",".join([str(plugin()), *words])]


def read_counts(path: Path) -> tuple[Part, ...]:
    """What the plugin wrote. Raises ToolchainError when it has not seen the end."""
    found: list[tuple[int, int, dict[int, int]]] = []
    for line in path.read_text(encoding="ascii").splitlines():
        first, second, *third = line.split()
        if first == "part":
            found.append((int(second, 16), int(third[0]), {}))
        else:
            found[-1][2][int(first, 16)] = int(second)
    if not found:
        raise ToolchainError(f"{path}: nothing was counted", "the program did not reach its end")
    return tuple(Part(*part) for part in found)


def disassemble(image: Image, toolchain: Toolchain, flags: Sequence[str] = ()) -> Listing:
    """All instructions of an image. `flags` are objdump's. Raises ToolchainError."""
    objdump = re.sub(r"gcc(\.exe)?$", r"objdump\1", toolchain.command[0])
    try:
        done = subprocess.run([objdump, "-d", *flags, str(image.path)], capture_output=True, timeout=_LISTING_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolchainError(f"{objdump} does not run: {error}", "install the compiler's binutils") from None
    if done.returncode != 0:
        raise ToolchainError(f"{objdump} failed on {image.path}", "reinstall the compiler's binutils")
    instructions: dict[int, Instruction] = {}
    functions: dict[str, int] = {}
    function = ""
    for line in done.stdout.decode("ascii", "replace").splitlines():
        heading = _HEADING.match(line)
        if heading:
            function = heading[2]
            functions[function] = int(heading[1], 16)
            continue
        found = _LINE.match(line)
        if found:
            size = len(found[2].replace(" ", "")) // 2
            instructions[int(found[1], 16)] = Instruction(size, found[3], found[4], function)
    return Listing(instructions, functions)
