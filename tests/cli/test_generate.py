"""`edgeflow generate`: what it writes, says and refuses."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import jsonschema
import pytest

import edgeflow.results
from edgeflow.cli import main
from edgeflow.targets.registry import load_boards, load_targets

DATA = Path(__file__).parents[1] / "data"
SCHEMAS = Path(edgeflow.results.__file__).parent / "schemas"
SCHEMA = json.loads((SCHEMAS / "generation.schema.json").read_text(encoding="utf-8"))
SINE = str(DATA / "sine_int8.tflite")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main(["generate", *arguments])
    out, err = capfd.readouterr()
    assert "Traceback" not in err
    return int(stop.value.code or 0), out, err


@pytest.mark.parametrize(
    ("target", "language", "form", "files"),
    [
        ("cortex-m4", "c-array", "array", ["sine_int8.c", "sine_int8.h"]),
        ("nucleo-l4r5zi", "c-array", "array", ["sine_int8.c", "sine_int8.h"]),
        ("raspberry-pi-4", "python", None, ["README.md", "pyproject.toml", "sine_int8", "systemd"]),
        ("linux-x86-64", "python", None, ["README.md", "pyproject.toml", "sine_int8", "systemd"]),
    ],
)
def test_the_target_chooses_the_language_and_json_lists_what_was_written(
    target: str, language: str, form: str | None, files: list[str], capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, out, _ = run(capfd, SINE, "--target", target, "-o", "out", "--json")
    assert status == 0
    answer = json.loads(out)
    jsonschema.validate(answer, SCHEMA)
    assert (answer["language"], answer["form"], answer["name"]) == (language, form, "sine_int8")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == files
    written = sorted(str(path.relative_to(tmp_path)) for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert sorted(file["path"] for file in answer["files"]) == written
    for file in answer["files"]:
        content = Path(file["path"]).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())


def test_every_target_and_board_generates(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    families = {name: target.family for name, target in load_targets().items()}
    families |= {name: families[board.target] for name, board in load_boards().items()}
    for name, family in families.items():
        status, _, err = run(capfd, SINE, "--target", name, "-o", f"out-{name}")
        assert status == 0, err
        assert Path(f"out-{name}/library/build.gradle.kts").exists() == (family == "android")


def test_people_see_the_files_the_choice_and_the_warning(capfd: pytest.CaptureFixture[str]) -> None:
    big = str(DATA / "ad01_float32.tflite")
    status, out, err = run(capfd, big, "--target", "nucleo-f446re", "-o", "out")
    assert status == 0
    assert "out/ad01_float32.S" in out and "out/ad01_float32.h" in out
    assert "form incbin" in err
    size = Path(big).stat().st_size
    warning = f"the model is {size} bytes, {size - 524288} more than the 524288 bytes of flash of nucleo-f446re"
    assert f"warning: {warning}\n" in err
    status, out, _ = run(capfd, big, "--target", "nucleo-f446re", "-o", "out", "--json")
    assert json.loads(out)["warnings"] == [warning]


def test_generating_again_replaces_and_foreign_files_stop_it_unless_forced(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    mine = tmp_path / "out/mine.txt"
    mine.write_text("mine")
    status, out, err = run(capfd, SINE, "--target", "raspberry-pi-4", "-o", "out", "--json")
    assert status == 2 and "mine.txt" in err and "--force" in err
    assert json.loads(out)["exit"] == 2
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]
    assert run(capfd, SINE, "--target", "raspberry-pi-4", "-o", "out", "--force")[0] == 0
    assert run(capfd, SINE, "--target", "raspberry-pi-4", "-o", "out")[0] == 0
    assert mine.read_text() == "mine"


def test_the_project_file_of_the_directory_is_used_and_said(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "edgeflow.toml").write_text('schema = 1\n[post.0]\nkind = "raw"\n')
    status, _, err = run(capfd, SINE, "--target", "raspberry-pi-4", "-o", "out")
    assert status == 0 and "using edgeflow.toml" in err
    assert "sine: NDArray[np.int8]" in (tmp_path / "out/sine_int8/wrapper.py").read_text()
    (tmp_path / "other.toml").write_text('schema = 1\n[post.9]\nkind = "raw"\n')
    status, _, err = run(capfd, SINE, "--target", "raspberry-pi-4", "-o", "out", "--project", "other.toml")
    assert status == 2 and "[post.9]" in err and "'sine'" in err


@pytest.mark.parametrize(
    ("arguments", "status", "message", "hint"),
    [
        (["no.tflite", "--target", "pico"], 1, "no.tflite: no such file", "check the path"),
        (["cut.tflite", "--target", "pico"], 1, "cut.tflite", "again"),
        (["text.tflite", "--target", "pico"], 1, "not a .tflite file", "edgeflow convert"),
        ([SINE, "--target", "picco"], 2, "unknown target or board 'picco'", "pico"),
        ([SINE, "--target", "pico", "--language", "cobol"], 2, "unknown language 'cobol'", "c-array"),
        ([SINE, "--target", "pico", "--language", "python"], 2, "no language 'python'", "c-array"),
        ([SINE, "--target", "android-arm64", "--language", "python"], 2, "no language 'python'", "kotlin"),
        ([SINE, "--target", "android-arm64", "--package", "a.B"], 2, "no Java package of yours", "org.example.model"),
        ([SINE, "--target", "pico", "--package", "org.example.a"], 2, "has no Java package", "--package"),
        ([SINE, "--target", "pico", "--name", "a b"], 2, "'a b' cannot be the name", "--name"),
        ([SINE, "--target", "pico", "--name", "int"], 2, "'int' cannot be the name", "--name"),
        ([SINE, "--target", "raspberry-pi-4", "--name", "../up"], 2, "cannot be the name", "--name"),
        ([SINE, "--target", "pico", "--signature", "none"], 2, "no signature 'none'", "'serving_default'"),
        ([SINE, "--target", "raspberry-pi-4", "--form", "array"], 2, "has no form 'array'", "--form"),
        ([SINE, "--target", "pico", "--form", "string"], 2, "'string'", "array, incbin"),
        ([SINE, "--target", "pico", "--project", "no.toml"], 2, "no.toml: no such file", "--project"),
        ([SINE], 2, "--target", "--help"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_bad_input_is_two_clear_lines_and_nothing_is_written(
    arguments: list[str],
    status: int,
    message: str,
    hint: str,
    as_json: bool,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    (tmp_path / "cut.tflite").write_bytes(Path(SINE).read_bytes()[:1000])
    (tmp_path / "text.tflite").write_text("not a model at all")
    before = sorted(tmp_path.rglob("*"))
    code, out, err = run(capfd, *arguments, "-o", "out", *(["--json"] if as_json else []))
    assert code == status
    first, second = err.splitlines()
    assert first.startswith("edgeflow: ") and message in first
    assert hint in second
    assert sorted(tmp_path.rglob("*")) == before
    if as_json:
        answer = json.loads(out)
        assert (answer["schema"], answer["exit"]) == ("edgeflow.error/1", status)
    else:
        assert out == ""


def test_the_output_must_be_a_directory(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    status, _, err = run(capfd, SINE, "--target", "pico", "-o", "file")
    assert status == 2 and "is a file, not a directory" in err
    assert (tmp_path / "file").read_text() == "x"
