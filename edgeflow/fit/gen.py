"""Render the runtime's operator tables and their manual from `runtime/operators.toml` (host only)."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edgeflow.fit.table import KernelLimits, OperandLimits, OperatorLimits, operators
from edgeflow.fit.tuned import forms

OUTPUTS = {
    "runtime/ef_operators.h.j2": "runtime/core/ef_operators.h",
    "runtime/ef_operators.c.j2": "runtime/core/ef_operators.c",
    "runtime/OPERATORS.md.j2": "runtime/OPERATORS.md",
    "runtime/kernels.md.j2": "docs/kernels.md",
}


def _operand(limits: OperandLimits) -> dict[str, Any]:
    flags = [
        *(["OPTIONAL"] if limits.optional else []),
        *(["CONSTANT"] if limits.constant else []),
        *(["QUANTIZED"] if limits.quantized else []),
        *(["PER_AXIS"] if limits.quantized == "per-axis" else []),
        *(["SYMMETRIC"] if limits.symmetric else []),
        *(["REPEATED"] if limits.repeated else []),
        *(["VARIABLE"] if limits.variable else []),
        *(["SAME_TYPE"] if limits.same_type else []),
    ]
    return asdict(limits) | {
        "types_c": " | ".join(f"TYPE({name})" for name in limits.types) or "0",
        "flags_c": " | ".join(f"EF_OPERAND_{flag}" for flag in flags) or "0",
        "flags": [flag.lower().replace("_", " ") for flag in flags],
    }


def _kernel(limits: KernelLimits) -> dict[str, Any]:
    return asdict(limits) | {
        "inputs": [_operand(o) for o in limits.inputs],
        "outputs": [_operand(o) for o in limits.outputs],
        "in_place_c": f"{sum(1 << i for i in limits.in_place)}{' | EF_KERNEL_ELEMENTS' if limits.elements else ''}",
    }


def _operator(limits: OperatorLimits) -> dict[str, Any]:
    return asdict(limits) | {"kernels": [_kernel(k) for k in limits.kernels]}


def render(root: Path) -> dict[str, str]:
    """Return {path below `root`: text} of everything rendered from the operator table."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    env = Environment(
        loader=FileSystemLoader(root / "templates"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    kernels = [kernel for entry in operators() for kernel in entry.kernels]
    context = {
        "operators": [_operator(o) for o in operators()],
        "forms": forms(operators(), root / "runtime" / "core"),
        "prepares": list(dict.fromkeys(kernel.prepare for kernel in kernels)),
        "invokes": list(dict.fromkeys(kernel.invoke for kernel in kernels if not kernel.row)),
        "takes": [kernel.name for kernel in kernels if kernel.take],
        "rows": list(dict.fromkeys(kernel.invoke for kernel in kernels if kernel.row)),
    }
    return {out: env.get_template(name).render(context) for name, out in OUTPUTS.items()}


def main(root: Path) -> None:
    """Write every rendered file below `root`."""
    for out, text in render(root).items():
        (root / out).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
