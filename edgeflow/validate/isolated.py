"""The error that one operator adds by itself: the float operator, alone, on what the quantized one was given."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from edgeflow.model.real import real
from edgeflow.model.types import Model, Subgraph

_NOT_ALONE = {"WHILE", "IF", "CALL", "CALL_ONCE", "CUSTOM", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE"}


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


def dynamic_inputs(subgraph: Subgraph, operator: int) -> list[int]:
    """Places of an operator's inputs that are no constants."""
    node = subgraph.operators[operator]
    return [place for place, i in enumerate(node.inputs) if i >= 0 and not subgraph.tensors[i].is_constant]


def alone(model: Model, whole: Any, operator: int) -> bytes | None:
    """One operator of the first subgraph as a model of its own, its non-constant inputs as inputs, in their order.

    `whole` is the same model in the schema's object form. None for control flow, variables, custom operators and free
    sizes, which cannot run alone.
    """
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    node, tensors = model.main.operators[operator], model.main.tensors
    used = [i for i in (*node.inputs, *node.outputs) if i >= 0]
    if node.custom or node.name in _NOT_ALONE or any(tensors[i].is_variable for i in used):
        return None
    if any(-1 in tensors[i].shape_signature for i in used):
        return None
    graph = whole.subgraphs[0]
    kept = list(dict.fromkeys(used))
    buffers = [schema.BufferT()]
    copies = []
    for index in kept:
        tensor = copy.copy(graph.tensors[index])
        tensor.buffer = 0
        if tensors[index].is_constant:
            buffers.append(whole.buffers[graph.tensors[index].buffer])
            tensor.buffer = len(buffers) - 1
        copies.append(tensor)
    single = copy.copy(graph.operators[operator])
    code = whole.operatorCodes[single.opcodeIndex]
    single.opcodeIndex = 0
    single.inputs = [kept.index(i) if i >= 0 else -1 for i in node.inputs]
    single.outputs = [kept.index(i) for i in node.outputs]
    subgraph = schema.SubGraphT()
    subgraph.tensors, subgraph.operators = copies, [single]
    dynamic = dict.fromkeys(node.inputs[place] for place in dynamic_inputs(model.main, operator))
    subgraph.inputs = [kept.index(i) for i in dynamic]
    subgraph.outputs = list(single.outputs)
    made = schema.ModelT()
    made.version, made.operatorCodes, made.subgraphs, made.buffers = 3, [code], [subgraph], buffers
    builder = flatbuffers.Builder(1024)
    builder.Finish(made.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


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
