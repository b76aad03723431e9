"""Which operators of a quantized model lose how much against the float model of the same source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from edgeflow.convert.arrays import Arrays, write_arrays
from edgeflow.errors import UsageError
from edgeflow.model.compare import decibels
from edgeflow.model.types import Model, Operator, Signature, Subgraph
from edgeflow.validate.models import ask, raw

SAMPLES = 32  # so many are enough to rank layers
KEEP_BELOW_DB = 20.0  # an operator that loses a tenth of its signal or more by itself
_CASTS = {"QUANTIZE", "DEQUANTIZE"}


@dataclass(frozen=True)
class Layer:
    """One operator of both models. `own_snr_db` is what it loses by itself, given what the quantized model gave it;
    `snr_db`, `max_abs` and `mean_abs` are its output's error with all that came before.

    Either is None where there is no error or no signal, `own_snr_db` also where the operator cannot run alone.
    """

    operator: str
    name: str
    float_index: int
    quantized_index: int
    dtype: str
    own_snr_db: float | None
    own_max_abs: float | None
    snr_db: float | None
    max_abs: float
    mean_abs: float


@dataclass(frozen=True)
class LayerReport:
    """`layers` with the one that loses most by itself first; `keep_float` are regular expressions of tensor names."""

    float_model: str
    quantized_model: str
    samples: int
    layers: tuple[Layer, ...]
    unmatched: tuple[str, ...]
    keep_float: tuple[str, ...]


def has_quantized_operators(model: Model) -> bool:
    """Whether operators of the first subgraph read or write quantized tensors or integer weights with scales."""
    used = {i for o in model.main.operators if o.name not in _CASTS for i in (*o.inputs, *o.outputs) if i >= 0}
    tensors = model.main.tensors
    return any(
        tensors[i].quantization is not None and tensors[i].dtype in ("INT8", "UINT8", "INT16", "INT4") for i in used
    )


def match_operators(exact: Subgraph, small: Subgraph) -> tuple[list[tuple[int, int]], tuple[str, ...]]:
    """Pairs of operators that compute the same in a float and a quantized graph, and what stands alone.

    Operators of the same kind with the same output name and shape are pairs. What is left is aligned in order by kind
    and shape, and holds only where the operators feeding it are pairs too. QUANTIZE and DEQUANTIZE are looked through.
    """
    left = [o for o in exact.operators if o.name not in _CASTS]
    right = [o for o in small.operators if o.name not in _CASTS]
    pairs: dict[int, int] = {}
    names = _by_key(small, right)
    own = _by_key(exact, left)
    for key, operators in own.items():
        if len(operators) == 1 and len(names.get(key, ())) == 1:
            pairs[operators[0].index] = names[key][0].index
    taken = set(pairs.values())
    makers = _makers(exact), _makers(small)
    rest_left = [o for o in left if o.index not in pairs]
    rest_right = [o for o in right if o.index not in taken]
    blocks = SequenceMatcher(
        None, [_form(exact, o) for o in rest_left], [_form(small, o) for o in rest_right], autojunk=False
    ).get_matching_blocks()
    for block in blocks:
        for step in range(block.size):
            one, other = rest_left[block.a + step], rest_right[block.b + step]
            if _fed_alike((exact, small), makers, (one, other), pairs):
                pairs[one.index] = other.index
    taken = set(pairs.values())
    alone = [f"float operator {o.index} {o.name}" for o in left if o.index not in pairs]
    alone += [f"quantized operator {o.index} {o.name}" for o in right if o.index not in taken]
    return sorted(pairs.items()), tuple(alone)


def measure_layers(
    exact: tuple[Model, Signature, Arrays],
    small: tuple[Model, Signature, Arrays],
    folder: Path,
    *,
    timeout_s: float,
) -> LayerReport:
    """Run both models on the same samples (real values, [n, *shape]) and rank the operators they share.

    Raises UsageError where a signature is not the first subgraph's or nothing matches, ModelError where LiteRT fails.
    """
    for model, signature, _ in (exact, small):
        if signature.subgraph:
            raise UsageError(f"{model.path}: only its first subgraph can be looked into", "choose its signature")
    pairs, alone = match_operators(exact[0].main, small[0].main)
    if not pairs:
        raise UsageError(
            f"{exact[0].path} and {small[0].path} share no operators", "give two conversions of the same source"
        )
    sides: dict[str, Any] = {}
    for side, (model, signature, samples) in (("float", exact), ("quantized", small)):
        given = folder / f"{side}.npz"
        index = dict(signature.inputs)
        write_arrays(given, {str(index[name]): array for name, array in raw(model, signature, samples).items()})
        sides[side] = {"model": str(model.path.absolute()), "samples": str(given)}
    answer = ask({"do": "layers", "pairs": pairs, **sides}, f"{exact[0].path}, {small[0].path}", timeout_s)
    layers = sorted((_layer(exact[0].main, small[0].main, item) for item in answer["layers"]), key=_loss)
    hints = [layer for layer in layers if layer.own_snr_db is not None and layer.own_snr_db < KEEP_BELOW_DB]
    return LayerReport(
        exact[0].name,
        small[0].name,
        len(next(iter(exact[2].values()))),
        tuple(layers),
        alone,
        tuple(dict.fromkeys(re.escape(layer.name) for layer in hints)),
    )


def _loss(layer: Layer) -> tuple[bool, float]:
    return layer.own_snr_db is None, layer.own_snr_db if layer.own_snr_db is not None else 0.0


def _layer(exact: Subgraph, small: Subgraph, item: Mapping[str, Any]) -> Layer:
    first, second = exact.operators[item["float"]], small.operators[item["quantized"]]
    reached, own = item["reached"], item["own"]
    return Layer(
        operator=first.name,
        name=_name(exact, first),
        float_index=first.index,
        quantized_index=second.index,
        dtype=small.tensors[second.outputs[0]].dtype if second.outputs else "",
        own_snr_db=decibels(own["signal"], own["noise"]),
        own_max_abs=own["largest"] if own["elements"] else None,
        snr_db=decibels(reached["signal"], reached["noise"]),
        max_abs=reached["largest"],
        mean_abs=reached["distance"] / reached["elements"] if reached["elements"] else 0.0,
    )


def _name(graph: Subgraph, operator: Operator) -> str:
    """The first of the names that the converter joined with semicolons."""
    return graph.tensors[operator.outputs[0]].name.split(";")[0] if operator.outputs else operator.name


def _form(graph: Subgraph, operator: Operator) -> tuple[str, tuple[tuple[int, ...], ...]]:
    return operator.name, tuple(graph.tensors[i].shape for i in operator.outputs)


def _by_key(graph: Subgraph, operators: list[Operator]) -> dict[object, list[Operator]]:
    found: dict[object, list[Operator]] = {}
    for operator in operators:
        names = tuple(graph.tensors[i].name for i in operator.outputs)
        if names:
            found.setdefault((names, _form(graph, operator)), []).append(operator)
    return found


def _makers(graph: Subgraph) -> dict[int, Operator]:
    return {i: operator for operator in graph.operators for i in operator.outputs}


def _fed_alike(
    graphs: tuple[Subgraph, Subgraph],
    makers: tuple[Mapping[int, Operator], Mapping[int, Operator]],
    pair: tuple[Operator, Operator],
    pairs: Mapping[int, int],
) -> bool:
    for first, second in zip(pair[0].inputs, pair[1].inputs, strict=False):
        if first < 0 or second < 0 or graphs[0].tensors[first].is_constant:
            continue
        a, b = _origin(graphs[0], makers[0], first), _origin(graphs[1], makers[1], second)
        if a[0] != b[0] or (a[0] == "operator" and pairs.get(a[1]) != b[1]) or (a[0] == "input" and a[1] != b[1]):
            return False
    return True


def _origin(graph: Subgraph, makers: Mapping[int, Operator], tensor: int) -> tuple[str, int]:
    """Where a tensor's values come from: an operator, an input by its place, or nowhere in the graph."""
    for _ in graph.operators:  # a broken graph may go round in a circle
        if tensor not in makers or makers[tensor].name not in _CASTS or not makers[tensor].inputs:
            break
        tensor = makers[tensor].inputs[0]
    if tensor in makers:
        return "operator", makers[tensor].index
    return ("input", graph.inputs.index(tensor)) if tensor in graph.inputs else ("none", tensor)
