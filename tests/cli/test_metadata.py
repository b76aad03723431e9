"""`edgeflow metadata` as a user meets it, and the same through `convert` and `inspect`."""

from __future__ import annotations

import json
import shutil
import stat
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from edgeflow.cli import main
from edgeflow.errors import EdgeflowError
from edgeflow.model import metadata as m
from edgeflow.model.metadata_write import write_metadata
from edgeflow.pipeline.metadata import metadata_extract, metadata_show, metadata_write
from tests.model.everything import EVERYTHING, FILES
from tests.model.tiny import FLOAT32, add_entry, tiny
from tests.schemas import check_answer

DATA = Path(__file__).parents[1] / "data"
MODEL = DATA / "resnet8_int8.tflite"
TOML = """
schema = 1
name = "Small pictures"
license = "Apache-2.0"
[[input]]
name = "image"
kind = "image"
colour = "rgb"
mean = 127.5
std = 127.5
[[output]]
name = "scores"
kind = "feature"
labels = ["labels.txt", { file = "de/labels_de.txt", locale = "de" }]
threshold = 0.3
[pre.image]
kind = "image"
fit = "crop"
"""


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        check_answer(found)
        return found


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]):
    def call(*arguments: object) -> Ran:
        with pytest.raises(SystemExit) as stopped:
            main([*map(str, arguments)])
        captured = capfd.readouterr()
        return Ran(int(stopped.value.code or 0), captured.out, captured.err)

    return call


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a model, a metadata file, and its labels."""
    shutil.copy(MODEL, tmp_path / "model.tflite")
    (tmp_path / "metadata.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "labels.txt").write_text("".join(f"thing {n}\n" for n in range(10)))
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "labels_de.txt").write_text("".join(f"Ding {n}\n" for n in range(10)))
    return tmp_path


def refused(ran: Ran, code: int, said: str) -> None:
    assert ran.code == code, ran.err
    lines = ran.err.splitlines()
    assert len(lines) == 2, ran.err
    assert lines[0].startswith("edgeflow: ") and said in lines[0]
    assert lines[1].startswith("  ")
    assert ran.out == ""


def test_write_show_and_extract_go_round(project: Path, run) -> None:
    made, again = project / "made.tflite", project / "again.tflite"
    ran = run("metadata", "write", project / "model.tflite", "--metadata", project / "metadata.toml", "-o", made)
    assert (ran.code, ran.err) == (0, "")
    for said in ("Small pictures", "input 0: image", "mean 127.5", "labels_de.txt: axis labels, de", "fit crop"):
        assert said in ran.out
    assert run("metadata", "show", made).out == ran.out
    assert (project / "model.tflite").read_bytes() == MODEL.read_bytes()
    ran = run("metadata", "extract", made, "-o", project / "out")
    assert sorted(path.name for path in (project / "out").iterdir()) == ["labels.txt", "labels_de.txt", "metadata.toml"]
    assert ran.out.splitlines()[0].endswith("metadata.toml")
    run("metadata", "write", project / "model.tflite", "--metadata", project / "out/metadata.toml", "-o", again)
    assert again.read_bytes() == made.read_bytes()
    assert zipfile.ZipFile(made).read("labels.txt") == (project / "labels.txt").read_bytes()


def test_without_output_the_model_itself_is_described(project: Path, run) -> None:
    model, link = project / "model.tflite", project / "link.tflite"
    model.chmod(0o640)
    link.symlink_to(model)
    ran = run("metadata", "write", link, "--metadata", project / "metadata.toml", "--json")
    assert ran.answer["model"]["bytes"] == model.stat().st_size > MODEL.stat().st_size
    assert link.is_symlink() and stat.S_IMODE(model.stat().st_mode) == 0o640
    assert {path.name for path in project.iterdir()} == {"de", "labels.txt", "link.tflite", "metadata.toml", model.name}


def test_the_answer_follows_its_schema(project: Path, run) -> None:
    ran = run("metadata", "show", MODEL, "--json")
    assert ran.answer["metadata"] is None
    made = project / "made.tflite"
    answer = run(
        "metadata", "write", project / "model.tflite", "--metadata", project / "metadata.toml", "-o", made, "--json"
    ).answer
    assert answer["metadata"]["name"] == "Small pictures"
    (subgraph,) = answer["metadata"]["subgraphs"]
    assert subgraph["inputs"][0]["content"]["properties"] == {"kind": "image", "colour": "rgb", "size": None}
    assert subgraph["outputs"][0]["units"] == [{"options": {"kind": "threshold", "threshold": 0.3}}]
    assert answer["extras"] == [{"pre": {"image": {"kind": "image", "fit": "crop"}}, "post": {}}]
    assert answer["files"] == [{"name": "labels.txt", "bytes": 80}, {"name": "labels_de.txt", "bytes": 70}]
    assert run("metadata", "show", made, "--json").answer == answer
    extracted = run("metadata", "extract", made, "-o", project / "out", "--json").answer
    assert extracted["files"][0] == str(project / "out" / "metadata.toml")


def test_everything_the_schema_has_is_shown(tmp_path: Path, run) -> None:
    ports = [("x", FLOAT32, (1, 8, 8, 3)), ("z", FLOAT32, (1, 9))], [("out", FLOAT32, (1, 4))]
    path = tmp_path / "all.tflite"
    path.write_bytes(write_metadata(tiny(*ports), EVERYTHING, FILES))
    text = run("metadata", "show", path).out
    for said in (
        *("Alles", "Zoë", "schema 1.5.0", "the only one", "bild", "gray, made for 640×480", "16000 Hz, 2 channels"),
        *("type center, order 1 0 3 2, coordinates pixel", "inverse-logistic, default 0.2", "threshold: 0.5"),
        *("BERT tokenizer: vocab.txt", "SentencePiece tokenizer: sp.model, vocab.txt, vocab2.txt", "regex tokenizer"),
        *("values from -1.0 -0.7 to 1.0 2.0", "dimensions -1 to 2", "input group in: bild, clip", "custom blob: 50 B"),
        *("all inputs: BERT", "all outputs: score threshold", *FILES),
    ):
        assert said in text, said
    assert run("metadata", "show", path, "--json").answer["missing"] == []


def test_associated_files_given_go_before_those_beside_the_file(project: Path, run) -> None:
    other = project / "other"
    other.mkdir()
    (other / "labels.txt").write_text("x\n" * 10)
    (other / "notes.txt").write_text("n")
    ran = run(
        *("metadata", "write", project / "model.tflite", "--metadata", project / "metadata.toml"),
        *("--associate", other / "labels.txt", "--associate", other / "notes.txt", "--json"),
    )
    assert zipfile.ZipFile(project / "model.tflite").read("labels.txt") == b"x\n" * 10
    assert ran.answer["remarks"] == ["the file notes.txt travels with the model, but no entry names it"]


def test_what_does_not_go_together_is_a_warning(project: Path, run) -> None:
    (project / "labels.txt").write_text("only one\n")
    ran = run("metadata", "write", project / "model.tflite", "--metadata", project / "metadata.toml")
    assert ran.code == 0
    assert ran.err == "warning: output scores: labels.txt has 1 labels, the shape is 1×10\n"


def test_a_conversion_record_that_no_longer_fits_is_told(project: Path, run) -> None:
    (project / "model.tflite.edgeflow.json").write_text(json.dumps({"model": {"sha256": "0" * 64}}))
    ran = run("metadata", "write", project / "model.tflite", "--metadata", project / "metadata.toml")
    assert "model.tflite.edgeflow.json describes the model without this metadata" in ran.err


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (("name =", "title ="), 2, "unknown key 'title'"),
        (('fit = "crop"', 'fit = "squeeze"'), 2, "pre.image"),
        (("labels.txt", "absent.txt"), 2, "absent.txt: No such file or directory"),
        (('[[output]]\nname = "scores"', "[[output]]\n[[output]]"), 2, "2 outputs"),
        (("schema = 1", ""), 2, "which schema"),
    ],
)
def test_a_mistake_leaves_the_model_alone(project: Path, run, change: tuple[str, str], code: int, said: str) -> None:
    (project / "metadata.toml").write_text(TOML.replace(*change, 1), encoding="utf-8")
    model = project / "model.tflite"
    before = sorted(project.iterdir())
    refused(run("metadata", "write", model, "--metadata", project / "metadata.toml"), code, said)
    assert model.read_bytes() == MODEL.read_bytes()
    assert sorted(project.iterdir()) == before
    answer = run("metadata", "write", model, "--metadata", project / "metadata.toml", "--json")
    assert answer.answer["exit"] == code


def test_bad_models_and_places_are_told(project: Path, run) -> None:
    toml = project / "metadata.toml"
    refused(run("metadata", "show", project / "no.tflite"), 1, "no such file")
    refused(run("metadata", "show", toml), 1, "not a .tflite")
    refused(run("metadata", "extract", MODEL, "-o", project / "out"), 1, "has no metadata")
    refused(run("metadata", "write", project / "model.tflite"), 2, "--metadata")
    refused(
        run("metadata", "write", MODEL, "--metadata", toml, "-o", project / "no" / "x.tflite"), 1, "cannot be written"
    )
    refused(run("metadata", "write", MODEL, "--metadata", project), 2, "cannot be read")
    assert not (project / "out").exists()


def test_extract_overwrites_nothing(project: Path, run) -> None:
    made = project / "made.tflite"
    metadata_write(project / "model.tflite", project / "metadata.toml", output=made)
    before = (project / "metadata.toml").read_bytes()
    refused(run("metadata", "extract", made, "-o", project), 2, "already has metadata.toml, labels.txt")
    refused(run("metadata", "extract", made, "-o", made), 2, "is a file")
    assert (project / "metadata.toml").read_bytes() == before


def test_an_associated_file_may_have_the_metadata_files_name(tmp_path: Path) -> None:
    metadata = m.ModelMetadata("x", files=(m.AssociatedFile("Metadata.toml"),))
    model = tmp_path / "model.tflite"
    model.write_bytes(write_metadata(MODEL.read_bytes(), metadata, {"Metadata.toml": b"mine"}))
    paths = metadata_extract(model, tmp_path / "out")
    assert [path.name for path in paths] == ["metadata_2.toml", "Metadata.toml"]
    again = tmp_path / "again.tflite"
    metadata_write(MODEL, paths[0], output=again)
    assert again.read_bytes() == model.read_bytes()


def test_a_hostile_model_is_told_and_no_control_character_reaches_the_terminal(tmp_path: Path, run) -> None:
    evil = "\x1b[31m\x07\u202e\x9b\r\n" + "x" * 3000
    tensor = m.TensorMetadata(
        evil, evil, (evil,), m.Content(m.Feature()), files=(m.AssociatedFile("l", evil, "unknown", evil),)
    )
    graph = m.SubGraphMetadata(evil, evil, (tensor,), (tensor,), custom=(m.CustomMetadata("EDGEFLOW", b"?"),))
    path = tmp_path / "evil.tflite"
    path.write_bytes(write_metadata(MODEL.read_bytes(), m.ModelMetadata(evil, evil, subgraphs=(graph,)), {"l": b""}))
    for options in ([], ["--json"]):
        ran = run("metadata", "show", path, *options)
        assert ran.code == 0
        for character in "\x1b\x07\u202e\x9b\r":
            assert character not in ran.out + ran.err
    assert "EDGEFLOW entry is not one that edgeflow writes" in ran.answer["remarks"][-1]
    assert run("inspect", path).code == 0
    assert run("metadata", "extract", path, "-o", tmp_path / "out").code == 0
    again = tmp_path / "again.tflite"
    refused(run("metadata", "write", MODEL, "--metadata", tmp_path / "out/metadata.toml", "-o", again), 1, "EDGEFLOW")


def test_a_file_that_would_leave_the_folder_is_shown_but_never_written(tmp_path: Path, run) -> None:
    path = tmp_path / "evil.tflite"
    path.write_bytes(write_metadata(MODEL.read_bytes(), m.ModelMetadata("evil")))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../escaped.txt", b"1")
    ran = run("metadata", "show", path)
    assert ran.code == 0 and "../escaped.txt" in ran.out
    assert "warning" in ran.err and "names a folder" in ran.err
    refused(run("metadata", "extract", path, "-o", tmp_path / "out"), 1, "names a folder")
    assert sorted(found.name for found in tmp_path.iterdir()) == ["evil.tflite"]


def test_inspect_has_a_line_of_it(project: Path, run) -> None:
    assert "described" not in run("inspect", MODEL).out
    metadata_write(project / "model.tflite", project / "metadata.toml")
    assert "described    Small pictures (edgeflow metadata show)\n" in run("inspect", project / "model.tflite").out
    bad = project / "bad.tflite"
    one = [("x", FLOAT32, (1,))]
    bad.write_bytes(tiny(one, one, lambda made: add_entry(made, m.ENTRY, b"nothing of the kind")))
    assert "its metadata cannot be read" in run("inspect", bad).out
    refused(run("metadata", "show", bad), 1, "damaged")


def test_the_verbs_take_values(tmp_path: Path) -> None:
    out = tmp_path / "out.tflite"
    metadata = m.ModelMetadata("value", files=(m.AssociatedFile("a.bin"),))
    found = metadata_write(MODEL, metadata, associate={"a.bin": b"\x00"}, output=tmp_path)
    assert found.model.path == tmp_path / MODEL.name
    assert found.metadata is not None and found.metadata.name == "value"
    (tmp_path / "a.bin").write_bytes(b"\x01")
    metadata_write(MODEL, metadata, associate=[tmp_path / "a.bin"], output=out)
    shown = metadata_show(out)
    assert (shown.files, shown.missing, shown.remarks) == ((("a.bin", 1),), (), ())
    with pytest.raises(EdgeflowError, match="two associated files"):
        metadata_write(MODEL, metadata, associate=[tmp_path / "a.bin"] * 2, output=out)


@pytest.mark.tensorflow
def test_convert_describes_the_finished_model(project: Path, run, keras_sources: Path) -> None:
    (project / "metadata.toml").write_text('schema = 1\nname = "converted"\n[[file]]\nfile = "labels.txt"\n')
    source = next(iter(sorted(keras_sources.glob("*.keras"))))
    out = project / "converted.tflite"
    ran = run("convert", source, "-o", out, "--metadata", project / "metadata.toml", "--json")
    assert ran.code == 0, ran.err
    answer = ran.answer
    shown = run("metadata", "show", out, "--json").answer
    assert (shown["metadata"]["name"], shown["files"][0]["name"]) == ("converted", "labels.txt")
    assert answer["model"]["sha256"] == shown["model"]["sha256"]
    assert answer["model"]["bytes"] == out.stat().st_size
    assert answer["options"]["metadata"] == str(project / "metadata.toml")


def test_convert_tells_a_mistake_in_the_metadata_before_it_begins(project: Path, run, tmp_path: Path) -> None:
    (project / "metadata.toml").write_text("name = 1")
    source = project / "no.keras"
    refused(run("convert", source, "--metadata", project / "metadata.toml"), 2, "which schema")
    refused(run("convert", source, "--associate", project / "labels.txt"), 2, "without metadata")
