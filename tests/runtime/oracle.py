"""The oracle of the exactness tests: LiteRT's reference kernels, and edgeflow's runtime to hold against them.

`litert` runs cases in LiteRT `BUILTIN_REF` in a child process; a crash there costs one case, which comes back as
`Crashed` and is counted by `compare`. `Driver` is the runtime compiled for this host; it runs a whole batch in one
process. `compare` fails on the first disagreement and names the case.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.runtime.single_operator import Case

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Refused:
    """The runtime named took the model or the run back, with this reason."""

    reason: str


@dataclass(frozen=True)
class Crashed:
    """LiteRT's process died on this case."""

    code: int


Outcome = list[Array] | Refused | Crashed


def litert(cases: Sequence[Case], folder: Path) -> list[Outcome]:
    """LiteRT's outputs of every case, in order."""
    batch, results = folder / "litert.batch", folder / "litert.results"
    batch.write_bytes(pickle.dumps([(case.model, case.inputs) for case in cases]))
    outcomes: list[Outcome] = []
    while len(outcomes) < len(cases):
        results.unlink(missing_ok=True)
        child = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("litert_child.py")), batch, results, str(len(outcomes))],
            capture_output=True,
            timeout=240,
        )
        done = _load_all(results)
        outcomes += [Refused(one) if isinstance(one, str) else one for one in done]
        if len(outcomes) < len(cases):
            if child.returncode >= 0:
                raise RuntimeError(f"the LiteRT child stopped early: {child.stderr.decode()[-800:]}")
            outcomes.append(Crashed(child.returncode))
    return outcomes


def _load_all(path: Path) -> list[Any]:
    loaded: list[Any] = []
    if path.exists():
        with path.open("rb") as source:
            while True:
                try:
                    loaded.append(pickle.load(source))
                except (EOFError, pickle.UnpicklingError):
                    break
    return loaded
