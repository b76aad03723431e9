"""The verb `check`: can this model run there, and what does it cost."""

from __future__ import annotations

from pathlib import Path

from edgeflow.errors import UsageError
from edgeflow.fit.fit import fit
from edgeflow.fit.types import Fit
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.targets.registry import resolve


def check(
    model: Model | Path | str, target: str, *, ram_bytes: int | None = None, flash_bytes: int | None = None
) -> Fit:
    """Judge a model on a target or board by name.

    `ram_bytes` and `flash_bytes` replace the board's own; a bare microcontroller target needs both for a verdict,
    without them `Fit.fits` is None and the reasons name what is missing. Raises ModelError, TargetError, UsageError.
    """
    for name, value in (("ram_bytes", ram_bytes), ("flash_bytes", flash_bytes)):
        if value is not None and value < 0:
            raise UsageError(f"{name} is {value}", "give a number of bytes, 0 or more")
    kind, board = resolve(target)
    read = model if isinstance(model, Model) else load_model(model)
    return fit(read, kind, board, ram_bytes=ram_bytes, flash_bytes=flash_bytes)
