"""A float `.tflite` told as a source: what it costs as it is, and about what it would as int8."""

from __future__ import annotations

from collections.abc import Iterable

from edgeflow.convert.surveyed import Estimate, SourceOperator, Survey, SurveyedSignature, int8_model_bytes
from edgeflow.convert.tensorflow_operators import Becoming
from edgeflow.convert.types import Source
from edgeflow.errors import ModelError
from edgeflow.fit.estimate import estimate_arena
from edgeflow.model.types import Model, Operator, Subgraph, Tensor

_PRODUCTS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV", "CONV_3D")
_SHOWN = 8


def survey_model(source: Source, model: Model) -> Survey:
    """Tell `model`, which `source` is or becomes; raises ModelError where it is quantized already.

    `parameters` counts the elements of its floating constants. Operators stay what they are.
    """
    constants = {t.data_offset: t for graph in model.subgraphs for t in graph.tensors if t.is_constant}
    if any(tensor.quantization and tensor.quantization.scale for graph in model.subgraphs for tensor in graph.tensors):
        raise ModelError(
            f"{source.origin}: already a .tflite, quantized", "edgeflow inspect and edgeflow check take it as it is"
        )
    floats = [tensor for tensor in constants.values() if tensor.dtype == "FLOAT32"]
    entries = [(s.key, model.subgraphs[s.subgraph]) for s in model.signatures] or [("", model.main)]
    peak = estimate_arena(model).planned_bytes
    weights = sum(tensor.constant_bytes for tensor in constants.values())
    biases = {graph.tensors[i].data_offset for graph in model.subgraphs for i in _biases(graph)}
    small = weights - sum(tensor.constant_bytes * 3 // 4 for tensor in floats if tensor.data_offset not in biases)
    channels = sum(graph.tensors[i].shape[0] for graph in model.subgraphs for i in _biases(graph))
    signatures = tuple(
        SurveyedSignature(
            key,
            _operators(graph),
            sum(operator.macs for operator in graph.operators),
            (),
            _largest(graph).name if graph.tensors else "",
            Estimate(weights, model.size, _largest(graph).bytes, peak),
            Estimate(
                small, int8_model_bytes(model.size - weights + small, channels), _bytes(_largest(graph)), peak // 4
            ),
        )
        for key, graph in entries
    )
    return Survey(source, sum(tensor.constant_bytes // 4 for tensor in floats), signatures)


def _biases(graph: Subgraph) -> Iterable[int]:
    for operator in graph.operators:
        third = operator.inputs[2] if operator.name in _PRODUCTS and len(operator.inputs) > 2 else -1
        if third >= 0 and graph.tensors[third].is_constant:
            yield third


def _operators(graph: Subgraph) -> tuple[SourceOperator, ...]:
    found: dict[tuple[str, str], list[Operator]] = {}
    for operator in graph.operators:
        given = [graph.tensors[end] for end in operator.inputs if end >= 0]
        dtype = next((tensor.dtype for tensor in given if not tensor.is_constant), "")
        found.setdefault((operator.name, dtype.lower()), []).append(operator)
    return tuple(
        SourceOperator(
            name,
            dtype,
            len(places),
            tuple(graph.tensors[place.outputs[0]].name for place in places[:_SHOWN] if place.outputs),
            _becoming(name, custom=places[0].custom),
        )
        for (name, dtype), places in found.items()
    )


def _becoming(name: str, *, custom: bool) -> Becoming:
    if not custom:
        return Becoming("builtin", (name,), "")
    if name.startswith("Flex"):
        return Becoming("flex", (), "it needs the Select TF operators: convert the model it was made from without them")
    return Becoming("custom", (), "it needs a kernel of your own wherever it runs")


def _largest(graph: Subgraph) -> Tensor:
    return max(graph.tensors, key=lambda tensor: 0 if tensor.is_constant else tensor.bytes)


def _bytes(tensor: Tensor) -> int:
    return tensor.bytes // 4 if tensor.dtype == "FLOAT32" else tensor.bytes
