"""tflite-support as the oracle: it reads what we write, we read what its writers write."""

from __future__ import annotations

import json
import platform
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgeflow.model import metadata as m
from edgeflow.model.archive import read_files
from edgeflow.model.metadata_read import read_metadata
from edgeflow.model.metadata_toml_read import parse_metadata_file
from edgeflow.model.metadata_toml_write import metadata_toml
from edgeflow.model.metadata_write import min_parser_version, write_metadata
from edgeflow.model.read import load_model, read_model
from tests.environments import python_with
from tests.model.everything import EVERYTHING, FILES
from tests.model.tiny import FLOAT32, INT32, UINT8, Port, tiny

DATA = Path(__file__).parents[1] / "data"
SCRIPT = Path(__file__).with_name("metadata_peer.py")
IMAGE: list[Port] = [("image", FLOAT32, (1, 8, 8, 3))]
SCORES: list[Port] = [("scores", FLOAT32, (1, 3))]
BARE: dict[str, tuple[list[Port], list[Port]]] = {
    "image": ([("image", UINT8, (1, 8, 8, 3))], [("scores", UINT8, (1, 3))]),
    "detector": (
        IMAGE,
        [
            ("StatefulPartitionedCall:3", FLOAT32, (1, 10, 4)),
            ("StatefulPartitionedCall:2", FLOAT32, (1, 10)),
            ("StatefulPartitionedCall:1", FLOAT32, (1, 10)),
            ("StatefulPartitionedCall:0", FLOAT32, (1,)),
        ],
    ),
    "segmenter": (IMAGE, [("masks", FLOAT32, (1, 8, 8, 3))]),
    "audio": ([("clip", FLOAT32, (1, 16000))], SCORES),
    "bert": ([(name, INT32, (1, 16)) for name in ("ids", "mask", "segment_ids")], SCORES),
    "text": ([("text", INT32, (1, 16))], SCORES),
}
WRITTEN = ("image", "image_full", "detector", "segmenter", "audio", "bert", "sentencepiece", "text")
# our words for the schema's, table by table
NAMES: dict[type, dict[str, str]] = {
    m.AssociatedFile: {},
    m.Feature: {},
    m.ImageSize: {},
    m.Image: {"colour": "color_space", "size": "default_size"},
    m.BoundingBox: {"coordinates": "coordinate_type"},
    m.Audio: {},
    m.ValueRange: {},
    m.Content: {"properties": "content_properties"},
    m.Normalization: {},
    m.ScoreCalibration: {"transform": "score_transformation"},
    m.ScoreThreshold: {"threshold": "global_score_threshold"},
    m.BertTokenizer: {"vocabulary": "vocab_file"},
    m.SentencePieceTokenizer: {"model": "sentencePiece_model", "vocabulary": "vocab_file"},
    m.RegexTokenizer: {"pattern": "delim_regex_pattern", "vocabulary": "vocab_file"},
    m.ProcessUnit: {},
    m.Stats: {},
    m.TensorGroup: {"tensors": "tensor_names"},
    m.TensorMetadata: {"dimensions": "dimension_names", "units": "process_units", "files": "associated_files"},
    m.CustomMetadata: {},
    m.SubGraphMetadata: {
        "inputs": "input_tensor_metadata",
        "outputs": "output_tensor_metadata",
        "files": "associated_files",
        "input_units": "input_process_units",
        "output_units": "output_process_units",
        "input_groups": "input_tensor_groups",
        "output_groups": "output_tensor_groups",
        "custom": "custom_metadata",
    },
    m.ModelMetadata: {"subgraphs": "subgraph_metadata", "files": "associated_files"},
}
UNIONS = {
    m.Feature: "FeatureProperties",
    m.Image: "ImageProperties",
    m.BoundingBox: "BoundingBoxProperties",
    m.Audio: "AudioProperties",
    m.Normalization: "NormalizationOptions",
    m.ScoreCalibration: "ScoreCalibrationOptions",
    m.ScoreThreshold: "ScoreThresholdingOptions",
    m.BertTokenizer: "BertTokenizerOptions",
    m.SentencePieceTokenizer: "SentencePieceTokenizerOptions",
    m.RegexTokenizer: "RegexTokenizerOptions",
}
WORDS = {"gray": "GRAYSCALE", "axis-labels": "TENSOR_AXIS_LABELS", "value-labels": "TENSOR_VALUE_LABELS"}
WORDS |= {"score-calibration": "TENSOR_AXIS_SCORE_CALIBRATION", "scann-index": "SCANN_INDEX_FILE"}


