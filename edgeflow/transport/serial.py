"""Serial ports: found by path or USB ids, opened alone, at the fastest rate that the board answers without errors."""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from edgeflow.errors import DeviceBusyError, DeviceError, LinkError
from edgeflow.transport.address import Address
from edgeflow.transport.base import Pipe
from edgeflow.wire import frame
from edgeflow.wire.constants import Command, Status

if TYPE_CHECKING:
    import serial

_log = logging.getLogger(__name__)
RATES = (921_600, 460_800, 230_400, 115_200)  # tried in this order where the address names none
_PROBES = 3  # that many HELLOs must be answered in a row
_PROBE_S = 0.35
_READ_BYTES = 64 * 1024
_SPLIT_BYTES = 256 * 1024


@dataclass(frozen=True)
class Port:
    """A serial port of this machine; `usb` is VID:PID[:SERIAL], empty where it is no USB port."""

    path: str
    usb: str
    title: str


class SerialTransport:
    """One port, opened by `open`. It has no shell and no file channel."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._pipe: SerialPipe | None = None

    @property
    def shell(self) -> None:
        return None

    @property
    def files(self) -> None:
        return None

    def open(self) -> Pipe:
        """Open the port for us alone.

        Raises DeviceError when there is no such port or we may not use it, DeviceBusyError when another program does.
        """
        self.close()
        path = find_port(self._address, list_ports())
        if self._address.baud is not None:
            self._pipe = SerialPipe(path, self._address.baud)
        else:
            self._pipe = _at_best_rate(path)
        return self._pipe

    def close(self) -> None:
        """Give the port back. Safe to call twice."""
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None


class _Addressed(Protocol):
    @property
    def address(self) -> Address: ...


def open_serial(device: _Addressed, *, timeout_s: float, fresh: bool) -> SerialTransport:
    """`serial://`: the port is opened with the link; `timeout_s` and `fresh` are the link's and the emulators'."""
    return SerialTransport(device.address)


class SerialPipe:
    """An open port as a pipe."""

    def __init__(self, path: str, baud: int) -> None:
        self._path = path
        self._port = _open(path, baud)

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        import serial

        try:
            self._port.timeout = max(0.0, timeout_s)
            data: bytes = self._port.read(1)
            if data:
                more = min(self._port.in_waiting, max_bytes - 1, _READ_BYTES)
                data += self._port.read(more) if more else b""
            return data
        except (serial.SerialException, OSError, TypeError) as error:  # TypeError: closed while reading
            raise self._gone(error) from None

    def write(self, data: bytes, timeout_s: float) -> None:
        import serial

        try:
            self._port.write_timeout = max(0.001, timeout_s)
            self._port.write(data)
        except serial.SerialTimeoutException:
            raise LinkError(f"{self._path} took no bytes for {timeout_s:g} s", "check the flow control") from None
        except (serial.SerialException, OSError, TypeError) as error:
            raise self._gone(error) from None

    def close(self) -> None:
        """Give the port back. Safe to call twice."""
        self._port.close()

    @property
    def baud(self) -> int:
        """The rate in bits a second."""
        return int(self._port.baudrate)

    def set_baud(self, baud: int) -> None:
        """Change our side's rate and drop what was received at the other one; LinkError when the port is gone."""
        try:
            self._port.baudrate = baud
            self._port.reset_input_buffer()
        except Exception as error:  # termios.error, which other systems do not have, is no OSError
            raise self._gone(error) from None

    def _gone(self, error: BaseException) -> LinkError:
        return LinkError(f"{self._path} is gone: {_reason(error)}", "check the cable and plug the board in again")


def list_ports() -> list[Port]:
    """This machine's serial ports, by path."""
    from serial.tools import list_ports as found

    ports = []
    for port in sorted(found.comports(), key=lambda p: p.device):
        usb = ""
        if port.vid is not None:
            usb = f"{port.vid:04x}:{port.pid:04x}" + (f":{port.serial_number}" if port.serial_number else "")
        title = " ".join(filter(None, (port.manufacturer, port.product))) or (port.description or "")
        ports.append(Port(port.device, usb, "" if title == "n/a" else title))
    return ports


def find_port(address: Address, ports: Sequence[Port]) -> str:
    """The path that an address means. Raises DeviceError where USB ids name no port or several."""
    if not address.is_usb:
        return address.where
    wanted = address.where.lower()
    found = [port for port in ports if port.usb and f"{port.usb.lower()}:".startswith(f"{wanted}:")]
    if not found:
        raise DeviceError(f"no serial port has the USB ids {address.where}", _known(ports))
    if len(found) > 1:
        raise DeviceError(
            f"{len(found)} serial ports have the USB ids {address.where}",
            f"add the serial number: {', '.join(f'serial://{port.usb}' for port in found)}",
        )
    return found[0].path


def _open(path: str, baud: int) -> serial.Serial:
    import serial

    try:
        return serial.Serial(path, baud, timeout=0, exclusive=True)
    except ValueError as error:
        raise DeviceError(f"{path}: {error}", "choose another rate with ?baud=115200") from None
    except (serial.SerialException, OSError) as error:
        code = getattr(error, "errno", None)
        if code in (errno.EBUSY, errno.EAGAIN) or "xclusive" in str(error) or "Access is denied" in str(error):
            raise DeviceBusyError(f"{path} is open in another program", "close the terminal that uses it") from None
        if code == errno.EACCES:
            hint = "sudo usermod -aG dialout $USER, then log in again (the group may be uucp)"
            raise DeviceError(f"{path}: you may not use this port", hint) from None
        if code == errno.ENOENT or "FileNotFoundError" in str(error):
            raise DeviceError(f"there is no port {path}", _known(list_ports())) from None
        raise DeviceError(f"{path} cannot be opened: {_reason(error)}", _known(list_ports())) from None
    except Exception as error:  # termios.error, which other systems do not have, is no OSError: it was just unplugged
        raise DeviceError(f"{path} cannot be opened: {_reason(error)}", _known(list_ports())) from None


def _known(ports: Sequence[Port]) -> str:
    if not ports:
        return "no serial ports are there; check the cable, and whether it carries data"
    return "ports: " + ", ".join(f"{port.path}{f' ({port.usb})' if port.usb else ''}" for port in ports)


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error.args[-1] if error.args else error)


def _at_best_rate(path: str) -> SerialPipe:
    """Open at the fastest rate that answers every probe; at the slowest when none does, the board may be starting."""
    pipe = SerialPipe(path, RATES[0])
    try:
        for rate in RATES:
            if rate != pipe.baud:
                pipe.set_baud(rate)
            if all(_answers(pipe, number) for number in range(_PROBES)):
                _log.info("%s: %d bit/s", path, rate)
                return pipe
    except BaseException:
        pipe.close()
        raise
    return pipe


def _answers(pipe: SerialPipe, seq: int) -> bool:
    """Whether a HELLO comes back undamaged."""
    pipe.write(frame.encode(seq, Command.HELLO), _PROBE_S)
    splitter = frame.Splitter(_SPLIT_BYTES)
    deadline = time.monotonic() + _PROBE_S
    while (left := deadline - time.monotonic()) > 0:
        for item in splitter.feed(pipe.read(_READ_BYTES, left)):
            if isinstance(item, tuple) and item[:2] == (seq, Status.OK):
                return True
    return False
