"""Whether a model that is not made yet would run on a target, as far as its estimated sizes and operators tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edgeflow.fit.advice import INSTEAD
from edgeflow.fit.case import size_text
from edgeflow.fit.footprint import load_footprints
from edgeflow.fit.interpreters import interpreter_table
from edgeflow.fit.kernel_text import load_kernel_texts
from edgeflow.fit.table import operators
from edgeflow.targets.types import Board, Target


@dataclass(frozen=True)
class Foreseen:
    """A model in one form: `form` is `float` or `int8`, sizes in bytes, TFLite operators by name.

    `flex`, `custom` and `unknown` are source operators that become no operator of TensorFlow Lite's own; `cautions` say
    what else keeps this form from being sure.
    """

    form: str
    model_bytes: int
    arena_bytes: int
    operators: tuple[str, ...]
    flex: tuple[str, ...]
    custom: tuple[str, ...]
    unknown: tuple[str, ...]
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Forecast:
    """`likely` is False where something certainly stands against it, None where something is not known.

    `reasons` say what stands against it or is not known; bytes are estimates.
    """

    target: str
    board: str | None
    form: str
    likely: bool | None
    reasons: tuple[str, ...]
    ram_needed_bytes: int
    ram_bytes: int | None
    flash_needed_bytes: int | None
    flash_bytes: int | None


def forecast(
    model: Foreseen,
    target: Target,
    board: Board | None,
    *,
    ram_bytes: int | None = None,
    flash_bytes: int | None = None,
) -> Forecast:
    """Judge one form of a model on a target or board; `ram_bytes` and `flash_bytes` replace the board's own."""
    against: list[str] = []
    missing: list[str] = []
    small = target.family == "microcontroller"
    if small:
        footprint = load_footprints().get(target.name)
        have = {entry.name: entry for entry in operators()}
        dtype = "INT8" if model.form == "int8" else "FLOAT32"
        lacking = [name for name in model.operators if name not in have]
        kernels = {
            name: [k.name for k in have[name].kernels if any(dtype in o.types for o in (*k.inputs, *k.outputs))]
            for name in model.operators
            if name in have
        }
        untyped = [name for name, found in kernels.items() if not found]
        against += _listed([name for name in lacking if name not in INSTEAD], "edgeflow's runtime has no kernel")
        against += [f"{n}: edgeflow's runtime has no kernel; {INSTEAD[n]}" for n in lacking if n in INSTEAD]
        against += _listed(untyped, f"edgeflow's runtime has no {dtype} kernel")
        against += _listed(model.flex, "needs TensorFlow's Flex delegate, which microcontrollers do not have")
        missing += _listed(model.custom, "needs your own kernel")
        needed = model.arena_bytes + ((footprint.ram_bytes or 0) if footprint else 0)
        text = load_kernel_texts().get(target.name)
        runtime = text.of(name for found in kernels.values() for name in found) if text and footprint else None
        flash_needed = model.model_bytes + (runtime or (footprint.text_bytes if footprint else 0))
        there = ram_bytes if ram_bytes is not None else board.ram[0].bytes if board and board.ram else None
        room = flash_bytes if flash_bytes is not None else board.flash_bytes if board else None
        missing += [] if there is not None else [f"RAM is not known: name a board or give --ram ({size_text(needed)})"]
        missing += (
            [] if room is not None else [f"flash is not known: name a board or --flash ({size_text(flash_needed)})"]
        )
    else:
        table = interpreter_table(target.runtime)
        against += _listed(
            [name for name in model.operators if name not in table.operators],
            f"no kernel in {table.name} {table.version}",
        )
        said = "needs the Select TF operators, which Android apps can carry" if target.family == "android" else ""
        (missing if said else against).extend(
            _listed(model.flex, said or f"needs TensorFlow's Flex delegate, which {table.name} does not carry")
        )
        missing += _listed(model.custom, "needs your own kernel")
        needed, flash_needed = model.arena_bytes + model.model_bytes, None
        there = ram_bytes if ram_bytes is not None else (board.ram_bytes or None) if board else None
        room = flash_bytes
    if there is not None and needed > there:
        against.append(f"RAM: about {size_text(needed)} needed, there are {size_text(there)}")
    if flash_needed is not None and room is not None and flash_needed > room:
        against.append(f"flash: about {size_text(flash_needed)} needed, there are {size_text(room)}")
    missing += _listed(model.unknown, "nobody knows what becomes of it")
    missing += model.cautions
    likely = False if against else None if missing else True
    return Forecast(
        target.name,
        board.name if board else None,
        model.form,
        likely,
        (*against, *missing),
        needed,
        there,
        flash_needed,
        room,
    )


def _listed(names: Sequence[str], why: str) -> list[str]:
    return [f"{', '.join(dict.fromkeys(names))}: {why}"] if names else []
