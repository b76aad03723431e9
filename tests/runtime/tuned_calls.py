"""Calls of tuned kernels, and an emulated core that makes them: what the compiler gives the C code, byte by byte."""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edgeflow.firmware.prepared import prepare
from edgeflow.generate.ahead.tuned.site import Site
from edgeflow.generate.ahead.tuned.variant import Array, Tuned
from edgeflow.model.read import load_model
from edgeflow.resources import include_dir
from tests.runtime.oracle import qemu_command
from tests.runtime.single_operator import Case

HERE = Path(__file__).parent
FLAGS = ("-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard", "-mfpu=auto")
_ENTRY = re.compile(r"^void (ef_\w+_mve)\(const struct ef_call \*call\);", re.MULTILINE)


@dataclass(frozen=True)
class Call:
    """One case with the kernel that a variant chose; or why it chose none."""

    case: Case
    tuned: Tuned | None
    reason: str
    out_bytes: int


@dataclass(frozen=True)
class Answer:
    """Bytes that were written where none should be, instructions, and the output."""

    beside: int
    instructions: int
    output: bytes


def site_of(case: Case, folder: Path, features: Iterable[str] = ("dsp", "mve")) -> Site:
    """The one operator of a case as variants see it."""
    path = folder / "case.tflite"
    path.write_bytes(case.model)
    model = load_model(path)
    prepared = prepare(model)
    graph = model.subgraphs[0]
    return Site(graph.operators[0], prepared.nodes[0], graph, model.content, prepared.constants, frozenset(features))


def call_of(case: Case, variant: Any, folder: Path) -> Call:
    """Ask the variant."""
    site = site_of(case, folder)
    answer = variant(site)
    tuned = answer if isinstance(answer, Tuned) else None
    return Call(case, tuned, "" if tuned else str(answer), site.output.bytes)


def entries() -> list[str]:
    """The functions that the driver can call, in its order."""
    headers = sorted(include_dir().glob("ef_*_mve.h"))
    return [name for header in headers for name in _ENTRY.findall(header.read_text())]


def build_mve_driver(folder: Path) -> Path:
    """The driver for QEMU's mps3-an547."""
    program = folder / "mve_driver.elf"
    (folder / "mve_kernels.inc").write_text("".join(f"    {name},\n" for name in entries()))
    sources = [*sorted(include_dir().glob("*_mve.c")), HERE / "mve_driver.c"]
    command = ["arm-none-eabi-gcc", *FLAGS, "-O2", "-std=c99", f"-I{include_dir()}", f"-I{folder}"]
    command += ["-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections", *map(str, sources)]
    command += ["--specs=rdimon.specs", "-T", str(HERE / "mps3_an547.ld"), "-o", str(program)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-4000:]
    return program


def run_calls(program: Path, calls: Sequence[Call]) -> list[Answer]:
    """All calls in one boot."""
    names = {name: number for number, name in enumerate(entries())}
    batch = bytearray()
    for call in calls:
        tuned = call.tuned
        assert tuned is not None
        head = (names[tuned.function], call.out_bytes, tuned.scratch_bytes, len(tuned.record), len(tuned.inputs))
        batch += struct.pack("<5I", *head) + tuned.record
        for operand in tuned.inputs:
            content = b""
            if isinstance(operand, Array):
                content = operand.content
            elif operand is not None:
                content = np.ascontiguousarray(call.case.inputs[operand]).tobytes()
            batch += struct.pack("<I", len(content)) + content
    command = qemu_command("mps3-an547", program)
    done = subprocess.run(command, input=bytes(batch), capture_output=True, timeout=240)
    answers: list[Answer] = []
    at = 0
    for call in calls:
        if at + 8 + call.out_bytes > len(done.stdout):
            said = done.stderr.decode(errors="replace")[-500:]
            tuned = call.tuned
            raise AssertionError(
                f"exit {done.returncode} at {call.case.name}, {tuned.function if tuned else ''}: {said}"
            )
        beside, instructions = struct.unpack_from("<2I", done.stdout, at)
        answers.append(Answer(beside, instructions, done.stdout[at + 8 : at + 8 + call.out_bytes]))
        at += 8 + call.out_bytes
    return answers
