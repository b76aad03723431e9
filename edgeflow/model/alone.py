"""One operator as a model of its own."""

from __future__ import annotations

import copy
from typing import Any

from edgeflow.model.types import Model, Subgraph

_NOT_ALONE = {"WHILE", "IF", "CALL", "CALL_ONCE", "CUSTOM", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE"}


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
