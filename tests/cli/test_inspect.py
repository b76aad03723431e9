"""`edgeflow inspect`: the text at 80 columns, JSON against its schema, hostile names, bad files."""

from __future__ import annotations

import json
from pathlib import Path

import flatbuffers
import jsonschema
import pytest
from ai_edge_litert import schema_py_generated as schema
from click.testing import CliRunner, Result

import edgeflow.results
from edgeflow.cli import main
from edgeflow.cli.inspect import command
from edgeflow.model.read import load_model
from edgeflow.pipeline.inspect import inspect
from tests.custom_operators import cosh_model

DATA = Path(__file__).parents[1] / "data"
FILES = sorted(DATA.glob("*.tflite"))
SCHEMA = json.loads((Path(edgeflow.results.__file__).parent / "schemas" / "inspection.schema.json").read_text())


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(a) for a in arguments], env={"COLUMNS": "80"}, catch_exceptions=False)


def changed(tmp_path: Path, change) -> Path:
    made = schema.ModelT.InitFromPackedBuf((DATA / "sine_int8.tflite").read_bytes(), 0)
    change(made)
    builder = flatbuffers.Builder(1024)
    builder.Finish(made.Pack(builder), file_identifier=b"TFL3")
    path = tmp_path / "made.tflite"
    path.write_bytes(bytes(builder.Output()))
    return path


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_model_is_shown_within_80_columns(path: Path):
    for options in ([], ["--tensors"]):
        result = run(path, *options)
        assert result.exit_code == 0
        assert all(len(line) <= 80 for line in result.output.splitlines())
        assert load_model(path).sha256 in result.output
        for operator in {operator.name for operator in load_model(path).main.operators}:
            assert operator in result.output


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_json_follows_its_schema_and_agrees_with_the_model(path: Path):
    model = load_model(path)
    short = json.loads(run(path, "--json").output)
    full = json.loads(run(path, "--json", "--tensors").output)
    for answer in (short, full):
        jsonschema.validate(answer, SCHEMA)
        assert answer["macs"] == sum(o.macs for subgraph in model.subgraphs for o in subgraph.operators)
        assert sum(total["count"] for total in answer["operators"]) == sum(len(s.operators) for s in model.subgraphs)
        assert [s["key"] for s in answer["signatures"]] == [s.key for s in model.signatures]
    assert [tensor["name"] for tensor in full["subgraphs"][0]["tensors"]] == [t.name for t in model.main.tensors]
    assert short["subgraphs"][0]["tensors"] is None


def test_the_costs_of_a_known_model_are_shown():
    text = run(DATA / "kws_int8.tflite").output
    assert "2.657 M an invoke" in text
    assert "0.00390625, zero -128" in text
    assert "1×49×10×1" in text
    assert "features" in text


def test_a_free_size_is_a_question_mark():
    assert "?×1" in run(DATA / "sine_any_batch_float32.tflite").output


def test_weights_shared_between_operators_count_once_in_the_sum():
    found = inspect(DATA / "kws_int8.tflite")
    buffers = {t.data_offset: t.constant_bytes for t in found.model.main.tensors if t.is_constant}
    assert found.weight_bytes == sum(buffers.values())


@pytest.mark.parametrize(
    "name", [b"\x1b[31mred\x07", "\u009b31m\u202egnp.exe".encode(), b"two\nlines\r\t", b"\xff\xfe"]
)
def test_no_control_character_of_a_model_reaches_the_terminal(tmp_path: Path, name: bytes):
    def rename(made: schema.ModelT) -> None:
        made.description = name
        for tensor in made.subgraphs[0].tensors:
            tensor.name = name
        made.metadata[0].name = name
        for signature in made.signatureDefs:
            signature.signatureKey = name
            signature.inputs[0].name = signature.outputs[0].name = name
        for code in made.operatorCodes:
            code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
            code.customCode = name

    path = changed(tmp_path, rename)
    for options in ([], ["--tensors"], ["--json"], ["--json", "--tensors"]):
        output = run(path, *options).output
        for character in "\x1b\x07\x9b\u202e\r\t":
            assert character not in output
        if "--json" in options:
            answer = json.loads(output)
            assert answer["metadata"][0] == name.decode("utf-8", "replace")
            jsonschema.validate(answer, SCHEMA)


@pytest.mark.parametrize(
    ("name", "line"), [("Cosh", "custom       Cosh: it needs"), ("FlexCosh", "Select TF    FlexCosh: ")]
)
def test_operators_that_are_not_tensorflow_lite_s_own_are_named(tmp_path: Path, name: str, line: str):
    path = tmp_path / "own.tflite"
    path.write_bytes(cosh_model(name))
    assert any(found.startswith(line) for found in run(path).output.splitlines())
    assert not any(found.startswith(("custom", "Select")) for found in run(FILES[0]).output.splitlines())


def test_a_scale_that_is_no_number_is_null_in_json(tmp_path: Path):
    def break_scale(made: schema.ModelT) -> None:
        made.subgraphs[0].tensors[made.subgraphs[0].inputs[0]].quantization.scale = [float("nan")]

    path = changed(tmp_path, break_scale)
    answer = json.loads(run(path, "--json").output)
    jsonschema.validate(answer, SCHEMA)
    assert answer["subgraphs"][0]["inputs"][0]["quantization"]["scale"] == [None]
    assert run(path).exit_code == 0


def test_a_model_without_operators_or_inputs_is_shown(tmp_path: Path):
    def empty(made: schema.ModelT) -> None:
        made.subgraphs[0].operators = []
        made.subgraphs[0].inputs = made.subgraphs[0].outputs = None
        made.signatureDefs = None

    path = changed(tmp_path, empty)
    assert "no signatures" in run(path).output
    jsonschema.validate(json.loads(run(path, "--json").output), SCHEMA)


def test_a_file_name_that_is_not_unicode_is_shown(tmp_path: Path):
    path = tmp_path / "caf\udce9.tflite"
    path.write_bytes((DATA / "sine_int8.tflite").read_bytes())
    assert "caf·" in run(path).output
    assert json.loads(run(path, "--json").output)["model"]["name"] == "caf\udce9"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no such file"),
        (b"", "is empty"),
        (b"hello, world", "not a .tflite"),
        (b"\x18\0\0\0TFL3", "damaged"),
        ((DATA / "sine_int8.tflite").read_bytes()[:-700], "damaged"),
    ],
)
def test_a_bad_file_exits_1_with_two_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str], content, says: str):
    path = tmp_path / "bad.tflite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SystemExit) as stop:
        main(["inspect", str(path)])
    assert stop.value.code == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    lines = shown.err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("edgeflow: ")
    assert says in lines[0]
    with pytest.raises(SystemExit):
        main(["inspect", str(path), "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert (answer["schema"], answer["exit"]) == ("edgeflow.error/1", 1)
