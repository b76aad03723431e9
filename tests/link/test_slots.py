"""Slots in flash: what a power cut between or within any two steps leaves behind."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from link_build import SANITIZE, WARNINGS, include_flags

from edgeflow.resources import runtime_dir

_SLOTS = ["ef_slots.c", "ef_frame.c", "ef_message.c", "ef_sha256.c"]


def test_a_power_cut_at_any_step_leaves_the_old_or_the_new_model(compile_link: Callable[..., Path]) -> None:
    program = compile_link("power_cut", [Path(__file__).parent / "power_cut.c", *_SLOTS], "-O1", *SANITIZE)
    done = subprocess.run([program], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[0]) > 1500


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_every_file_of_the_link_compiles_without_a_warning(compiler: str, tmp_path: Path) -> None:
    root = runtime_dir()
    files = [*(root / "link").glob("*.c"), *(root / "port").glob("*.c"), *(root / "port/posix").glob("*.c")]
    assert len(files) >= 10
    for file in files:
        own = ["-DEF_WITH_FILES=1"] if file.parent.name == "posix" else []
        command = [
            compiler,
            *WARNINGS,
            "-O2",
            *own,
            *include_flags(),
            "-c",
            str(file),
            "-o",
            str(tmp_path / "object.o"),
        ]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
