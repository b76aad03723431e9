"""What the operating system says of this machine and of this process. Every missing source is left out, never 0."""

from __future__ import annotations

import os
import platform
import re
import shutil
import struct
import subprocess
from typing import Dict, List, Optional

_IMPLEMENTERS = {"0x41": "ARM", "0x42": "Broadcom", "0x51": "Qualcomm", "0x61": "Apple"}
_ARM_PARTS = {
    "0xb76": "ARM1176",
    "0xc07": "Cortex-A7",
    "0xc08": "Cortex-A8",
    "0xc09": "Cortex-A9",
    "0xd03": "Cortex-A53",
    "0xd04": "Cortex-A35",
    "0xd05": "Cortex-A55",
    "0xd07": "Cortex-A57",
    "0xd08": "Cortex-A72",
    "0xd09": "Cortex-A73",
    "0xd0a": "Cortex-A75",
    "0xd0b": "Cortex-A76",
    "0xd0c": "Neoverse-N1",
    "0xd40": "Neoverse-V1",
    "0xd41": "Cortex-A78",
    "0xd49": "Neoverse-N2",
}


def memory_now(root: str = "/") -> Dict[str, int]:
    """Resident bytes of this process: rss, anonymous, file, peak (Linux: /proc/self/status)."""
    names = {"VmRSS": "rss", "RssAnon": "anonymous", "RssFile": "file", "VmHWM": "peak"}
    found = {}
    for line in _read(root, "proc/self/status").splitlines():
        name, _, value = line.partition(":")
        if name in names:
            found[names[name]] = int(value.split()[0]) * 1024
    return found


def board_model(root: str = "/") -> str:
    """The device tree's model ("Raspberry Pi 4 Model B Rev 1.4"), or nothing."""
    return _read(root, "proc/device-tree/model").strip("\0 \n")


def os_name(root: str = "/") -> str:
    """The distribution's own name for itself."""
    match = re.search(r'^PRETTY_NAME="?([^"\n]*)', _read(root, "etc/os-release"), re.M)
    return match.group(1) if match else platform.system()


def cpu_model(root: str = "/") -> str:
    """The CPU's name; on Arm from its part number."""
    text = _read(root, "proc/cpuinfo")
    match = re.search(r"^model name\s*:\s*(.+)$", text, re.M)
    part = re.search(r"^CPU part\s*:\s*(\S+)$", text, re.M)
    if part:
        maker = re.search(r"^CPU implementer\s*:\s*(\S+)$", text, re.M)
        known = _ARM_PARTS.get(part.group(1).lower()) if maker and maker.group(1) == "0x41" else None
        return known or f"{_IMPLEMENTERS.get(maker.group(1), maker.group(1)) if maker else 'Arm'} {part.group(1)}"
    return match.group(1).strip() if match else platform.processor()


def conditions(root: str = "/") -> Dict[str, str]:
    """What surrounds a measurement, by the names of the protocol."""
    found: Dict[str, Optional[str]] = {
        "governor": _unique(_per_cpu(root, "scaling_governor")),
        "frequency_khz": ",".join(_per_cpu(root, "scaling_cur_freq")),
        "max_frequency_khz": ",".join(_per_cpu(root, "scaling_max_freq")),
        "temperature_mc": ",".join(_temperatures(root)),
        "throttled": _throttled(root),
        "load": (_read(root, "proc/loadavg").split() or [""])[0],
        "cpu": cpu_model(root),
        "cpus": str(os.cpu_count() or ""),
        "affinity": _affinity(),
        "machine": platform.machine(),
        "pointer_bits": str(8 * struct.calcsize("P")),
        "kernel": platform.release(),
        "os": os_name(root),
        "board": board_model(root),
        "python": platform.python_version(),
        "emulated": "yes" if _emulated(root) else "",
    }
    return {name: value for name, value in found.items() if value}


def _read(root: str, path: str) -> str:
    try:
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
            return file.read(1 << 20)
    except OSError:
        return ""


def _per_cpu(root: str, name: str) -> List[str]:
    folder = os.path.join(root, "sys/devices/system/cpu")
    try:
        cpus = [entry for entry in os.listdir(folder) if re.match(r"cpu\d+$", entry)]
    except OSError:
        return []
    values = [_read(root, f"sys/devices/system/cpu/{cpu}/cpufreq/{name}").strip() for cpu in sorted(cpus, key=_number)]
    return [value for value in values if value]


def _number(name: str) -> int:
    return int("".join(filter(str.isdigit, name)) or 0)


def _unique(values: List[str]) -> str:
    return ",".join(sorted(set(values)))


def _temperatures(root: str) -> List[str]:
    folder = os.path.join(root, "sys/class/thermal")
    found = []
    for zone in sorted(os.listdir(folder), key=_number) if os.path.isdir(folder) else []:
        value = _read(root, f"sys/class/thermal/{zone}/temp").strip()
        if zone.startswith("thermal_zone") and re.match(r"^-?\d+$", value):
            name = _read(root, f"sys/class/thermal/{zone}/type").strip() or zone
            found.append(f"{name}={value}")
    return found


def _throttled(root: str) -> str:
    """Throttle bits of a Raspberry Pi in hex: its kernel's own file, else its firmware's tool."""
    value = _read(root, "sys/devices/platform/soc/soc:firmware/get_throttled").strip()
    if value:
        return hex(int(value, 16))
    tool = shutil.which("vcgencmd") if root == "/" else None
    if not tool:
        return ""
    try:
        done = subprocess.run([tool, "get_throttled"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=5)
    except (OSError, subprocess.SubprocessError):
        return ""
    match = re.match(rb"throttled=(0x[0-9a-fA-F]+)", done.stdout)
    return match.group(1).decode() if match else ""


def _affinity() -> str:
    try:
        return ",".join(str(cpu) for cpu in sorted(os.sched_getaffinity(0)))
    except (AttributeError, OSError):
        return ""


def _emulated(root: str) -> bool:
    """Whether an emulator made this Arm machine: QEMU names itself in the device tree or in the firmware's table."""
    tree = _read(root, "proc/device-tree/compatible") + _read(root, "proc/device-tree/hypervisor/compatible")
    vendor = _read(root, "sys/class/dmi/id/sys_vendor")
    arm = platform.machine().startswith(("aarch64", "arm"))
    return arm and ("linux,dummy-virt" in tree or "QEMU" in vendor)