def unavailable_reason() -> str | None:
    if sys.version_info[:2] != (3, 11) or sys.platform != "linux" or platform.machine() != "x86_64":
        return "tflite-support 0.4.4 has wheels up to Python 3.11, for Linux on x86-64"
    return None


@pytest.fixture(scope="session")
def peer() -> Path:
    if reason := unavailable_reason():
        pytest.skip(reason)
    return python_with(
        "tflite-support-0.4.4",
        ("--no-deps", "tflite-support==0.4.4"),  # its sounddevice wants a system library that is not needed here
        ("absl-py==2.1.0", "numpy==1.26.4", "flatbuffers==25.2.10", "protobuf==3.20.3", "pybind11==2.13.6"),
    )


def call(peer: Path, *arguments: str | Path) -> str:
    done = subprocess.run([peer, SCRIPT, *arguments], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def theirs(peer: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, dict[str, Any]]]:
    """One model of each of its writers, with what its own reader says about it."""
    folder = tmp_path_factory.mktemp("peer")
    for name, (inputs, outputs) in BARE.items():
        (folder / f"{name}.bare").write_bytes(tiny(inputs, outputs))
    call(peer, "write", folder)
    paths = {name: folder / f"{name}.tflite" for name in WRITTEN}
    shown = json.loads(call(peer, "show", *paths.values()))
    return {name: (path, shown[str(path)]) for name, path in paths.items()}


def as_peer(value: object) -> Any:
    """Our values as its reader displays them: the schema's names, defaults left out."""
    match value:
        case str():
            return value
        case bytes():
            return list(value)
        case tuple():
            return [as_peer(entry) for entry in value]
        case int() | float():
            return value
    made: dict[str, Any] = {}
    for name, wire in m.wire(type(value)):
        content = getattr(value, name)
        theirs = NAMES[type(value)].get(name, name)
        if wire.kind == "word":
            if content != wire.words[0]:
                made[theirs] = WORDS.get(content, content.upper().replace("-", "_"))
        elif wire.kind == "union" and content is not None:
            made |= {f"{theirs}_type": UNIONS[type(content)], theirs: as_peer(content)}
        elif content is not None and content not in ("", (), b"", 0):
            made[theirs] = as_peer(content)
    return made


def plain(shown: Any) -> Any:
    """What it displays, without empty strings and lists, numbers as float32."""
    match shown:
        case dict():
            return {key: plain(value) for key, value in shown.items() if value not in ("", [])}
        case list():
            return [plain(value) for value in shown]
        case float():
            return struct.unpack("<f", struct.pack("<f", shown))[0]
    return shown


@pytest.mark.parametrize("name", WRITTEN)
def test_we_read_what_its_writers_write(theirs: dict[str, tuple[Path, dict[str, Any]]], name: str) -> None:
    path, shown = theirs[name]
    model = load_model(path)
    metadata = read_metadata(model)
    assert metadata is not None
    assert as_peer(metadata) == plain(shown["metadata"])
    assert {name: content.hex() for name, content in read_files(model.content, path).items()} == shown["files"]
    assert metadata.min_parser_version == shown["min_parser_version"] == min_parser_version(metadata)


