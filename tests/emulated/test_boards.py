"""Every emulated board, through its UART: built, started, loaded, run, reset. The oracle is LiteRT."""

from __future__ import annotations

import hashlib
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from edgeflow.device.connect import connect
from edgeflow.device.emulator import board_image, load_machine
from edgeflow.device.session import Session
from edgeflow.device.types import Device
from edgeflow.errors import DeviceError, DeviceStatusError
from edgeflow.transport.address import parse_address
from edgeflow.transport.qemu import QemuTransport
from edgeflow.wire.constants import FLAG_PROFILE, Command, Side, Slots

pytestmark = pytest.mark.emulated
BOARDS = ("mps2-an385", "mps2-an386", "mps2-an500", "mps2-an505", "mps3-an547")
DATA = Path(__file__).parents[1] / "data"
Outputs = Callable[[str, bytes], bytes]
Connect = Callable[..., object]


def _content(name: str) -> bytes:
    return (DATA / f"{name}.tflite").read_bytes()


@pytest.fixture(autouse=True)
def state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))


@contextmanager
def _board(board: str, name: str = "test", *, fresh: bool = False) -> Iterator[Session]:
    with connect(Device(name, parse_address(f"qemu:{board}/{name}")), fresh=fresh) as session:
        yield session


def _deploy(session: Session, name: str) -> None:
    session.models.upload(name, _content(name))
    session.models.activate(name)


