"""`edgeflow convert` as a user meets it: exit codes, two-line errors, one JSON answer, nothing half-written."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import jsonschema
import numpy as np
import pytest

from edgeflow.cli import main
from edgeflow.cli.convert import RECIPE_NAMES
from edgeflow.cli.convert_options import KINDS
from edgeflow.convert import record
from edgeflow.convert.recipes import RECIPES
from edgeflow.convert.sources import KIND_NAMES

SCHEMA = json.loads(
    (Path(record.__file__).parents[1] / "results" / "schemas" / "conversion.schema.json").read_text(encoding="utf-8")
)


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]):
    def call(*arguments: object) -> Ran:
        with pytest.raises(SystemExit) as stopped:
            main(["convert", *map(str, arguments)])
        captured = capfd.readouterr()
        return Ran(int(stopped.value.code or 0), captured.out, captured.err)

    return call


def refused(ran: Ran, code: int, said: str, reasons: int = 0) -> None:
    assert ran.code == code, ran.err
    lines = ran.err.splitlines()
    assert len(lines) == 2 + reasons, ran.err
    assert lines[-2].startswith("edgeflow: ")
    assert said in lines[-2]
    assert lines[-1].startswith("  ")
    assert ran.out == ""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_choices_are_the_recipes_and_kinds_there_are() -> None:
    assert tuple(RECIPES) == RECIPE_NAMES
    assert KIND_NAMES == KINDS


@pytest.mark.tensorflow
def test_one_recipe_writes_model_and_record_and_says_so(run, keras_sources: Path, tmp_path: Path) -> None:
    ran = run(keras_sources / "cnn.keras", "-r", keras_sources / "pixels.npz", "-o", tmp_path / "m.tflite")
    assert ran.code == 0, ran.err
    assert names(tmp_path) == ["m.tflite", "m.tflite.edgeflow.json"]
    for piece in ("pixels [1,8,8,1] → scores [1,10]", "int8", "100 representative samples", str(tmp_path / "m.tflite")):
        assert piece in ran.out
    assert ran.err == ""


@pytest.mark.tensorflow
def test_several_recipes_give_several_files_and_a_json_array(run, keras_sources: Path, tmp_path: Path) -> None:
    ran = run(
        keras_sources / "old.h5", "-q", "none", "-q", "dynamic", "-q", "none", "-o", tmp_path / "m.tflite", "--json"
    )
    assert ran.code == 0, ran.err
    answers = json.loads(ran.out)
    assert [answer["options"]["quantize"] for answer in answers] == ["none", "dynamic"]
    for answer in answers:
        jsonschema.validate(answer, SCHEMA)
        assert json.loads(Path(answer["record"]).read_text()) == answer
    assert names(tmp_path) == [f"m_{q}.tflite{end}" for q in ("dynamic", "none") for end in ("", ".edgeflow.json")]


@pytest.mark.tensorflow
def test_without_an_output_the_file_is_named_after_source_and_recipe(
    run, keras_sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(keras_sources / "stateful", "--json")
    jsonschema.validate(json.loads(ran.out), SCHEMA)
    assert names(tmp_path) == ["stateful_none.tflite", "stateful_none.tflite.edgeflow.json"]


@pytest.mark.tensorflow
def test_an_unsupported_operator_is_exit_1_with_each_operator_on_a_line(
    run, keras_sources: Path, tmp_path: Path
) -> None:
    ran = run(keras_sources / "cosh.keras", "-o", tmp_path)
    refused(ran, 1, "TensorFlow Lite has no Cosh", reasons=1)
    said, _, where = ran.err.splitlines()[0].partition(", in ")
    assert said == "  - Cosh: only among TensorFlow's Select (Flex) operators" and where.endswith("/Cosh")
    assert names(tmp_path) == []
    answer = json.loads(run(keras_sources / "cosh.keras", "-o", tmp_path, "--json").out)
    assert (answer["schema"], answer["exit"], len(answer["reasons"])) == ("edgeflow.error/1", 1, 1)


def _missing(folder: Path) -> Path:
    return folder / "missing.keras"


def _empty(folder: Path) -> Path:
    (folder / "empty.h5").write_bytes(b"")
    return folder / "empty.h5"


def _picture(folder: Path) -> Path:
    (folder / "picture.keras").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    return folder / "picture.keras"


def _bare_folder(folder: Path) -> Path:
    (folder / "bare").mkdir()
    return folder / "bare"


@pytest.mark.parametrize("make", [_missing, _empty, _picture, _bare_folder])
def test_what_is_no_source_is_exit_1_with_two_lines(run, tmp_path: Path, make) -> None:
    source = make(tmp_path)
    (tmp_path / "out").mkdir()
    refused(run(source, "-o", tmp_path / "out"), 1, str(source))
    assert names(tmp_path / "out") == []


@pytest.mark.tensorflow
@pytest.mark.parametrize("share", [0.2, 0.95])
@pytest.mark.parametrize("source", ["cnn.keras", "cnn.h5"])
def test_a_truncated_source_is_exit_1_with_two_lines(
    run, keras_sources: Path, tmp_path: Path, source: str, share: float
) -> None:
    content = (keras_sources / source).read_bytes()
    (tmp_path / source).write_bytes(content[: int(len(content) * share)])
    (tmp_path / "out").mkdir()
    refused(run(tmp_path / source, "-o", tmp_path / "out"), 1, source)
    assert names(tmp_path / "out") == []


DATA = {
    "wrong key": ({"image": np.zeros((5, 8, 8, 1))}, 2, "has keys image; the inputs are pixels"),
    "extra key": ({"pixels": np.zeros((5, 8, 8, 1)), "x": np.zeros(5)}, 2, "has keys pixels, x"),
    "wrong shape": ({"pixels": np.zeros((5, 9, 8, 1))}, 2, "has shape [5, 9, 8, 1], not [samples, 8, 8, 1]"),
    "no samples": ({"pixels": np.zeros((0, 8, 8, 1))}, 2, "holds no samples"),
    "not a number": ({"pixels": np.full((5, 8, 8, 1), np.nan)}, 2, "holds nan at sample 0, index [0, 0, 0, 0]"),
    "infinite": ({"pixels": np.full((5, 8, 8, 1), np.inf)}, 2, "holds inf at sample 0"),
    "text": ({"pixels": np.full((5, 8, 8, 1), "a")}, 2, "cannot become float32"),
    "nothing": ({}, 2, "has keys (none)"),
}


@pytest.mark.tensorflow
@pytest.mark.parametrize("what", DATA)
def test_data_that_does_not_fit_is_exit_2_with_two_lines(run, keras_sources: Path, tmp_path: Path, what: str) -> None:
    arrays, code, said = DATA[what]
    np.savez(tmp_path / "data.npz", **arrays)
    (tmp_path / "out").mkdir()
    ran = run(keras_sources / "cnn.keras", "-q", "int8", "-r", tmp_path / "data.npz", "-o", tmp_path / "out")
    refused(ran, code, said)
    assert "data.npz" in ran.err
    assert names(tmp_path / "out") == []


@pytest.mark.tensorflow
@pytest.mark.parametrize("content", [None, b"", b"1,2,3\n", b"PK\x03\x04" + bytes(80), b"\x93NUMPY\x01\x00"])
def test_data_files_that_are_none_are_exit_1_with_two_lines(
    run, keras_sources: Path, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "data.npz").write_bytes(content)
    (tmp_path / "out").mkdir()
    refused(run(keras_sources / "cnn.keras", "-r", tmp_path / "data.npz", "-o", tmp_path / "out"), 1, "data.npz")
    assert names(tmp_path / "out") == []


def options(*given: object) -> Sequence[str]:
    return [str(item) for item in given]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (options("-q", "int8"), "needs representative data"),
        (options("-q", "none", "-q", "int8"), "needs representative data"),
        (options("-q", "int4"), "unknown recipe 'int4'"),
        (options("-q", "none", "--io-type", "int8"), "recipe none cannot have int8 inputs or outputs"),
        (options("--no-new-converter"), "the converter before MLIR is gone"),
        (options("--optimization", "FASTER"), "optimizations: no 'FASTER'"),
        (options("--keep-float", "("), "no regular expression"),
        (options("--mean", "127.5"), "mean and std without representative data"),
        (options("--std", "a,b"), "are no numbers"),
        (options("--from", "saved-model"), "a file is no saved-model"),
        (options("--input-shape", "x"), "is not NAME=VALUE"),
        (options("-o", "no/such/m.tflite"), "no such folder"),
        (options("-o", "m.bin"), "neither a folder nor named .tflite"),
        (options("--signature", "x"), "only a SavedModel has signatures"),
        (options("--timeout", "soon"), "not a valid float"),
        (options("--frobnicate"), "No such option"),
    ],
)
def test_requests_that_make_no_sense_are_exit_2(run, tmp_path: Path, arguments: Sequence[str], said: str) -> None:
    (tmp_path / "m.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    refused(run(tmp_path / "m.h5", *arguments), 2, said)
    assert names(tmp_path) == ["m.h5"]


def test_the_source_is_never_overwritten(run, tmp_path: Path) -> None:
    source = tmp_path / "m.tflite"
    source.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    refused(run(source, "-o", source), 2, "is the source itself")
    assert source.read_bytes()[:4] == b"\x89HDF"


@pytest.mark.tensorflow
def test_a_failed_conversion_leaves_an_earlier_result_alone(run, keras_sources: Path, tmp_path: Path) -> None:
    (tmp_path / "m.tflite").write_bytes(b"earlier")
    assert run(keras_sources / "cosh.keras", "-o", tmp_path / "m.tflite").code == 1
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"m.tflite": b"earlier"}


@pytest.mark.tensorflow
def test_a_deadline_is_exit_1(run, keras_sources: Path, tmp_path: Path) -> None:
    refused(run(keras_sources / "cnn.keras", "--timeout", "0.001", "-o", tmp_path), 1, "not done after 0.001 s")
    assert names(tmp_path) == []


@pytest.mark.tensorflow
def test_ctrl_c_is_exit_130_and_leaves_nothing_behind(keras_sources: Path, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    (tmp_path / "out").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "edgeflow", "convert", str(keras_sources / "cnn.keras"), "-o", str(tmp_path / "out")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path / "scratch")},
    )
    with process:
        while not list((tmp_path / "scratch").glob("edgeflow-convert-*")):  # the child is being started
            assert process.poll() is None
            time.sleep(0.01)
        time.sleep(0.3)
        children = [pid for pid in Path("/proc").glob("[0-9]*") if _parent(pid) == process.pid]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.strip() == "edgeflow: interrupted"
    assert names(tmp_path / "out") == []
    assert names(tmp_path / "scratch") == []
    assert not any(_parent(pid) for pid in children)


def _parent(process: Path) -> int | None:
    """The parent of a process that has not ended."""
    try:
        state, parent = (process / "stat").read_text().rsplit(")", 1)[1].split()[:2]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else int(parent)


@pytest.mark.tensorflow
def test_a_record_is_replayed_and_taken_for_the_same(run, tmp_path: Path) -> None:
    source = tmp_path / "float.tflite"
    shutil.copy(Path(__file__).parents[1] / "data" / "sine_float32.tflite", source)
    assert run(source, "-q", "float16", "-o", tmp_path / "m.tflite").code == 0
    ran = run("--replay", tmp_path / "m.tflite.edgeflow.json")
    assert ran.code == 0, ran.err
    assert "the same bytes as recorded" in ran.err
    refused(run(source, "--replay", tmp_path / "m.tflite.edgeflow.json"), 2, "leave SOURCE out")
    refused(run(), 2, "Missing argument 'SOURCE'")
