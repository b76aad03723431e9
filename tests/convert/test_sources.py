"""Recognising sources without TensorFlow."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from edgeflow.convert import sources
from edgeflow.convert.types import Reading
from edgeflow.errors import ConversionError, ModelError, UsageError


def keras_file(path: Path, layers: list[dict[str, object]] | None = None, version: str = "3.9.0") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
        archive.writestr("config.json", json.dumps({"class_name": "Functional", "config": {"layers": layers or []}}))
        archive.writestr("model.weights.h5", b"\x89HDF\r\n\x1a\n" + bytes(400))
    return path


def saved_model(path: Path) -> Path:
    (path / "variables").mkdir(parents=True)
    (path / "saved_model.pb").write_bytes(b"\x08\x01")
    (path / "variables" / "variables.index").write_bytes(b"index")
    return path


def test_a_source_is_told_by_its_content_not_its_name(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    assert sources.open_source(tmp_path / "weights.bin").kind == "h5"
    assert sources.open_source(keras_file(tmp_path / "model.zip")).kind == "keras"
    assert sources.open_source(saved_model(tmp_path / "saved")).kind == "saved-model"


def test_a_source_knows_its_name_and_how_to_load_it(tmp_path: Path) -> None:
    folder = saved_model(tmp_path / "net")
    source = sources.open_source(folder, Reading(signature="infer", tags=("serve", "gpu"), keep_batch=True))
    assert (source.name, source.signature, source.tags, source.keep_batch) == ("net", "infer", ("serve", "gpu"), True)
    assert sources.open_source(keras_file(tmp_path / "digits.keras")).name == "digits"


def test_the_hash_of_a_folder_covers_names_and_contents(tmp_path: Path) -> None:
    first, same, renamed, changed = (saved_model(tmp_path / name) for name in "abcd")
    (renamed / "variables" / "variables.index").rename(renamed / "variables" / "other.index")
    (changed / "variables" / "variables.index").write_bytes(b"indeX")
    hashes = [sources.open_source(path).sha256 for path in (first, same, renamed, changed)]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3
    assert sources.open_source(first).bytes == 7


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty file"),
        (b"hello", "not a source"),
        (b"PK\x03\x04" + bytes(60), "truncated or damaged archive"),
    ],
)
def test_files_of_other_kinds_are_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=said) as caught:
        sources.open_source(path)
    assert str(path) in caught.value.message
    assert caught.value.hint


def test_a_tflite_and_a_frozen_graph_are_told_by_their_first_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\x1c\0\0\0TFL3" + bytes(20))
    (tmp_path / "b").write_bytes(b"\n\x10\n\x01x\x12\x0bPlaceholder")
    assert [sources.open_source(tmp_path / name).kind for name in "ab"] == ["tflite", "frozen-graph"]


@pytest.mark.parametrize("content", [b"\n", b"\n\xff\xff", b"\n\x10\n\x01x\x13", b"\n\x7f\n\x01x\x12\x0bPlaceholder"])
def test_what_only_begins_like_a_graph_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "graph.pb").write_bytes(content)
    with pytest.raises(ModelError, match="not a source"):
        sources.open_source(tmp_path / "graph.pb")


def test_a_missing_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such file or folder"):
        sources.open_source(tmp_path / "none.keras")


def test_folders_that_are_no_saved_model_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"without saved_model\.pb"):
        sources.open_source(tmp_path)
    (tmp_path / "saved_model.pb").write_bytes(b"")
    with pytest.raises(ModelError, match="empty file"):
        sources.open_source(tmp_path)


def test_the_file_inside_a_saved_model_points_to_its_folder(tmp_path: Path) -> None:
    folder = saved_model(tmp_path / "net")
    with pytest.raises(ModelError) as caught:
        sources.open_source(folder / "saved_model.pb")
    assert str(folder) in caught.value.hint


def test_other_archives_are_no_keras_models(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ModelError, match="not a Keras model"):
        sources.open_source(path)


@pytest.mark.parametrize("member", ["metadata.json", "config.json"])
def test_a_damaged_description_is_refused(tmp_path: Path, member: str) -> None:
    path = tmp_path / "model.keras"
    whole = {"metadata.json": '{"keras_version": "3.9"}', "config.json": "{}", member: "[" * 100_000}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in whole.items():
            archive.writestr(name, text)
    with pytest.raises(ModelError, match=f"its {member} is damaged"):
        sources.open_source(path)


def test_a_truncated_keras_file_is_refused(tmp_path: Path) -> None:
    path = keras_file(tmp_path / "model.keras")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ModelError, match="truncated or damaged"):
        sources.open_source(path)


def test_a_lambda_layer_is_refused_however_deep_it_lies(tmp_path: Path) -> None:
    inner = {"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda", "config": {}}]}}
    path = keras_file(tmp_path / "model.keras", [{"class_name": "TimeDistributed", "config": {"layer": inner}}])
    with pytest.raises(ConversionError, match="Lambda layer") as caught:
        sources.open_source(path)
    assert "--unsafe-lambda" in caught.value.hint
    assert sources.open_source(path, unsafe_lambda=True).unsafe_lambda


def test_a_layer_merely_named_lambda_is_not_one(tmp_path: Path) -> None:
    path = keras_file(tmp_path / "model.keras", [{"class_name": "Dense", "config": {"name": "Lambda"}}])
    assert sources.open_source(path).kind == "keras"


def test_a_description_that_cannot_be_read_counts_as_unsafe() -> None:
    assert sources.text_names_lambda("{")
    assert sources.text_names_lambda('[{"class_name": "Lambda"}]')
    assert not sources.text_names_lambda('[{"class_name": "Dense"}]')


def test_the_writing_keras_is_read_from_the_file(tmp_path: Path) -> None:
    assert sources.keras_major(keras_file(tmp_path / "a.keras", version="2.15.0")) == 2
    assert sources.keras_major(keras_file(tmp_path / "b.keras", version="3.11.3")) == 3
    assert sources.keras_major(keras_file(tmp_path / "c.keras", version="dev")) is None


def test_signatures_are_for_saved_models_only(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="only a SavedModel has signatures"):
        sources.open_source(keras_file(tmp_path / "model.keras"), Reading(signature="infer"))
