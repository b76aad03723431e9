"""The oracle of the exactness tests: LiteRT's reference kernels, and edgeflow's runtime to hold against them.

`tflm` stands in where LiteRT has no kernel.

`litert` runs cases in LiteRT `BUILTIN_REF` in a child process; a crash there costs one case, which comes back as
`Crashed` and is counted by `compare`. `Driver` is the runtime compiled for this host; it runs a whole batch in one
process. `compare` fails on the first disagreement and names the case.
"""

from __future__ import annotations

import pickle
import struct
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edgeflow.resources import include_dir
from tests.runtime.single_operator import Case

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Refused:
    """The runtime named took the model or the run back, with this reason."""

    reason: str


@dataclass(frozen=True)
class Crashed:
    """LiteRT's process died on this case."""

    code: int


Outcome = list[Array] | Refused | Crashed


def litert(cases: Sequence[Case], folder: Path) -> list[Outcome]:
    """LiteRT's outputs of every case, in order."""
    return _outcomes(cases, folder, "litert_child.py")


def tflm(cases: Sequence[Case], folder: Path) -> list[Outcome]:
    """TensorFlow Lite Micro's outputs of every case, in order; needs the package tflite-micro."""
    return _outcomes(cases, folder, "tflm_child.py")


def _outcomes(cases: Sequence[Case], folder: Path, script: str) -> list[Outcome]:
    batch, results = folder / f"{script}.batch", folder / f"{script}.results"
    batch.write_bytes(pickle.dumps([(case.oracle_model or case.model, case.inputs, case.optimized) for case in cases]))
    outcomes: list[Outcome] = []
    while len(outcomes) < len(cases):
        results.unlink(missing_ok=True)
        child = subprocess.run(
            [sys.executable, str(Path(__file__).with_name(script)), batch, results, str(len(outcomes))],
            capture_output=True,
            timeout=240,
        )
        done = _load_all(results)
        outcomes += [Refused(one) if isinstance(one, str) else one for one in done]
        if len(outcomes) < len(cases):
            if child.returncode >= 0:
                raise RuntimeError(f"{script} stopped early: {child.stderr.decode()[-800:]}")
            outcomes.append(Crashed(child.returncode))
    return outcomes


def _load_all(path: Path) -> list[Any]:
    loaded: list[Any] = []
    if path.exists():
        with path.open("rb") as source:
            while True:
                try:
                    loaded.append(pickle.load(source))
                except (EOFError, pickle.UnpicklingError):
                    break
    return loaded


@dataclass(frozen=True)
class Run:
    """One case in edgeflow's runtime: outputs, memory in bytes, timer ticks (0: none), the kernels that ran."""

    outputs: tuple[bytes, ...]
    planned: int
    persistent: int
    ticks: int
    kernels: tuple[str, ...]


def build_cortex_m_driver(folder: Path, cpu: Sequence[str]) -> Path:
    """The driver for QEMU's MPS2 boards, input and output through semihosting; for others flags move it."""
    here, program = Path(__file__).parent, folder / "driver.elf"
    sources = [*sorted(include_dir().glob("*.c")), here / "driver.c", here / "mps2_an386.c"]
    command = ["arm-none-eabi-gcc", *cpu, "-mthumb", "-O2", "-std=c99", "-DEF_DRIVER_TICKS", f"-I{include_dir()}"]
    command += ["-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections", *map(str, sources)]
    command += ["--specs=rdimon.specs", "-T", str(here / "mps2_an386.ld"), "-o", str(program), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-4000:]
    return program


def qemu_command(machine: str, program: Path) -> list[str | Path]:
    """Runs `program` on an emulated board with semihosting on stdin and stdout, 64 ns an instruction."""
    board = ["qemu-system-arm", "-M", machine, "-display", "none", "-monitor", "none", "-serial", "none"]
    return [*board, "-semihosting-config", "enable=on,target=native", "-icount", "shift=6", "-kernel", program]


def run_batch(command: Sequence[str | Path], cases: Sequence[Case]) -> list[Run | Refused]:
    """What edgeflow's runtime makes of the cases, all in one process; `command` is a driver or runs one.

    A sanitizer's report is a failure.
    """
    batch = bytearray()
    for case in cases:
        batch += struct.pack("<I", len(case.model)) + case.model + struct.pack("<I", len(case.inputs))
        for value in case.inputs:
            batch += struct.pack("<I", value.nbytes) + value.tobytes()
    done = subprocess.run(command, input=bytes(batch), capture_output=True, timeout=240)
    results = _read_results(done.stdout)
    if done.returncode != 0:
        at = cases[len(results)].name if len(results) < len(cases) else "the end"
        raise AssertionError(f"driver exit {done.returncode} at {at}\n{done.stderr.decode(errors='replace')[-4000:]}")
    assert len(results) == len(cases)
    return results


def _read_results(content: bytes) -> list[Run | Refused]:
    results: list[Run | Refused] = []
    at = 0

    def number() -> int:
        nonlocal at
        (value,) = struct.unpack_from("<I", content, at)
        at += 4
        return int(value)

    def block() -> bytes:
        nonlocal at
        size = number()
        at += size
        return content[at - size : at]

    try:
        while at < len(content):
            status = number()
            if status:
                operator, tensor = number(), number()
                results.append(Refused(f"status {status} operator {operator} tensor {tensor}: {block().decode()}"))
                continue
            planned, persistent, ticks = number(), number(), number()
            kernels = tuple(block().decode() for _ in range(number()))
            results.append(Run(tuple(block() for _ in range(number())), planned, persistent, ticks, kernels))
    except struct.error:
        pass  # the program ended in the middle; the caller sees its exit code
    return results
