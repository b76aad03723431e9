"""The public C interface keeps its promises, under sanitizers, on 64 and 32 bits, and builds in every configuration."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest

from edgeflow import resources
from tests.runtime.graphs import Node, graph_model, packed, tensor
from tests.runtime.host_build import WARNINGS, build, core_sources

DATA = Path(__file__).parents[1] / "data"


def custom_model() -> bytes:
    """One custom operator "Shift" with the option byte 7."""
    model = graph_model(
        [tensor((1, 9), scale=None), tensor((1, 9), scale=None)], [Node("CUSTOM", (0,), (1,))], [0], [1]
    )
    model.operatorCodes[0].customCode = "Shift"
    model.subgraphs[0].operators[0].customOptions = np.asarray([7], dtype=np.uint8)
    return packed(model)


def counting_model() -> bytes:
    """One custom operator "Count" with a variable tensor whose zero point is 3."""
    state = tensor((1, 4))
    state.isVariable = True
    state.quantization.zeroPoint = np.asarray([3], dtype=np.int64)
    model = graph_model([tensor((1, 4)), state, tensor((1, 4))], [Node("CUSTOM", (0, 1), (2,))], [0], [2])
    model.operatorCodes[0].customCode = "Count"
    return packed(model)


@pytest.mark.parametrize("kind", ["checked", "checked-m32"])
def test_an_application_can_rely_on_the_interface(kind: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    program = build("interface.c", kind, tmp_path_factory)
    models = [(DATA / f"{name}.tflite").read_bytes() for name in ("two_signatures_float32", "ad01_int8")]
    batch = b"".join(struct.pack("<I", len(model)) + model for model in [*models, custom_model(), counting_model()])
    child = subprocess.run([program], input=batch, capture_output=True, timeout=60)
    assert child.returncode == 0, child.stdout.decode() + child.stderr.decode()[-3000:]
    assert int(child.stdout) > 100


CONFIGURATIONS = [
    ("gcc", "-DEF_WITH_REASONS=0"),
    ("clang", "-DEF_WITH_FLOAT32=0", "-DEF_WITH_ADD=0"),
    ("clang", "-DEF_TFLM_FULLY_CONNECTED=1"),
    ("arm-none-eabi-gcc", "-mcpu=cortex-m0", "-mthumb"),
    ("arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"),
    ("arm-none-eabi-gcc", "-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard"),
]


@pytest.mark.parametrize("command", CONFIGURATIONS, ids=[" ".join(command[:2]) for command in CONFIGURATIONS])
def test_the_core_compiles_without_a_warning(command: tuple[str, ...], tmp_path: Path) -> None:
    """And with no build system: every C file of the folder, the folder as include path."""
    arguments = [*command, *WARNINGS, "-fsyntax-only", f"-I{resources.include_dir()}", *map(str, core_sources())]
    made = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stderr
    assert not made.stderr


def test_the_core_takes_nothing_from_libc_but_memory_functions_and_mathematics(tmp_path: Path) -> None:
    arm = ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-std=c99", "-Os", f"-I{resources.include_dir()}"]
    subprocess.run([*arm, "-c", *map(str, core_sources())], cwd=tmp_path, check=True, timeout=120)
    objects = [str(path) for path in sorted(tmp_path.glob("*.o"))]
    listed = subprocess.run(
        ["arm-none-eabi-nm", "-g", *objects], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    kinds = [line.split()[-2:] for line in listed if line and not line.endswith(":")]
    defined = {name for kind, name in kinds if kind != "U"}
    needed = {name for kind, name in kinds if kind == "U"} - defined
    memory = {"memcpy", "memmove", "memset", "memcmp"}
    mathematics = {"erfcf", "expm1f", "logf", "sqrtf", "tanhf"}  # kernels drop out with their operators
    allowed = memory | mathematics
    assert {name for name in needed if not name.startswith("__aeabi_")} <= allowed, needed
    assert not {name for kind, name in kinds if kind in "BbDdC"}, "the core has no variables"
