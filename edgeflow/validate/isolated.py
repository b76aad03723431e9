"""The error that one operator adds by itself: the float operator, alone, on what the quantized one was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from edgeflow.model.alone import dynamic_inputs
from edgeflow.model.real import real
from edgeflow.model.types import Model, Subgraph


@dataclass
class Sums:
    """Running sums over the elements of one tensor on all samples; `elements` 0 means that nothing was compared."""

    signal: float = 0.0
    noise: float = 0.0
    distance: float = 0.0
    largest: float = 0.0
    elements: int = 0

    def add(self, expected: np.ndarray[Any, Any], actual: np.ndarray[Any, Any]) -> None:
        want, have = expected.astype(np.float64).ravel(), actual.astype(np.float64).ravel()
        finite = np.isfinite(want) & np.isfinite(have)
        want, error = want[finite], np.abs(want[finite] - have[finite])
        self.signal += float(want @ want)
        self.noise += float(error @ error)
        self.distance += float(error.sum())
        self.largest = max(self.largest, float(error.max(initial=0.0)))
        self.elements += int(error.size)

    def to_json(self) -> dict[str, Any]:
        return {
            "signal": self.signal,
            "noise": self.noise,
            "distance": self.distance,
            "largest": self.largest,
            "elements": self.elements,
        }


def compare(
    models: Mapping[str, Model],
    running: Mapping[str, Any],
    single: Any | None,
    pair: tuple[int, int],
    reached: Sums,
    own: Sums,
) -> None:
    """Add one sample's errors of one pair: of its output so far, and of the operator by itself where it can run alone.

    `running` holds both interpreters after their invoke, with all tensors preserved.
    """
    exact, small = models["float"].main, models["quantized"].main
    first, second = exact.operators[pair[0]], small.operators[pair[1]]
    outputs = [_value(running["quantized"], small, index) for index in second.outputs]
    for index, have in zip(first.outputs, outputs, strict=True):
        reached.add(_value(running["float"], exact, index), have)
    if single is None:
        return
    seen: dict[int, int] = {}
    for place in dynamic_inputs(exact, pair[0]):
        seen.setdefault(first.inputs[place], place)
    if any(place >= len(second.inputs) or second.inputs[place] < 0 for place in seen.values()):
        return
    for detail, place in zip(single.get_input_details(), seen.values(), strict=True):
        given = _value(running["quantized"], small, second.inputs[place])
        single.set_tensor(detail["index"], given.astype(detail["dtype"]))
    single.invoke()
    for detail, have in zip(single.get_output_details(), outputs, strict=True):
        own.add(single.get_tensor(detail["index"]), have)


def _value(interpreter: Any, subgraph: Subgraph, index: int) -> np.ndarray[Any, Any]:
    return real(np.asarray(interpreter.get_tensor(index)), subgraph.tensors[index])
