"""TensorFlow 1 frozen graphs as SavedModels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edgeflow.convert import exporting
from edgeflow.convert.types import Source
from edgeflow.errors import ModelError, UsageError

_VARIABLES = ("Variable", "VariableV2", "VarHandleOp")
_NO_OUTPUT = ("Const", "NoOp", "Assert", "Placeholder")


def write_saved_model(source: Source, folder: Path) -> int:
    """Write the graph between its input and output arrays to `folder`; gives the bytes of its constants.

    Without arrays the placeholders are the inputs, and the one node that nothing consumes is the output. Raises
    ModelError for a file that is no frozen graph, UsageError for arrays it does not have.
    """
    import tensorflow as tf

    graph = tf.compat.v1.GraphDef()
    try:
        graph.ParseFromString(source.path.read_bytes())
        wrapped = tf.compat.v1.wrap_function(lambda: tf.import_graph_def(graph, name=""), [])
    except Exception as error:
        first = (str(error).splitlines() or [""])[0][:200]
        raise ModelError(f"{source.origin}: not a whole TensorFlow graph: {first}", "write it again") from None
    if variables := [node.name for node in graph.node if node.op in _VARIABLES]:
        raise ModelError(
            f"{source.origin}: not frozen: it holds {len(variables)} variables, {variables[0]} among them",
            "freeze it with convert_variables_to_constants, or give the SavedModel",
        )
    inputs = _tensors(wrapped.graph, source.input_arrays or _placeholders(graph), source, graph)
    outputs = _tensors(wrapped.graph, source.output_arrays or (_end(graph, source),), source, graph)
    for tensor in inputs:
        if tensor.shape.rank is None and not source.input_shapes:
            raise UsageError(f"{source.origin}: the shape of {tensor.name} is unknown", "give it with --input-shape")
    names = exporting.unique_names([_bare(tensor.name) for tensor in inputs])
    output_names = exporting.unique_names([_bare(tensor.name) for tensor in outputs])
    shapes = dict(source.input_shapes)
    exporting.require_inputs(shapes, names)
    pruned = wrapped.prune(inputs, outputs)
    specs = [
        tf.TensorSpec(exporting.sized(name, tensor.shape, source.keep_batch, shapes), tensor.dtype, name=name)
        for name, tensor in zip(names, inputs, strict=True)
    ]

    def serving(*tensors: Any) -> dict[str, Any]:
        return dict(zip(output_names, pruned(*tensors), strict=True))

    holder = tf.Module()
    holder.serving = tf.function(serving, input_signature=specs)
    tf.saved_model.save(holder, str(folder), signatures={exporting.SERVING: holder.serving.get_concrete_function()})
    return sum(_bytes(node.attr["value"].tensor) for node in graph.node if node.op == "Const")


def _bare(name: str) -> str:
    return name.removesuffix(":0").replace(":", "_").replace("/", "_")


def _placeholders(graph: Any) -> tuple[str, ...]:
    return tuple(node.name for node in graph.node if node.op == "Placeholder")


def _end(graph: Any, source: Source) -> str:
    used = {name.lstrip("^").partition(":")[0] for node in graph.node for name in node.input}
    ends = [node.name for node in graph.node if node.name not in used and node.op not in _NO_OUTPUT]
    if len(ends) == 1:
        return str(ends[0])
    raise UsageError(
        f"{source.origin}: which of its {len(ends)} ends is the output is not clear",
        f"choose with --output-arrays: {', '.join(ends[:8])}",
    )


def _tensors(graph: Any, names: Sequence[str], source: Source, definition: Any) -> list[Any]:
    found = []
    for name in names:
        try:
            found.append(graph.get_tensor_by_name(name if ":" in name else f"{name}:0"))
        except (KeyError, ValueError):
            some = ", ".join((*_placeholders(definition), *(n.name for n in definition.node[-3:])))
            raise UsageError(f"{source.origin}: holds no tensor {name!r}", f"it holds {some} and others") from None
    if not found:
        raise UsageError(f"{source.origin}: has no placeholder for an input", "name one with --input-arrays")
    return found


def _bytes(tensor: Any) -> int:
    import tensorflow as tf

    size = int(tf.as_dtype(tensor.dtype).size or 0)
    for dim in tensor.tensor_shape.dim:
        size *= int(dim.size)
    return size
