"""`generate --plan`: a model that brings its memory plan along for edgeflow's interpreter."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from edgeflow.generate.ahead.planned import plan_model
from edgeflow.generate.write import write_tree
from edgeflow.model.read import load_model
from edgeflow.model.types import Model


@dataclass(frozen=True)
class PlannedFile:
    """The model that was written, and the planned bytes of its first subgraph.

    `alone_bytes` is what the runtime plans by itself, `bound_bytes` what no plan of these operators can go below;
    `together` are the first and last operators of those that it runs together by rows.
    """

    model: str
    model_sha256: str
    path: Path
    sha256: str
    bytes: int
    planned_bytes: int
    alone_bytes: int
    bound_bytes: int
    together: tuple[tuple[int, int], ...]


def generate_plan_file(model: Model | Path | str, *, output: Path | str, force: bool = False) -> PlannedFile:
    """Write `model` with the metadata entry EDGEFLOW_PLAN into the directory `output`, under its own name.

    Raises ModelError where edgeflow's runtime cannot plan it, UsageError where the file is there already.
    """
    loaded = model if isinstance(model, Model) else load_model(model)
    planned = plan_model(loaded)
    (path,) = write_tree({loaded.path.name: planned.content}, Path(output), owns_directory=False, force=force)
    return PlannedFile(
        model=loaded.path.name,
        model_sha256=loaded.sha256,
        path=path,
        sha256=hashlib.sha256(planned.content).hexdigest(),
        bytes=len(planned.content),
        planned_bytes=planned.planned_bytes,
        alone_bytes=planned.alone_bytes,
        bound_bytes=planned.bound_bytes,
        together=planned.together,
    )
