"""`edgeflow check`: verdicts, exit codes, JSON against its schema, sizes as people write them."""

from __future__ import annotations

import json
from pathlib import Path

import click
import jsonschema
import pytest

import edgeflow.results
from edgeflow.cli import main
from edgeflow.cli.check import size
from edgeflow.errors import UsageError
from edgeflow.pipeline.check import check
from tests.schemas import check_answer

DATA = Path(__file__).parents[1] / "data"
KWS = str(DATA / "kws_int8.tflite")
SCHEMA = json.loads((Path(edgeflow.results.__file__).parent / "schemas" / "fit.schema.json").read_text())


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("COLUMNS", "80")

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main(["check", *arguments])
        shown = capsys.readouterr()
        assert isinstance(stop.value.code, int)
        return stop.value.code, shown.out, shown.err

    return call


def test_a_model_that_fits_exits_0(run):
    code, out, err = run(KWS, "--target", "nucleo-f446re")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "kws_int8 on nucleo-f446re (cortex-m4): fits"
    assert all(len(line) <= 80 for line in out.splitlines())


def test_one_that_does_not_exits_3_with_all_reasons(run):
    code, out, _ = run(KWS, "--target", "cortex-m4", "--ram", "4K", "--flash", "8K")
    assert code == 3
    assert "does not fit" in out
    assert out.count("\n  - ") == 2


def test_a_missing_fact_is_said_and_exits_0(run):
    code, out, _ = run(KWS, "--target", "cortex-m4")
    assert code == 0
    assert "cannot be said yet" in out
    assert "--ram" in out
    assert "--flash" in out


def test_several_targets_give_one_verdict_each_and_the_worst_exit_code(run):
    code, out, _ = run(
        str(DATA / "vww_float32.tflite"), "--target", "raspberry-pi-4", "--target", "nucleo-f446re", "--json"
    )
    answers = json.loads(out)
    assert code == 3
    assert [(a["target"], a["board"], a["fits"]) for a in answers] == [
        ("raspberry-pi-4", None, True),
        ("cortex-m4", "nucleo-f446re", False),
    ]
    for answer in answers:
        jsonschema.validate(answer, SCHEMA)


@pytest.mark.parametrize("target", ["pico", "cortex-m55", "android-arm32", "raspberry-pi-5", "esp32-s3"])
def test_one_target_gives_one_json_object_by_its_schema(run, target: str):
    _, out, _ = run(KWS, "--target", target, "--json")
    answer = json.loads(out)
    jsonschema.validate(answer, SCHEMA)
    assert answer["model"] == "kws_int8"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([KWS, "--target", "cortex-m44"], 2, "did you mean cortex-m4"),
        ([KWS], 2, "--target"),
        ([KWS, "--target", "pico", "--ram", "lots"], 2, "not a size"),
        ([KWS, "--target", "pico", "--ram", "-5"], 2, "not a size"),
        (["missing.tflite", "--target", "pico"], 1, "no such file"),
        ([str(DATA / "README.md"), "--target", "pico"], 1, "not a .tflite"),
    ],
)
def test_mistakes_have_their_exit_code_and_two_lines(run, arguments: list[str], code: int, says: str):
    found, out, err = run(*arguments)
    assert found == code
    assert out == ""
    assert says in err
    assert len(err.splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [("65536", 65536), ("64K", 65536), ("64KiB", 65536), ("64 kb", 65536), ("1.5M", 1572864), ("1g", 2**30), ("9b", 9)],
)
def test_sizes_are_read_as_people_write_them(text: str, expected: int):
    assert size(text) == expected


@pytest.mark.parametrize("text", ["", "K", "1..5M", "0x40", "1e9", "9" * 400, "5T"])
def test_other_texts_are_no_sizes(text: str):
    with pytest.raises(click.BadParameter):
        size(text)


def test_the_verb_takes_a_path_or_a_model_and_refuses_negative_sizes():
    assert check(KWS, "pico2").fits is True
    assert check(Path(KWS), "pico2") == check(KWS, "pico2")
    with pytest.raises(UsageError, match="ram_bytes"):
        check(KWS, "pico2", ram_bytes=-1)


@pytest.mark.tensorflow
def test_runtimes_are_told_with_their_evidence(run):
    code, out, _ = run(KWS, "--runtimes", "--json")
    answer = json.loads(out)
    check_answer(answer)
    found = {row["runtime"]: row["verdict"] for row in answer["runtimes"]}
    assert code == 0
    assert found["GPU delegate"] == found["TFLM"] == "unknown"
    assert found["ai-edge-litert"] == found["edgeflow"] == "yes"
    code, out, _ = run(KWS, "--runtimes", "--target", "pico2", "--json")
    assert [part["schema"] for part in json.loads(out)] == ["edgeflow.fit/1", "edgeflow.runtimes/1"]
    assert "TFLM" in run(KWS, "--runtimes")[1]
