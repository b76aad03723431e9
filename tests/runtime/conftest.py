"""The runtime compiled for this machine, once for all test processes of a run."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.runtime import host_build


@pytest.fixture(scope="session")
def drivers(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The batch driver with AddressSanitizer and UBSan, and as a 32-bit program where the compiler can."""
    made = [host_build.build("driver.c", "checked", tmp_path_factory)]
    if can_build_narrow(tmp_path_factory.mktemp("narrow")):
        made.append(host_build.build("driver.c", "plain-m32", tmp_path_factory))
    return made


def can_build_narrow(folder: Path) -> bool:
    """Whether gcc has 32-bit x86 libraries here."""
    source = folder / "empty.c"
    source.write_text("#include <stdlib.h>\nint main(void) { return 0; }\n")
    command = ["gcc", "-m32", str(source), "-o", str(folder / "empty")]
    return subprocess.run(command, capture_output=True, timeout=60).returncode == 0
