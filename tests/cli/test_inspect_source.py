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
