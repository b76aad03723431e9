"""`edgeflow generate --aot --optimize --ram` and `--plan`: the memory plan in answers, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edgeflow.cli import main
from edgeflow.model.read import load_model
from tests.schemas import check_answer

DATA = Path(__file__).parents[1] / "data"
KWS = str(DATA / "kws_int8.tflite")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(capfd: pytest.CaptureFixture[str], command: str, *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main([command, *arguments])
    out, err = capfd.readouterr()
    assert "Traceback" not in err
    return int(stop.value.code or 0), out, err


def test_the_answer_has_the_plan_and_says_what_runs_together(capfd: pytest.CaptureFixture[str]) -> None:
    arenas = {}
    for optimize in ("speed", "ram", "balanced"):
        arguments = (KWS, "--target", "cortex-m0plus", "--aot", "--optimize", optimize, "-o", optimize, "--json")
        status, out, _ = run(capfd, "generate", *arguments)
        assert status == 0
        answer = json.loads(out)
        check_answer(answer)
        arenas[optimize] = answer["arena"]
    assert arenas["ram"] == {"bytes": 6_192, "bound_bytes": 6_192, "together": [[0, 9]], "input_rows": None}
    assert arenas["balanced"]["together"] == arenas["speed"]["together"] == []
    assert arenas["balanced"]["bytes"] == 8_640
    status, _, err = run(capfd, "generate", KWS, "--target", "cortex-m0plus", "--aot", "--ram", "8K", "-o", "eight")
    assert status == 0 and "operators 0 to 9 run together by rows" in err


def test_an_input_that_comes_by_rows_leaves_the_arena(capfd: pytest.CaptureFixture[str]) -> None:
    arguments = (KWS, "--target", "cortex-m0plus", "--aot", "--optimize", "ram", "--input", "rows", "-o", "rows")
    status, out, err = run(capfd, "generate", *arguments)
    assert status == 0 and "the input comes in 49 rows; operators 0 to 9 run together by rows" in err
    status, out, _ = run(capfd, "generate", *arguments, "--json")
    answer = json.loads(out)
    check_answer(answer)
    assert answer["arena"] == {"bytes": 5_872, "bound_bytes": 5_872, "together": [[0, 9]], "input_rows": 49}
    assert "--input rows" in (Path("rows") / "kws_int8.h").read_text().splitlines()[0]


def test_an_input_that_has_no_rows_is_two_lines_and_exit_2(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    model = str(DATA / "ad01_int8.tflite")
    status, out, err = run(capfd, "generate", model, "--target", "cortex-m4", "--aot", "--input", "rows", "-o", "out")
    assert status == 2 and out == "" and not (tmp_path / "out").exists()
    assert err.count("\n") == 2 and "its input is [1, 640], not [1, height, width, channels]" in err


def test_too_little_ram_is_two_lines_and_exit_3(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, err = run(capfd, "generate", KWS, "--target", "cortex-m0plus", "--aot", "--ram", "6000", "-o", "out")
    assert status == 3 and out == "" and not (tmp_path / "out").exists()
    assert err.count("\n") == 2 and "operators 0 to 9 together need 6192" in err and "--ram 6192" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("generate", KWS, "--target", "cortex-m4", "--optimize", "ram", "-o", "out"),
        ("generate", KWS, "--target", "cortex-m4", "--ram", "20K", "-o", "out"),
        ("generate", KWS, "--target", "cortex-m4", "--input", "rows", "-o", "out"),
        ("generate", KWS, "--plan", "--input", "rows", "-o", "out"),
        ("generate", "--runner", "--board", "mps2-an386", "--input", "rows", "-o", "out"),
        ("generate", KWS, "--plan", "--target", "cortex-m4", "-o", "out"),
        ("generate", "--plan", "-o", "out"),
        ("generate", KWS, "--target", "cortex-m4", "--aot", "--ram", "much", "-o", "out"),
        ("bench", KWS, "--device", "qemu:mps2-an386", "--ram", "20K"),
        ("invoke", KWS, "--device", "qemu:mps2-an386", "--optimize", "speed"),
    ],
)
def test_what_makes_no_sense_is_exit_2_and_nothing_is_written(
    arguments: tuple[str, ...], capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, _, _ = run(capfd, *arguments)
    assert status == 2 and not (tmp_path / "out").exists()


def test_a_model_with_its_plan_is_written_and_read_like_any_other(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, out, _ = run(capfd, "generate", KWS, "--plan", "-o", "out", "--json")
    assert status == 0
    answer = json.loads(out)
    check_answer(answer)
    planned, before = load_model(tmp_path / "out" / "kws_int8.tflite"), load_model(Path(KWS))
    assert "EDGEFLOW_PLAN" in planned.metadata_names and planned.sha256 == answer["sha256"]
    assert len(planned.main.operators) == len(before.main.operators)
    assert answer["bound_bytes"] <= answer["planned_bytes"] < answer["alone_bytes"] <= 16_000
    assert answer["together"] == [[0, 9]]
    _, _, err = run(capfd, "generate", KWS, "--plan", "-o", "told")
    assert "operators 0 to 9 run together by rows" in err
    assert run(capfd, "generate", KWS, "--plan", "-o", "out")[0] == 0  # the same bytes again
