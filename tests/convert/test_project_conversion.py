"""`[convert]` and `[metadata]` of edgeflow.toml: read, refused with the place, overruled by the caller, recorded."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from edgeflow.cli import main
from edgeflow.convert.types import Scaling
from edgeflow.errors import UsageError
from edgeflow.pipeline.convert import convert, convert_all
from edgeflow.pipeline.metadata import metadata_show
from edgeflow.pipeline.project_conversion import project_choices, with_project
from edgeflow.pipeline.replay_conversion import replay_conversion
from tests.schemas import check_answer

WHOLE = """
schema = 1
[convert]
quantize = ["none", "mine.toml"]
representative_data = "samples.npz"
max_samples = 20
mean = 127.5
std = [1.0, 2.0]
from = "keras"
signature = "infer"
tags = ["serve"]
input_arrays = ["a"]
output_arrays = ["b"]
input_shape = { image = [1, 8, 8, 1] }
keep_batch = true
unroll_rnn = true
import = ["layers:register"]
io_type = "uint8"
output_type = "float32"
keep_float = ["SOFTMAX"]
[convert.converter]
allow_custom_ops = true
[metadata]
file = "about.toml"
associate = ["texts/labels.txt"]
"""


def project(folder: Path, text: str) -> Path:
    (folder / "edgeflow.toml").write_text(text)
    return folder / "edgeflow.toml"


def run(*arguments: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert not ended.value.code


def test_every_key_becomes_the_keyword_it_stands_for_with_paths_from_the_projects_folder(tmp_path: Path) -> None:
    assert project_choices(project(tmp_path, WHOLE)) == {
        "quantize": ("none", str(tmp_path / "mine.toml")),
        "representative_data": str(tmp_path / "samples.npz"),
        "max_samples": 20,
        "scaling": Scaling((127.5,), (1.0, 2.0)),
        "kind": "keras",
        "signature": "infer",
        "tags": ["serve"],
        "input_arrays": ["a"],
        "output_arrays": ["b"],
        "input_shapes": {"image": [1, 8, 8, 1]},
        "keep_batch": True,
        "unroll_rnn": True,
        "imports": ["layers:register"],
        "io_type": "uint8",
        "output_type": "float32",
        "keep_float": ["SOFTMAX"],
        "converter": {"allow_custom_ops": True},
        "metadata": tmp_path / "about.toml",
        "associate": (tmp_path / "texts" / "labels.txt",),
    }
    assert project_choices(project(tmp_path, "schema = 1\n[bench]\nruns = 3")) == {}
    data = "schema = 1\n[convert]\nrepresentative_data = 'mine:samples'"
    assert project_choices(project(tmp_path, data)) == {"representative_data": "mine:samples"}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[convert]\nquantise = 'int8'", "unknown key 'quantise' in [convert]", "quantize, representative_data"),
        ("[convert]\nunsafe_lambda = true", "unknown key 'unsafe_lambda'", "known there"),
        ("[convert]\nkind = 'h5'", "unknown key 'kind'", "from, signature"),
        ("[convert]\nquantize = 3", "[convert]: Expected", "correct it"),
        ("[convert]\nmax_samples = 0", "max_samples is 0", "1 or more"),
        ("[convert.converter]\nfaster = true", "[convert.converter]: no converter option 'faster'", "optimizations"),
        ("[convert.converter]\nnew_converter = false", "[convert.converter]: the converter before MLIR", "leave"),
        ("[metadata]\nassociate = ['labels.txt']", "[metadata]: Object missing required field `file`", "correct it"),
        ("[metadata]\nname = 'digits'", "unknown key 'name' in [metadata]", "file, associate"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(tmp_path: Path, text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        project_choices(project(tmp_path, f"schema = 1\n{text}"))
    assert message in caught.value.message and "edgeflow.toml" in caught.value.message
    assert hint in caught.value.hint


def test_what_the_caller_says_wins_one_converter_option_at_a_time(tmp_path: Path) -> None:
    text = "[convert]\nmax_samples = 20\n[convert.converter]\nallow_custom_ops = true\nnew_quantizer = false\n"
    where = project(tmp_path, f"schema = 1\n{text}[metadata]\nfile = 'a.toml'\nassociate = ['l.txt']")
    merged = with_project(where, {"max_samples": 5, "converter": {"new_quantizer": True}, "metadata": "b.toml"})
    assert merged == {
        "max_samples": 5,
        "converter": {"allow_custom_ops": True, "new_quantizer": True},
        "metadata": "b.toml",
    }


def test_several_recipes_of_a_project_are_not_one_conversion(tmp_path: Path) -> None:
    where = project(tmp_path, "schema = 1\n[convert]\nquantize = ['none', 'dynamic']")
    with pytest.raises(UsageError, match="names 2 recipes"):
        convert(tmp_path / "m.keras", project=where)


@pytest.mark.tensorflow
def test_a_project_converts_describes_and_is_recorded(
    keras_sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez("pixels.npz", **np.load(keras_sources / "pixels.npz"))
    (tmp_path / "about.toml").write_text('schema = 1\nname = "digits"\n')
    text = "quantize = 'int8'\nrepresentative_data = 'pixels.npz'\nmax_samples = 50\nio_type = 'uint8'"
    project(tmp_path, f"schema = 1\n[convert]\n{text}\n[metadata]\nfile = 'about.toml'")
    source = str(keras_sources / "cnn.keras")
    run("convert", source, "-o", "a.tflite", "--json")
    answer = json.loads(capsys.readouterr().out)
    check_answer(answer)
    assert answer["options"]["project"] == "edgeflow.toml"
    assert (answer["options"]["quantize"], answer["calibration"]["samples"]) == ("int8", 50)
    assert Interpreter("a.tflite").get_input_details()[0]["dtype"] == np.uint8
    described = metadata_show("a.tflite").metadata
    assert described is not None and described.name == "digits"

    run("convert", source, "-o", "b.tflite", "--io-type", "int8", "--json")
    again = json.loads(capsys.readouterr().out)
    assert again["options"]["recipe"]["io_dtype"] == "int8" and again["options"]["max_samples"] == 50

    (tmp_path / "edgeflow.toml").unlink()  # the record has it all
    assert replay_conversion("a.tflite.edgeflow.json", output=tmp_path / "c.tflite").identical


@pytest.mark.tensorflow
def test_without_words_a_project_chooses_the_recipes(keras_sources: Path, tmp_path: Path) -> None:
    where = project(tmp_path, "schema = 1\n[convert]\nquantize = ['none', 'dynamic']")
    made = convert_all(keras_sources / "cnn.keras", (), project=where, output=tmp_path)
    assert [done.quantize for done in made] == ["none", "dynamic"]
    assert {done.options.project for done in made} == {str(where)}
