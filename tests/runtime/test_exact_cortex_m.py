"""The runtime built for Cortex-M gives LiteRT's outputs on emulated cores: with the DSP extension, with Helium, with
neither."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from tests.runtime import (
    cases_elementwise,
    cases_int4,
    cases_int16,
    cases_layers,
    cases_lstm,
    cases_moving,
    cases_reducing,
    cases_resampling,
    cases_state,
    cases_values,
    cases_window,
)
from tests.runtime.exactness import close, compare, identical
from tests.runtime.oracle import Run, build_cortex_m_driver, qemu_command, run_batch, tflm
from tests.runtime.single_operator import Case
from tests.runtime.test_exact_int16 import INT16
from tests.runtime.test_exact_models import DATA, random_cases
from tests.runtime.test_exact_values import BINARY, UNARY

BOARDS = {
    "cortex-m4": ("mps2-an386", ["-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"]),
    "cortex-m3": ("mps2-an385", ["-mcpu=cortex-m3"]),
    "cortex-m55": (
        "mps3-an547",
        ["-mcpu=cortex-m55", "-mfloat-abi=hard", "-DTIMER=0x48000000u", "-Wl,--defsym=DATA_AT=0x60000000"],
    ),
}

# Instructions of one invoke of the models in tests/data, counted by the emulator, plus 5 % for other compilers.
INSTRUCTIONS = {
    "cortex-m4": {"ad01_int8": 521_000, "kws_int8": 4_560_000, "resnet8_int8": 15_200_000, "vww_int8": 13_300_000},
    "cortex-m3": {"ad01_int8": 985_000, "kws_int8": 15_400_000, "resnet8_int8": 49_700_000},
}
LAYERS = {  # likewise, of cases_layers: int16, float32, int8
    "cortex-m4": (
        237_000,
        684_200,
        387_300,
        253_000,
        34_000,
        316_800,
        740_400,
        506_800,
        137_800,
        24_100,
        69_300,
        98_200,
        8_100,
        47_100,
    ),
}
NS_A_TICK, NS_AN_INSTRUCTION = 40, 64  # the boards' 25 MHz timer; `-icount shift=6`


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
    for operator, (dtypes, _) in UNARY.items():
        cases += cases_values.unary(rng, 8, operator, "INT8") if "INT8" in dtypes else []
    for operator, types in BINARY.items():
        cases += cases_values.binary(rng, 8, operator, "INT8") if "INT8" in types else []
    for operator, (make, low, high) in cases_moving.MOVES.items():
        cases += cases_moving.moved(rng, 4, operator, "INT8", make, low, high)
    for operator in ("SUM", "REDUCE_MAX"):
        cases += cases_reducing.reduced(rng, 8, operator, "INT8")
    for operator in ("L2_NORMALIZATION", "LOG_SOFTMAX"):
        cases += cases_reducing.rows(rng, 8, operator, "INT8")
    return [*cases, *cases_elementwise.quantize(rng, 20, "INT8"), *cases_elementwise.quantize(rng, 20, "FLOAT32")]


def other_cases() -> list[Case]:
    """int16 activations, int4 weights, operators with a state, and what resamples."""
    rng = np.random.default_rng(12)
    cases = [case for make, _ in INT16.values() for case in make(rng, 6)]
    cases += [*cases_int4.conv(rng, 8), *cases_int4.fully_connected(rng, 8)]
    cases += [*cases_state.svdf(rng, 8, "INT8"), *cases_lstm.quantized_lstm(rng, 40, "INT8")]
    for name in ("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"):
        cases += cases_resampling.resize(rng, 6, name, "INT8")
    return [*cases, *cases_resampling.transpose_conv(rng, 10, "INT8"), *cases_resampling.batch_matmul(rng, 10, "INT8")]


pytestmark = [
    pytest.mark.emulated,
    pytest.mark.skipif(unavailable_reason() != "", reason=unavailable_reason() or "available"),
]


@pytest.fixture(scope="module", params=BOARDS)
def core(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str | Path]]:
    """A core's name and the command that runs the driver on it."""
    machine, flags = BOARDS[request.param]
    program = build_cortex_m_driver(tmp_path_factory.mktemp(request.param), flags)
    return request.param, qemu_command(machine, program)


