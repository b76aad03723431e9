"""An emulated microcontroller that a fault can reset, switch off or kill."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from edgeflow.device.emulator import memory_file
from edgeflow.device.types import Device
from edgeflow.transport import qemu
from edgeflow.transport.address import parse_address
from tests.faults.matrix import Fault

_WAIT_S = 5.0


class EmulatedBoard:
    """`qemu:BOARD/NAME`, with QEMU's machine protocol beside its UART. A context manager."""

    def __init__(self, board: str, folder: Path) -> None:
        self.device = Device(
            "board", parse_address(f"qemu:{board}/{folder.parent.name[-30:]}.{folder.name}"), board=board
        )
        self.flash = memory_file(self.device)
        self.struck = threading.Event()
        self._qmp = folder / "qmp"
        self._patch = pytest.MonkeyPatch()

    def __enter__(self) -> EmulatedBoard:
        original = qemu.command

        def command(*given: Any) -> list[str]:
            return [*original(*given), "-qmp", f"unix:{self._qmp},server=on,wait=off"]

        self._patch.setattr(qemu, "command", command)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._patch.undo()
        if kind is None:
            self._killed()
        self.flash.unlink(missing_ok=True)

    def act(self, fault: Fault) -> None:
        match fault.kind.removeprefix("emulated: "):
            case "reset":
                self._say("system_reset")
            case "quit":
                self._say("quit")
            case "killed":
                for pid in self.processes():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)

    def mend(self) -> None:
        """The next session switches it on."""

    def processes(self) -> list[int]:
        """QEMU's own processes for this board."""
        found, mark = [], str(self._qmp).encode()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                with contextlib.suppress(OSError):
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    if words[0].rpartition(b"/")[2].startswith(b"qemu") and any(mark in word for word in words):
                        found.append(int(entry.name))
        return found

    def _killed(self) -> None:
        assert self.processes() == [], "QEMU is left behind"

    def _say(self, command: str) -> None:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as talk:
            talk.settimeout(_WAIT_S)
            talk.connect(str(self._qmp))
            with talk.makefile("rw") as lines:
                lines.readline()
                for said in ("qmp_capabilities", command):
                    lines.write(json.dumps({"execute": said}) + "\n")
                    lines.flush()
                    lines.readline()
