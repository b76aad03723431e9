"""Small models whose metadata says how they are used: detection, labelled classes, several inputs."""

from __future__ import annotations

from pathlib import Path

from ai_edge_litert import schema_py_generated as schema
from litert_models import build, pass_through

from edgeflow.model import metadata as m
from edgeflow.model.metadata_write import write_metadata


def with_metadata(content: bytes, graph: m.SubGraphMetadata, files: dict[str, bytes] | None = None) -> bytes:
    return write_metadata(content, m.ModelMetadata(name="test", subgraphs=(graph,)), files or {})


def detection_model() -> bytes:
    """Four outputs that are the absolute values of four inputs: boxes, classes, scores and how many."""
    names = ("boxes", "classes", "scores", "count")
    shapes = ((1, 3, 4), (1, 3), (1, 3), (1,))
    parsed = schema.ModelT.InitFromPackedBuf(pass_through([f"in_{name}" for name in names], names), 0)
    for number, shape in enumerate(shapes):
        for index in (number, len(names) + number):
            parsed.subgraphs[0].tensors[index].shape = list(shape)
    import flatbuffers

    builder = flatbuffers.Builder(1024)
    builder.Finish(parsed.Pack(builder), b"TFL3")
    box = m.Content(m.BoundingBox((1, 0, 3, 2), "boundaries", "ratio"))
    labels = (m.AssociatedFile("labels.txt", type="value-labels"), m.AssociatedFile("de.txt", "", "value-labels", "de"))
    outputs = (
        m.TensorMetadata("location", content=box),
        m.TensorMetadata("category", files=labels),
        m.TensorMetadata("score", units=(m.ProcessUnit(m.ScoreThreshold(0.3)),)),
        m.TensorMetadata("number of detections"),
    )
    group = m.TensorGroup("detection_result", ("location", "category", "score"))
    graph = m.SubGraphMetadata(outputs=outputs, output_groups=(group,))
    files = {"labels.txt": b"cat\ndog\n", "de.txt": "Katze\nHündin\n".encode()}
    return with_metadata(bytes(builder.Output()), graph, files)


def image_model(dtype: str, output: str = "colours") -> bytes:
    """A 4 × 4 image to the mean of each colour: FLOAT32, INT8 or UINT8, all said by metadata."""
    import numpy as np
    from litert_models import Spec

    quantized = {"FLOAT32": ((), ()), "INT8": ((1 / 128,), (0,)), "UINT8": ((1 / 128,), (128,))}[dtype]
    specs = [
        Spec("image", dtype, [1, 4, 4, 3], *quantized),
        Spec(output, dtype, [1, 3], *quantized),
        Spec("axes", "INT32", [2], constant=np.asarray([1, 2], np.int32)),
    ]
    content = build(specs, [0], [1], schema.BuiltinOperator.MEAN, schema.ReducerOptionsT())
    image = m.TensorMetadata(
        "picture",
        content=m.Content(m.Image("rgb")),
        units=(m.ProcessUnit(m.Normalization((127.5,), (127.5,))),),
    )
    labels = (m.AssociatedFile("en.txt", type="axis-labels"), m.AssociatedFile("de.txt", "", "axis-labels", "de"))
    scores = m.TensorMetadata("probability", files=labels, units=(m.ProcessUnit(m.ScoreThreshold(0.0)),))
    files = {"en.txt": b"red\ngreen\nblue\n", "de.txt": "rot\ngrün\nblau\n".encode()}
    return with_metadata(content, m.SubGraphMetadata(inputs=(image,), outputs=(scores,)), files)


def shaped(content: bytes, shapes: dict[int, tuple[int, ...]], **quantized: tuple[float, int]) -> bytes:
    """The same model with other shapes of tensors, by index; `quantized` are scale and zero point by tensor name."""
    import flatbuffers

    parsed = schema.ModelT.InitFromPackedBuf(content, 0)
    for index, shape in shapes.items():
        parsed.subgraphs[0].tensors[index].shape = list(shape)
    for tensor in parsed.subgraphs[0].tensors:
        if tensor.name.decode() in quantized:
            scale, zero_point = quantized[tensor.name.decode()]
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale, tensor.quantization.zeroPoint = [scale], [zero_point]
    builder = flatbuffers.Builder(1024)
    builder.Finish(parsed.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def audio_model(dtype: str = "FLOAT32", channels: int = 1) -> bytes:
    """100 samples a frame at 8 kHz: their absolute values, as FLOAT32 or as INT8 of 1 / 127."""
    quantized = {} if dtype == "FLOAT32" else {"sound": (1 / 127, 0), "loud": (1 / 127, 0)}
    content = shaped(pass_through(["sound"], ["loud"], dtype, (1, 100 * channels)), {}, **quantized)
    sound = m.TensorMetadata("sound", content=m.Content(m.Audio(8000, channels)))
    return with_metadata(content, m.SubGraphMetadata(inputs=(sound,)))


def text_model() -> bytes:
    """Six ids of words; the vocabulary travels with the model."""
    file = m.AssociatedFile("vocabulary.txt", type="vocabulary")
    unit = m.ProcessUnit(m.RegexTokenizer("[^\\w\\']+", (file,)))
    text = m.TensorMetadata("text", units=(unit,), files=(file,))
    words = ["<PAD> 0", "<START> 1", "<UNKNOWN> 2", "good 3", "isn't 4", "na\u00efve 5", "bad 9"]
    content = pass_through(["text"], ["ids"], "INT32", (1, 6))
    files = {"vocabulary.txt": "\n".join(words).encode()}
    return with_metadata(content, m.SubGraphMetadata(inputs=(text,)), files)


def photo_model() -> bytes:
    """A picture of 4 x 8 pixels beside the boxes and scores that are to be found on it; only names are said."""
    content = pass_through(["image", "in_boxes", "in_scores"], ["same", "boxes", "scores"])
    return shaped(content, {0: (1, 4, 8, 3), 1: (1, 2, 4), 2: (1, 2), 3: (1, 4, 8, 3), 4: (1, 2, 4), 5: (1, 2)})


def multi_model() -> bytes:
    """Three inputs, two outputs, nothing said about them."""
    return pass_through(["left", "right", "bias"], ["sum", "difference"])


def saved(folder: Path, name: str, content: bytes) -> Path:
    path = folder / f"{name}.tflite"
    path.write_bytes(content)
    return path
