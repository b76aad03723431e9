"""Cycles of a Cortex-M55 with everything in tightly coupled memory, block by block.

One instruction begins a cycle, in order. A vector instruction holds its pipe (loads and stores, multiplication, other)
for 2 cycles, so a load beside a multiplication costs nothing and two multiplications in a row wait; a gather or scatter
holds it one cycle an element. LDM and STM move two words a cycle. From the last accumulation into core registers to
their use are 3 cycles. A branch costs 1 more on average, a call or return 2, the end of a low-overhead loop nothing.
What runs in one go with the same count is one block; its steady state is counted, as in a loop.

Source: assumptions from Arm's description of the core ("Cortex-M55 Processor Technical Reference Manual",
"Armv8.1-M architecture"), no table of Arm's and no silicon: good for ratios, to a quarter or so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from edgeflow.firmware.cycles_m4 import words_of
from edgeflow.firmware.executed import Instruction, Listing

SOURCE = "estimate: executed instructions (QEMU) through a simple model of the Cortex-M55's pipes, no wait states"
LISTING_FLAGS = ("-m", "armv8.1-m.main", "-Mforce-thumb")
_ACCUMULATES = ("vmladav", "vmlava", "vmlalv", "vaddv", "vmlsdav")
_LISTS = ("push", "pop", "ldm", "stm", "vpush", "vpop", "vldm", "vstm")
_MULTIPLIES = ("vml", "vmul", "vq", "vrmul")
_NOT_MULTIPLIES = ("vqmov", "vqadd", "vqsub", "vqshl", "vqrshl", "vqshrn", "vqrshrn")
_BRANCH = re.compile(r"b(eq|ne|cs|hs|cc|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)?|cbn?z")


@dataclass
class _Pipes:
    """The core while a block runs: the cycle of the last instruction, and when each pipe and the sums are free."""

    now: int = 0
    free: dict[str, int] = field(default_factory=dict)
    sums_at: int = 0

    def issue(self, instruction: Instruction) -> None:
        pipe, held = _kind(instruction)
        name = instruction.name
        start = max(self.now + 1, self.free.get(pipe, 0))
        if (pipe == "move" and name.startswith("vmov")) or name.startswith(("stm", "strd")):
            start = max(start, self.sums_at)
        self.free[pipe] = start + held
        if pipe == "memory" and not name.startswith("v"):
            start += held - 1
        if name.startswith(_ACCUMULATES):
            self.sums_at = start + 3
        self.now = start


def cycles(listing: Listing, counts: Mapping[int, int]) -> int:
    """Cycles of `counts` runs of each instruction, by address."""
    total = 0
    block: list[Instruction] = []
    count, expected = 0, -1
    for address in sorted(counts):
        instruction = listing.instructions[address]
        if block and (address != expected or counts[address] != count):
            total += count * _steady(block)
            block = []
        block.append(instruction)
        count, expected = counts[address], address + instruction.bytes
        if _ends(instruction):
            total += count * _steady(block)
            block, expected = [], -1
    return total + count * _steady(block)


def _ends(instruction: Instruction) -> bool:
    name = instruction.name.partition(".")[0]
    returns = name in ("pop", "ldr", "ldmia") and re.search(r"\bpc\b", instruction.operands) is not None
    return returns or name in ("bl", "bx", "blx", "tbb", "tbh", "le", "letp") or _BRANCH.fullmatch(name) is not None


def _steady(block: Sequence[Instruction]) -> int:
    """Cycles of a block that has just run before."""
    if not block:
        return 0
    pipes = _Pipes()
    ends = []
    for _ in range(2):
        for instruction in block:
            pipes.issue(instruction)
        name = block[-1].name.partition(".")[0]
        if _BRANCH.fullmatch(name):
            pipes.now += 1
        elif name in ("bl", "bx", "blx", "tbb", "tbh", "pop", "ldr", "ldmia") and _ends(block[-1]):
            pipes.now += 2
        ends.append(pipes.now)
    return ends[1] - ends[0]


def _kind(instruction: Instruction) -> tuple[str, int]:
    """(pipe, cycles it is held)."""
    name, operands = instruction.name, instruction.operands
    base = name.partition(".")[0]
    if base.startswith(_LISTS):
        return "memory", max(1, (words_of(operands) + 1) // 2)
    if base.startswith("v") and not base.startswith(("vmsr", "vmrs", "vpst")):
        if base.startswith(("vldr", "vstr")):
            return "memory", _elements(name) if re.search(r"\[[^\]]*q\d", operands) else 2
        if base.startswith(("vld2", "vld4", "vst2", "vst4")):
            return "memory", 2
        if (base.startswith("vmov") and "q" in operands and re.search(r"\b(r\d+|sl|fp|ip|lr)\b", operands)) or (
            base.startswith("vdup")
        ):
            return "move", 2
        if base.startswith(_MULTIPLIES) and not base.startswith(_NOT_MULTIPLIES):
            return "multiply", 2
        return "other", 2
    if base.startswith(("ldr", "str")):
        return "memory", 1
    return "scalar", 1


def _elements(name: str) -> int:
    """Elements of a gather or scatter: `vldrh.u16` → 8."""
    found = re.search(r"\.[usf]?(\d+)", name)
    return 128 // int(found[1]) if found else 16
