"""What starting edgeflow may import, and what no module may need."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import edgeflow

PACKAGE = Path(edgeflow.__file__).parent
MODEL = PACKAGE.parent / "tests/data/sine_int8.tflite"
POSIX_ONLY = ("fcntl", "termios", "pty")
# runs the command line and prints what it imported beyond the standard library and the interpreter's own start
PROBE = """
import sys
before = set(sys.modules)
from edgeflow.cli import main
try:
    main(sys.argv[1:])
except SystemExit as stop:
    assert stop.code == 0, stop.code
found = {name.partition(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)
print("\\nIMPORTED", *sorted(found))
"""


def imported_by(cwd: Path, *arguments: str) -> set[str]:
    command = [sys.executable, "-c", PROBE, *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("IMPORTED")[2].split())


def named_for_posix(path: Path) -> bool:
    """`lock_posix.py`, `lock_fcntl.py`, `posix/lock.py`: files that say where they belong."""
    return bool({"posix", *POSIX_ONLY} & {word for part in (path.stem, path.parent.name) for word in part.split("_")})


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("--version",), ("convert", "--help"), ("generate", "--help"), ("metadata", "write", "--help")],
)
def test_help_imports_click_and_edgeflow_alone(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert imported_by(tmp_path, *arguments) == {"click", "edgeflow"}


def test_the_list_of_targets_imports_no_array_nor_template_library(tmp_path: Path) -> None:
    found = imported_by(tmp_path, "targets", "list")
    assert found <= {"click", "edgeflow", "msgspec", "rich", "typing_extensions"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("inspect", str(MODEL)),
        ("check", str(MODEL), "--target", "pico"),
        ("generate", str(MODEL), "--target", "pico", "-o", "out"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_tensorflow_is_never_imported_by_the_command_line(arguments: tuple[str, ...], tmp_path: Path) -> None:
    found = imported_by(tmp_path, *arguments)
    assert "click" in found
    assert not found & {"tensorflow", "keras", "tf_keras", "jax", "sklearn", "paramiko", "serial", "sqlalchemy"}


_NOT_IMPORTED = ("__main__.py", "env.py")  # Python and Alembic run these


def test_every_module_can_be_imported_where_fcntl_termios_and_pty_are_missing(tmp_path: Path) -> None:
    modules = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        if "_data" in parts or path.name in _NOT_IMPORTED or named_for_posix(path):
            continue
        modules.append(".".join(parts).removesuffix(".__init__"))
    assert "edgeflow.cli.generate" in modules
    script = f"""
import importlib, sys
sys.modules.update(dict.fromkeys({POSIX_ONLY!r}))
failed = []
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except Exception as error:
        failed.append(f"{{name}}: {{error!r}}")
sys.exit("\\n".join(failed) or 0)
"""
    command = [sys.executable, "-c", script, *modules]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr


def test_only_files_named_for_posix_mention_its_modules() -> None:
    found = []
    for path in PACKAGE.rglob("*.py"):
        if named_for_posix(path) or "_data" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [f"{path.name}:{node.lineno} {name}" for name in names if name.partition(".")[0] in POSIX_ONLY]
    assert found == []
