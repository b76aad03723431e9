"""Cycles of a Cortex-M4 without wait states, instruction by instruction.

    LDR                2, and 1 directly behind another single load (loads are pipelined)
    LDM, LDRD, POP     1 + words, and 2 more into the program counter; VLDM likewise
    STR                1 at a constant offset (the write buffer), else 2; STM, STRD, PUSH 1 + words
    branches           3 taken, 1 not taken; calls and returns 3; table branches 5
    divisions          7 (2 to 12, by the operands); VDIV, VSQRT 14; VMLA, VFMA 3; VLDR 2
    all others         1

Source: Arm Cortex-M4 Technical Reference Manual, "Instruction set summary" and "Load/store timings"; 7 is the middle.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from edgeflow.firmware.executed import Instruction, Listing

SOURCE = "estimate: executed instructions (QEMU) by the Cortex-M4 timings of Arm's reference manual, no wait states"
_SINGLE = re.compile(r"ldr(b|h|sb|sh)?")
_BRANCH = re.compile(r"b(eq|ne|cs|hs|cc|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)|cbn?z")
_CONSTANT_OFFSET = re.compile(r"\[\w+(, #-?\d+)?\](, #-?\d+|!)?$")
_NUMBERS = {"sl": 10, "fp": 11, "ip": 12, "sp": 13, "lr": 14, "pc": 15}
_FIXED = {"b": 3, "bl": 3, "bx": 3, "blx": 3, "tbb": 5, "tbh": 5, "sdiv": 7, "udiv": 7, "ldrd": 3, "strd": 3}
_FLOATING = {"vdiv": 14, "vsqrt": 14, "vmla": 3, "vmls": 3, "vfma": 3, "vfms": 3, "vldr": 2, "vstr": 2}


def cycles(listing: Listing, counts: Mapping[int, int]) -> int:
    """Cycles of `counts` runs of each instruction, by address."""
    behind: dict[int, Instruction] = {}
    for address, instruction in listing.instructions.items():
        behind[address + instruction.bytes] = instruction
    total = 0
    for address, count in counts.items():
        instruction = listing.instructions[address]
        name = instruction.name.partition(".")[0]
        if _SINGLE.fullmatch(name):
            before = behind.get(address)
            pipelined = before is not None and _SINGLE.fullmatch(before.name.partition(".")[0]) is not None
            total += count * ((1 if pipelined else 2) + (2 if instruction.operands.startswith("pc") else 0))
        elif _BRANCH.fullmatch(name):
            not_taken = min(count, counts.get(address + instruction.bytes, 0))
            total += 3 * (count - not_taken) + not_taken
        else:
            total += count * _cost(name, instruction.operands)
    return total


def _cost(name: str, operands: str) -> int:
    if name in _FIXED:
        return _FIXED[name]
    if name in _FLOATING:
        return _FLOATING[name]
    if name.startswith(("ldm", "stm", "pop", "push", "vldm", "vstm", "vpop", "vpush")):
        return 1 + words_of(operands) + (2 if re.search(r"\bpc\b", operands) else 0)
    if name.startswith("str"):
        return 1 if _CONSTANT_OFFSET.search(operands.partition("\t")[0].partition(";")[0].strip()) else 2
    return 1


def words_of(operands: str) -> int:
    """How many registers a list names: `{r4, r6-r8, lr}` → 5; double registers count twice."""
    listed = operands[operands.find("{") + 1 : operands.find("}")]
    words = 0
    for part in listed.split(","):
        first, _, last = (text.strip() for text in part.partition("-"))
        wide = 2 if first.startswith("d") else 1
        words += wide * (_number(last) - _number(first) + 1 if last else 1)
    return words


def _number(register: str) -> int:
    return _NUMBERS[register] if register in _NUMBERS else int(register[1:])
