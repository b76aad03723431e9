"""The runners as built: sizes, instruction sets, self-sufficiency."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from edgeflow.device.emulator import board_image
from edgeflow.device.session import Session
from edgeflow.errors import ToolchainError
from edgeflow.firmware.image import Image
from edgeflow.firmware.runner import build_posix_runner, build_runner
from edgeflow.resources import runtime_dir
from edgeflow.targets.registry import find_board, find_target
from edgeflow.transport.local import ProcessPipe

DATA = Path(__file__).parents[1] / "data"
# of the DSP extension, which a Cortex-M3 does not have
DSP = re.compile(
    r"\t(smla[bt][bt]|smul[bt][bt]|sml[as]l?dx?|smu[as]dx?|smlal[bt][bt]|smla?w[bt]|smm(ul|la|ls)r?|umaal|"
    r"[su]xta?b16|[su]xta[bh]|pkh(bt|tb)|q(d?add|d?sub)(8|16)?|[su]sat16|[suq]h?(add|sub)(8|16)|[su]h?(asx|sax)|"
    r"usada?8|sel)\b"
)
BOARDS = ("mps2-an385", "mps2-an386", "mps2-an500", "mps2-an505", "mps3-an547")
KWS = {"AVERAGE_POOL_2D", "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "RESHAPE", "SOFTMAX"}
TFLM_KWS_BYTES = 41_824  # text of TensorFlow Lite Micro's reference build for kws on a Cortex-M4, without a link
TFLM_KWS_FAST_BYTES = 53_888  # the same with CMSIS-NN
COMMON = KWS | {"ADD", "MUL", "MAX_POOL_2D", "MEAN", "PAD", "CONCATENATION", "LOGISTIC", "RELU", "RELU6"}
COMMON |= {"QUANTIZE", "DEQUANTIZE"}


def _with_operators(board: str, wanted: set[str], *options: str) -> Image:
    """The runner with these operators only."""
    table = tomllib.loads((runtime_dir() / "operators.toml").read_text())
    others = sorted({operator["name"] for operator in table["operator"]} - wanted)
    found = find_board(board)
    options = (*options, *(f"EF_WITH_{name}=0" for name in others))
    return build_runner(found, find_target(found.target), options=options)


def _disassembly(image: Path) -> str:
    command = ["arm-none-eabi-objdump", "-d", str(image)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("board", BOARDS)
def test_a_runner_has_few_variables_and_is_built_for_size_and_speed(board: str) -> None:
    image = board_image(board)
    assert image.data_bytes <= 128  # newlib keeps 104 for the errno of its mathematics
    assert image.bss_bytes <= 32_768
    assert "-Os" in image.flags and "-O2" in image.flags


# without the loops for the DSP extension and without plans that models bring along, which buy speed with text
PLAIN = ("EF_WITH_INT16=0", "EF_WITH_DSP=0", "EF_WITH_PLAN_ENTRY=0")


@pytest.mark.parametrize(("board", "limit"), [("mps2-an385", 65_536), ("mps2-an386", 64_000), ("mps3-an547", 64_000)])
def test_a_runner_with_the_common_operators_int8_and_float_stays_within_its_size(board: str, limit: int) -> None:
    assert 20_000 < _with_operators(board, COMMON, *PLAIN).text_bytes <= limit
    alone = _with_operators(board, COMMON, "EF_WITH_INT16=0", "EF_WITH_STREAMING=0").text_bytes
    assert alone <= 74_000  # 2.3 KB of it the loops of MUL, MEAN and SOFTMAX for the DSP extension, and of FMA
    assert _with_operators(board, COMMON, "EF_WITH_INT16=0").text_bytes <= alone + 4_000  # what runs by rows


def test_a_runner_for_one_model_is_smaller_than_tflm_for_it() -> None:
    plain = _with_operators("mps2-an386", KWS, "EF_WITH_FLOAT32=0", *PLAIN)
    fast = _with_operators("mps2-an386", KWS, "EF_WITH_FLOAT32=0", "EF_WITH_INT16=0")
    assert plain.text_bytes < TFLM_KWS_BYTES
    assert plain.text_bytes < fast.text_bytes < TFLM_KWS_FAST_BYTES


def test_the_cortex_m3_runner_has_no_dsp_instruction_and_the_cortex_m4_runner_has() -> None:
    assert DSP.search(_disassembly(board_image("mps2-an386").path))  # the pattern finds what it is to find
    found = DSP.search(_disassembly(board_image("mps2-an385").path))
    assert found is None, found


@pytest.mark.parametrize("board", ["mps2-an385", "mps3-an547"])
def test_the_runner_has_no_heap_and_no_files(board: str) -> None:
    command = ["arm-none-eabi-nm", str(board_image(board).path)]
    names = {line.split()[-1] for line in subprocess.run(command, capture_output=True, text=True).stdout.splitlines()}
    assert "main_run" in names
    assert not names & {"malloc", "_malloc_r", "free", "_sbrk", "printf", "_printf_r", "fopen", "_write"}


def test_a_board_without_a_runner_says_so() -> None:
    board = find_board("pico2")
    with pytest.raises(ToolchainError) as caught:
        build_runner(board, find_target(board.target))
    assert caught.value.exit_code == 7


@pytest.mark.timeout(1500)  # the first build with zig makes its C library
def test_a_static_runner_needs_nothing_but_the_kernel() -> None:
    image = build_posix_runner(zig_target="x86_64-linux-musl")
    content = image.path.read_bytes()
    assert content[:4] == b"\x7fELF" and b"ld-linux" not in content and b"ld-musl" not in content
    pipe = ProcessPipe(["/usr/bin/env", "-i", str(image.path)])
    with Session(lambda: pipe, name="static", peer="the runner", reopen=False) as session:
        session.models.upload("sine", (DATA / "sine_int8.tflite").read_bytes())
        session.models.activate("sine")
        session.open("")
        session.write_input(0, b"\x10")
        assert len(session.invoke(max_runs=3).samples) == 3
        assert len(session.read_output(0)) == 1
