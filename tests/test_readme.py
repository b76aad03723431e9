"""What the README tells a user to type exists: commands, options, files, exit codes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from edgeflow import errors
from edgeflow.cli import COMMANDS, cli

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
TYPED = [
    line.partition(" #")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", TEXT, re.S)
    for line in block.splitlines()
]


@pytest.mark.parametrize("line", [line for line in TYPED if line.startswith("edgeflow ")])
def test_a_command_line_of_the_readme_is_understood(line: str) -> None:
    words = shlex.split(line)[1:]
    context = click.Context(cli)
    command = cli.get_command(context, words[0])
    assert command is not None
    while isinstance(command, click.Group):
        words = words[1:]
        command = command.get_command(context, words[0])
        assert command is not None
    command.make_context(words[0], words[1:])  # raises UsageError on an option that does not exist


def test_the_two_commands_stand_at_the_top_and_exist() -> None:
    assert TYPED[0] == "make demo" and TYPED[1] == "make test"
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "\ndemo:" in makefile and "\ntest:" in makefile


def test_every_command_is_in_the_table() -> None:
    table = TEXT.partition("at a glance")[2].partition("## Limits")[0]
    assert [name for name in COMMANDS if f"`{name}" not in table] == []


def test_every_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert links and [link for link in links if not (ROOT / link).exists()] == []


def test_the_exit_codes_are_those_of_the_errors() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT, re.M)}
    raised = {c.exit_code for c in vars(errors).values() if isinstance(c, type) and hasattr(c, "exit_code")}
    assert told == raised | {0, 130}


def test_make_generate_runs_every_command_that_a_generated_file_names() -> None:
    templates = (ROOT / "templates").rglob("*.j2")
    firsts = [path.read_text(encoding="utf-8").partition("\n")[0] for path in templates]
    named = {found[1] for line in firsts if (found := re.search(r"by `python -m ([\w.]+)`", line))}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert len(named) >= 2 and all(f"-m {module}\n" in makefile for module in named)
