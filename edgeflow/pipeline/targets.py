"""The verbs `targets list` and `targets show`."""

from __future__ import annotations

from edgeflow.errors import TargetError, UsageError
from edgeflow.targets.registry import load_boards, load_targets, resolve
from edgeflow.targets.types import Board, Target

FAMILIES = ("android", "linux", "microcontroller")


def list_targets(family: str | None = None) -> tuple[tuple[Target, ...], tuple[Board, ...]]:
    """All targets and boards, of one family where it is given (`android`, `linux`, `microcontroller`).

    Raises UsageError for another family and TargetError when a registry file is broken.
    """
    if family is not None and family not in FAMILIES:
        raise UsageError(f"unknown family {family!r}", f"choose one of {', '.join(FAMILIES)}")
    targets = load_targets()
    order = {name: (FAMILIES.index(target.family), name) for name, target in targets.items()}
    boards = load_boards()
    return (
        tuple(targets[name] for name in sorted(targets, key=order.__getitem__) if _in(targets[name], family)),
        tuple(
            boards[name]
            for name in sorted(boards, key=lambda name: (*order[boards[name].target], name))
            if _in(targets[boards[name].target], family)
        ),
    )


def show_target(name: str) -> tuple[Target, Board | None]:
    """One target, or a board with its target. Raises TargetError, with the nearest names, for an unknown one."""
    if not name:
        raise TargetError("no target named", "edgeflow targets list shows all targets and boards")
    return resolve(name)


def _in(target: Target, family: str | None) -> bool:
    return family is None or target.family == family
