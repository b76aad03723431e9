"""Calls of the DSP family's kernels on this machine and on an emulated Cortex-M4, as generated code makes them."""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edgeflow.generate.ahead.tuned.variant import Array
from edgeflow.generate.core_sources import needed
from edgeflow.resources import include_dir
from tests.runtime.oracle import qemu_command
from tests.runtime.tuned_calls import Call

HERE = Path(__file__).parent
FLAGS = ("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16")
CHECKED = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
DRIVERS = (
    "ef_window_run_rows",
    "ef_window_run_rows_backwards",
    "ef_pixels_run",
    "ef_pixels_run_backwards",
    "ef_tiles_run",
)
KINDS = {"invoke": 0, "row": 1, "pixels": 2, "tiles": 3}
_ENTRY = re.compile(r"\bef_\w+_dsp_(?:invoke|row|pixels|tiles)\b")


def entries() -> list[str]:
    """The functions that the driver can call, in its order."""
    return list(dict.fromkeys(_ENTRY.findall((include_dir() / "ef_tuned.h").read_text())))


def build_driver(folder: Path, *, emulated: bool) -> list[str | Path]:
    """The driver, and the command that runs it."""
    (folder / "dsp_kernels.inc").write_text("".join(f"    (any *){name},\n" for name in entries()))
    sources = [path for path in needed([*entries(), *DRIVERS]) if path.suffix == ".c"]
    program = folder / ("driver.elf" if emulated else "driver")
    common = ["-std=c99", f"-I{include_dir()}", f"-I{folder}", "-ffunction-sections", "-Wl,--gc-sections"]
    if emulated:
        own = [HERE / "dsp_driver.c", HERE / "mps2_an386.c"]
        command = ["arm-none-eabi-gcc", *FLAGS, "-O2", *common, *map(str, [*sources, *own])]
        command += ["--specs=rdimon.specs", "-T", str(HERE / "mps2_an386.ld")]
    else:
        command = ["gcc", *CHECKED, *common, *map(str, [*sources, HERE / "dsp_driver.c"])]
    done = subprocess.run([*command, "-o", str(program), "-lm"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-4000:]
    return qemu_command("mps2-an386", program) if emulated else [program]


def run_calls(command: Sequence[str | Path], calls: Sequence[Call]) -> list[bytes]:
    """The outputs of all calls, every second one with its rows or pixels last to first."""
    names = {name: number for number, name in enumerate(entries())}
    batch = bytearray()
    for number, call in enumerate(calls):
        tuned = call.tuned
        assert tuned is not None
        kind = KINDS[tuned.function.rpartition("_")[2]]
        head = (names[tuned.function], kind, number % 2, call.out_bytes, tuned.scratch_bytes, len(tuned.record))
        batch += struct.pack("<7I", *head, len(tuned.inputs)) + tuned.record
        for operand in tuned.inputs:
            content = b""
            if isinstance(operand, Array):
                content = operand.content
            elif operand is not None:
                content = np.ascontiguousarray(call.case.inputs[operand]).tobytes()
            batch += struct.pack("<I", len(content)) + content
    done = subprocess.run(command, input=bytes(batch), capture_output=True, timeout=240)
    answers: list[bytes] = []
    at = 0
    for call in calls:
        if at + call.out_bytes > len(done.stdout):
            said = done.stderr.decode(errors="replace")[-2000:]
            raise AssertionError(
                f"exit {done.returncode} at {call.case.name}, {call.tuned and call.tuned.function}: {said}"
            )
        answers.append(done.stdout[at : at + call.out_bytes])
        at += call.out_bytes
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    return answers
