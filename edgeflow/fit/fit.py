"""Can this model run there, and what does it cost: all reasons at once, nothing touched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from edgeflow.fit import interpreter, microcontroller
from edgeflow.fit.advice import advice
from edgeflow.fit.arena import plan_arena
from edgeflow.fit.case import Case
from edgeflow.fit.estimate import estimate_arena
from edgeflow.fit.footprint import load_footprints
from edgeflow.fit.kernel_text import load_kernel_texts
from edgeflow.fit.operators import choose
from edgeflow.fit.types import Fit
from edgeflow.model.own_operators import custom_operators
from edgeflow.model.types import Model, Operator, Subgraph
from edgeflow.targets.types import Board, Target

_MOST_SHOWN = 6


def fit(
    model: Model,
    target: Target,
    board: Board | None = None,
    *,
    ram_bytes: int | None = None,
    flash_bytes: int | None = None,
    own_kernels: bool = False,
) -> Fit:
    """Judge a model on a target or board.

    `ram_bytes` and `flash_bytes` take the place of the board's own (a budget, or a board that edgeflow does not know).
    `own_kernels`: a library with the model's custom operators goes to the device with it.
    `fits` is None where that is all that is missing. Of a board's RAM, the first region counts: an arena is one piece.
    """
    match target.family:
        case "android" | "linux":
            return _on_interpreter(model, target, board, ram_bytes, flash_bytes, own_kernels)
        case "microcontroller":
            return _on_microcontroller(model, target, board, ram_bytes, flash_bytes)
        case _:
            assert_never(target.family)


def _on_interpreter(
    model: Model,
    target: Target,
    board: Board | None,
    ram_bytes: int | None,
    flash_bytes: int | None,
    own_kernels: bool,
) -> Fit:
    case = Case(
        model=model,
        target=target,
        board=board,
        arena=estimate_arena(model),
        footprint=None,
        ram_bytes=ram_bytes if ram_bytes is not None else (board.ram_bytes or None) if board else None,
        flash_bytes=flash_bytes,
    )
    given = own_kernels and target.family == "linux" and target.runtime == "litert"
    limits = [limit for limit in interpreter.LIMITS if not (given and limit is interpreter.limit_custom)]
    reasons = _said(limit(case) for limit in limits)
    own = custom_operators(model) if given else ()
    unsupported = tuple(name for name in interpreter.unsupported(case) if name not in own)
    return _fit(case, not reasons, reasons, _said(warn(case) for warn in interpreter.WARNINGS), unsupported)


def _on_microcontroller(
    model: Model, target: Target, board: Board | None, ram_bytes: int | None, flash_bytes: int | None
) -> Fit:
    case = Case(
        model=model,
        target=target,
        board=board,
        arena=max((plan_arena(model, subgraph=entry) for entry in entries(model)), key=lambda plan: plan.total_bytes),
        footprint=load_footprints().get(target.name),
        ram_bytes=ram_bytes if ram_bytes is not None else board.ram[0].bytes if board and board.ram else None,
        flash_bytes=flash_bytes if flash_bytes is not None else board.flash_bytes if board else None,
        text_bytes=_text_bytes(model, target),
    )
    refused = _refused(model)
    reasons = _grouped(refused) + _said(limit(case) for limit in microcontroller.LIMITS)
    missing = _said(limit(case) for limit in microcontroller.MISSING)
    fits = False if reasons else None if missing else True
    warnings = _said(warn(case) for warn in microcontroller.WARNINGS)
    unsupported = tuple(dict.fromkeys(operator.name for _, operator, _ in refused))
    return _fit(case, fits, reasons + missing, warnings, unsupported)


def entries(model: Model) -> tuple[int, ...]:
    """Subgraphs that a device may be asked to run: those of the signatures, without any the first one."""
    return tuple(sorted({signature.subgraph for signature in model.signatures})) or (0,)


def _text_bytes(model: Model, target: Target) -> int | None:
    """Flash of the runtime with the kernels that the model's operators take; None where it is not measured."""
    text = load_kernel_texts().get(target.name)
    subgraphs = [model.subgraphs[entry] for entry in entries(model)]
    chosen = [choose(subgraph, operator) for subgraph in subgraphs for operator in subgraph.operators]
    return None if text is None else text.of(one.kernel.name for one in chosen if not isinstance(one, str))


def _refused(model: Model) -> tuple[tuple[Subgraph, Operator, str], ...]:
    """(subgraph, operator, why) for all that edgeflow's runtime cannot run."""
    found = []
    for entry in entries(model):
        subgraph = model.subgraphs[entry]
        for operator in subgraph.operators:
            chosen = choose(subgraph, operator)
            if isinstance(chosen, str):
                found.append((subgraph, operator, chosen))
    return tuple(found)


def _grouped(refused: Iterable[tuple[Subgraph, Operator, str]]) -> tuple[str, ...]:
    """One sentence a cause, with the operators it hits: `TANH: no kernel (operator 4)`."""
    places: dict[str, list[str]] = {}
    for subgraph, operator, why in refused:
        place = str(operator.index) if subgraph.index == 0 else f"{subgraph.index}/{operator.index}"
        places.setdefault(why, []).append(place)
    return tuple(f"{why} ({_places(found)})" for why, found in places.items())


def _places(found: list[str]) -> str:
    if len(found) == 1:
        return f"operator {found[0]}"
    shown = ", ".join(found[:_MOST_SHOWN])
    return f"operators {shown}" if len(found) <= _MOST_SHOWN else f"{len(found)} operators: {shown}, …"


def _fit(
    case: Case, fits: bool | None, reasons: tuple[str, ...], warnings: tuple[str, ...], unsupported: tuple[str, ...]
) -> Fit:
    return Fit(
        model=case.model.name,
        target=case.target.name,
        board=case.board.name if case.board else None,
        fits=fits,
        reasons=reasons,
        warnings=warnings,
        arena=case.arena,
        ram_bytes=case.ram_bytes,
        flash_needed_bytes=case.flash_needed_bytes,
        flash_bytes=case.flash_bytes,
        unsupported_operators=unsupported,
        ram_needed_bytes=case.ram_needed_bytes,
        runner_flash_bytes=case.runner_flash_bytes,
        advice=advice(case.model, case.target, unsupported),
    )


def _said(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(text for text in texts if text)
