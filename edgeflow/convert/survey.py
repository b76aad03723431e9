"""What a loaded source would cost and which operators it has, from its graph, without converting it.

Part of the conversion child. Constants are followed as the converter follows them: what depends on constants and known
shapes only is computed beforehand and counts as a constant.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from edgeflow.convert.loading import Loaded
from edgeflow.convert.origins import keras_layer, lines
from edgeflow.convert.probe_operators import key_dtype
from edgeflow.convert.survey_bytes import PRODUCTS, activations, known_elements, known_sizes, layer, weights
from edgeflow.errors import ConversionError

_NOTHING = {"Const", "Placeholder", "Identity", "IdentityN", "NoOp", "StopGradient", "PreventGradient", "Snapshot"}
_CALLS = {"PartitionedCall", "StatefulPartitionedCall"}
_SHOWN = 8


def survey(loaded: Loaded) -> dict[str, Any]:
    """The answer to a `survey` request: weights and, by signature, operators and costs; bytes are for float32 as is.

    Raises ConversionError where the source has no graph to look at.
    """
    if loaded.concrete is None:
        raise ConversionError("this source has no TensorFlow graph to look at", "convert it and inspect the result")
    variables: dict[int, Any] = {}
    found = []
    for signature in loaded.signatures:
        function = loaded.concrete(signature.key)
        variables |= {id(variable): variable for variable in function.variables}
        told = _graph(function)
        _locate(told["operators"], lines(function, loaded.folder), loaded.layers)
        found.append({"key": signature.key, **told})
    elements = sum(math.prod(int(n) for n in variable.shape) for variable in variables.values())
    if not elements:  # a frozen graph keeps them as constants
        elements = max((item["float_weight_bytes"] // 4 for item in found), default=0)
    return {"parameters": elements, "signatures": found}


def gpu_findings(model: Path) -> dict[str, Any]:
    """The answer to a `gpu` request: what TensorFlow Lite's analyzer says about the GPU delegate and a `.tflite`."""
    import contextlib
    import io

    import tensorflow as tf

    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        tf.lite.experimental.Analyzer.analyze(model_path=str(model), gpu_compatibility=True)
    lines = [line.strip() for line in said.getvalue().splitlines()]
    return {
        "version": str(tf.__version__),
        "compatible": any("looks compatible with GPU delegate" in line for line in lines),
        "findings": [line for line in lines if "GPU COMPATIBILITY WARNING" in line or line.startswith("GPU")],
    }


def _graph(function: Any) -> dict[str, Any]:
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    try:
        frozen = convert_variables_to_constants_v2(function, lower_control_flow=False, aggressive_inlining=True)
    except Exception:  # it writes variables: they stay, with the calls around them
        return _with_state(function)
    nodes = _needed(frozen.graph.get_operations(), [end.op for end in frozen.outputs])
    constant = _constants(nodes)
    inner = _inner(frozen.graph)
    return {
        **_tally([*(node for node in nodes if not constant[node.name]), *inner]),
        **weights(nodes, constant),
        **activations(nodes, constant, frozen.outputs, sum(map(_counts, inner))),
    }


def _locate(operators: list[dict[str, Any]], where: Mapping[str, str], layers: Collection[str]) -> None:
    """Add to each operator the Keras layers and the lines of code that its nodes come from."""
    for operator in operators:
        nodes = operator["layers"]
        named = [keras_layer(node, layers) for node in nodes]
        operator["keras_layers"] = list(dict.fromkeys(name for name in named if name))
        operator["lines"] = list(dict.fromkeys(where[node] for node in nodes if node in where))


def _with_state(function: Any) -> dict[str, Any]:
    """What can be told of a graph that keeps state: operators, and weights as the variables are."""
    nodes = [*function.graph.get_operations(), *_inner(function.graph)]
    held = [(math.prod(int(n) for n in v.shape), v.dtype.size, v.dtype.is_floating) for v in function.variables]
    return {
        **_tally(nodes),
        "float_weight_bytes": sum(elements * size for elements, size, _ in held),
        "int8_weight_bytes": sum(elements * (1 if floating else size) for elements, size, floating in held),
        "channels": 0,
        "kept": sum(map(_counts, nodes)),
        "largest_bytes": None,
        "largest_int8_bytes": None,
        "largest_layer": "",
        "peak_bytes": None,
        "peak_int8_bytes": None,
    }


