"""A model whose operators' outputs are all outputs of the model, so that two runtimes can be compared step by step."""

from __future__ import annotations

from edgeflow.model.read import read_model
from edgeflow.model.types import Model, Signature


def exposed(model: Model, subgraph: int) -> tuple[Model, Signature]:
    """The same operators with every output of theirs exposed, in the order of the operators.

    The names of the new signature's outputs are `OPERATOR:PLACE`. Constants and variables stay as they are.
    """
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    graph = model.subgraphs[subgraph]
    outputs = [
        (f"{operator.index}:{place}", tensor)
        for operator in graph.operators
        for place, tensor in enumerate(operator.outputs)
        if tensor >= 0 and not graph.tensors[tensor].is_variable
    ]
    whole = schema.ModelT.InitFromPackedBuf(model.content, 0)
    whole.signatureDefs = []
    whole.subgraphs[subgraph].outputs = [tensor for _, tensor in outputs]
    if subgraph:
        whole.subgraphs[0], whole.subgraphs[subgraph] = whole.subgraphs[subgraph], whole.subgraphs[0]
    builder = flatbuffers.Builder(len(model.content) + 1024)
    builder.Finish(whole.Pack(builder), file_identifier=b"TFL3")
    made = read_model(bytes(builder.Output()), model.path)
    inputs = tuple((str(place), tensor) for place, tensor in enumerate(graph.inputs))
    return made, Signature("", 0, inputs, tuple(outputs))
