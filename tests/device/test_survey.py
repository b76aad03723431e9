"""What a machine says of itself is read, whatever it says."""

import pytest

from edgeflow.device.survey import survey
from edgeflow.transport.base import Completed

SAID = {
    "machine": "aarch64", "base": "/home/pi/base", "writable": "yes", "free_kib": "900000",
    "python": "/usr/bin/python3", "python_version": "3.11.2", "pointer_bits": "64", "numpy": "1.26", "litert": "2.1.0",
}  # fmt: skip


class Saying:
    def __init__(self, **said):
        self.text = "".join(f"{key}={value}\n" for key, value in {**SAID, **said}.items())

    def run(self, argv, *, timeout_s, stdin=b""):
        return Completed(0, self.text.encode(), b"")


def test_a_machine_with_everything_lacks_nothing():
    found = survey(Saying(), "pi", "~/base")
    assert (found.target, found.runtime, found.free_bytes, found.lacks) == ("linux-arm64", "litert", 900000 * 1024, ())


@pytest.mark.parametrize("version", ["three", "²", "..", "9" * 400, "3", "2.7.18"])
@pytest.mark.parametrize("number", ["²", "many", "-5"])
def test_nonsense_for_numbers_is_no_crash(version, number):
    found = survey(Saying(python_version=version, free_kib=number, pointer_bits=number), "pi", "~/base")
    assert found.free_bytes is None and found.target == "linux-arm64"
    assert bool(found.lacks) == (version != "9" * 400)
