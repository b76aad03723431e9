"""What the comparisons in the documentation say is held by tests that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/compared.md"
_POINTS = "abcdefghijkl"


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in cells if len(row) == 4 and "held by" not in row]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_every_row_is_held_by_tests_that_exist(row: list[str]) -> None:
    assert all(row), "no empty cell"
    named = re.findall(r"(tests/[a-z0-9_/]+\.py)::(test_[a-z0-9_]+)", row[3])
    assert named
    for path, test in named:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert test in functions, f"{path} has no {test}"


def test_every_point_of_the_comparison_is_there() -> None:
    found = {match[1] for row in rows() if (match := re.match(r"\(([a-l])\)", row[0]))}
    assert sorted(found) == list(_POINTS)