def _input(session: Session, name: str, seed: int = 1) -> bytes:
    draw = np.random.default_rng(seed)
    tensor = session.tensors(Side.INPUT, 1)[0]
    if "float32" in name:
        return draw.standard_normal(tensor.bytes // 4).astype("<f4").tobytes()
    return draw.integers(0, 256, tensor.bytes, dtype=np.uint8).tobytes()


def _run(session: Session, name: str, runs: int = 1) -> tuple[bytes, bytes, tuple[int, ...]]:
    """(input, output, samples) of the active model."""
    session.open("")
    assert session.request(Command.MODEL_INFO)["slot"] == name
    data = _input(session, name)
    session.write_input(0, data)
    samples = session.invoke(max_runs=runs).samples
    return data, session.read_output(0), samples


@pytest.mark.parametrize(
    ("board", "name"),
    [
        ("mps2-an385", "sine_int8"),
        ("mps2-an386", "kws_int8"),  # the others go the same way, and QEMU's UART is slow
        ("mps2-an500", "sine_int8"),
        ("mps2-an505", "sine_int8"),
        ("mps3-an547", "sine_int8"),
    ],
)
def test_a_model_uploaded_over_the_uart_gives_the_outputs_of_litert(
    board: str, name: str, litert: Outputs, tmp_path: Path
) -> None:
    transport = QemuTransport(load_machine(board), board_image(board).path, tmp_path / "memory")
    try:
        with Session(transport.open, name=board, peer="the board", lossy=True, reopen=False) as session:
            assert session.hello.board == board and session.hello.slots == Slots.FLASH
            assert session.conditions()["ticks"] == "instructions" and session.conditions()["emulated"] == "yes"
            assert session.models.upload(name, _content(name)).sent == len(_content(name))
            session.models.activate(name)
            data, output, samples = _run(session, name, runs=3)
            assert output == litert(name, data)
            assert len(samples) == 3 and len(set(samples)) == 1  # instructions are exact
    finally:
        transport.close()


@pytest.mark.parametrize("board", BOARDS)
def test_models_int8_and_float_give_the_outputs_of_litert(board: str, litert: Outputs) -> None:
    with _board(board) as session:
        for name in (
            "sine_int8",
            "resnet8_int8",
            "ad01_int8",
            "vww_int8",
            "sine_float32",
            "kws_float32",
            "ad01_float32",
        ):
            _deploy(session, name)
            data, output, _ = _run(session, name)
            expected = litert(name, data)
            if name.endswith("int8"):
                assert output == expected, name
            else:
                np.testing.assert_allclose(
                    np.frombuffer(output, "<f4"), np.frombuffer(expected, "<f4"), rtol=1e-5, atol=1e-5, err_msg=name
                )


@pytest.mark.parametrize("board", BOARDS)
def test_two_starts_count_the_same_instructions_in_all_and_by_operator(board: str) -> None:
    found = []
    for start in range(2):
        with _board(board, f"start{start}") as session:
            _deploy(session, "resnet8_int8")
            opened = session.open("")
            session.write_input(0, _input(session, "resnet8_int8"))
            plain = session.invoke(max_runs=2, warmup=start).samples  # the line's timing differs, the count must not
            profiled = session.invoke(max_runs=2, flags=FLAG_PROFILE).samples
            profile = session.request(Command.PROFILE, first=0)["operators"]
            found.append((opened.init_ticks, plain, profiled, profile))
    assert found[0] == found[1]
    _, plain, profiled, profile = found[0]
    assert plain[0] == plain[1] > 1_000_000
    by_operator = sum(ticks for _, _, ticks, _ in profile)
    assert 0.999 * sum(profiled) < by_operator <= sum(profiled)


@pytest.mark.parametrize("board", BOARDS)
def test_bytes_that_arrive_during_a_run_do_not_show_in_its_count(board: str, tmp_path: Path) -> None:
    transport = QemuTransport(load_machine(board), board_image(board).path, tmp_path / "memory")
    pipe = transport.open()
    stop = threading.Event()

    def chatter() -> None:
        while not stop.is_set():
            pipe.write(b"noise", 10)  # no zero: no frame ends
            stop.wait(0.001)

    try:
        with Session(lambda: pipe, name=board, peer="the board", files=transport.files, reopen=False) as session:
            _deploy(session, "resnet8_int8")
            session.open("")
            quiet = session.invoke(max_runs=4).samples
            talker = threading.Thread(target=chatter)
            talker.start()
            loud = session.invoke(max_runs=20).samples
            stop.set()
            talker.join()
            assert set(loud) == set(quiet) and len(set(quiet)) == 1, (loud, quiet)
    finally:
        stop.set()
        transport.close()


@pytest.mark.parametrize("board", BOARDS)
def test_a_second_model_replaces_the_first_and_a_bad_one_does_not(board: str) -> None:
    with _board(board) as session:
        _deploy(session, "sine_int8")
        _deploy(session, "resnet8_int8")
        assert [state for state, _ in session.models.slots().values()] == ["active", "previous"]
        assert list(session.models.slots()) == ["resnet8_int8", "sine_int8"]
        _, expected, _ = _run(session, "resnet8_int8")
        for bad in (_content("sine_int8")[:1500], _content("counter_float32")):
            uploaded = session.models.upload("bad", bad)
            with pytest.raises(DeviceStatusError) as caught:
                session.models.activate("bad", uploaded.release)
            assert caught.value.status in ("BAD_MODEL", "UNSUPPORTED_OPERATOR")
            assert list(session.models.slots()) == ["resnet8_int8"]
        assert _run(session, "resnet8_int8")[1] == expected


@pytest.mark.parametrize("board", ["mps2-an386", "mps3-an547"])
def test_slots_survive_a_reset_and_the_end_of_the_session_and_fresh_drops_them(board: str) -> None:
    digest = hashlib.sha256(_content("sine_int8")).hexdigest()
    with _board(board) as session:
        _deploy(session, "sine_int8")
        session.restart()
        assert session.models.slots() == {"sine_int8": ("active", digest)}
    with _board(board) as session:
        assert session.models.slots() == {"sine_int8": ("active", digest)}
        assert session.models.upload("sine_int8", _content("sine_int8")).active
    with _board(board, "another") as session:
        assert session.models.slots() == {}
    with _board(board, fresh=True) as session:
        assert session.models.slots() == {}


def test_a_large_model_is_placed_in_memory_and_verified_there(tmp_path: Path) -> None:
    with _board("mps2-an505") as session:
        content = _content("vww_float32")
        assert len(content) > 800_000
        session.models.upload("vww", content)
        session.models.activate("vww")
        assert session.models.slots()["vww"] == ("active", hashlib.sha256(content).hexdigest())
        begun = session.request(Command.MODEL_BEGIN, slot="x", size=9, sha256=hashlib.sha256(b"123456789").digest())
        (memory,) = tmp_path.rglob("*.slots")
        with memory.open("r+b") as file:
            file.seek(int(begun["path"].removeprefix("slots:"), 16))
            file.write(b"123456780")
        with pytest.raises(DeviceStatusError) as caught:
            session.request(Command.MODEL_COMMIT)
        assert caught.value.status == "BAD_CHECKSUM"


def test_the_console_stays_empty_without_a_fault(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "edgeflow.console")
    with _board("mps2-an385") as session:
        _deploy(session, "sine_float32")
        data, output, _ = _run(session, "sine_float32")
        assert len(data) == len(output) == 4 and struct.unpack("<f", output)
    assert not caplog.records


def test_a_board_that_is_not_emulated_is_refused_with_those_that_are() -> None:
    with pytest.raises(DeviceError) as caught, _board("pico2"):
        pass
    assert "mps2-an386" in caught.value.hint


def test_qemu_never_outlives_its_session() -> None:
    transport = QemuTransport(load_machine("mps2-an386"), board_image("mps2-an386").path, Path("unused"))
    assert transport.shell is None
    with _board("mps2-an386") as session:
        keeper = session._connection._link._pipe.pid  # type: ignore[attr-defined]  # the process to look for
        children = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
        assert children
    assert not Path(f"/proc/{keeper}").exists()
    assert not any(Path(f"/proc/{child}").exists() for child in children)
