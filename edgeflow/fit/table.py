"""`runtime/operators.toml` as values: every operator of edgeflow's runtime with its kernels and limits."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from edgeflow import resources
from edgeflow.errors import TargetError

ANY_AXIS = 255


@dataclass(frozen=True)
class OperandLimits:
    """Limits of one operand; the last entry of a kernel's inputs holds for all that follow where `repeated`."""

    types: tuple[str, ...]
    rank_min: int
    rank_max: int
    constant: bool = False
    optional: bool = False
    repeated: bool = False
    variable: bool = False
    quantized: str = ""
    axis: int = ANY_AXIS
    symmetric: bool = False
    same_type: bool = False


@dataclass(frozen=True)
class KernelLimits:
    """One kernel: what it takes, and its record and scratch bytes as formulas (edgeflow.fit.formula).

    Kernels of a family share `file`, `prepare` or `invoke`, which are their own `name` otherwise. `take`: it can also
    take its whole input row by row; `elements`: it does the same with each element, and its record counts them.
    """

    name: str
    group: str
    row: bool
    inputs: tuple[OperandLimits, ...]
    outputs: tuple[OperandLimits, ...]
    in_place: tuple[int, ...]
    record: str
    scratch: str
    when: str
    file: str
    prepare: str
    invoke: str
    take: bool
    elements: bool


@dataclass(frozen=True)
class OperatorLimits:
    """One builtin operator with its kernels in the order in which they are tried."""

    name: str
    code: int
    options_name: str
    options_code: int
    version_min: int
    version_max: int
    limits: tuple[str, ...]
    kernels: tuple[KernelLimits, ...]


_OPERATOR_KEYS = {"name", "code", "options", "versions", "limits", "kernel"}
_KERNEL_KEYS = {"name", "group", "row", "inputs", "outputs", "in_place", "record", "scratch", "when"} | {
    "file",
    "prepare",
    "invoke",
    "take",
    "elements",
}
_OPERAND_KEYS = {
    *("types", "rank", "constant", "optional", "repeated", "variable", "quantized", "axis", "symmetric", "same_type"),
}


def _known(table: dict[str, Any], keys: set[str], where: str) -> dict[str, Any]:
    unknown = sorted(set(table) - keys)
    if unknown:
        raise TargetError(
            f"operators.toml: {where}: unknown key {unknown[0]!r}", f"known keys: {', '.join(sorted(keys))}"
        )
    return table


def _operand(table: dict[str, Any], where: str) -> OperandLimits:
    fields = dict(_known(table, _OPERAND_KEYS, where))
    rank = fields.pop("rank")
    low, high = rank if isinstance(rank, list) else (rank, rank)
    return OperandLimits(types=tuple(fields.pop("types")), rank_min=low, rank_max=high, **fields)


def _kernel(table: dict[str, Any]) -> KernelLimits:
    _known(table, _KERNEL_KEYS, table.get("name", "kernel"))
    return KernelLimits(
        name=table["name"],
        group=table["group"],
        row=table.get("row", False),
        inputs=tuple(_operand(o, table["name"]) for o in table["inputs"]),
        outputs=tuple(_operand(o, table["name"]) for o in table["outputs"]),
        in_place=tuple(table.get("in_place", ())),
        record=table["record"],
        scratch=table["scratch"],
        when=table.get("when", ""),
        file=table.get("file", table["name"]),
        prepare=table.get("prepare", table["name"]),
        invoke=table.get("invoke", table["name"]),
        take=table.get("take", False),
        elements=table.get("elements", False),
    )


def _operator(table: dict[str, Any]) -> OperatorLimits:
    _known(table, _OPERATOR_KEYS, table.get("name", "operator"))
    return OperatorLimits(
        name=table["name"],
        code=table["code"],
        options_name=table["options"][0],
        options_code=table["options"][1],
        version_min=table["versions"][0],
        version_max=table["versions"][1],
        limits=tuple(table["limits"]),
        kernels=tuple(_kernel(k) for k in table["kernel"]),
    )


@cache
def operators() -> tuple[OperatorLimits, ...]:
    """Every operator of the runtime, in the file's order."""
    table = tomllib.loads((resources.runtime_dir() / "operators.toml").read_text(encoding="utf-8"))
    return tuple(_operator(entry) for entry in table["operator"])


def invoke_name(kernel: str) -> str:
    """Which name a kernel's `ef_<name>_invoke` or `ef_<name>_row` has: its own, or that of its family."""
    return next((one.invoke for entry in operators() for one in entry.kernels if one.name == kernel), kernel)