def _counts(node: Any) -> bool:
    """Whether a node is an operator that the result would have to compute."""
    if node.type == "EnsureShape" and node.inputs[0].shape.is_fully_defined():
        return False
    return node.type not in _NOTHING and node.type not in _CALLS


def _tally(nodes: Iterable[Any]) -> dict[str, Any]:
    """Operators by name and dtype with the layers they are in, and their MACs."""
    used: dict[tuple[str, str], list[str]] = {}
    macs, unknown = 0, []
    for node in filter(_counts, nodes):
        used.setdefault((node.type, key_dtype(node)), []).append(node.name)
        count = _macs(node)
        macs += count or 0
        if count is None:
            unknown.append(node.name)
    return {
        "operators": [
            {"name": name, "dtype": dtype, "count": len(places), "layers": [layer(place) for place in places[:_SHOWN]]}
            for (name, dtype), places in used.items()
        ],
        "macs": macs,
        "macs_unknown": [layer(name) for name in unknown[:_SHOWN]],
    }


def _needed(nodes: Iterable[Any], outputs: Iterable[Any]) -> list[Any]:
    """Nodes that outputs depend on, in their order."""
    waiting, seen = list(outputs), set()
    while waiting:
        node = waiting.pop()
        if node.name not in seen:
            seen.add(node.name)
            waiting.extend(end.op for end in node.inputs)
    return [node for node in nodes if node.name in seen]


def _constants(nodes: Iterable[Any]) -> dict[str, bool]:
    known: dict[str, bool] = {}
    for node in nodes:
        if node.type == "Const":
            known[node.name] = True
        elif node.type in ("Shape", "Size", "Rank"):
            known[node.name] = node.inputs[0].shape.is_fully_defined()
        elif not node.inputs or node.op_def.is_stateful or node.type.startswith("Stateless"):
            known[node.name] = False
        else:
            known[node.name] = all(known.get(end.op.name, False) for end in node.inputs)
    return known


def _inner(graph: Any) -> list[Any]:
    """Nodes of the bodies of loops and branches."""
    from tensorflow.python.framework.function_def_to_graph import function_def_to_graph

    shapes: dict[str, Any] = {}
    for node in graph.get_operations():
        for attribute in ("body", "cond", "then_branch", "else_branch"):
            if attribute in node.node_def.attr:
                ends = node.inputs if node.type.endswith("While") else node.inputs[1:]
                shapes[node.get_attr(attribute).name] = [end.shape for end in ends]
    found = []
    for definition in graph.as_graph_def().library.function:
        given = shapes.get(definition.signature.name)
        try:
            found.extend(function_def_to_graph(definition, given).get_operations())
        except Exception:  # a body that cannot be read alone is not counted
            continue
    return found


def _macs(node: Any) -> int | None:
    """Multiply-accumulates; None where a shape they need is not known, 0 for operators without products."""
    if node.type not in PRODUCTS | {"Conv2DBackpropInput", "Conv3DBackpropInputV2", "Einsum"}:
        return 0
    out, sizes = known_elements(node.outputs[0]), [known_sizes(end.shape) for end in node.inputs]
    if out is None or None in sizes:
        return None
    a, b = sizes[0] or [], sizes[1] if len(sizes) > 1 and sizes[1] else []
    match node.type:
        case "Conv2D" | "Conv3D":
            return out * math.prod(b[:-1])
        case "DepthwiseConv2dNative":
            return out * math.prod(b[:2])
        case "MatMul":
            return int(out * (a[0] if node.get_attr("transpose_a") else a[-1]))
        case "BatchMatMul" | "BatchMatMulV2" | "BatchMatMulV3":
            return int(out * (a[-2] if node.get_attr("adj_x") else a[-1]))
        case "Conv2DBackpropInput" | "Conv3DBackpropInputV2":
            return math.prod(sizes[2] or []) * math.prod(b[:-1])
        case _:
            return _einsum(node.get_attr("equation").decode(), sizes)


def _einsum(equation: str, sizes: list[Any]) -> int | None:
    terms = equation.split("->")[0].split(",")
    if "." in equation or any(len(term) != len(size) for term, size in zip(terms, sizes, strict=False)):
        return None
    lengths = {label: n for term, size in zip(terms, sizes, strict=False) for label, n in zip(term, size, strict=True)}
    return int(math.prod(lengths.values()))
