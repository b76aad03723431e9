"""The record: complete, valid, and written with the model or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from edgeflow.convert import record
from edgeflow.convert.types import (
    Calibration,
    Conversion,
    Options,
    OutputError,
    SignatureInfo,
    Source,
    TensorInfo,
)
from edgeflow.model.compare import difference

SCHEMA = json.loads(
    (Path(record.__file__).parents[1] / "results" / "schemas" / "conversion.schema.json").read_text(encoding="utf-8")
)
END = TensorInfo("x", "int8", (1, 4), 0.5, -3)
CONVERSION = Conversion(
    path=Path("m.tflite"),
    quantize="int8",
    size=1000,
    sha256="a" * 64,
    source=Source("m.keras", "m", "keras", Path("/m.keras"), "b" * 64, 5000),
    weight_bytes=4000,
    signatures=(SignatureInfo("serving_default", (END,), (TensorInfo("y", "float32", (-1, 2), None, None),)),),
    operators=(("ADD", 2),),
    errors=(OutputError("serving_default", difference("y", [[0.0, 1.0]], [[0.5, 1.0]], step=0.25), False),),
    checked_on="random:1",
    checked_samples=1,
    calibration=Calibration("d.npz", 5, None, "c" * 64),
    warnings=("look out",),
    versions={"tensorflow": "2.21.0"},
    created="2026-01-02T03:04:05+00:00",
    record=Path("m.tflite.edgeflow.json"),
    options=Options("int8", 500, None, (), False, False),
)


def test_a_record_follows_its_schema() -> None:
    told = json.loads(record.record_bytes(CONVERSION))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(told, SCHEMA)
    assert told["errors"][0]["max_lsb"] == 2
    assert told["calibration"]["available"] is None


@pytest.mark.parametrize("damage", [{"schema": "edgeflow.conversion/2"}, {"extra": 1}, {"versions": None}])
def test_the_schema_refuses_what_is_no_record(damage: dict[str, object]) -> None:
    told = {**record.to_json(CONVERSION), **damage}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(told, SCHEMA)


def test_the_record_is_named_after_the_model() -> None:
    assert record.record_path(Path("a/m.tflite")) == Path("a/m.tflite.edgeflow.json")


def test_files_are_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    record.write_together({tmp_path / "a": b"new", tmp_path / "b": b"beside"})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"new", "b": b"beside"}


def test_where_one_file_cannot_be_written_none_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(OSError, match="No such file"):
        record.write_together({tmp_path / "a": b"new", tmp_path / "none" / "b": b"beside"})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"old"}
