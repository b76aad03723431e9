"""The runtime built for Cortex-M gives LiteRT's outputs on emulated cores: with the DSP extension and without."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.runtime import cases_elementwise, cases_window
from tests.runtime.exactness import compare, identical
from tests.runtime.oracle import build_cortex_m_driver, qemu_command
from tests.runtime.single_operator import Case

BOARDS = {
    "cortex-m4": ("mps2-an386", ["-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"]),
    "cortex-m3": ("mps2-an385", ["-mcpu=cortex-m3"]),
}


def unavailable_reason() -> str:
    """Why these tests cannot run here, or an empty text."""
    missing = [tool for tool in ("arm-none-eabi-gcc", "qemu-system-arm") if shutil.which(tool) is None]
    return f"{' and '.join(missing)} not installed" if missing else ""


def int8_cases() -> list[Case]:
    rng = np.random.default_rng(11)
    cases = [*cases_window.conv(rng, 120), *cases_window.conv(rng, 80, depthwise=True)]
    cases += [*cases_window.conv_grouped(rng, 30), *cases_window.fully_connected(rng, 100)]
    for operator in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
        cases += cases_window.near_ties(rng, 20, operator)
    for average in (True, False):
        cases += cases_window.pool(rng, 40, average, "INT8")
    for operator in ("ADD", "MUL"):
        cases += cases_elementwise.binary(rng, 40, operator, "INT8")
    cases += [*cases_elementwise.mean(rng, 40, "INT8"), *cases_elementwise.softmax(rng, 30, "INT8")]
    cases += [*cases_elementwise.unary(rng, 20, "LOGISTIC", "INT8"), *cases_elementwise.unary(rng, 20, "RELU6", "INT8")]
    return [*cases, *cases_elementwise.quantize(rng, 20, "INT8"), *cases_elementwise.quantize(rng, 20, "FLOAT32")]


@pytest.mark.emulated
@pytest.mark.skipif(unavailable_reason() != "", reason=unavailable_reason() or "available")
@pytest.mark.parametrize("core", BOARDS)
def test_int8_outputs_are_identical_on_an_emulated_core(core: str, tmp_path: Path) -> None:
    machine, flags = BOARDS[core]
    cases = int8_cases()
    tally = compare(cases, [qemu_command(machine, build_cortex_m_driver(tmp_path, flags))], tmp_path, identical)
    assert tally.compared == len(cases)
