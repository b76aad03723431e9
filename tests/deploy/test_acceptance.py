"""A release that does not hold up after the switch gives way to the one before."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from edgeflow.cli import main
from edgeflow.deploy.acceptance import Acceptance
from edgeflow.device.session import Session
from edgeflow.device.types import Device
from edgeflow.errors import EdgeflowError, LinkError, UsageError
from edgeflow.pipeline.deploy import deploy
from edgeflow.transport.address import parse_address
from tests.schemas import check_answer

DATA = Path(__file__).parents[1] / "data"
FIRST, SECOND = DATA / "sine_int8.tflite", DATA / "sine_float32.tflite"


@pytest.fixture
def device(ssh_device, tmp_path):
    base = tmp_path / "base"
    base.mkdir()
    (base / "venv").symlink_to(sys.prefix)
    return Device("box", parse_address(ssh_device.address), base=str(base), target="linux-x86-64")


def active(device):
    return (Path(device.base) / "wave" / "current" / "model.tflite").read_bytes()


def test_a_release_that_meets_its_limits_stays_and_says_how_it_did(device):
    wanted = Acceptance(runs=7, p99_us=60e6, rss_bytes=4 << 30, within_s=60)
    done = deploy(FIRST, device, name="wave", acceptance=wanted)
    assert done.accepted and done.accepted.runs >= 7
    assert done.accepted.p99_us and done.accepted.rss_bytes and done.accepted.rss_bytes > 1 << 20
    assert active(device) == FIRST.read_bytes()


def test_a_release_that_misses_a_limit_or_breaks_off_is_rolled_back(device, monkeypatch):
    first = deploy(FIRST, device, name="wave")
    for wanted, words in (
        (Acceptance(p99_us=1e-6, rss_bytes=1000), "p99 .* µs, allowed are 1e-06; memory .* bytes, allowed are 1000"),
        (Acceptance(runs=1_000_000, within_s=0.2), "of 1000000 inferences within 0.2 s"),
    ):
        with pytest.raises(EdgeflowError, match=f"{words}; rolled back to {first.release}") as caught:
            deploy(SECOND, device, name="wave", acceptance=wanted)
        assert caught.value.exit_code == 1 and caught.value.hint
        assert active(device) == FIRST.read_bytes()

    invoke = Session.invoke
    for failure in (LinkError("cable pulled"), KeyboardInterrupt()):

        def broken(session, failure=failure, **plan):
            if plan.get("max_runs") == 13:
                session._connection._link.close()
                raise failure
            return invoke(session, **plan)

        monkeypatch.setattr(Session, "invoke", broken)
        with pytest.raises((EdgeflowError, KeyboardInterrupt)) as caught:
            deploy(SECOND, device, name="wave", acceptance=Acceptance(runs=13))
        assert isinstance(caught.value, KeyboardInterrupt) or "cable pulled; rolled back" in str(caught.value)
        assert active(device) == FIRST.read_bytes()
    assert deploy(SECOND, device, name="wave").action == "deployed"  # nothing was left that stands in the way


def test_a_first_release_that_misses_a_limit_does_not_stay(device):
    with pytest.raises(EdgeflowError, match="no release before: none is active now"):
        deploy(FIRST, device, name="wave", acceptance=Acceptance(p99_us=1e-6))
    folder = Path(device.base) / "wave"
    assert not (folder / "current").is_symlink() and not (folder / "previous").is_symlink()
    assert deploy(FIRST, device, name="wave").action == "deployed"
    assert active(device) == FIRST.read_bytes()


def test_the_command_line_takes_the_limits(ssh_device, device, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "devices.toml").write_text(
        f'schema = 1\n[device.box]\naddress = "{ssh_device.address}"\nbase = "{device.base}"\ntarget = "linux-x86-64"\n'
    )

    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            main(["deploy", "--device", "box", "--name", "wave", *map(str, arguments)])
        printed = capfd.readouterr()
        return stop.value.code, printed.out, printed.err

    code, out, _ = run(FIRST, "--accept-runs", 3, "--max-rss", "2G", "--json")
    assert code == 0
    answer = json.loads(out)
    check_answer(answer)
    assert answer["accepted"]["runs"] >= 3
    code, _, err = run(SECOND, "--max-rss", "1K")
    assert code == 1 and "rolled back to" in err and "Traceback" not in err
    code, out, _ = run(SECOND, "--accept-runs", 2)
    assert code == 0 and "held up for" in out


def test_an_emulated_microcontroller_has_no_time_to_be_limited(tmp_path, monkeypatch):
    from edgeflow.deploy.acceptance import check_can_accept
    from edgeflow.wire.constants import Slots

    class Hello:
        slots = Slots.FLASH

    class Opened:
        hello = Hello()

    board = Device("qemu:mps2-an386", parse_address("qemu:mps2-an386"))
    with pytest.raises(UsageError, match="no time"):
        check_can_accept(Opened(), board, Acceptance(p99_us=5.0))
    with pytest.raises(UsageError, match="no processes"):
        check_can_accept(Opened(), board, Acceptance(rss_bytes=5))
    check_can_accept(Opened(), board, Acceptance(runs=5))
