"""Limits of edgeflow's own runtime on a microcontroller; each predicate's docstring states one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from edgeflow.fit.case import Case, size_text
from edgeflow.fit.interpreter import warn_free_sizes

Limit = Callable[[Case], str | None]


def limit_ram(case: Case) -> str | None:
    """Arena, runtime data and stack must fit into the RAM region meant for the arena, in one piece."""
    needed = case.ram_needed_bytes
    if needed is None or case.ram_bytes is None or needed <= case.ram_bytes:
        return None
    about = "" if case.arena and case.arena.exact else "about "
    what = "arena, data and stack need" if case.footprint and case.footprint.ram_bytes else "the arena needs"
    where = "there are"
    if case.board and case.board.ram and case.board.ram[0].bytes == case.ram_bytes:
        where = f"{case.board.ram[0].name} of {case.board.name} has"
    return f"RAM: {what} {about}{size_text(needed)}, {where} {size_text(case.ram_bytes)}"


def limit_flash(case: Case) -> str | None:
    """Model and a runtime with its operators must fit into flash together."""
    needed = case.flash_needed_bytes
    if needed is None or case.flash_bytes is None or needed <= case.flash_bytes:
        return None
    what = "model and runtime need" if case.footprint else "the model alone needs"
    return f"flash: {what} {size_text(needed)}, there are {size_text(case.flash_bytes)}"


def warn_runner(case: Case) -> str | None:
    """Runner firmware has every operator; an application may link only those of its model."""
    needed, there = case.runner_flash_bytes, case.flash_bytes
    if needed is None or there is None or needed <= there or limit_flash(case):
        return None
    return (
        f"flash: runner firmware, which has every operator, needs {size_text(needed)} with this model and does not "
        "fit; an application that links only this model's operators does (generate, generate --aot)"
    )


def missing_ram(case: Case) -> str | None:
    """A verdict needs the RAM of the device: a board, or --ram."""
    return (
        None
        if case.ram_bytes is not None
        else f"RAM of the device is not known: name a board or give --ram{_at_least(case.ram_needed_bytes)}"
    )


def missing_flash(case: Case) -> str | None:
    """A verdict needs the flash of the device: a board, or --flash."""
    return (
        None
        if case.flash_bytes is not None
        else f"flash of the device is not known: name a board or give --flash{_at_least(case.flash_needed_bytes)}"
    )


def warn_footprint(case: Case) -> str | None:
    """While the runtime's own size on a target is not measured, only the model's is counted."""
    if case.footprint is None:
        return f"the runtime's own flash, data and stack are not measured for {case.target.name} and not counted"
    if case.footprint.ram_bytes is None:
        return f"the runtime's data and stack are not measured for {case.target.name} and not counted"
    return None


def warn_estimate(case: Case) -> str | None:
    """An arena that the runtime's own planner could not plan is an estimate."""
    if case.arena is None or case.arena.exact:
        return None
    return "the arena is an estimate: the runtime's own plan needs every operator supported"


def warn_soft_float(case: Case) -> str | None:
    """Without an FPU every float operation is a library call, tens of times slower than int8."""
    if has_fpu(case.target.arch):
        return None
    floats = [
        operator.name
        for subgraph in case.model.subgraphs
        for operator in subgraph.operators
        if operator.macs and any(i >= 0 and subgraph.tensors[i].dtype == "FLOAT32" for i in operator.inputs)
    ]
    if not floats:
        return None
    return f"{len(floats)} operators compute in float32, which {case.target.name} does in software: quantize to int8"


def warn_toolchain(case: Case) -> str | None:
    """A target whose compiler edgeflow does not know can be generated for, not built for."""
    return None if case.target.toolchain else f"{case.target.name}: {case.target.notes}"


def warn_tight_ram(case: Case) -> str | None:
    """Beyond nine tenths of the RAM little is left for the application."""
    needed = case.ram_needed_bytes
    if needed is None or case.ram_bytes is None or not 0.9 * case.ram_bytes < needed <= case.ram_bytes:
        return None
    return f"RAM: {size_text(case.ram_bytes - needed)} are left for the application"


LIMITS: Final[tuple[Limit, ...]] = (limit_flash, limit_ram)
MISSING: Final[tuple[Limit, ...]] = (missing_ram, missing_flash)
WARNINGS: Final[tuple[Limit, ...]] = (
    warn_tight_ram,
    warn_runner,
    warn_estimate,
    warn_footprint,
    warn_free_sizes,
    warn_soft_float,
    warn_toolchain,
)


def has_fpu(arch: str) -> bool:
    """Whether a C architecture name stands for hardware single-precision floats."""
    if arch.startswith("rv"):
        return "f" in arch[4:] or "g" in arch[4:]
    return "fp" in arch or arch == "xtensa-lx7"


def _at_least(needed: int | None) -> str:
    return f" (at least {size_text(needed)})" if needed else ""
