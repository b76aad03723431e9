"""A `.tflite` of one operator without tensors."""

from __future__ import annotations

from edgeflow.fit import probe_micro


def one_operator(code: int, version: int, custom: str | None) -> bytes:
    """The probe's own question with another version."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(probe_micro._model(code, custom), 0)
    model.operatorCodes[0].version = version
    builder = flatbuffers.Builder(256)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())
