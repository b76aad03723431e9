"""Compiling the link's C by itself, every warning an error."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from edgeflow.resources import runtime_dir

WARNINGS = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror")
SANITIZE = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def include_flags() -> list[str]:
    """The folders of the runtime's headers."""
    return [f"-I{runtime_dir() / folder}" for folder in ("core", "link", "port")]


def build_link(made: Path, files: Sequence[Path | str], *flags: str, compiler: str = "gcc") -> Path:
    """Compile `files`, those of runtime/link by name, to `made`."""
    sources = [str(runtime_dir() / "link" / file) if isinstance(file, str) else str(file) for file in files]
    subprocess.run([compiler, *WARNINGS, *flags, *include_flags(), *sources, "-o", str(made)], check=True)
    return made
