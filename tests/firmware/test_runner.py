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
# all operators of the runtime, link, slots and C library; TFLM's reference build with five operators only has 41 824
TEXT_LIMITS = {
    "mps2-an385": 66_000,
    "mps2-an386": 66_000,
    "mps2-an500": 66_000,
    "mps2-an505": 66_000,
    "mps3-an547": 66_000,
}


def _disassembly(image: Path) -> str:
    command = ["arm-none-eabi-objdump", "-d", str(image)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("board", TEXT_LIMITS)
def test_the_runner_stays_within_its_size(board: str) -> None:
    image = board_image(board)
    assert 20_000 < image.text_bytes <= TEXT_LIMITS[board]
    assert image.data_bytes <= 64 and image.bss_bytes <= 32_768
    assert "-Os" in image.flags and "-O2" in image.flags


def test_a_runner_with_the_operators_of_one_model_is_smaller_than_tflm_for_it() -> None:
    wanted = {"AVERAGE_POOL_2D", "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "RESHAPE", "SOFTMAX"}
    table = tomllib.loads((runtime_dir() / "operators.toml").read_text())
    others = {operator["name"] for operator in table["operator"]} - wanted
    options = ("EF_WITH_FLOAT32=0", *(f"EF_WITH_{name}=0" for name in sorted(others)))
    board = find_board("mps2-an386")
    image = build_runner(board, find_target(board.target), options=options)
    assert image.text_bytes <= 41_824 < board_image("mps2-an386").text_bytes  # with link and slots; TFLM without


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
        session.upload("sine", (DATA / "sine_int8.tflite").read_bytes())
        session.activate("sine")
        session.open("")
        session.write_input(0, b"\x10")
        assert len(session.invoke(max_runs=3).samples) == 3
        assert len(session.read_output(0)) == 1
