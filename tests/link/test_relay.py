"""The session and the C server over a line that damages and cuts: nothing is lost, no wrong model runs."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from relay import Damage, Relay, damaged_bytes, damaged_frames

from edgeflow.device.session import Session
from edgeflow.errors import DeviceStatusError, LinkError
from edgeflow.transport.address import parse_address
from edgeflow.transport.serial import SerialTransport
from edgeflow.wire.constants import Command, Side

DATA = Path(__file__).parents[1] / "data"
NAMES = ("sine_int8", "kws_int8", "resnet8_int8")


def _session(relay: Relay, timeout_s: float = 30) -> Session:
    transport = SerialTransport(parse_address(f"serial://{relay.path}?baud=921600"))
    return Session(transport.open, name="line", peer="the runner", lossy=True, reopen=False, timeout_s=timeout_s)


def _counted(damage: Damage, hits: list[int]) -> Damage:
    def count(piece: bytes) -> bytes:
        changed = damage(piece)
        if changed != piece:
            hits.append(len(piece))
        return changed

    return count


def _run(session: Session, name: str) -> bytes:
    """Open the active model, see that it is the one meant, run it on the same bytes each time."""
    session.open("")
    assert session.request(Command.MODEL_INFO)["sha256"] == hashlib.sha256(_content(name)).digest()
    session.write_input(0, bytes(i * 37 % 251 for i in range(session.tensors(Side.INPUT, 1)[0].bytes)))
    session.invoke(max_runs=2)
    return session.read_output(0)


def _content(name: str) -> bytes:
    return (DATA / f"{name}.tflite").read_bytes()


@pytest.fixture(scope="module")
def expected(runner: Path) -> dict[str, bytes]:
    """What each model gives over an undamaged line."""
    with Relay([runner]) as relay, _session(relay) as session:
        found = {}
        for name in NAMES:
            session.models.upload(name, _content(name))
            session.models.activate(name)
            found[name] = _run(session, name)
        return found


def test_with_one_frame_in_a_hundred_damaged_every_model_arrives_and_runs(
    runner: Path, expected: dict[str, bytes]
) -> None:
    hits: list[int] = []
    damage = [_counted(damaged_frames(0.01, seed), hits) for seed in (1, 2)]
    with Relay([runner, "--payload", "300"], damage=damage) as relay, _session(relay) as session:
        for turn in range(2):
            for name in NAMES:
                assert session.models.upload(name, _content(name)).sent == len(_content(name)), turn
                session.models.activate(name)
                assert _run(session, name) == expected[name]
    assert len(hits) >= 10  # the line was as bad as it should have been


def test_with_two_bytes_in_a_thousand_damaged_blocks_shrink_until_they_pass(
    runner: Path, expected: dict[str, bytes]
) -> None:
    hits: list[int] = []
    damage = [_counted(damaged_bytes(0.002, seed), hits) for seed in (3, 4)]
    with Relay([runner, "--payload", "4096"], damage=damage) as relay, _session(relay, 60) as session:
        session.models.upload("kws_int8", _content("kws_int8"))
        session.models.activate("kws_int8")
        assert _run(session, "kws_int8") == expected["kws_int8"]
    assert len(hits) >= 40


@pytest.mark.parametrize("cut", [0, 30, 20_000, 49_000])
def test_after_a_cut_line_the_upload_goes_on_and_the_old_model_ran_on(
    runner: Path, expected: dict[str, bytes], cut: int
) -> None:
    with Relay([runner, "--payload", "1024"]) as relay:
        with _session(relay) as session:
            session.models.upload("sine_int8", _content("sine_int8"))
            session.models.activate("sine_int8")
        with _session(relay, timeout_s=0.5) as session:
            relay.cut_after(cut)
            with pytest.raises(LinkError):
                session.models.upload("kws_int8", _content("kws_int8"))
                session.models.activate("kws_int8")
        relay.mend()
        with _session(relay) as session:
            assert list(session.models.slots()) == ["sine_int8"]
            assert _run(session, "sine_int8") == expected["sine_int8"]
            sent = session.models.upload("kws_int8", _content("kws_int8")).sent
            assert sent <= len(_content("kws_int8")) - max(0, cut - 2000) * 0.95
            session.models.activate("kws_int8")
            assert _run(session, "kws_int8") == expected["kws_int8"]


def test_a_model_damaged_before_it_is_sent_is_never_active(runner: Path) -> None:
    with Relay([runner]) as relay, _session(relay) as session:
        session.models.upload("sine_int8", _content("sine_int8"))
        session.models.activate("sine_int8")
        session.request(Command.MODEL_BEGIN, slot="x", size=3, sha256=hashlib.sha256(b"abc").digest())
        session.request(Command.MODEL_CHUNK, offset=0, data=b"abd")
        with pytest.raises(DeviceStatusError):
            session.request(Command.MODEL_COMMIT)
        with pytest.raises(DeviceStatusError):
            session.models.activate("x")
        assert list(session.models.slots()) == ["sine_int8"]
