"""The examples of the documentation are what they say they are."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from edgeflow.cli import COMMANDS, cli

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"


@pytest.fixture(scope="module")
def workflow() -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text(encoding="utf-8"))
    return loaded


def test_the_workflow_has_jobs_whose_steps_each_do_one_thing(workflow: dict[Any, Any]) -> None:
    assert workflow[True] == ["pull_request"]  # YAML 1.1 reads `on` as true, GitHub does not
    for job in workflow["jobs"].values():
        assert job["runs-on"] and all(("run" in step) != ("uses" in step) for step in job["steps"])


def test_every_edgeflow_command_of_the_workflow_parses(workflow: dict[Any, Any]) -> None:
    steps = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    called = []
    for line in steps:
        words = shlex.split(line.partition(" > ")[0])
        if words[0] != "edgeflow":
            continue
        called.append(words[1])
        command = cli.get_command(cli.make_context("edgeflow", [words[1]], resilient_parsing=True), words[1])
        assert command is not None
        command.make_context(words[1], words[2:])
    assert called == ["bench", "compare", "compare", "validate"] and set(called) <= set(COMMANDS)


def test_the_example_test_uses_the_plugin_s_fixture() -> None:
    tree = ast.parse((EXAMPLES / "test_model.py").read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert len(functions) == 2
    assert all([argument.arg for argument in node.args.args] == ["assert_no_regression"] for node in functions)


def test_the_commands_of_the_page_exist() -> None:
    page = (EXAMPLES.parent / "ci.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^edgeflow (\w+)", page, re.M)) <= set(COMMANDS)
