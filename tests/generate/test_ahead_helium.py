"""What `generate --aot` writes for a core with Helium compiles on its own, there and elsewhere."""

import shutil
import subprocess
from pathlib import Path

import pytest

from edgeflow.pipeline.generate import generate

MODEL = Path(__file__).parents[1] / "data" / "ad01_int8.tflite"
FLAGS = ("-std=c99", "-O1", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror", "-Iruntime", "-c")


@pytest.mark.parametrize(
    "compiler", [("arm-none-eabi-gcc", "-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard"), ("gcc",)], ids=lambda c: c[0]
)
def test_all_it_includes_lies_beside_it(tmp_path: Path, compiler: tuple[str, ...]) -> None:
    if shutil.which(compiler[0]) is None:
        pytest.skip(f"{compiler[0]} is not installed")
    generate(MODEL, target="cortex-m55", language="aot", output=tmp_path / "project", name="m")
    sources = sorted(path.name for path in (tmp_path / "project" / "runtime").glob("*.c"))
    assert any(name.endswith("_mve.c") for name in sources)
    command = [*compiler, *FLAGS, "m.c", *(f"runtime/{name}" for name in sources)]
    done = subprocess.run(command, cwd=tmp_path / "project", capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
