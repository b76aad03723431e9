"""Golden trees of C libraries: rendered again they are the same, and what lies there compiles."""

from __future__ import annotations

from pathlib import Path

import pytest
from c_libraries import TESTS, WARNINGS, run
from regenerate import LIBRARIES, library_files

GOLDEN = TESTS / "golden/c"
AGAIN = "changed: look at the difference, then run python tests/generate/regenerate.py"


@pytest.mark.parametrize("form", LIBRARIES)
def test_a_library_rendered_again_is_the_golden_one(form: str, tmp_path: Path) -> None:
    found = library_files(form, tmp_path / "out")
    golden = {
        path.relative_to(GOLDEN / form).as_posix(): path.read_bytes()
        for path in (GOLDEN / form).rglob("*")
        if path.is_file()
    }
    assert sorted(found) == sorted(golden), AGAIN
    for name in golden:
        assert found[name] == golden[name], f"{form}/{name} {AGAIN}"
    assert sorted(path.name for path in GOLDEN.iterdir()) == sorted(LIBRARIES)


@pytest.mark.parametrize(("form", "symbol"), [("interpreter", "two"), ("tflm", "thumbnail")])
def test_what_lies_there_compiles(form: str, symbol: str, tmp_path: Path) -> None:
    (tmp_path / "ef_names.h").write_text("/* the runtime's symbols, which grow with it, are not in the trees */\n")
    runtime = TESTS.parent / "runtime"
    sources = [str(path) for path in (GOLDEN / form / "src").glob("*.c")]
    assert len(sources) == (3 if form == "interpreter" else 2)
    include = [f"-I{tmp_path}", f"-I{GOLDEN / form / 'src'}", f"-I{runtime / 'core'}", f"-I{runtime / 'wrapper'}"]
    run(["gcc", *WARNINGS, "-fsyntax-only", *include, *sources])
    own = [f"-I{Path(__file__).parent / 'stubs/tflm'}", "-x", "c++", str(GOLDEN / form / f"src/{symbol}.hpp")]
    own += [str(path) for path in (GOLDEN / form / "src").glob("*.cpp")]
    run(["g++", "-std=c++17", "-Wall", "-Wextra", "-fsyntax-only", *include, *own])
