"""What the operating system says of this machine and of this process. Every missing source is left out, never 0."""

from __future__ import annotations

import os
import platform
import re
import shutil
import struct
import subprocess
from typing import Dict, List, Optional

# a tree of files that stands for a system's /proc and /sys; only tests set it
ROOT = os.environ.get("EDGEFLOW_SYSTEM_ROOT", "/")
_CHANGING = (
    "governor",
    "frequency_khz",
    "max_frequency_khz",
    "temperature_mc",
    "throttled",
    "throttle_count",
    "cooling",
    "power_warning",
    "power_supply",
    "load",
)
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


def board_model(root: str = ROOT) -> str:
    """The device tree's model ("Raspberry Pi 4 Model B Rev 1.4"), or nothing."""
    return _read(root, "proc/device-tree/model").strip("\0 \n")


def os_name(root: str = ROOT) -> str:
    """The distribution's own name for itself."""
    match = re.search(r'^PRETTY_NAME="?([^"\n]*)', _read(root, "etc/os-release"), re.M)
    return match.group(1) if match else platform.system()


def cpu_model(root: str = ROOT) -> str:
    """The CPU's name; on Arm from its part number."""
    text = _read(root, "proc/cpuinfo")
    match = re.search(r"^model name\s*:\s*(.+)$", text, re.M)
    part = re.search(r"^CPU part\s*:\s*(\S+)$", text, re.M)
    if part:
        maker = re.search(r"^CPU implementer\s*:\s*(\S+)$", text, re.M)
        known = _ARM_PARTS.get(part.group(1).lower()) if maker and maker.group(1) == "0x41" else None
        return known or f"{_IMPLEMENTERS.get(maker.group(1), maker.group(1)) if maker else 'Arm'} {part.group(1)}"
    return match.group(1).strip() if match else platform.processor()


