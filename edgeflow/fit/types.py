"""The answer to "can this model run there, and what does it cost"."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ArenaPlan:
    """RAM the runtime needs for a model, in bytes. `exact` says whether the device's own planner was followed.

    `offsets` maps tensor index → offset in the arena for the main subgraph's planned tensors.
    """

    planned_bytes: int
    persistent_bytes: int
    exact: bool
    offsets: tuple[tuple[int, int], ...] = ()
    work_bytes: int = 0  # the planner's own need while a model is prepared; only tiny models need more than they run in

    @property
    def total_bytes(self) -> int:
        return max(self.planned_bytes + self.persistent_bytes, self.work_bytes)


@dataclass(frozen=True)
class Fit:
    """Verdict of one model on one target or board; all reasons at once.

    `fits` is None where nothing can be said without more facts; `reasons` then name what is missing.
    `advice` says what can be done about operators, where something is known.
    Sizes in bytes, None where unknown; `ram_needed_bytes` is arena and runtime together, `ram_bytes` what there is.
    `flash_needed_bytes` is the model and a runtime with its operators only, `runner_flash_bytes` with every operator.
    """

    model: str
    target: str
    board: str | None
    fits: bool | None
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    arena: ArenaPlan | None
    ram_bytes: int | None
    flash_needed_bytes: int | None
    flash_bytes: int | None
    unsupported_operators: tuple[str, ...]
    ram_needed_bytes: int | None = None
    advice: tuple[str, ...] = ()
    runner_flash_bytes: int | None = None
