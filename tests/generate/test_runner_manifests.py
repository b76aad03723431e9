"""Files of runner projects that the vendors' tools read: whole, naming what is there, and safe from any name."""

from __future__ import annotations

import configparser
import csv
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from regenerate import RUNNERS, runner_files

from edgeflow.cli import main
from edgeflow.errors import ModelError, UsageError
from edgeflow.generate.frameworks import FRAMEWORKS
from edgeflow.generate.runner_project import RunnerProject, runner_project
from edgeflow.model.read import load_model
from edgeflow.targets.registry import find_board, find_target, load_boards
from tests.schemas import check_answer

TESTS = Path(__file__).parents[1]
SINE = TESTS / "data/sine_int8.tflite"
HOSTILE = 'x"; #error $(reboot) ${X} `id` -->\n]\\ [section] é'
PROJECTS = [(board.name, one.name) for board in load_boards().values() for one in board.frameworks]


def project(board: str, framework: str, stem: str = "sine_int8") -> RunnerProject:
    model = replace(load_model(SINE), path=Path(f"{stem}.tflite"))
    chosen = find_board(board)
    return runner_project(chosen, find_target(chosen.target), "1.2.3", framework, model)


def text(made: RunnerProject, name: str) -> str:
    return made.files[name].decode("utf-8")


def written(made: RunnerProject, folder: Path) -> Path:
    for name, content in made.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize(("board", "framework"), PROJECTS)
@pytest.mark.parametrize("stem", ["sine_int8", HOSTILE])
def test_every_project_has_its_readme_its_sources_and_no_name_that_escapes(
    board: str, framework: str, stem: str
) -> None:
    made = project(board, framework, stem)
    kind = FRAMEWORKS[framework]
    assert {"README.md", kind.own, f"{kind.sources}/ef_config.h"} <= set(made.files)
    assert (f"{kind.sources}/runner.c" in made.files) == (not kind.ports)
    plain = project(board, framework).files
    assert sorted(plain) == sorted(made.files)
    for name, content in made.files.items():
        # a name changes the lines it stands on, and their number never
        assert len(content.split(b"\n")) == len(plain[name].split(b"\n")), name
        changed = [
            (one, other)
            for one, other in zip(content.split(b"\n"), plain[name].split(b"\n"), strict=True)
            if one != other
        ]
        assert stem == "sine_int8" or len(changed) <= (2 if name == "README.md" else 1), name
    readme = text(made, "README.md")
    assert readme.partition("\n")[0].count("-->") == 1 and f"edgeflow flash . --board {board}" in readme


