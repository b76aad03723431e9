"""The runtime compiled for this machine, once for all test processes of a run."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.runtime.oracle import NARROW, SANITIZED, build_driver


@pytest.fixture(scope="session")
def drivers(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> list[Path]:
    """The batch driver with AddressSanitizer and UBSan, and as a 32-bit program where the compiler can."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "drivers"
    folder.mkdir(exist_ok=True)
    made = [build_driver(folder, "sanitized", SANITIZED)]
    if can_build_narrow(folder):
        made.append(build_driver(folder, "narrow", NARROW))
    return made


def can_build_narrow(folder: Path) -> bool:
    """Whether gcc has 32-bit x86 libraries here."""
    source = folder / "empty.c"
    source.write_text("#include <stdlib.h>\nint main(void) { return 0; }\n")
    command = ["gcc", "-m32", str(source), "-o", str(folder / "empty")]
    return subprocess.run(command, capture_output=True, timeout=60).returncode == 0