def test_what_its_writers_write_goes_through_our_file_and_back(
    theirs: dict[str, tuple[Path, dict[str, Any]]], peer: Path, tmp_path: Path
) -> None:
    again = {}
    for name, (path, _) in theirs.items():
        model = load_model(path)
        metadata = read_metadata(model)
        assert metadata is not None
        text = metadata_toml(metadata)
        described = parse_metadata_file(text, tmp_path / "metadata.toml", model).metadata
        assert replace(metadata, min_parser_version="") == described, text
        again[name] = tmp_path / f"{name}.tflite"
        again[name].write_bytes(write_metadata(model, described, read_files(model.content, path)))
    shown = json.loads(call(peer, "show", *again.values()))
    for name, (_, before) in theirs.items():
        after = shown[str(again[name])]
        assert after["files"] == before["files"]
        assert plain(after["metadata"]) == plain(before["metadata"])


def test_it_displays_what_we_write(peer: Path, tmp_path: Path) -> None:
    whole = tiny([("in", FLOAT32, (1, 8, 8, 3)), ("second", INT32, (1,))], [("out", FLOAT32, (1, 3))])
    models = {"everything": (read_model(whole, Path("made.tflite")), EVERYTHING, FILES)}
    for path in sorted(DATA.glob("*.tflite")):
        models[path.stem] = (load_model(path), m.ModelMetadata(path.stem, subgraphs=(m.SubGraphMetadata(),)), {})
    paths = {name: tmp_path / f"{name}.tflite" for name in models}
    for name, (model, metadata, files) in models.items():
        paths[name].write_bytes(write_metadata(model, metadata, files))
    shown = json.loads(call(peer, "show", *paths.values()))
    for name, (_, metadata, files) in models.items():
        told = shown[str(paths[name])]
        assert plain(told["metadata"]) == as_peer(read_metadata(paths[name].read_bytes()))
        assert told["files"] == {name: content.hex() for name, content in files.items()}
        assert told["metadata"]["min_parser_version"] == told["min_parser_version"] == min_parser_version(metadata)


@pytest.mark.parametrize("part", ["file", "unit", "group", "audio"])
def test_the_parser_version_is_the_one_it_computes(peer: Path, tmp_path: Path, part: str) -> None:
    files = [m.AssociatedFile("a", type=kind) for kind in m.FILE_TYPES] + [m.AssociatedFile("a", version="2")]
    file = (m.AssociatedFile("a"),)
    units = [
        m.Normalization((1.0,), (1.0,)),
        m.ScoreCalibration("log", 1.0),
        m.ScoreThreshold(0.5),
        m.BertTokenizer(file),
        m.SentencePieceTokenizer(file, file),
        m.RegexTokenizer("x", file),
    ]
    match part:
        case "file":
            graphs = [m.SubGraphMetadata(files=(entry,)) for entry in files]
            graphs += [m.SubGraphMetadata(outputs=(m.TensorMetadata(files=(entry,)),)) for entry in files]
        case "unit":
            graphs = [m.SubGraphMetadata(outputs=(m.TensorMetadata(units=(m.ProcessUnit(u),)),)) for u in units]
            graphs += [m.SubGraphMetadata(input_units=(m.ProcessUnit(unit),)) for unit in units]
            graphs += [m.SubGraphMetadata(output_units=(m.ProcessUnit(unit),)) for unit in units]
        case "group":
            group = (m.TensorGroup("g"),)
            graphs = [m.SubGraphMetadata(input_groups=group), m.SubGraphMetadata(output_groups=group)]
            graphs += [m.SubGraphMetadata(custom=(m.CustomMetadata("c", b"1"),))]
        case _:
            kinds = (m.Feature(), m.Image(), m.BoundingBox(), m.Audio(8000, 1))
            graphs = [m.SubGraphMetadata(outputs=(m.TensorMetadata(content=m.Content(kind)),)) for kind in kinds]
    model = load_model(DATA / "sine_float32.tflite")
    paths = [tmp_path / f"{number}.tflite" for number in range(len(graphs))]
    expected = {}
    for path, graph in zip(paths, graphs, strict=True):
        metadata = m.ModelMetadata(subgraphs=(graph,))
        path.write_bytes(write_metadata(model, metadata, {"a": b"1"}))
        expected[str(path)] = min_parser_version(metadata)
    shown = json.loads(call(peer, "show", *paths))
    assert {path: told["min_parser_version"] for path, told in shown.items()} == expected
