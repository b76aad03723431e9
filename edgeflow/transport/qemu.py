"""An emulated board: QEMU running an image that it is given, its UART as the pipe, its slots in a file."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, assert_never

from edgeflow.errors import DeviceError, LinkError, UsageError
from edgeflow.progress import Progress
from edgeflow.transport.base import Pipe
from edgeflow.transport.qemu_process import QemuProcess, find_program

_READ_BYTES = 64 * 1024
_SLOTS = "slots:"

Keeps = Literal["memory", "pflash", "semihosting"]


@dataclass(frozen=True)
class Machine:
    """What QEMU is told. `memory_bytes` is the size of the slots' file while the machine runs.

    `keeps` says how the file gets into the machine: "memory" backs its main memory, "pflash" is its second flash chip,
    "semihosting" leaves it to the runner to read and write. `slots_bytes` from its begin on are what the board's runner
    uses and the file keeps. Each instruction takes 2^`icount_shift` ns of the emulated time.
    """

    program: str
    name: str
    icount_shift: int
    memory_bytes: int
    slots_bytes: int
    keeps: Keeps = "memory"
    arguments: tuple[str, ...] = ()


class QemuTransport:
    """A board that starts with `open` and ends with `close`, which always reaps QEMU."""

    def __init__(self, machine: Machine, image: Path, memory: Path) -> None:
        """`memory` keeps the slots between sessions; it is made when it is missing."""
        self._machine, self._image, self._memory = machine, image, memory
        self._pipe: QemuPipe | None = None

    @property
    def shell(self) -> None:
        return None

    @property
    def files(self) -> QemuFiles:
        return QemuFiles(self._memory, self._machine.slots_bytes)

    def open(self) -> Pipe:
        """Switch the board on."""
        self.close()
        try:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            self._memory.touch(mode=0o600)
            os.truncate(self._memory, self._machine.memory_bytes)  # a hole, which takes no space
        except OSError as error:
            raise DeviceError(
                f"{self._memory}: {error.strerror}", "set EDGEFLOW_STATE_DIR to a folder you may write to"
            ) from None
        self._pipe = QemuPipe(command(self._machine, self._image, self._memory))
        return self._pipe

    def close(self) -> None:
        """Switch it off. Safe to call twice."""
        if self._pipe is None:
            return
        self._pipe.close()
        self._pipe = None
        with contextlib.suppress(OSError):
            if self._memory.stat().st_size > self._machine.slots_bytes:
                os.truncate(self._memory, self._machine.slots_bytes)  # the rest of the machine's memory is not kept


def command(machine: Machine, image: Path, memory: Path) -> list[str]:
    """QEMU's command line, without the UART's file descriptor. Raises ToolchainError when QEMU is missing."""
    return [
        find_program(machine.program),
        *_machine(machine, memory),
        *("-nodefaults", "-no-user-config", "-display", "none", "-monitor", "none"),
        *("-icount", f"shift={machine.icount_shift}", *machine.arguments),
        *("-bios" if machine.keeps == "pflash" else "-kernel", str(image)),
    ]


def _machine(machine: Machine, memory: Path) -> tuple[str, ...]:
    """The machine with the slots' file in it."""
    match machine.keeps:
        case "memory":
            backend = f"memory-backend-file,id=slots,size={machine.memory_bytes},share=on,mem-path={_escaped(memory)}"
            return ("-M", f"{machine.name},memory-backend=slots", "-object", backend)
        case "pflash":
            return ("-M", machine.name, "-drive", f"if=pflash,unit=1,format=raw,file={_escaped(memory)}")
        case "semihosting":
            # the runner may open files of this user; a model's bytes are checked before they are used
            given = f"enable=on,target=native,arg={_escaped(memory)}"
            return ("-M", machine.name, "-semihosting-config", given)
        case _:
            assert_never(machine.keeps)


class QemuPipe:
    """A running QEMU and the bytes of its UART."""

    def __init__(self, argv: list[str]) -> None:
        """Start `argv`; the UART is a socket pair, so that there is no path and no byte is lost before we listen."""
        self._socket, theirs = socket.socketpair()
        uart = theirs.fileno()
        try:
            self._process = QemuProcess(
                [*argv, "-chardev", f"socket,id=uart,fd={uart}", "-serial", "chardev:uart"], (uart,)
            )
        except LinkError:
            self._socket.close()
            raise
        finally:
            theirs.close()
        self._closed = False

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        if self._closed:
            raise LinkError("the board is switched off")
        self._socket.settimeout(max(0.001, timeout_s))
        try:
            data = self._socket.recv(min(max_bytes, _READ_BYTES))
        except TimeoutError:
            return b""
        except OSError:
            data = b""
        if not data:
            raise LinkError(self._process.why_ended())
        return data

    def write(self, data: bytes, timeout_s: float) -> None:
        if self._closed:
            raise LinkError("the board is switched off")
        deadline = time.monotonic() + timeout_s
        rest = memoryview(data)
        while rest:
            self._socket.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                rest = rest[self._socket.send(rest) :]
            except TimeoutError:
                raise LinkError(f"the board took no bytes for {timeout_s:g} s") from None
            except OSError:
                raise LinkError(self._process.why_ended()) from None

    def close(self) -> None:
        """Kill QEMU and wait for it. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self._socket.close()
        self._process.end()

    @property
    def pid(self) -> int:
        """The process that keeps QEMU."""
        return self._process.pid


class QemuFiles:
    """The slots' memory from outside: what is written to its file stands in the running board's memory at once."""

    def __init__(self, memory: Path, slots_bytes: int) -> None:
        self._memory, self._slots_bytes = memory, slots_bytes

    def put(self, data: bytes | Path, remote: str, *, offset: int = 0, progress: Progress) -> None:
        """Write at `slots:HEX`, the place that MODEL_BEGIN named."""
        content = data if isinstance(data, bytes) else data.read_bytes()
        place = _place(remote)
        if place is None or place < 0 or place + len(content) > self._slots_bytes:
            raise UsageError(f"{remote}: not a place in the board's slots")
        try:
            with self._memory.open("r+b") as file:
                file.seek(place + offset)
                file.write(content[offset:])
        except OSError as error:
            raise DeviceError(f"{self._memory}: {error.strerror}", "free space in the state folder") from None
        progress("upload", len(content), len(content))

    def get(self, remote: str, *, max_bytes: int) -> bytes:
        """Refused: an emulated board keeps no files."""
        raise DeviceError(f"{remote}: an emulated board has no files to read")


def _place(remote: str) -> int | None:
    if not remote.startswith(_SLOTS):
        return None
    try:
        return int(remote.removeprefix(_SLOTS), 16)
    except ValueError:
        return None


def _escaped(path: Path) -> str:
    """A comma in an option's value is written twice."""
    return str(path).replace(",", ",,")
