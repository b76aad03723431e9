"""Metadata with every field of the schema in use, for a model of two inputs and one output."""

from __future__ import annotations

from edgeflow.model import metadata as m


def _file(name: str, kind: str = "unknown") -> m.AssociatedFile:
    return m.AssociatedFile(name, f"about {name}", kind, "de-CH", "2")


_UNITS = (
    m.Normalization((127.5, m.single(0.1), -3.0), (1.0, 2.0, m.single(0.3))),
    m.ScoreCalibration("inverse-logistic", m.single(0.2)),
    m.ScoreThreshold(0.5),
    m.BertTokenizer((_file("vocab.txt", "vocabulary"),)),
    m.SentencePieceTokenizer((_file("sp.model"),), (_file("vocab.txt"), _file("vocab2.txt"))),
    m.RegexTokenizer("[^\\w']+\t", (_file("vocab.txt"),)),
)
_FIRST = m.TensorMetadata(
    "bild",
    'Ein Bild: "größer"\n',
    ("batch", "höhe", "width", "channel"),
    m.Content(m.Image("gray", m.ImageSize(640, 480)), m.ValueRange(-1, 2)),
    tuple(m.ProcessUnit(unit) for unit in _UNITS),
    m.Stats((1.0, 2.0), (-1.0, m.single(-0.7))),
    (_file("labels.txt", "axis-labels"), _file("values.txt", "value-labels"), _file("about.txt", "descriptions")),
)
_SECOND = m.TensorMetadata("clip", content=m.Content(m.Audio(16000, 2)))
_OUTPUT = m.TensorMetadata("boxes", content=m.Content(m.BoundingBox((1, 0, 3, 2), "center", "pixel")))
EVERYTHING = m.ModelMetadata(
    "Alles",
    "every field",
    "v1.2",
    (
        m.SubGraphMetadata(
            "main",
            "the only one",
            (_FIRST, _SECOND),
            (_OUTPUT,),
            (_file("index.ldb", "scann-index"),),
            (m.ProcessUnit(_UNITS[3]),),
            (m.ProcessUnit(_UNITS[2]), m.ProcessUnit(_UNITS[1])),
            (m.TensorGroup("in", ("bild", "clip")),),
            (m.TensorGroup("out", ("boxes",)), m.TensorGroup("none")),
            (m.CustomMetadata("blob", bytes(range(50))), m.CustomMetadata("empty")),
        ),
    ),
    "Zoë",
    "Apache-2.0",
    (_file("calibration.csv", "score-calibration"),),
)
FILES = {
    name: f"the content of {name}\n".encode()
    for name in (
        *("about.txt", "calibration.csv", "index.ldb", "labels.txt", "sp.model", "values.txt", "vocab.txt"),
        "vocab2.txt",
    )
}
