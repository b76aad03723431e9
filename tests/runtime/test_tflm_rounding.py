"""EF_TFLM_FULLY_CONNECTED=1 rounds FULLY_CONNECTED twice with a Q31 multiplier; without it LiteRT's rounding holds."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgeflow.resources import include_dir
from tests.runtime.cases_window import near_ties
from tests.runtime.host_build import HERE, core_sources
from tests.runtime.oracle import Run, run_batch
from tests.runtime.single_operator import Case
from tests.runtime.test_requantize import reference


@pytest.fixture(scope="module")
def tflm_driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("tflm") / "driver"
    sources = [*core_sources(), HERE / "driver.c"]
    flags = ["-std=c99", "-O0", "-DEF_TFLM_FULLY_CONNECTED=1", f"-I{include_dir()}"]
    subprocess.run(["gcc", *flags, *sources, "-o", program, "-lm"], check=True, timeout=120)
    return program


def rounded_twice(case: Case) -> list[int]:
    """The outputs of a FULLY_CONNECTED of zero inputs, whose sums are its biases."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(case.model, 0))
    x, weights, bias, y = model.subgraphs[0].tensors
    sums = np.frombuffer(bytes(model.buffers[bias.buffer].data), dtype=np.int32)
    outputs = []
    for channel, total in enumerate(sums):
        scales = weights.quantization.scale
        real = float(x.quantization.scale[0]) * float(scales[channel % len(scales)]) / float(y.quantization.scale[0])
        mantissa, shift = np.frexp(real)
        multiplier = int(np.floor(mantissa * 2**31 + 0.5))
        if multiplier == 2**31:
            multiplier, shift = 2**30, shift + 1
        outputs.append(max(-128, min(127, reference(int(total), multiplier, int(shift)))))
    return outputs


def test_the_option_rounds_twice_and_the_default_does_not(tflm_driver: Path, drivers: list[Path]) -> None:
    cases = list(near_ties(np.random.default_rng(8), 100, "FULLY_CONNECTED"))
    different = 0
    for case, ours, usual in zip(cases, run_batch([tflm_driver], cases), run_batch([drivers[0]], cases), strict=True):
        assert isinstance(ours, Run)
        assert isinstance(usual, Run)
        assert np.frombuffer(ours.outputs[0], dtype=np.int8).tolist() == rounded_twice(case), case.name
        different += ours.outputs != usual.outputs
    assert different > 20
