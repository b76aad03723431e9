"""Which kernels of the runtime use the DSP extension, FMA or Helium (MVE) of Arm cores, read off the sources."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from edgeflow.fit.table import KernelLimits, OperandLimits, OperatorLimits

EXTENSIONS = ("DSP", "FMA", "MVE")
_EVERYWHERE = {
    "ef_requantize.h",
    "ef_dsp.h",
    "ef_fma.h",
    "ef_mve.h",
    "ef_tuned.h",
    "ef_operators.h",
}  # of no kernel's own
_CALL = re.compile(r"\b(ef_[a-z0-9_]+)_(?:row|invoke)\b")  # another kernel does the work
_INCLUDE = re.compile(r'^#include "(ef_[a-z0-9_]+\.h)"', re.MULTILINE)


@dataclass(frozen=True)
class Form:
    """One operator in one type. `forms` says for each of EXTENSIONS how it is there: "" is by the plain C alone."""

    operator: str
    types: str
    kernel: str
    forms: tuple[str, ...]


def forms(operators: tuple[OperatorLimits, ...], core: Path) -> tuple[Form, ...]:
    """Every kernel with its tuned forms, in the table's order; `core` is the folder of the C sources.

    A kernel has a form in the interpreter where its file, or one it includes, has code under `EF_HAVE_<extension>`, and
    one ahead of time where there are files `ef_<kernel>_<extension>.c` (between the operator's name and the type may
    stand for what case it is: `ef_conv_2d_1x1_s8_dsp.c`).
    """
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(core.glob("ef_*.[ch]"))}
    return tuple(
        Form(
            operator.name,
            types_text(kernel),
            kernel.name,
            tuple(_form(kernel, extension, texts) for extension in EXTENSIONS),
        )
        for operator in operators
        for kernel in operator.kernels
    )


def types_text(kernel: KernelLimits) -> str:
    """`INT8`, `FLOAT32 × INT8` (weights of another type), `INT8 → FLOAT32` (output of another type)."""
    data = next((one for one in kernel.inputs if _is_data(one)), kernel.inputs[0])
    weights = next((one for one in kernel.inputs if one.constant and one.rank_min >= 2 and one.symmetric), None)
    out = kernel.outputs[0]
    text = "/".join(data.types)
    if weights is not None and weights.types != data.types:
        text += f" × {'/'.join(weights.types)}"
    return text if out.same_type or out.types == data.types else f"{text} → {'/'.join(out.types)}"


def _is_data(operand: OperandLimits) -> bool:
    return not (operand.constant or operand.variable or operand.optional)


def _form(kernel: KernelLimits, extension: str, texts: dict[str, str]) -> str:
    found = []
    if any(f"EF_HAVE_{extension}" in texts[name] for name in _own(kernel, texts)):
        found.append("interpreter")
    name, _, kind = kernel.name.rpartition("_")
    tuned = re.compile(rf"ef_{name}(_[a-z0-9]+)*_{kind}_{extension.lower()}\.c")
    if name and any(tuned.fullmatch(file) for file in texts):
        found.append("ahead of time")
    return ", ".join(found)


def _own(kernel: KernelLimits, texts: dict[str, str]) -> set[str]:
    """The kernel's file, what it includes and calls, and the files that hold what those declare."""
    seen: set[str] = set()
    waiting = [f"ef_{kernel.file}.c", f"ef_{kernel.invoke}.c"]
    while waiting:
        name = waiting.pop()
        if name in seen or name in _EVERYWHERE or name not in texts:
            continue
        seen.add(name)
        waiting += _INCLUDE.findall(texts[name]) + [f"{kernel}.c" for kernel in _CALL.findall(texts[name])]
        if name.endswith(".h"):
            waiting.append(f"{name[:-2]}.c")
    return seen
