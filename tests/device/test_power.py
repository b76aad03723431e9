"""A device's power command: run without a shell, and its failures told."""

from __future__ import annotations

import sys

import pytest

from edgeflow.device.power import run_power_command
from edgeflow.device.types import Device
from edgeflow.errors import DeviceError, UsageError
from edgeflow.transport.address import parse_address


def device(power):
    return Device("pi", parse_address("ssh://pi@192.0.2.1"), power=power)


def test_it_runs_with_its_words_and_no_shell(tmp_path):
    sink = tmp_path / "sink"
    program = f"{sys.executable} -c 'import sys; open(sys.argv[1], \"w\").write(sys.argv[2])' {sink}"
    assert run_power_command(device(f"{program} '$(id); a > b'")).startswith(sys.executable)
    assert sink.read_text() == "$(id); a > b"


@pytest.mark.parametrize(
    ("power", "kind", "words"),
    [
        (None, UsageError, "no power command"),
        ("", UsageError, "no power command"),
        ("  ", UsageError, "empty"),
        ("uhubctl 'open", UsageError, "quotation"),
        ("/no/such/program", DeviceError, "No such file"),
        (f"{sys.executable} -c 'import sys; sys.exit(\"hub not found\")'", DeviceError, "status 1: hub not found"),
    ],
)
def test_what_does_not_work_is_told(power, kind, words):
    with pytest.raises(kind, match=words) as caught:
        run_power_command(device(power))
    assert caught.value.hint
