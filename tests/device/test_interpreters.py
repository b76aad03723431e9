"""Which wheels a device gets, for what it says of itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edgeflow.device.interpreters import choose
from edgeflow.device.survey import Survey
from edgeflow.errors import DeviceError

PI = Survey(
    target="raspberry-pi-4",
    board=None,
    machine="aarch64",
    model="Raspberry Pi 4 Model B",
    os="Debian GNU/Linux 12 (bookworm)",
    kernel="6.1.0",
    python="/usr/bin/python3",
    python_version="3.11.2",
    runtime=None,
    runtime_version=None,
    numpy_version=None,
    glibc="2.36",
    pointer_bits=64,
    base="/home/pi/.local/share/edgeflow",
    free_bytes=1 << 30,
    lacks=(),
)


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ({}, "ai-edge-litert==2.3.0"),
        ({"machine": "x86_64"}, "ai-edge-litert==2.3.0"),
        ({"python_version": "3.13.0"}, "ai-edge-litert==2.3.0"),
        ({"glibc": "2.26"}, "ai-edge-litert==1.4.0"),  # older than the wheels of 2.x
        ({"python_version": "3.9.2", "glibc": "2.31"}, "ai-edge-litert==1.4.0"),  # Debian 11
        ({"machine": "armv7l", "pointer_bits": 32, "numpy_version": "1.24.2"}, "tflite-runtime==2.14.0"),
        # a 64-bit kernel below 32-bit programs, as Raspberry Pi OS had it
        ({"pointer_bits": 32, "numpy_version": "1.24.2"}, "tflite-runtime==2.14.0"),
    ],
)
def test_the_wheels_follow_machine_python_and_c_library(said, first):
    wheels = choose(replace(PI, **said), "pi")
    assert wheels.requirements[0] == first and not wheels.packages


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"machine": "armv6l", "pointer_bits": 32}, "ARMv6"),
        ({"python_version": None}, "no python3"),
        ({"python_version": "3.8.10", "glibc": "2.31"}, "Python 3.8.10"),
        ({"python_version": "3.14.0"}, "Python 3.14.0"),
        ({"glibc": None}, "not glibc"),
        ({"machine": "riscv64"}, "riscv64"),
        ({"machine": "armv7l", "pointer_bits": 32, "glibc": "2.31"}, "glibc 2.31"),
    ],
)
def test_where_no_wheel_runs_the_reason_and_a_way_out_are_said(said, words):
    with pytest.raises(DeviceError) as caught:
        choose(replace(PI, **said), "pi")
    assert words in caught.value.message and caught.value.hint


def test_what_has_no_wheel_is_the_systems_to_bring_or_the_users():
    found = replace(PI, machine="armv7l", pointer_bits=32)
    assert choose(found, "pi").packages == ("python3-numpy",)
    own = choose(found, "pi", own_wheels=True)
    assert own.packages == () and own.requirements == ("tflite-runtime", "numpy<2")


def test_every_choice_of_the_table_can_be_met():
    from edgeflow.device import interpreters

    for choice in interpreters._table().choice:
        assert choice.tested and choice.wheels and choice.machines
        for machine in choice.machines:
            for python in choice.pythons:
                bits = 32 if machine == "armv7" else 64
                found = replace(PI, machine=machine, pointer_bits=bits, python_version=python, glibc=choice.glibc)
                assert choose(found, "pi").runtime == choice.runtime
