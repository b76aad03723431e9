"""Which target or board a machine is, from what it says of itself."""

from __future__ import annotations

import platform
import re
import struct
from pathlib import Path

_PI = (  # device-tree model: (target, board)
    (r"Raspberry Pi 5|Compute Module 5", "linux-arm64", "raspberry-pi-5"),
    (r"Raspberry Pi 4|Compute Module 4", "raspberry-pi-4", None),
    (r"Raspberry Pi Zero 2", "raspberry-pi-3", "raspberry-pi-zero-2w"),
    (r"Raspberry Pi 3|Compute Module 3", "raspberry-pi-3", None),
)
_MACHINES = {"x86_64": "linux-x86-64", "amd64": "linux-x86-64", "aarch64": "linux-arm64", "arm64": "linux-arm64"}


def target_of(machine: str, pointer_bits: str, model: str) -> tuple[str | None, str | None]:
    """(target, board) of `uname -m`, the word size of its programs and the device tree's model; None: unknown.

    A word size other than "32" counts as 64. A 64-bit kernel with 32-bit programs counts as 32-bit, because the
    interpreter is one of those programs.
    """
    arm32 = machine.startswith("armv7") or (machine in ("aarch64", "armv8l") and pointer_bits == "32")
    for pattern, target, board in _PI:
        if re.search(pattern, model):
            return ("raspberry-pi-armv7", None) if arm32 else (target, board)
    if arm32:
        return ("raspberry-pi-armv7" if "Raspberry Pi" in model else None), None
    return (_MACHINES.get(machine.lower()) if pointer_bits != "32" else None), None


def this_machine(root: Path = Path("/")) -> tuple[str | None, str | None]:
    """(target, board) of the machine edgeflow runs on."""
    try:
        model = (root / "proc/device-tree/model").read_text(encoding="utf-8", errors="replace").strip("\0\n ")
    except OSError:
        model = ""
    return target_of(platform.machine(), str(8 * struct.calcsize("P")), model)