def conditions(root: str = ROOT) -> Dict[str, str]:
    """What surrounds a measurement, by the names of the protocol."""
    found = changing(root)
    found.update(
        {
            "cpu": cpu_model(root),
            "cpu_part": _cpu_part(root),
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
    )
    return {name: value for name, value in found.items() if value}


def changing(root: str = ROOT) -> Dict[str, str]:
    """The conditions that can change while a model runs."""
    values = (
        _unique(_per_cpu(root, "scaling_governor")),
        ",".join(_per_cpu(root, "scaling_cur_freq")),
        ",".join(_per_cpu(root, "scaling_max_freq")),
        ",".join(_temperatures(root)),
        _throttled(root),
        _throttle_count(root),
        ",".join(_cooling(root)),
        _power_warning(root),
        ",".join(_power_supplies(root)),
        (_read(root, "proc/loadavg").split() or [""])[0],
    )
    return {name: value for name, value in zip(_CHANGING, values) if value}  # noqa: B905  Python 3.9 has no strict=


def busy_s(root: str = ROOT) -> Optional[float]:
    """CPU seconds that all programs of the machine have used, and those its host took from it (Linux: /proc/stat)."""
    names, _, _ = _read(root, "proc/stat").partition("\n")
    fields = names.split()
    if len(fields) < 9 or fields[0] != "cpu" or not all(field.isdigit() for field in fields[1:9]):
        return None
    user, nice, kernel, _, _, irq, softirq, steal = (int(field) for field in fields[1:9])
    return (user + nice + kernel + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def cache_bytes(root: str = ROOT) -> Optional[int]:
    """The largest cache of a CPU, which is its last."""
    sizes = []
    folder = os.path.join(root, "sys/devices/system/cpu/cpu0/cache")
    for entry in os.listdir(folder) if os.path.isdir(folder) else []:
        match = re.match(r"^(\d+)([KMG]?)$", _read(root, f"sys/devices/system/cpu/cpu0/cache/{entry}/size").strip())
        if match:
            sizes.append(int(match.group(1)) << {"": 0, "K": 10, "M": 20, "G": 30}[match.group(2)])
    return max(sizes) if sizes else None


def _read(root: str, path: str) -> str:
    try:
        with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
            return file.read(1 << 20)
    except OSError:
        return ""


def _per_cpu(root: str, name: str) -> List[str]:
    return _of_cpus(root, f"cpufreq/{name}")


def _of_cpus(root: str, name: str) -> List[str]:
    return [value for value in (_read(root, f"{folder}/{name}").strip() for folder in cpu_folders(root)) if value]


def cpu_folders(root: str = ROOT) -> List[str]:
    """Each CPU's folder below `root`, in order."""
    folder = "sys/devices/system/cpu"
    try:
        cpus = [entry for entry in os.listdir(os.path.join(root, folder)) if re.match(r"cpu\d+$", entry)]
    except OSError:
        return []
    return [f"{folder}/{cpu}" for cpu in sorted(cpus, key=_number)]


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


def _throttle_count(root: str) -> str:
    """How often the CPUs were held back for heat since boot, as x86 kernels count it."""
    counts = []
    for name in ("core_throttle_count", "package_throttle_count"):
        counts += _of_cpus(root, f"thermal_throttle/{name}")
    return str(sum(map(int, counts))) if counts and all(count.isdigit() for count in counts) else ""


def _cooling(root: str) -> List[str]:
    """Cooling devices of CPUs that are at work: the kernel holds the frequency down."""
    found = []
    folder = os.path.join(root, "sys/class/thermal")
    for entry in sorted(os.listdir(folder), key=_number) if os.path.isdir(folder) else []:
        kind = _read(root, f"sys/class/thermal/{entry}/type").strip()
        state = _read(root, f"sys/class/thermal/{entry}/cur_state").strip()
        of_cpu = "cpufreq" in kind or kind == "Processor"
        if entry.startswith("cooling_device") and of_cpu and state.isdigit() and int(state):
            found.append(f"{kind}={state}")
    return found


def _power_warning(root: str) -> str:
    """A Raspberry Pi's alarm of low voltage, where its kernel has it."""
    folder = os.path.join(root, "sys/class/hwmon")
    for entry in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        alarm = _read(root, f"sys/class/hwmon/{entry}/in0_lcrit_alarm").strip()
        if _read(root, f"sys/class/hwmon/{entry}/name").strip() == "rpi_volt" and alarm:
            return "under-voltage" if alarm != "0" else "none"
    return ""


def _power_supplies(root: str) -> List[str]:
    folder = os.path.join(root, "sys/class/power_supply")
    found = []
    for entry in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        status = _read(root, f"sys/class/power_supply/{entry}/status").strip()
        online = {"0": "offline", "1": "online"}.get(_read(root, f"sys/class/power_supply/{entry}/online").strip())
        if status or online:
            found.append(f"{entry}={status or online}")
    return found


def _cpu_part(root: str) -> str:
    """`IMPLEMENTER:PART` of an Arm CPU, all that differ; `FAMILY:MODEL:STEPPING` of an x86 one."""
    text = _read(root, "proc/cpuinfo")
    columns = [re.findall(rf"^CPU {name}\s*:\s*(\S+)$", text, re.M) for name in ("implementer", "part")]
    if columns[0] and len(columns[0]) == len(columns[1]):
        pairs = {f"{maker}:{columns[1][number]}" for number, maker in enumerate(columns[0])}
        return ",".join(sorted(pairs))
    first = [re.search(rf"^{name}\s*:\s*(\d+)$", text, re.M) for name in ("cpu family", "model", "stepping")]
    return ":".join(match.group(1) for match in first if match) if all(first) else ""


def _affinity() -> str:
    try:
        return ",".join(str(cpu) for cpu in sorted(os.sched_getaffinity(0)))
    except (AttributeError, OSError):
        return ""


def _emulated(root: str) -> bool:
    """Whether this Arm machine is an emulator's, which names itself in the device tree or in the firmware's table.

    One that runs single programs leaves an x86 machine's list of processors in sight.
    """
    tree = _read(root, "proc/device-tree/compatible") + _read(root, "proc/device-tree/hypervisor/compatible")
    vendor = _read(root, "sys/class/dmi/id/sys_vendor")
    arm = platform.machine().startswith(("aarch64", "arm"))
    foreign = re.search(r"^vendor_id\s*:", _read(root, "proc/cpuinfo"), re.M) is not None
    return arm and (foreign or "linux,dummy-virt" in tree or "QEMU" in vendor)
