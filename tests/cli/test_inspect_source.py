"""`inspect` and `check` of a source that is not converted yet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edgeflow.cli import main
from edgeflow.cli.inspect_source import is_source
from tests.schemas import check_answer

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("COLUMNS", "110")

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        shown = capsys.readouterr()
        return int(stop.value.code or 0), shown.out, shown.err

    return call


def test_a_source_is_told_from_a_model_by_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").write_bytes(b"x")
    (tmp_path / "named.keras").write_bytes((DATA / "kws_int8.tflite").read_bytes())
    (tmp_path / "m.keras").write_bytes(b"PK\3\4abcd")
    assert is_source(tmp_path / "saved") and is_source(tmp_path / "m.keras")
    assert not any(map(is_source, (tmp_path, tmp_path / "named.keras", tmp_path / "missing.h5", DATA / "README.md")))


@pytest.mark.tensorflow
def test_inspect_tells_what_a_source_would_become_and_keeps_its_schema(run, keras_sources: Path) -> None:
    source = str(keras_sources / "cnn.keras")
    code, out, _ = run("inspect", source, "--target", "nucleo-l4r5zi", "--target", "raspberry-pi-4", "--json")
    answer = json.loads(out)
    check_answer(answer)
    assert code == 0
    assert answer["parameters"] == 9690
    assert [(item["target"], item["form"], item["likely"]) for item in answer["forecasts"]] == [
        ("cortex-m4", "float", True),
        ("cortex-m4", "int8", True),
        ("raspberry-pi-4", "float", True),
        ("raspberry-pi-4", "int8", True),
    ]
    code, out, _ = run("inspect", source, "--target", "nucleo-l4r5zi")
    assert code == 0
    assert "12.13 k" in out and "CONV_2D" in out and "likely fits" in out


@pytest.mark.tensorflow
def test_check_of_a_source_that_cannot_fit_exits_3_with_reasons_and_advice(run, keras_sources: Path) -> None:
    code, out, _ = run("check", str(keras_sources / "cosh.keras"), "--target", "nucleo-l4r5zi")
    assert code == 3
    assert "does not" in out and "Flex" in out and "write it with Exp" in out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["inspect", str(DATA / "kws_int8.tflite"), "--target", "pico"], 2, "--target is for sources"),
        (["inspect", "{}/broken.keras"], 1, "broken.keras"),
        (["check", "{}/broken.keras", "--target", "pico"], 1, "broken.keras"),
        (["check", "{}/broken.keras", "--target", "no-such-board"], 2, "no-such-board"),
    ],
)
def test_mistakes_have_their_exit_code_and_two_lines(run, tmp_path: Path, arguments, code: int, says: str) -> None:
    (tmp_path / "broken.keras").write_bytes(b"PK\3\4" + bytes(40))
    found, out, err = run(*(word.format(tmp_path) for word in arguments))
    assert (found, out) == (code, "")
    assert says in err
    assert len(err.splitlines()) == 2


@pytest.mark.tensorflow
def test_inspect_and_check_read_sources_as_convert_does(
    run, keras_sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).parents[1] / "convert")
    wave = str(keras_sources / "own_wave.keras")
    code, _, err = run("inspect", wave)
    assert (code, "--import" in err) == (1, True)
    code, out, _ = run("check", wave, "--import", "make_sources", "--target", "nucleo-l4r5zi")
    assert code == 3
    assert "flex: Cosh in layer wave (make_sources.py:" in out
    code, out, _ = run("inspect", str(keras_sources / "lambda.keras"), "--unsafe-lambda", "--json")
    assert code == 0 and json.loads(out)["signatures"][0]["operators"][0]["keras_layers"] == ["twice"]
    code, out, _ = run("inspect", str(keras_sources / "stateful"), "--signature", "infer", "--json")
    assert [signature["key"] for signature in json.loads(out)["signatures"]] == ["infer"]
    code, _, err = run("inspect", str(keras_sources / "stateful"), "--tags", "gpu")
    assert code == 2 and "gpu" in err
    code, out, _ = run("inspect", str(keras_sources / "frozen.pb"), "--output-arrays", "net/logits", "--json")
    names = {operator["name"] for operator in json.loads(out)["signatures"][0]["operators"]}
    assert code == 0 and "Softmax" not in names


def test_a_float_tflite_is_told_with_what_its_int8_form_would_be(run) -> None:
    code, out, _ = run("inspect", str(DATA / "kws_float32.tflite"), "--target", "nucleo-l4r5zi", "--json")
    answer = json.loads(out)
    assert code in (0, 3)
    check_answer(answer)
    (signature,) = answer["signatures"]
    quantized = DATA / "kws_int8.tflite"
    assert answer["source"]["kind"] == "tflite"
    assert abs(signature["int8"]["model_bytes"] - quantized.stat().st_size) < 0.15 * quantized.stat().st_size
    assert {o["becomes"] for o in signature["operators"]} == {"builtin"}
    assert [item["form"] for item in answer["forecasts"]] == ["float", "int8"]


def test_how_a_source_is_read_means_nothing_for_a_tflite(run) -> None:
    code, _, err = run("inspect", str(DATA / "kws_int8.tflite"), "--import", "mine")
    assert code == 2 and "a .tflite is read as it is" in err
    code, _, err = run("check", str(DATA / "kws_int8.tflite"), "--target", "pico", "--from", "keras")
    assert code == 1 and "damaged archive" in err
