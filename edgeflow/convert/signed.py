"""Models without a signature get one, so that their ends have names."""

from __future__ import annotations

import flatbuffers

from edgeflow.convert.types import SourceSignature


def signed(content: bytes, signature: SourceSignature | None = None, key: str = "serving_default") -> bytes:
    """`content` with a signature over the inputs and outputs of its first subgraph.

    Names are those of `signature` in its order, else the tensors' own. A model that has a signature is given back.
    """
    from ai_edge_litert import schema_py_generated as schema

    from edgeflow.convert.exporting import unique_names

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    if model.signatureDefs:
        return content
    graph = model.subgraphs[0]

    def ends(tensors: list[int], names: list[str]) -> list[schema.TensorMapT]:
        own = unique_names([bytes(graph.tensors[n].name or b"").decode("utf-8", "replace") for n in tensors])
        made = []
        for tensor, name in zip(tensors, names if len(names) == len(tensors) else own, strict=True):
            end = schema.TensorMapT()
            end.name, end.tensorIndex = name, int(tensor)
            made.append(end)
        return made

    defined = schema.SignatureDefT()
    defined.signatureKey, defined.subgraphIndex = signature.key if signature else key, 0
    defined.inputs = ends(list(graph.inputs), [port.name for port in signature.inputs] if signature else [])
    defined.outputs = ends(list(graph.outputs), [port.name for port in signature.outputs] if signature else [])
    model.signatureDefs = [defined]
    builder = flatbuffers.Builder(len(content) + 1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())
