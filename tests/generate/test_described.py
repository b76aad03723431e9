"""One description from metadata, from what edgeflow stored in it, and from the project file, the last one first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from contract_models import (
    audio_model,
    detection_model,
    image_model,
    multi_model,
    photo_model,
    text_model,
    with_metadata,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from litert_models import pass_through

from edgeflow.errors import EdgeflowError, ModelError, UsageError
from edgeflow.generate.context import Entry, Options, build_context
from edgeflow.generate.groups import Group
from edgeflow.generate.project import read_project
from edgeflow.model import metadata as m
from edgeflow.model.metadata_extras import Extras, extras_entry
from edgeflow.model.read import read_model
from edgeflow.targets.registry import resolve

TARGET, BOARD = resolve("raspberry-pi-4")


def entry(content: bytes, text: str | None = None) -> Entry:
    project = read_project(f"schema = 1\n{text}", Path("edgeflow.toml")) if text is not None else None
    model = read_model(content, Path("m.tflite"))
    (found,) = build_context(model, TARGET, BOARD, Options("python"), project).entries
    return found


def scores(
    *units: m.Options, files: tuple[m.AssociatedFile, ...] = (), content: dict[str, bytes] | None = None
) -> Entry:
    said = m.TensorMetadata("score", units=tuple(m.ProcessUnit(unit) for unit in units), files=files)
    return entry(with_metadata(pass_through(["in"], ["out"]), m.SubGraphMetadata(outputs=(said,)), content))


@pytest.mark.parametrize("dtype", ["FLOAT32", "INT8", "UINT8"])
def test_metadata_alone_makes_an_image_model_with_labels_in_two_languages(dtype: str) -> None:
    found = entry(image_model(dtype))
    pre, post = found.inputs[0].pre, found.outputs[0].post
    assert (pre.kind, pre.resize, pre.fit, pre.colour, pre.mean, pre.std) == (
        "image",
        "bilinear",
        "stretch",
        "rgb",
        (127.5,),
        (127.5,),
    )
    assert (post.kind, post.labels, post.threshold) == ("classes", ("red", "green", "blue"), 0.0)
    assert [(labels.locale, labels.words) for labels in post.locales] == [("de", ("rot", "gr\u00fcn", "blau"))]


def test_the_project_wins_and_the_metadata_fills_what_it_leaves_out() -> None:
    found = entry(
        image_model("INT8"),
        '[pre.image]\nkind = "image"\nresize = "nearest"\nfit = "letterbox"\n'
        '[post.0]\nkind = "classes"\nactivation = "softmax"\ntop_k = 2',
    )
    pre, post = found.inputs[0].pre, found.outputs[0].post
    assert (pre.resize, pre.fit, pre.mean, pre.std) == ("nearest", "letterbox", (127.5,), (127.5,))
    assert (post.activation, post.top_k, post.threshold, post.labels[0]) == ("softmax", 2, 0.0, "red")
    assert entry(image_model("INT8"), '[post.0]\nkind = "raw"').outputs[0].post.kind == "raw"


def test_what_metadata_has_no_words_for_comes_from_the_stored_entry() -> None:
    stored = Extras({"0": {"kind": "vector", "mean": [2.0]}}, {"out": {"kind": "values", "activation": "sigmoid"}})
    graph = m.SubGraphMetadata(custom=(extras_entry(stored),))
    content = with_metadata(pass_through(["in"], ["out"]), graph)
    found = entry(content)
    assert (found.inputs[0].pre.mean, found.outputs[0].post.activation) == ((2.0,), "sigmoid")
    assert entry(content, '[pre.in]\nkind = "vector"\nmean = [3.0]').inputs[0].pre.mean == (3.0,)


def test_a_tensor_group_is_a_typed_detection() -> None:
    found = entry(detection_model())
    (group,) = found.groups
    assert replace(group, locales=()) == Group(
        "detection_result", "boxes", "scores", "classes", "count", ("cat", "dog"), (), 0, 0.3
    )
    assert group.locales[0].words == ("Katze", "H\u00fcndin")
    assert [port.post.kind for port in found.outputs] == ["boxes", "values", "values", "values"]
    assert found.outputs[0].post.order == (1, 0, 3, 2)


def test_a_project_makes_detections_of_a_model_without_metadata(tmp_path: Path) -> None:
    plain = read_model(detection_model(), Path("m.tflite"))
    (tmp_path / "l.txt").write_text("a\nb\nc")
    text = (
        'schema = 1\n[post.boxes]\nkind = "boxes"\nscores = "scores"\nclasses = "classes"\ncount = "3"\n'
        'box_type = "center"\nlabels = "l.txt"\ntop_k = 5\nthreshold = 0.5'
    )
    project = read_project(text, tmp_path / "edgeflow.toml")
    silent = replace(plain, metadata_names=(), metadata_spans=())
    (found,) = build_context(silent, TARGET, BOARD, Options("python"), project).entries
    assert found.groups == (Group("detections", "boxes", "scores", "classes", "count", ("a", "b", "c"), (), 5, 0.5),)
    assert found.outputs[0].post.form == "center"
    for wrong, message in (('"nothing"', "no output is called 'nothing'"), ('"count"', "do not go together")):
        bad = read_project(text.replace('scores = "scores"', f"scores = {wrong}"), tmp_path / "edgeflow.toml")
        with pytest.raises(UsageError, match=message):
            build_context(silent, TARGET, BOARD, Options("python"), bad)
    pixels = read_project(text + '\ncoordinates = "pixel"', tmp_path / "edgeflow.toml")
    with pytest.raises(UsageError, match="pixels of which picture"):
        build_context(silent, TARGET, BOARD, Options("python"), pixels)


def test_without_metadata_names_and_tensors_suffice() -> None:
    found = entry(multi_model())
    assert [port.identifier for port in found.inputs] == ["left", "right", "bias"]
    assert {port.pre.kind for port in found.inputs} == {"plain"} and not found.groups


def test_metadata_alone_makes_sound_and_text_models() -> None:
    pre = entry(audio_model("INT8", 2)).inputs[0].pre
    assert (pre.kind, pre.sample_rate, pre.channels, pre.length, pre.hop) == ("audio", 8000, 2, 100, 100)
    heard = entry(audio_model(), '[pre.sound]\nkind = "audio"\nhop = 25\nmean = [0.5]').inputs[0].pre
    assert (heard.sample_rate, heard.hop, heard.mean) == (8000, 25, (0.5,))
    assert entry(audio_model(), '[pre.sound]\nkind = "vector"').inputs[0].pre.kind == "plain"
    tokenizer = entry(text_model()).inputs[0].pre.tokenizer
    assert tokenizer and (tokenizer.start, tokenizer.pad, tokenizer.unknown, tokenizer.ids["bad"]) == (1, 0, 2, 9)
    assert tokenizer.others and " " in tokenizer.delimiters and "'" not in tokenizer.delimiters
    assert entry(text_model(), '[pre.0]\nkind = "vector"').inputs[0].pre.tokenizer is None


def test_sound_that_cannot_become_the_tensor_is_refused_where_it_is_asked_for() -> None:
    asked = '[pre.in]\nkind = "audio"\nsample_rate = 8000'
    for content, text, message in [
        (pass_through(["in"], ["out"]), '[pre.in]\nkind = "audio"', "how many samples a second"),
        (pass_through(["in"], ["out"]), f"{asked}\nhop = 5", "a hop of 5 leaves samples out"),
        (pass_through(["in"], ["out"], "INT16"), asked, "INT16 without a scale"),
        (pass_through(["in"], ["out"], "BOOL"), asked, "does not become BOOL"),
        (pass_through(["in"], ["out"], shape=[]), asked, r"does not fill the shape \[\]"),
    ]:
        with pytest.raises(UsageError, match=message):
            entry(content, text)
    whole = entry(pass_through(["in"], ["out"], "INT16"), f"{asked}\nstd = [{2**-15}]").inputs[0].pre
    assert (whole.kind, whole.std) == ("audio", (2**-15,))


def test_text_needs_a_simple_pattern_and_a_vocabulary_that_is_there(tmp_path: Path) -> None:
    plain = pass_through(["in"], ["out"], "INT32")
    asked = '[pre.in]\nkind = "text"\n'
    (tmp_path / "v.txt").write_text("a\nb\n")
    project = read_project(f"schema = 1\n{asked}pattern = ' '\nvocabulary = 'v.txt'", tmp_path / "edgeflow.toml")
    (found,) = build_context(read_model(plain, Path("m.tflite")), TARGET, BOARD, Options("python"), project).entries
    assert found.inputs[0].pre.tokenizer and found.inputs[0].pre.tokenizer.ids == {"a": 0, "b": 1}
    for text, message in [
        (asked, "text needs a pattern"),
        (f"{asked}pattern = ' '", "text needs a vocabulary"),
        (f"{asked}pattern = ' '\nvocabulary = 'no.txt'", r"no\.txt: No such file"),
    ]:
        with pytest.raises(UsageError, match=message):
            entry(plain, text)
    file = m.AssociatedFile("v.txt", type="vocabulary")
    unit = m.ProcessUnit(m.RegexTokenizer("(a+)+", (file,)))
    said = m.SubGraphMetadata(inputs=(m.TensorMetadata("text", units=(unit,)),))
    with pytest.raises(ModelError, match="text cannot be cut by the pattern"):
        entry(with_metadata(plain, said, {"v.txt": b"a 1"}))
    lost = Extras({"in": {"kind": "text", "pattern": " ", "vocabulary": "no.txt"}}, {})
    with pytest.raises(ModelError, match=r"no\.txt does not travel with the model"):
        entry(with_metadata(plain, m.SubGraphMetadata(custom=(extras_entry(lost),))))
    stored = Extras({"in": {"kind": "text", "pattern": " ", "vocabulary": "v.txt"}}, {})
    graph = m.SubGraphMetadata(custom=(extras_entry(stored),), files=(file,))
    kept = entry(with_metadata(plain, graph, {"v.txt": b"a\nb"})).inputs[0].pre
    assert kept.tokenizer and kept.tokenizer.ids == {"a": 0, "b": 1}, "what a project said, stored in the model"


def test_bert_s_tokenizer_leaves_the_ids_to_the_application() -> None:
    unit = m.ProcessUnit(m.BertTokenizer((m.AssociatedFile("v.txt", type="vocabulary"),)))
    graph = m.SubGraphMetadata(inputs=(m.TensorMetadata("ids", units=(unit,)),))
    content = with_metadata(pass_through(["in"], ["out"], "INT32"), graph, {"v.txt": b"a"})
    assert entry(content).inputs[0].pre.kind == "plain"
    with pytest.raises(UsageError) as refused:
        entry(content, '[pre.0]\nkind = "text"')
    assert "tokenizers of BERT and SentencePiece are libraries of their own" in refused.value.hint


def test_boxes_are_taken_back_to_the_photo_only_where_it_was_fitted() -> None:
    boxes = '[post.boxes]\nkind = "boxes"'
    for fit, mapped in (("stretch", None), ("crop", "image"), ("letterbox", "image")):
        found = entry(photo_model(), f'[pre.image]\nkind = "image"\nfit = "{fit}"\n{boxes}')
        assert (found.photo.name if found.photo else None) == mapped
    assert entry(photo_model(), '[pre.image]\nkind = "image"\nfit = "crop"').photo is None


def test_scores_are_calibrated_by_the_file_that_travels_with_the_model() -> None:
    file = m.AssociatedFile("c.txt", type="score-calibration")
    unit = m.ScoreCalibration("log", 0.25)
    found = scores(unit, files=(file,), content={"c.txt": b"1,2,3\n\n0.5,1,0,0.75\n"}).outputs[0].post.calibration
    assert found and (found.transform, found.default) == ("log", 0.25)
    assert found.rows == ((1, 2, 3, None), None, (0.5, 1, 0, 0.75), None)
    for content in (b"1,2\n", b"x,1,2\n", b"1,2,3\n" * 5, b"nan,1,2\n", b"\xff"):
        with pytest.raises(ModelError, match=r"c\.txt"):
            scores(unit, files=(file,), content={"c.txt": content})
    with pytest.raises(ModelError, match="no file says how"):
        scores(unit)


def test_metadata_that_does_not_match_the_model_is_refused_but_bytes_alone_go_through() -> None:
    labels = m.AssociatedFile("l.txt", type="axis-labels")
    with pytest.raises(ModelError, match="2 labels for 4 classes"):
        scores(files=(labels,), content={"l.txt": b"a\nb"})
    with pytest.raises(ModelError, match="not UTF-8"):
        scores(files=(labels,), content={"l.txt": b"\xff\xfe"})
    wrong = m.TensorMetadata("x", units=(m.ProcessUnit(m.Normalization((0.0,), (0.0,))),))
    content = with_metadata(pass_through(["in"], ["out"]), m.SubGraphMetadata(inputs=(wrong,)))
    with pytest.raises(ModelError, match="std is 0"):
        entry(content)
    pico, board = resolve("pico")
    build_context(read_model(content, Path("m.tflite")), pico, board, Options("c-array", form="array"))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([detection_model(), image_model("UINT8")]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_damaged_bytes_give_a_context_or_a_clear_error(content: bytes, changes: list[tuple[float, int]]) -> None:
    damaged = bytearray(content)
    for place, value in changes:
        damaged[int(place * len(content))] = value
    try:
        found = entry(bytes(damaged))
    except EdgeflowError as error:
        assert error.hint and "\n" not in error.message
    else:
        assert len({port.identifier for port in found.outputs}) == len(found.outputs)
