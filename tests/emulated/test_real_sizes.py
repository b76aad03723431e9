"""Boards with a product's own peripherals and memory, in QEMU: flash that is erased and programmed, little RAM."""

from __future__ import annotations

import functools
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from edgeflow.device.connect import connect
from edgeflow.device.emulator import board_image, load_machine, memory_file
from edgeflow.device.session import Session
from edgeflow.device.types import Device
from edgeflow.errors import DeviceStatusError, DoesNotFitError
from edgeflow.fit.fit import fit
from edgeflow.model.read import load_model
from edgeflow.pipeline.bench import bench
from edgeflow.pipeline.deploy import deploy
from edgeflow.pipeline.invoke import invoke
from edgeflow.targets.registry import find_board, find_target
from edgeflow.transport.address import parse_address
from edgeflow.transport.qemu import QemuTransport
from edgeflow.wire.constants import Side, Slots

pytestmark = pytest.mark.emulated
DATA = Path(__file__).parents[1] / "data"
SCHEMA = Path(__file__).parents[2] / "edgeflow/results/schemas/result.schema.json"
MODELS = {  # what is run there; a UART carries it
    "netduinoplus2": ("sine_int8", "kws_int8", "sine_float32"),
    "microbit": ("sine_int8", "dict_io_int8", "sine_float32"),
    "riscv-virt": ("sine_int8", "kws_int8", "sine_float32"),
}
BOARDS = tuple(MODELS)
FLASH_BYTES = {"netduinoplus2": (262_144, 786_432), "microbit": (180_224, 81_920)}  # for code, for slots
Outputs = Callable[[str, bytes], bytes]


@pytest.fixture(autouse=True)
def state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, np.ndarray]]:
    """Outputs of LiteRT's reference kernels on the seeded inputs that invoke draws."""
    here = Device("here", parse_address("local:"), base=str(tmp_path_factory.mktemp("base")))
    return functools.cache(lambda name: invoke(DATA / f"{name}.tflite", here, delegate="reference").outputs)


def _device(board: str) -> Device:
    return Device("desk", parse_address(f"qemu:{board}/real"), find_board(board).target, board)


@contextmanager
def _board(board: str) -> Iterator[Session]:
    with connect(_device(board)) as session:
        yield session


@pytest.mark.parametrize("board", BOARDS)
def test_invoke_equals_litert_and_bench_counts_the_same_each_time(board, reference):
    for name in MODELS[board]:
        there = invoke(DATA / f"{name}.tflite", _device(board))
        for output, array in reference(name).items():
            if name.endswith("int8"):
                np.testing.assert_array_equal(there.outputs[output], array, strict=True)
            else:
                np.testing.assert_allclose(there.outputs[output], array, rtol=1e-5, atol=1e-5)
        assert there.steps[0].latency_us is None
    first = bench(DATA / "sine_int8.tflite", _device(board))
    again = bench(DATA / "sine_int8.tflite", _device(board), processes=2)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(json.loads(json.dumps(first.to_json())))
    assert first.latency_us is None and first.instructions == again.instructions
    assert 3_000 < first.instructions.per_invoke < 20_000 and first.trusted
    assert first.device.board == board and first.build.toolchain
    assert 1_000 < first.memory_bytes.stack < 3_000


@pytest.mark.parametrize("board", BOARDS)
def test_a_deployed_model_outlives_the_session_a_reset_and_a_bad_successor(board):
    content = (DATA / "sine_int8.tflite").read_bytes()
    active = {"sine_int8": ("active", hashlib.sha256(content).hexdigest())}
    deploy(DATA / "sine_int8.tflite", _device(board))
    with _board(board) as session:
        assert session.hello.slots == Slots.FLASH and session.hello.board == board
        assert session.models.slots() == active
        session.restart()
        assert session.models.slots() == active
        assert session.models.upload("sine_int8", content).active  # nothing is sent again
        uploaded = session.models.upload("bad", content[:1500])
        with pytest.raises(DeviceStatusError):
            session.models.activate("bad", uploaded.release)
        assert session.models.slots() == active
    with _board(board) as session:
        session.open("sine_int8")
        session.write_input(0, b"\x10")
        assert session.invoke(max_runs=2).samples[0] > 1000


@pytest.mark.parametrize("board", BOARDS)
def test_bytes_that_arrive_during_a_run_do_not_show_in_its_count(board, tmp_path):
    transport = QemuTransport(load_machine(board), board_image(board).path, tmp_path / "memory")
    pipe = transport.open()
    stop = threading.Event()

    def chatter() -> None:
        while not stop.is_set():
            pipe.write(b"noise", 10)  # no zero: no frame ends
            stop.wait(0.001)

    try:
        with Session(lambda: pipe, name=board, peer="the board", lossy=True, reopen=False) as session:
            session.models.upload("mixed", (DATA / "mixed_int8.tflite").read_bytes())
            session.models.activate("mixed")
            session.open("")
            session.write_input(0, bytes(session.tensors(Side.INPUT, 1)[0].bytes))
            quiet = session.invoke(max_runs=4).samples
            talker = threading.Thread(target=chatter)
            talker.start()
            loud = session.invoke(max_runs=60).samples
            stop.set()
            talker.join()
            assert set(loud) == set(quiet) and len(set(quiet)) == 1, (loud, quiet)
    finally:
        stop.set()
        transport.close()


def test_a_model_too_large_for_the_microbit_is_refused_before_anything_is_touched():
    with pytest.raises(DoesNotFitError) as caught:
        deploy(DATA / "resnet8_int8.tflite", _device("microbit"))
    assert any("RAM" in reason and "16 KiB" in reason for reason in caught.value.reasons), caught.value.reasons
    assert not memory_file(_device("microbit")).exists()
    board = find_board("microbit")
    ad01 = fit(load_model(DATA / "ad01_int8.tflite"), find_target(board.target), board)
    assert ad01.fits is False and any(reason.startswith("flash") for reason in ad01.reasons)


def test_a_model_larger_than_a_slot_is_refused_by_the_board():
    with _board("microbit") as session, pytest.raises(DeviceStatusError) as caught:
        session.models.upload("kws", (DATA / "kws_int8.tflite").read_bytes())
    assert caught.value.status == "TOO_LARGE"


@pytest.mark.parametrize("board", FLASH_BYTES)
def test_image_and_slots_share_the_board_s_flash_and_static_memory_leaves_an_arena(board):
    code, slots = FLASH_BYTES[board]
    found, image = find_board(board), board_image(board)
    assert code + slots == found.flash_bytes and load_machine(board).slots_bytes == slots
    assert image.flash_bytes <= code
    with _board(board) as session:
        assert session.hello.arena_bytes + image.data_bytes + image.bss_bytes <= found.ram[0].bytes
        assert session.hello.arena_bytes >= found.ram[0].bytes // 2
