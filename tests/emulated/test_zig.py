"""An emulated board whose runner the package ziglang built, where no GCC is to be found."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from edgeflow.device.types import Device
from edgeflow.pipeline.bench import bench
from edgeflow.pipeline.invoke import invoke
from edgeflow.transport.address import parse_address

pytestmark = pytest.mark.emulated
DATA = Path(__file__).parents[1] / "data"
BOARD = Device("desk", parse_address("qemu:mps2-an386/zig"), "cortex-m4", "mps2-an386")


@pytest.fixture
def without_gcc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sh", "qemu-system-arm"):
        (programs / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))


@pytest.mark.timeout(1500)  # a whole runner with zig, on a machine that does other things too
def test_invoke_equals_litert_and_the_result_names_the_compiler(without_gcc: None, tmp_path: Path) -> None:
    here = Device("here", parse_address("local:"), base=str(tmp_path / "base"))
    for name in ("sine_int8", "kws_int8", "kws_float32"):
        there, reference = (
            invoke(DATA / f"{name}.tflite", BOARD),
            invoke(DATA / f"{name}.tflite", here, delegate="reference"),
        )
        for output, array in reference.outputs.items():
            if name.endswith("int8"):
                np.testing.assert_array_equal(there.outputs[output], array, strict=True)
            else:
                np.testing.assert_allclose(there.outputs[output], array, rtol=1e-5, atol=1e-5)
    result = bench(DATA / "sine_int8.tflite", BOARD)
    assert result.build is not None and result.build.toolchain.startswith("zig 0.")
    assert "-mcpu=cortex_m4" in result.build.flags
    assert result.instructions is not None and 3_000 < result.instructions.per_invoke < 10_000