@pytest.mark.parametrize(("board", "framework"), [RUNNERS[name] for name in ("pico-sdk", "zephyr", "esp-idf")])
def test_cmake_takes_the_lists_and_every_file_in_them_is_there(board: str, framework: str, tmp_path: Path) -> None:
    folder = written(project(board, framework, HOSTILE), tmp_path / "p")
    if framework == "esp-idf":
        listed = re.findall(r'"(src/\w+\.c)"', (folder / "components/edgeflow/CMakeLists.txt").read_text())
        there = sorted(p.name for p in (folder / "components/edgeflow/src").glob("*.c"))
        assert [Path(name).name for name in listed] == there
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    environment |= {"PICO_SDK_PATH": str(tmp_path / "sdk"), "IDF_PATH": str(tmp_path / "sdk")}
    environment |= {"ZEPHYR_BASE": str(tmp_path / "sdk")}
    shutil.copytree(Path(__file__).parent / "stubs/cmake", tmp_path / "sdk")
    command = ["cmake", "-S", str(folder), "-B", str(tmp_path / "b"), f"-DZephyr_DIR={tmp_path / 'sdk'}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    told = re.findall(r"^-- stub (\S+): (.*)$", done.stdout, re.M)
    calls = dict(told)
    if framework == "pico-sdk":
        assert calls["pico_enable_stdio_usb"] == "edgeflow_runner;1" and "pico_add_extra_outputs" in calls
    if framework == "zephyr":
        assert sorted(name for name in calls["sources"].split(";") if name.startswith("src/")) == sorted(
            path.relative_to(folder).as_posix() for path in (folder / "src").rglob("*.c")
        )
    if framework == "esp-idf":
        assert calls["main"] and len(calls["edgeflow"].split(";")) > 20


@pytest.mark.parametrize("board", [board for board, framework in PROJECTS if framework == "arduino"])
def test_library_properties_has_the_fields_that_arduino_asks_for(board: str) -> None:
    made = project(board, "arduino", HOSTILE)
    fields = dict(line.split("=", 1) for line in text(made, "library.properties").splitlines() if line[:1] != "#")
    wanted = {"name", "version", "author", "maintainer", "sentence", "paragraph", "category", "url", "architectures"}
    assert wanted <= set(fields) and all(fields.values())
    assert (
        fields["architectures"]
        == find_board(board)
        .frameworks[[one.name for one in find_board(board).frameworks].index("arduino")]
        .board.split(":")[1]
    )
    assert f"src/{fields['includes']}" in made.files
    assert "examples/edgeflow_runner/edgeflow_runner.ino" in made.files
    flags = made.files.get("examples/edgeflow_runner/build_opt.h")
    assert (flags is not None) == (fields["architectures"] == "stm32")


@pytest.mark.parametrize("board", [board for board, framework in PROJECTS if framework == "platformio"])
def test_platformio_ini_and_library_json_are_what_they_should_be(board: str) -> None:
    made = project(board, "platformio", HOSTILE)
    ini = configparser.ConfigParser()
    ini.read_string(text(made, "platformio.ini"))
    (environment,) = (name for name in ini.sections() if name.startswith("env:"))
    assert ini["platformio"]["default_envs"] == environment.removeprefix("env:") == ini[environment]["board"]
    assert ini[environment]["framework"] == "arduino" and "-O2" in ini[environment]["build_flags"]
    library = json.loads(text(made, "lib/edgeflow/library.json"))
    assert library["version"] == "1.2.3" and library["build"]["srcDir"] == "src"


@pytest.mark.parametrize("board", [board for board, framework in PROJECTS if framework == "esp-idf"])
def test_partitions_lie_on_their_boundaries_and_within_four_megabytes(board: str) -> None:
    made = project(board, "esp-idf", HOSTILE)
    lines = [line for line in text(made, "partitions.csv").splitlines() if not line.startswith("#")]
    rows = {row[0].strip(): [cell.strip() for cell in row] for row in csv.reader(lines)}
    end = 0x9000
    for name in ("nvs", "phy_init", "factory", "slots"):
        offset = int(rows[name][3] or str(end), 0)
        assert offset >= end and offset % (0x10000 if rows[name][1] == "app" else 0x1000) == 0
        end = offset + int(rows[name][4], 0)
    assert end <= 4 * 1024 * 1024 and int(rows["slots"][4]) == made.context.slots_bytes
    config = dict(
        line.split("=", 1) for line in text(made, "sdkconfig.defaults").splitlines() if line[:1] not in ("#", "")
    )
    assert config["CONFIG_IDF_TARGET"] == f'"{made.context.vendor_board}"' and config["CONFIG_ESP_TASK_WDT_EN"] == "n"
    manifest = [line for line in text(made, "components/edgeflow/idf_component.yml").splitlines() if line[:1] != "#"]
    assert manifest[0] == 'version: "1.2.3"' and all(re.fullmatch(r" *[a-z_]+: ?.*", line) for line in manifest)


@pytest.mark.parametrize("board", [board for board, framework in PROJECTS if framework == "zephyr"])
def test_kconfig_options_of_a_zephyr_project_are_lines_of_name_and_value(board: str) -> None:
    made = project(board, "zephyr", HOSTILE)
    lines = [line for line in text(made, "prj.conf").splitlines() if line and line[:1] != "#"]
    assert lines and all(re.fullmatch(r"CONFIG_[A-Z0-9_]+=(y|n|\d+)", line) for line in lines)
    assert ("CONFIG_FPU=y" in lines) == (find_board(board).target in ("cortex-m4", "cortex-m7", "cortex-m33"))
    assert 'source "Kconfig.zephyr"' in text(made, "Kconfig")


@pytest.mark.parametrize("name", RUNNERS)
def test_the_generated_files_of_a_runner_project_are_the_golden_ones(name: str) -> None:
    golden = TESTS / "golden/runner" / name
    found = runner_files(name)
    lie_there = {p.relative_to(golden).as_posix(): p.read_bytes() for p in golden.rglob("*") if p.is_file()}
    assert found == lie_there, "changed: look at the difference, then run python tests/generate/regenerate.py"


def test_a_model_that_the_runtime_does_not_run_is_refused_with_all_reasons() -> None:
    board = find_board("pico")
    model = load_model(SINE)
    operators = tuple(replace(operator, builtin_code=200) for operator in model.main.operators)
    broken = replace(model, subgraphs=(replace(model.main, operators=operators),))
    with pytest.raises(ModelError) as refused:
        runner_project(board, find_target(board.target), "1", None, broken)
    assert len(refused.value.reasons) == len(operators) and refused.value.exit_code == 1


@pytest.mark.parametrize("board", ["raspberry-pi-5", "mps2-an386"])
def test_a_board_without_a_framework_is_refused(board: str) -> None:
    with pytest.raises(UsageError):
        runner_project(find_board(board), find_target(find_board(board).target), "1", None, None)


def test_the_command_line_writes_says_and_writes_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main(["generate", *words])
        out, err = capfd.readouterr()
        return int(stop.value.code or 0), out, err

    status, out, _ = run("--runner", "--board", "pico", "-o", "p", "--json")
    answer = json.loads(out)
    check_answer(answer)
    assert status == 0 and answer["slots"] == "flash" and answer["model"] is None
    assert {Path(file["path"]).name for file in answer["files"]} >= {"main.c", "CMakeLists.txt"}
    assert run("--runner", "--board", "pico", "-o", "p")[0] == 0  # over its own files
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/main.c").write_text("int main(void) { return 0; }\n")
    assert run("--runner", "--board", "pico", "-o", "mine")[0] == 2
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["main.c"]
    big = str(TESTS / "data/ad01_float32.tflite")
    status, _, err = run(big, "--runner", "--board", "nano33ble", "-o", "n")
    assert status == 0 and "warning: the model has" in err
    for words in (
        ["--board", "pico"],
        ["--runner"],
        ["--runner", "--board", "pico", "--aot"],
        ["--runner", "--board", "nope"],
    ):
        status, out, err = run(*words, "-o", "q")
        assert status == 2 and len(err.strip().splitlines()) == 2 and not Path("q").exists()
