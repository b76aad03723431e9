"""The rig of each transport: what it starts, and where its faults are let loose."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Protocol

from edgeflow.transport.loopback_sshd import LoopbackSshd, loopback_sshd
from tests.adbd import adbd
from tests.faults.android import AndroidRig
from tests.faults.matrix import Fault
from tests.faults.rig import Outcome, Rig
from tests.faults.serial import SerialRig
from tests.faults.vm import VmRig


class AnyRig(Protocol):
    """What lets a deployment meet a fault. Raises AssertionError when something does not hold afterwards."""

    def run(self, fault: Fault) -> Outcome: ...
    def close(self) -> None: ...


def open_rig(
    transport: str, folder: Path, stack: contextlib.ExitStack, *, server: LoopbackSshd | None = None
) -> AnyRig:
    """A rig that works below `folder` and ends with `stack`; `server` is an sshd that runs already."""
    rig: AnyRig
    match transport:
        case "adb":
            rig = AndroidRig(folder, stack.enter_context(adbd(folder / "adbd")))
        case "serial":
            rig = SerialRig(folder)
        case "vm":
            rig = VmRig(folder)
        case "ssh":
            rig = Rig(transport, folder, server or stack.enter_context(loopback_sshd(folder / "sshd")))
        case _:
            rig = Rig(transport, folder, None)
    stack.callback(rig.close)
    return rig
