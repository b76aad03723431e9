"""Serial ports, played by pseudo-terminals."""

from __future__ import annotations

import contextlib
import errno
import os
import pty
import termios
import threading
import tty
from collections.abc import Iterator

import pytest
import serial

from edgeflow.errors import DeviceBusyError, DeviceError, EdgeflowError, LinkError
from edgeflow.transport.address import parse_address
from edgeflow.transport.serial import Port, SerialTransport, find_port
from edgeflow.wire import frame
from edgeflow.wire.constants import Command, Status

PORTS = [
    Port("/dev/ttyACM0", "2e8a:000a:E660", "Pico"),
    Port("/dev/ttyACM1", "2e8a:000a:E661", "Pico"),
    Port("/dev/ttyACM2", "0483:374b:066F", "ST-Link"),
    Port("/dev/ttyS0", "", ""),
]


class Terminal:
    """A pseudo-terminal: `path` is the port, `end` what the board holds."""

    def __init__(self) -> None:
        self.end, self._port = pty.openpty()
        tty.setraw(self._port)
        self.path = os.ttyname(self._port)

    @property
    def baud(self) -> int:
        return termios.tcgetattr(self._port)[4]

    def close(self) -> None:
        for end in (self.end, self._port):
            with contextlib.suppress(OSError):
                os.close(end)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    found = Terminal()
    yield found
    found.close()


def _transport(terminal: Terminal, baud: str = "?baud=115200") -> SerialTransport:
    return SerialTransport(parse_address(f"serial://{terminal.path}{baud}"))


def test_bytes_go_both_ways_and_silence_ends_at_the_deadline(terminal: Terminal) -> None:
    transport = _transport(terminal)
    pipe = transport.open()
    pipe.write(bytes(range(256)), 1)
    assert os.read(terminal.end, 1000) == bytes(range(256))
    assert pipe.read(100, 0.01) == b""
    os.write(terminal.end, b"\0\xff\r\n\x11\x13")
    assert pipe.read(100, 1) == b"\0\xff\r\n\x11\x13"
    os.write(terminal.end, b"abcdef")
    assert pipe.read(4, 1) == b"abcd" and pipe.read(4, 1) == b"ef"
    transport.close()
    transport.close()
    assert transport.shell is None and transport.files is None


def test_a_board_that_reads_nothing_is_told_at_the_deadline(terminal: Terminal) -> None:
    transport = _transport(terminal)
    pipe = transport.open()
    with pytest.raises(LinkError, match="took no bytes"):
        pipe.write(bytes(1 << 20), 0.05)
    transport.close()


def test_an_unplugged_board_ends_the_link(terminal: Terminal) -> None:
    transport = _transport(terminal)
    pipe = transport.open()
    terminal.close()
    with pytest.raises(LinkError) as caught:
        pipe.read(10, 1)
    assert terminal.path in caught.value.message and "plug" in caught.value.hint
    transport.close()


def test_a_port_has_one_user_at_a_time(terminal: Terminal) -> None:
    first, second = _transport(terminal), _transport(terminal)
    first.open()
    with pytest.raises(DeviceBusyError) as caught:
        second.open()
    assert caught.value.exit_code == 6
    first.close()
    second.open()
    second.close()


def test_a_missing_port_lists_those_that_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeflow.transport.serial.list_ports", lambda: PORTS)
    with pytest.raises(DeviceError) as caught:
        SerialTransport(parse_address("serial:///dev/no-such-port?baud=115200")).open()
    assert caught.value.exit_code == 5 and "/dev/no-such-port" in caught.value.message
    assert "/dev/ttyACM0 (2e8a:000a:E660)" in caught.value.hint


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (errno.EACCES, DeviceError, "dialout"),
        (errno.EBUSY, DeviceBusyError, "terminal"),
        (errno.EIO, DeviceError, "ports:"),
    ],
)
def test_why_a_port_does_not_open_is_said_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, code: int, kind: type[EdgeflowError], words: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise serial.SerialException(code, os.strerror(code))

    monkeypatch.setattr(serial, "Serial", refuse)
    monkeypatch.setattr("edgeflow.transport.serial.list_ports", lambda: PORTS)
    with pytest.raises(kind) as caught:
        SerialTransport(parse_address("serial:///dev/ttyACM0?baud=115200")).open()
    assert words in caught.value.hint


def test_usb_ids_name_a_port_alone_or_with_the_serial_number() -> None:
    assert find_port(parse_address("serial://0483:374b"), PORTS) == "/dev/ttyACM2"
    assert find_port(parse_address("serial://0483:374B:066f"), PORTS) == "/dev/ttyACM2"
    assert find_port(parse_address("serial://2e8a:000a:E661"), PORTS) == "/dev/ttyACM1"
    assert find_port(parse_address("serial:///dev/ttyS9"), PORTS) == "/dev/ttyS9"
    with pytest.raises(DeviceError) as caught:
        find_port(parse_address("serial://2e8a:000a"), PORTS)
    assert "serial://2e8a:000a:E660, serial://2e8a:000a:E661" in caught.value.hint
    for absent in ("serial://1234:5678", "serial://2e8a:000a:E66"):
        with pytest.raises(DeviceError) as caught:
            find_port(parse_address(absent), PORTS)
        assert "/dev/ttyACM2 (0483:374b:066F)" in caught.value.hint


def _board(terminal: Terminal, fastest: int, probes: list[int]) -> threading.Thread:
    """Answers HELLO where the rate is right, and damages it above `fastest`."""

    def answer() -> None:
        splitter = frame.Splitter(1 << 16)
        with contextlib.suppress(OSError):
            while data := os.read(terminal.end, 4096):
                for item in splitter.feed(data):
                    if not isinstance(item, tuple) or item[1] != Command.HELLO:
                        continue
                    rate = _RATES[terminal.baud]
                    probes.append(rate)
                    reply = bytearray(frame.encode(item[0], Status.OK, b"hello"))
                    if rate > fastest and len(probes) % 2 == 0:
                        reply[3] ^= 1
                    os.write(terminal.end, reply)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    return thread


_RATES = {
    termios.B921600: 921_600,
    termios.B460800: 460_800,
    termios.B230400: 230_400,
    termios.B115200: 115_200,
    termios.B9600: 9600,
}


@pytest.mark.parametrize("fastest", [921_600, 230_400])
def test_without_a_rate_the_fastest_without_errors_is_taken(terminal: Terminal, fastest: int) -> None:
    probes: list[int] = []
    thread = _board(terminal, fastest, probes)
    transport = _transport(terminal, baud="")
    pipe = transport.open()
    assert _RATES[terminal.baud] == fastest == getattr(pipe, "baud", None)
    assert probes[-3:] == [fastest] * 3
    transport.close()
    terminal.close()
    thread.join(5)


@pytest.mark.parametrize("when", ["reset_input_buffer", "open"])
def test_a_port_that_goes_while_its_rate_is_sought_is_told_as_gone(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    def vanish(*_: object) -> None:
        raise termios.error(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(serial.Serial, when, vanish)
    with pytest.raises(DeviceError) as caught:  # LinkError is one
        _transport(terminal, baud="").open()
    assert terminal.path in caught.value.message and caught.value.exit_code == 5


def test_a_given_rate_is_taken_as_it_is(terminal: Terminal) -> None:
    transport = _transport(terminal, baud="?baud=9600")
    transport.open()
    assert _RATES[terminal.baud] == 9600
    transport.close()
