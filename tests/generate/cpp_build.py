"""C++ packages compiled here against the interpreter's own library."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import ai_edge_litert

LIBRARY = Path(ai_edge_litert.__file__).with_name("libLiteRt.so")
FLAGS = ["-std=c++17", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror", "-ffp-contract=off"]
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g1"]


def run(command: Sequence[str | Path], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def compile_package(
    folders: Sequence[Path], main: str, program: str, *, compiler: str = "g++", flags: Sequence[str] = ("-O0",)
) -> Path:
    """One program of the packages in `folders`, called as their folders are, and the source file `main`.

    All of it is one translation unit, which costs a third of what the packages' own build does.
    """
    first = folders[0]
    sources = [
        f'#include "{folder}/src/{file}"\n' for folder in folders for file in (f"{folder.name}.cpp", "litert.cpp")
    ]
    (first / f"{program}.cpp").write_text("".join(sources) + f'#include "{main}"\n')
    include = [f"-I{folder / name}" for folder in folders for name in ("include", "src", "test")]
    models = [folder / "src/model.S" for folder in folders if (folder / "src/model.S").exists()]
    own = ["-Wno-subobject-linkage"] if compiler == "g++" else []  # GCC takes an included source file for a header
    linked = [LIBRARY, f"-Wl,-rpath,{LIBRARY.parent}"]
    built = run([compiler, *FLAGS, *own, *flags, *include, f"{program}.cpp", *models, "-o", program, *linked], first)
    assert built.returncode == 0, built.stderr
    return first / program
