"""The link's server on slots in flash: what is there outlives the runner, and what is damaged is never run."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from edgeflow.errors import DeviceStatusError
from edgeflow.wire.constants import Command, Slots
from tests.link.serving import StartSession, deploy, model, refusal


def test_slots_in_flash_outlive_the_runner_and_an_upload_goes_on(start_session: StartSession, tmp_path: Path) -> None:
    flash = ("--flash", str(tmp_path / "flash"), "--slots", str(1 << 20))
    session = start_session(*flash)
    assert session.hello.slots == Slots.FLASH
    deploy(session, "sine_int8")
    content = model("vww_int8")
    begun = {"slot": "vww", "size": len(content), "sha256": hashlib.sha256(content).digest()}
    session.request(Command.MODEL_BEGIN, **begun)
    for offset in range(0, 100_000, 4000):
        session.request(Command.MODEL_CHUNK, offset=offset, data=content[offset : offset + 4000])
    session.close()
    session = start_session(*flash)
    assert list(session.models.slots()) == ["sine_int8"]
    offset = session.request(Command.MODEL_BEGIN, **begun)["offset"]
    assert 50_000 < offset <= 100_000
    assert session.models.upload("vww", content).sent == len(content) - offset
    session.models.activate("vww")
    session.close()
    session = start_session(*flash)
    assert [(name, state) for name, (state, _) in session.models.slots().items()] == [
        ("vww", "active"),
        ("sine_int8", "previous"),
    ]
    session.open("")


def _damage(flash: Path, name: str, at: int = 1000) -> None:
    """Clear or set a bit of a model that lies in flash."""
    content = model(name)
    with flash.open("r+b") as file:
        begins = file.read().index(content[:200])
        file.seek(begins + at)
        file.write(bytes([content[at] ^ 4]))


def test_a_model_damaged_in_flash_is_not_run_and_is_sent_anew(start_session: StartSession, tmp_path: Path) -> None:
    flash = tmp_path / "flash"
    session = start_session("--flash", str(flash), "--slots", str(1 << 20))
    deploy(session, "sine_int8")
    _damage(flash, "sine_int8")
    for started in (session, start_session("--flash", str(flash), "--slots", str(1 << 20))):
        with pytest.raises(DeviceStatusError) as caught:
            started.open("")
        assert caught.value.status == "BAD_CHECKSUM"
    uploaded = session.models.upload("sine_int8", model("sine_int8"))
    assert not uploaded.active and uploaded.sent == len(model("sine_int8"))
    session.models.activate("sine_int8", uploaded.release)
    session.open("")


def test_where_the_active_model_is_damaged_the_one_before_it_is_active_again(
    start_session: StartSession, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    flash = tmp_path / "flash"
    session = start_session("--flash", str(flash), "--slots", str(1 << 20))
    first, _ = deploy(session, "sine_int8"), deploy(session, "kws_int8")
    _damage(flash, "kws_int8")
    with caplog.at_level("INFO", "edgeflow.console"):
        session.open("")
    assert session.request(Command.MODEL_INFO)["slot"] == "sine_int8"
    assert "active model damaged; back to the one before" in caplog.text
    restarted = start_session("--flash", str(flash), "--slots", str(1 << 20))
    states = {name: state for name, (state, _) in restarted.models.slots().items()}
    assert states == {"sine_int8": "active", "kws_int8": "previous"}
    assert refusal(restarted, Command.MODEL_ACTIVATE, slot="kws_int8", release="").status == "BAD_CHECKSUM"
    second = deploy(restarted, "kws_int8")
    assert restarted.models.activate("sine_int8", first) == (first, second)


def test_a_model_damaged_before_it_is_active_leaves_the_first_active(
    start_session: StartSession, tmp_path: Path
) -> None:
    flash = tmp_path / "flash"
    session = start_session("--flash", str(flash), "--slots", str(1 << 20))
    deploy(session, "sine_int8")
    uploaded = session.models.upload("kws_int8", model("kws_int8"))
    _damage(flash, "kws_int8")
    with pytest.raises(DeviceStatusError) as caught:
        session.models.activate("kws_int8", uploaded.release)
    assert caught.value.status == "BAD_CHECKSUM"
    assert list(session.models.slots()) == ["sine_int8"]
    deploy(session, "kws_int8")
    session.open("")
    assert session.request(Command.MODEL_INFO)["slot"] == "kws_int8"


def test_a_step_of_the_flash_that_fails_is_done_anew_with_its_sector(
    start_session: StartSession, tmp_path: Path
) -> None:
    flash, content = tmp_path / "flash", model("kws_int8") + bytes(3)  # commit fills the last granule up
    session = start_session("--flash", str(flash), "--slots", str(1 << 20))
    begun = {"slot": "kws", "size": len(content), "sha256": hashlib.sha256(content).digest()}

    def send(end: int) -> None:
        while (offset := session.request(Command.MODEL_BEGIN, **begun)["offset"]) < end:
            session.request(Command.MODEL_CHUNK, offset=offset, data=content[offset : min(end, offset + 3000)])

    def spoil(at: int) -> None:
        with flash.open("r+b") as file:
            begins = file.read().index(content[:200])
            file.seek(begins + at)
            file.write(bytes(8))  # bits that only an erase sets again

    send(5600)
    spoil(5600)
    failed = refusal(session, Command.MODEL_CHUNK, offset=5600, data=content[5600:6000])
    assert failed.status == "IO_ERROR"
    assert session.request(Command.MODEL_BEGIN, **begun)["offset"] == 4096
    send(len(content))
    spoil(len(content) - len(content) % 8)
    assert refusal(session, Command.MODEL_COMMIT).status == "IO_ERROR"
    deploy(session, "kws", content)
    session.open("")
