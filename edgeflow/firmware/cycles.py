"""Estimated cycles of what ran on an emulated core: counts of instructions times a table of a core's timings.

An estimate: zero wait states, no caches, no interrupts. It compares two programs on one core; it is no latency.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from edgeflow.errors import TargetError
from edgeflow.firmware import cycles_m4, cycles_m55
from edgeflow.firmware.executed import Listing


class _Core(Protocol):
    """What the module of one core has."""

    SOURCE: str

    def cycles(self, listing: Listing, counts: Mapping[int, int], /) -> int: ...


_CORES: Mapping[str, _Core] = {"cortex-m4": cycles_m4, "cortex-m7": cycles_m4, "cortex-m55": cycles_m55}
_NOTES = {"cortex-m7": "; a Cortex-M7 issues two instructions at once, so this is too much for it"}


def estimated_targets() -> tuple[str, ...]:
    """The targets whose cycles can be estimated."""
    return tuple(_CORES)


def estimate_cycles(target: str, listing: Listing, counts: Mapping[int, int]) -> int:
    """Cycles of `counts` runs of the instructions of `listing`. Raises TargetError for a core without a table."""
    return _core(target).cycles(listing, counts)


def cycles_source(target: str) -> str:
    """Where the figures come from, for a result. Raises TargetError for a core without a table."""
    return _core(target).SOURCE + _NOTES.get(target, "")


def listing_flags(target: str) -> tuple[str, ...]:
    """What objdump needs to know of a core."""
    return cycles_m55.LISTING_FLAGS if target == "cortex-m55" else ()


def _core(target: str) -> _Core:
    if target not in _CORES:
        raise TargetError(
            f"the cycles of {target} cannot be estimated", f"there are tables for {', '.join(estimated_targets())}"
        )
    return _CORES[target]