def test_int8_outputs_are_identical_on_an_emulated_core(core: tuple[str, list[str | Path]], tmp_path: Path) -> None:
    cases = int8_cases()
    tally = compare(cases, [core[1]], tmp_path, identical)
    assert tally.compared == len(cases)


def test_other_outputs_are_identical_on_an_emulated_core(core: tuple[str, list[str | Path]], tmp_path: Path) -> None:
    cases = other_cases()
    assert compare(cases, [core[1]], tmp_path, identical).compared == len(cases)


@pytest.mark.skipif(find_spec("tflite_micro") is None, reason="tflite-micro has wheels for x86-64 Linux only")
def test_int16_lstms_are_identical_on_an_emulated_core(core: tuple[str, list[str | Path]], tmp_path: Path) -> None:
    cases = list(cases_lstm.quantized_lstm(np.random.default_rng(13), 40, "INT16"))
    assert compare(cases, [core[1]], tmp_path, identical, tflm).compared == len(cases)


def test_an_invoke_takes_no_more_instructions_than_it_did(core: tuple[str, list[str | Path]], tmp_path: Path) -> None:
    if core[0] not in INSTRUCTIONS:
        return  # its figures are those of the tuned kernels: test_exact_mve
    cases = [case for name in INSTRUCTIONS[core[0]] for case in random_cases(DATA / f"{name}.tflite", 1)]
    assert compare(cases, [core[1]], tmp_path, identical).compared == len(cases)
    for case, ours, limit in zip(cases, run_batch(core[1], cases), INSTRUCTIONS[core[0]].values(), strict=True):
        assert isinstance(ours, Run)
        taken = ours.ticks * NS_A_TICK // NS_AN_INSTRUCTION
        assert 0.5 * limit < taken <= limit, f"{case.name}: {taken} instructions"


def test_int16_windows_are_identical_on_an_emulated_core(core: tuple[str, list[str | Path]], tmp_path: Path) -> None:
    rng = np.random.default_rng(15)
    cases = [*cases_int16.conv(rng, 60), *cases_int16.conv(rng, 40, depthwise=True), *cases_layers.layers_s16()]
    tally = compare(cases, [core[1]], tmp_path, identical)
    assert tally.compared + tally.refused_by_litert == len(cases) and tally.compared >= 0.8 * len(cases)


def test_float32_outputs_are_close_on_an_emulated_core(core: tuple[str, list[str | Path]], tmp_path: Path) -> None:
    rng = np.random.default_rng(14)
    cases = [
        *cases_layers.layers_f32(),
        *cases_window.conv_float(rng, 40),
        *cases_window.fully_connected_float(rng, 40),
    ]
    cases += cases_window.conv_float(rng, 40, depthwise=True)
    assert compare(cases, [core[1]], tmp_path, close).compared >= 0.75 * len(cases)


def test_layers_take_no_more_instructions_than_they_did(core: tuple[str, list[str | Path]]) -> None:
    if core[0] not in LAYERS:
        return  # cortex-m3 has the plain kernels, cortex-m55 those of cortex-m4
    cases = [*cases_layers.layers_s16(), *cases_layers.layers_f32(), *cases_layers.layers_s8()]
    for case, ours, limit in zip(cases, run_batch(core[1], cases), LAYERS[core[0]], strict=True):
        assert isinstance(ours, Run)
        taken = ours.ticks * NS_A_TICK // NS_AN_INSTRUCTION
        assert 0.5 * limit < taken <= limit, f"{case.name}: {taken} instructions"


def test_sums_of_hostile_biases_wrap_as_in_the_portable_kernels(
    core: tuple[str, list[str | Path]], drivers: list[Path]
) -> None:
    cases = cases_layers.hostile_biases()
    for case, ours, portable in zip(cases, run_batch(core[1], cases), run_batch([drivers[0]], cases), strict=True):
        assert isinstance(ours, Run) and isinstance(portable, Run)
        assert ours.outputs == portable.outputs, case.name
