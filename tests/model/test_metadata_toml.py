"""The metadata file: the examples of the docs, each key, each mistake."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgeflow.errors import UsageError
from edgeflow.model import metadata as m
from edgeflow.model.metadata_check import extras_remarks, remarks
from edgeflow.model.metadata_extras import Extras, extras_entry, read_extras
from edgeflow.model.metadata_toml import KIND_KEYS, UNIT_KEYS, Graph, Tensor, Top, keys
from edgeflow.model.metadata_toml_read import load_metadata_file, parse_metadata_file
from edgeflow.model.metadata_toml_write import metadata_toml
from edgeflow.model.read import read_model
from edgeflow.model.types import Model
from tests.model.everything import EVERYTHING
from tests.model.tiny import FLOAT32, INT32, UINT8, Port, tiny

DOCS = (Path(__file__).parents[2] / "docs" / "metadata.md").read_text(encoding="utf-8")
EXAMPLES = {
    title: body.partition("```toml\n")[2].partition("```")[0]
    for title, body in (part.split("\n", 1) for part in DOCS.split("\n## ")[1:])
    if "```toml" in body
}
IMAGE: list[Port] = [("image", FLOAT32, (1, 8, 8, 3))]
SCORES: list[Port] = [("scores", FLOAT32, (1, 3))]
PORTS: dict[str, tuple[list[Port], list[Port]]] = {
    "Image classification": (IMAGE, SCORES),
    "Detection": (
        IMAGE,
        [
            ("a", FLOAT32, (1, 10, 4)),
            ("b", FLOAT32, (1, 10)),
            ("c", FLOAT32, (1, 10)),
            ("d", FLOAT32, (1,)),
        ],
    ),
    "Audio": ([("clip", FLOAT32, (1, 16000))], SCORES),
    "Text": ([(name, INT32, (1, 16)) for name in ("input_mask", "input_ids", "segment_ids")], SCORES),
}


def model(inputs: list[Port] = IMAGE, outputs: list[Port] = SCORES) -> Model:
    return read_model(tiny(inputs, outputs), Path("made.tflite"))


def parsed(text: str, given: Model | None = None) -> m.ModelMetadata:
    return parse_metadata_file("schema = 1\n" + text, Path("m.toml"), given or model()).metadata


def only(text: str) -> m.TensorMetadata:
    (subgraph,) = parsed(f"[[output]]\n{text}").subgraphs
    (tensor,) = subgraph.outputs
    return tensor


def test_the_docs_have_an_example_of_each_kind() -> None:
    assert set(EXAMPLES) == set(PORTS)


@pytest.mark.parametrize("title", PORTS)
def test_an_example_of_the_docs_is_read_and_written_again(title: str) -> None:
    given = model(*PORTS[title])
    found = parse_metadata_file(EXAMPLES[title], Path("m.toml"), given).metadata
    (subgraph,) = found.subgraphs
    assert all(tensor.name for tensor in (*subgraph.inputs, *subgraph.outputs))
    text = metadata_toml(found)
    assert parse_metadata_file(text, Path("m.toml"), given).metadata == found
    assert "[[output.unit]]" not in text and "[[subgraph]]" not in text  # the short form says it all
    assert remarks(given, found, {}) == ()


def test_the_image_example_says_what_it_means() -> None:
    found = parsed(EXAMPLES["Image classification"].removeprefix("schema = 1\n"))
    image, scores = found.subgraphs[0].inputs[0], found.subgraphs[0].outputs[0]
    assert image.content == m.Content(m.Image("rgb"))
    assert image.units == (m.ProcessUnit(m.Normalization((127.5,), (127.5,))),)
    assert image.stats == m.Stats((1.0,), (-1.0,))
    assert scores.units == (m.ProcessUnit(m.ScoreThreshold(0.5)),)
    assert [(file.name, file.type, file.locale) for file in scores.files] == [
        ("labels.txt", "axis-labels", ""),
        ("labels_de.txt", "axis-labels", "de"),
    ]


def test_tensors_are_put_in_the_models_order_by_their_names() -> None:
    given = model(*PORTS["Text"])
    found = parse_metadata_file(EXAMPLES["Text"], Path("m.toml"), given).metadata
    assert [tensor.name for tensor in found.subgraphs[0].inputs] == ["mask", "ids", "segments"]
    partly = parsed('[[input]]\ntensor = "segment_ids"\nname = "s"\n[[input]]\ntensor = 0\nname = "first"', given)
    assert [tensor.name for tensor in partly.subgraphs[0].inputs] == ["first", "", "s"]


def test_a_signatures_name_picks_its_tensor() -> None:
    whole = Path(__file__).parents[1] / "data" / "dict_io_float32.tflite"
    given = read_model(whole.read_bytes(), whole)
    (signature,) = given.signatures
    text = "".join(f'[[input]]\ntensor = "{name}"\nname = "{name}"\n' for name, _ in reversed(signature.inputs))
    found = parsed(text, given).subgraphs[0].inputs
    assert {given.main.inputs[place]: tensor.name for place, tensor in enumerate(found)} == {
        index: name for name, index in signature.inputs
    }


def test_steps_and_files_are_stored_in_the_order_they_are_written() -> None:
    first = only('threshold = 0.5\ncalibration = { transform = "log", file = "c.csv" }\nlabels = "l.txt"')
    second = only('labels = "l.txt"\ncalibration = { transform = "log", file = "c.csv" }\nthreshold = 0.5')
    assert [type(unit.options) for unit in first.units] == [m.ScoreThreshold, m.ScoreCalibration]
    assert [type(unit.options) for unit in second.units] == [m.ScoreCalibration, m.ScoreThreshold]
    assert [file.name for file in first.files] == ["c.csv", "l.txt"]
    assert [file.name for file in second.files] == ["l.txt", "c.csv"]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ('{ kind = "bert", vocabulary = "v" }', m.BertTokenizer((m.AssociatedFile("v", type="vocabulary"),))),
        (
            '{ kind = "sentencepiece", model = "dir/s", vocabulary = ["v", { file = "w", type = "unknown" }] }',
            m.SentencePieceTokenizer(
                (m.AssociatedFile("s"),), (m.AssociatedFile("v", type="vocabulary"), m.AssociatedFile("w"))
            ),
        ),
        ('{ kind = "regex", pattern = "\\\\s" }', m.RegexTokenizer("\\s")),
    ],
)
def test_tokenizers(text: str, options: m.Options) -> None:
    assert only(f"tokenizer = {text}").units == (m.ProcessUnit(options),)
    assert only(f"unit = [{text}]").units == (m.ProcessUnit(options),)


def test_every_field_of_the_schema_can_be_said() -> None:
    given = model([*IMAGE, ("clip", FLOAT32, (1, 4))], SCORES)
    text = metadata_toml(EVERYTHING)
    described = parse_metadata_file(text, Path("m.toml"), given)
    assert described.metadata == EVERYTHING
    assert set(described.paths) == set(m.recorded_files(EVERYTHING))


def test_pre_and_post_are_stored_as_edgeflows_own_entry() -> None:
    found = parsed('[pre.image]\nkind = "image"\nfit = "crop"\n[post."a b"]\nkind = "classes"\ntop_k = 3\n')
    extras = Extras({"image": {"kind": "image", "fit": "crop"}}, {"a b": {"kind": "classes", "top_k": 3}})
    assert read_extras(found.subgraphs[0]) == extras
    text = metadata_toml(found)
    assert "[pre.image]" in text and '[post."a b"]' in text and "base64" not in text
    assert parsed(text.removeprefix("schema = 1\n")) == found


@pytest.mark.parametrize(
    "custom",
    [
        (m.CustomMetadata("EDGEFLOW", b"not ours"),),
        (m.CustomMetadata("EDGEFLOW", b'{"schema":1,"pre":{"a":{"b":null}},"post":{}}'),),
        (extras_entry(Extras({}, {})),),
        (extras_entry(Extras({"a": {}}, {})), m.CustomMetadata("last", b"1")),
        (m.CustomMetadata("EDGEFLOW", b'{"schema": 1, "pre": {"a": {}}, "post": {}}'),),
    ],
)
def test_an_entry_that_toml_cannot_say_is_kept_as_bytes(custom: tuple[m.CustomMetadata, ...]) -> None:
    metadata = m.ModelMetadata(subgraphs=(m.SubGraphMetadata(custom=custom),))
    assert parsed(metadata_toml(metadata).removeprefix("schema = 1\n")) == metadata


def test_several_subgraphs_stand_one_after_the_other() -> None:
    path = Path(__file__).parents[1] / "data" / "two_signatures_float32.tflite"
    given = read_model(path.read_bytes(), path)
    found = parsed('[[subgraph]]\nname = "a"\n[[subgraph.output]]\nname = "x"\n[[subgraph]]\nname = "b"\n', given)
    assert [(graph.name, len(graph.outputs)) for graph in found.subgraphs] == [("a", 1), ("b", 0)]
    assert parsed(metadata_toml(found).removeprefix("schema = 1\n"), given) == found


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ("colour = 'rgb'", r"the top level: unknown key 'colour'", "known there: schema, name"),
        ("[[input]]\ncolor = 1\nfoo = 2", r"input 0: unknown keys 'color', 'foo'", "colour"),
        ("[[output]]\ncalibration = { kind = 1 }", "output 0 calibration: unknown key 'kind'", "transform"),
        ("[[output]]\nlabels = [{ path = 'x' }]", "output 0 labels: unknown key 'path'", "locale"),
        ("[[output]]\nunit = [{ kind = 'bert', mean = 1 }]", "unit of kind bert: unknown key 'mean'", "vocabulary"),
        ("[[output]]\ntokenizer = { kind = 'regex', model = 'm' }", "of kind regex: unknown key 'model'", "pattern"),
        ("input_unit = [{ kind = 'none', mean = 1 }]", "input_unit of kind none: unknown key 'mean'", "kind"),
        ("output_group = [{ members = [] }]", "output_group: unknown key 'members'", "tensors"),
        ("[[output]]\ntokenizer = { kind = 'word' }", "Invalid enum value 'word'", "correct"),
        ("[[output]]\nname = 3", r"Expected `str`, got `int` - at `\$.name`", "correct"),
        ("[[output]]\nkind = 'picture'", "Invalid enum value 'picture'", "correct"),
        ("[[output]]\ncolour = 'rgb'", "colour goes with kind = 'image'", "put kind"),
        ("[[output]]\nkind = 'audio'\nsize = [1, 2]", "size goes with kind = 'image'", "put kind"),
        ("[[output]]\nkind = 'image'\nsize = [1, -2]", ">= 0", "correct"),
        ("[[output]]\nmean = 1e39", "no finite 32-bit number", "correct"),
        ("[[output]]\nstd = [nan]", "no finite 32-bit number", "correct"),
        ("[[output]]\nlabels = 'a/x'\nvalue_labels = 'b/x'", "two files of one name", "rename"),
        ("[[output]]\nlabels = ''", "file name", "plain name"),
        ("[[output]]\nlabels = '..'", "file name", "plain name"),
        ("[[input]]\ntensor = 'nope'", "'nope': no such tensor", "inputs: 'image'"),
        ("[[input]]\ntensor = 'image'\n[[input]]\ntensor = 0", "described twice", "image"),
        ("[[input]]\ntensor = 'image'\n[[input]]", "some entries have the key tensor", "all or to none"),
        ("[[custom]]\nname = 'x'\nbase64 = '!'", "base64", "base64"),
        ("[[custom]]\nbase64 = ''", "required field `name`", "correct"),
        ("[[subgraph]]\n[[input]]", r"input beside \[\[subgraph\]\]", "put them into"),
        ("[[subgraph]]\n[[subgraph]]", "2 subgraphs, made.tflite has 1", "leave out"),
        ("subgraph = [1]", "subgraph 0: is not a table", "[[subgraph]]"),
        ("input = [1]", "input 0: is not a table", "[[input]]"),
        ("pre = 3", "Expected `object`", "correct"),
        ("name = ", "not TOML", "correct"),
        ("x = " + "[" * 5000, "not TOML", "correct"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, says: str, hint: str) -> None:
    with pytest.raises(UsageError, match=says) as error:
        parsed(text)
    assert error.value.message.startswith("m.toml")
    assert hint in error.value.hint


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no such file"),
        (b"name = 'x'", "which schema"),
        (b"schema = 2", "says schema = 2"),
        (b"schema = true", "says schema = True"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "m.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=says):
        load_metadata_file(path, model())
    with pytest.raises(UsageError):
        load_metadata_file(tmp_path, model())


@pytest.mark.parametrize(
    ("text", "ports", "says"),
    [
        (
            '[[input]]\nkind = "image"\ncolour = "gray"',
            (IMAGE, SCORES),
            ("input 0: colour gray, but its shape is 1×8×8×3",),
        ),
        ('[[input]]\nkind = "image"', ([("x", UINT8, (1, 3))], SCORES), ("input 0: an image, but its shape is 1×3",)),
        (
            '[[input]]\nname = "i"\nmean = [1, 2]\nstd = 0',
            (IMAGE, SCORES),
            ("input i: mean has 2 numbers, the shape is 1×8×8×3", "input i: std is 0: nothing can be divided by it"),
        ),
        ('[[output]]\nlabels = "l"', (IMAGE, SCORES), ("output 0: l has 2 labels, the shape is 1×3",)),
        ('[[output]]\nlabels = "bad"', (IMAGE, SCORES), ("output 0: bad is not UTF-8 text (byte 0)",)),
        ('[[output]]\nvalue_labels = "l"', (IMAGE, SCORES), ()),
        (
            '[[output_group]]\nname = "g"\ntensors = ["nope"]',
            (IMAGE, SCORES),
            ("output group g: no output is named nope",),
        ),
    ],
)
def test_what_does_not_go_together_is_told(
    text: str, ports: tuple[list[Port], list[Port]], says: tuple[str, ...]
) -> None:
    given = model(*ports)
    described = parse_metadata_file("schema = 1\n" + text, Path("m.toml"), given)
    contents = {"l": b"a\nb\n", "bad": b"\xff"}
    files = {name: contents[name] for name in described.paths}
    assert remarks(given, described.metadata, files) == says


def test_a_pre_entry_without_its_tensor_is_told() -> None:
    given = model()
    found = parsed('[[input]]\nname = "photo"\n[pre.photo]\nkind = "image"\n[pre.0]\nkind = "image"\n[pre.x]', given)
    extras = read_extras(found.subgraphs[0])
    assert extras is not None
    assert extras_remarks(given, found, 0, extras) == ("pre.x: no input of that name or index",)


def test_the_docs_name_every_key() -> None:
    table = DOCS.partition("## All keys")[2]
    known: set[Any] = {*keys(Top), *keys(Graph), *keys(Tensor), *UNIT_KEYS}
    known |= {key for kind in KIND_KEYS.values() for key in kind}
    missing = [
        key for key in known if not re.search(rf"\b{key.replace('_', '.')}\b|_{key.rpartition('_')[2]}\]", table)
    ]
    assert missing == []
    for word in (*m.FILE_TYPES, *m.COLOURS):
        assert f"`{word}`" in table


def test_control_characters_are_written_as_escapes() -> None:
    metadata = m.ModelMetadata('\x00\x1b[31m\x7f\u202e\u2028é😀"\\', "\n")
    text = metadata_toml(metadata)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e\u2028]", text)
    assert "é😀" in text
    assert parsed(text.removeprefix("schema = 1\n")) == replace(metadata)
