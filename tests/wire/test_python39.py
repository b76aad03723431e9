"""What also runs inside the agent parses as Python 3.9 and imports nothing but the standard library."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AGENT = sorted((ROOT / "runtime/agent").glob("*.py"))
WIRE = [path for path in sorted((ROOT / "edgeflow/wire").glob("*.py")) if path.name != "gen.py"]
ALLOWED = set(sys.stdlib_module_names) | {"edgeflow", "numpy"}


@pytest.mark.parametrize("path", AGENT + WIRE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_parses_as_python_39(path):
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))


@pytest.mark.parametrize("path", AGENT + WIRE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_imports_only_the_standard_library_numpy_and_the_wire(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert all(alias.name.partition(".")[0] in ALLOWED for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            assert node.module.partition(".")[0] in ALLOWED
            assert not node.module.startswith("edgeflow") or node.module.startswith("edgeflow.wire")


@pytest.mark.parametrize("path", AGENT + WIRE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_unions_written_with_a_bar_are_never_evaluated(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    future = any(isinstance(n, ast.ImportFrom) and n.module == "__future__" for n in tree.body)
    assert future or not any(isinstance(n, ast.arg) and n.annotation is not None for n in ast.walk(tree))
