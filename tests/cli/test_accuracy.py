"""`edgeflow accuracy`: tables, exit codes, JSON against its schema."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from edgeflow.cli import main
from tests.schemas import check_answer

DATA = Path(__file__).parents[1] / "data"
MODELS = [str(DATA / "resnet8_float32.tflite"), str(DATA / "resnet8_int8.tflite")]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rng = np.random.default_rng(6)
    np.savez(tmp_path / "t.npz", image=rng.uniform(0, 1, (12, 32, 32, 3)).astype(np.float32), y=np.full(12, 3))
    return tmp_path / "t.npz"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("COLUMNS", "100")

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main(["accuracy", *arguments])
        shown = capsys.readouterr()
        return int(stop.value.code or 0), shown.out, shown.err

    return call


def test_models_stand_side_by_side_and_the_json_keeps_its_schema(run, data: Path) -> None:
    code, out, _ = run(*MODELS, "--data", str(data), "--labels", "y", "--per-layer", "--json")
    answer = json.loads(out)
    check_answer(answer)
    assert code == 0
    assert [model["name"] for model in answer["models"]] == ["resnet8_float32", "resnet8_int8"]
    assert answer["reference"] == "resnet8_float32"
    assert len(answer["layers"][0]["layers"]) == 16
    own = [layer["own_snr_db"] for layer in answer["layers"][0]["layers"] if layer["own_snr_db"] is not None]
    assert own == sorted(own)
    code, text, _ = run(*MODELS, "--data", str(data), "--labels", "y", "--per-layer")
    assert code == 0
    for word in ("top-1", "SNR dB", "resnet8_int8", "own SNR dB", "CONV_2D"):
        assert word in text


def test_a_drop_beyond_the_limit_exits_4_and_still_shows_the_table(run, data: Path, tmp_path, monkeypatch) -> None:
    (tmp_path / "size_score.py").write_text(
        "calls = []\ndef falling(outputs, labels):\n    calls.append(1)\n    return -float(len(calls))\n"
    )
    monkeypatch.chdir(tmp_path)
    code, out, err = run(
        *MODELS, "--data", str(data), "--labels", "y", "--metric", "size_score:falling", "--max-accuracy-drop", "0.01"
    )
    assert code == 4
    assert "+1.0000" in out
    assert "resnet8_int8: drops more than 0.01" in err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], 2, "--data"),
        (["--data", "missing.npz"], 1, "no such file"),
        (["--data", "{}"], 2, "y: no input of resnet8_float32"),
        (["--data", "{}", "--labels", "nope"], 2, "no such file, nor array"),
        (["--data", "{}", "--labels", "y", "--top-k", "one"], 2, "--top-k"),
        (["--data", "{}", "--labels", "y", "--top-k", "0"], 2, "top-0"),
        (["--data", "{}", "--labels", "y", "--signature", "other"], 2, "no signature 'other'"),
        (["--data", "{}", "--labels", "y", "--metric", "nothing"], 2, "module:function"),
        (["--data", "{}", "--labels", "y", "--output", "other"], 2, "no output 'other'"),
        (["--data", "{}", "--labels", "y", "--source", "missing.keras"], 1, "no such file"),
    ],
)
def test_mistakes_have_their_exit_code_and_two_lines(
    run, data: Path, arguments: list[str], code: int, says: str
) -> None:
    found, out, err = run(MODELS[0], *(word.format(data) for word in arguments))
    assert (found, out) == (code, "")
    assert says in err
    assert len(err.splitlines()) == 2
