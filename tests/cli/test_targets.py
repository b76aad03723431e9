"""`edgeflow targets`: lists, details, JSON against its schema, misspelt names."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

import edgeflow.results
from edgeflow.cli import main
from edgeflow.cli.targets import command
from edgeflow.targets.registry import load_boards, load_targets

SCHEMA = json.loads((Path(edgeflow.results.__file__).parent / "schemas" / "target.schema.json").read_text())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, env={"COLUMNS": "80"}, catch_exceptions=False)


def test_the_list_names_every_target_and_board_within_80_columns():
    result = run("list")
    assert result.exit_code == 0
    for name in [*load_targets(), *load_boards()]:
        assert f" {name} " in result.output
    assert all(len(line) <= 80 for line in result.output.splitlines())


def test_the_list_can_be_narrowed_to_a_family():
    output = run("list", "--family", "linux").output
    assert "raspberry-pi-5" in output
    assert "cortex-m4" not in output
    assert run("list", "--family", "mainframe").exit_code == 2


def test_the_json_list_holds_everything_and_follows_its_schema():
    answers = json.loads(run("list", "--json").output)
    for answer in answers:
        jsonschema.validate(answer, SCHEMA)
    assert {(a["kind"], a["name"]) for a in answers} == {("target", name) for name in load_targets()} | {
        ("board", name) for name in load_boards()
    }


@pytest.mark.parametrize(("name", "kind"), [("cortex-m55", "target"), ("nucleo-l4r5zi", "board")])
def test_show_tells_what_is_known_of_one(name: str, kind: str):
    answer = json.loads(run("show", name, "--json").output)
    jsonschema.validate(answer, SCHEMA)
    assert (answer["kind"], answer["name"]) == (kind, name)
    text = run("show", name).output
    assert f"{kind:<14} {name}: " in text
    assert "source " in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_show_of_a_board_tells_its_memory_and_its_target():
    text = run("show", "nucleo-h743zi").output
    assert "512 KiB axi-sram at 0x24000000" in text
    assert "480 MHz" in text
    assert "-mcpu=cortex-m7" in text


def test_an_unknown_name_exits_2_with_two_lines(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as stop:
        main(["targets", "show", "cortex-m44"])
    assert stop.value.code == 2
    assert capsys.readouterr().err.splitlines() == [
        "edgeflow: unknown target or board 'cortex-m44'",
        "  did you mean cortex-m4 or cortex-m7 or cortex-m3? edgeflow targets list shows all targets and boards",
    ]


def test_listing_imports_nothing_heavy():
    program = (
        "import sys; from edgeflow.cli import main\n"
        "try: main(['targets', 'list'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'ai_edge_litert', 'paramiko', 'jinja2', 'sqlalchemy', 'tensorflow', 'cryptography'}\n"
        "print('heavy:', *sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "heavy:", done.stderr
