"""The requests that one source's conversions send to the child."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from edgeflow.convert.arrays import Arrays, read_arrays, write_arrays
from edgeflow.convert.inputs import Inputs
from edgeflow.convert.options import ConverterOptions
from edgeflow.convert.recipes import Recipe
from edgeflow.convert.types import Description, Port, Source, SourceSignature
from edgeflow.convert.worker import Worker
from edgeflow.errors import ConversionError
from edgeflow.progress import Progress


class Job:
    """One source in one child; files between the two processes go to `folder`."""

    def __init__(self, source: Source, folder: Path, worker: Worker, timeout_s: float, progress: Progress) -> None:
        self._source, self._folder = source, folder
        self._worker, self._timeout_s, self._progress = worker, timeout_s, progress

    def load(self) -> Description:
        """Have the child read the source; raises what is wrong with it."""
        answer = self._ask({"do": "load"}, f"loading {self._source.origin}")
        return Description(
            tuple(_signature(item) for item in answer["signatures"]),
            answer["weight_bytes"],
            answer["versions"],
            tuple(answer["warnings"]),
        )

    def expected(self, used: Inputs) -> tuple[dict[str, Arrays], dict[str, str]]:
        """The source's outputs by signature, and a remark for each signature that random inputs cannot drive.

        Raises ConversionError where the source does not run on the user's data or gives what is not finite.
        """
        outputs: dict[str, Arrays] = {}
        lost: dict[str, str] = {}
        for place, (key, samples) in enumerate(used.compared.items()):
            if samples is None:
                lost[key] = f"signature {key}: not compared, no inputs could be made up for it"
                continue
            try:
                outputs[key] = self._run(key, samples, used.count, place)
            except ConversionError as error:
                if used.calibration is not None:
                    raise
                lost[key] = f"signature {key}: not compared, it does not run on random inputs: {error.message}"
                continue
            self._require_finite(outputs[key])
        return outputs, lost

    def lower(self, recipe: Recipe, options: ConverterOptions, samples: Arrays | None) -> Path:
        """Convert by one recipe, with options, and give the file, which is not checked yet."""
        into, given = self._folder / f"{recipe.name}.tflite", self._folder / "calibration.npz"
        calibrating = samples if recipe.needs_calibration else None
        if calibrating is not None:
            write_arrays(given, calibrating)
        request = {
            "do": "convert",
            "recipe": asdict(recipe),
            "options": asdict(options),
            "samples": str(given) if calibrating is not None else None,
            "into": str(into),
        }
        self._ask(request, f"{self._source.origin} to {recipe.name}")
        return into

    def _run(self, key: str, samples: Arrays, count: int, place: int) -> Arrays:
        given, into = self._folder / f"samples{place}.npz", self._folder / f"expected{place}.npz"
        write_arrays(given, samples)
        request = {"do": "outputs", "signature": key, "samples": str(given), "count": count, "into": str(into)}
        self._ask(request, f"running {self._source.origin}")
        return read_arrays(into)

    def _require_finite(self, outputs: Arrays) -> None:
        for name, array in outputs.items():
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise ConversionError(
                    f"{self._source.origin}: the source itself gives NaN or infinity in output {name}",
                    "look at its weights and at the inputs first",
                )

    def _ask(self, request: Mapping[str, Any], subject: str) -> dict[str, Any]:
        source = {**asdict(self._source), "path": str(self._source.path)}
        return self._worker.request(
            {**request, "source": source, "folder": str(Path.cwd())},
            progress=self._progress,
            timeout_s=self._timeout_s,
            subject=subject,
        )


def _signature(item: Mapping[str, Any]) -> SourceSignature:
    def ports(given: Sequence[Mapping[str, Any]]) -> tuple[Port, ...]:
        return tuple(Port(port["name"], port["dtype"], tuple(port["shape"])) for port in given)

    return SourceSignature(item["key"], ports(item["inputs"]), ports(item["outputs"]))
