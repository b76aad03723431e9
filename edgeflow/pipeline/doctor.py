"""`doctor`: what this machine has for edgeflow's jobs, what it lacks, and what to do about that."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from edgeflow.device.book import find_device, listed, user_book
from edgeflow.device.emulator import linux_boards, missing_image
from edgeflow.device.lock import state_dir
from edgeflow.device.types import Device
from edgeflow.errors import EdgeflowError
from edgeflow.pipeline.devices import probe_device

State = Literal["ok", "missing", "broken"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `needed` is false where only some jobs want it, which `job` names."""

    what: str
    job: str
    state: State
    found: str
    remedy: str
    needed: bool = False


# extra, module that shows that it is there, job
_EXTRAS = (
    ("convert", "tensorflow", "convert"),
    ("report", "matplotlib", "report"),
    ("quantizer", "ai_edge_quantizer", "convert: int4, .tflite as a source"),
    ("jax", "jax", "convert: JAX functions"),
    ("images", "PIL", "convert: pictures as representative data"),
    ("flash", "pyocd", "flash"),
)
# programs of which one is enough, job, what to install
_PROGRAMS = (
    (("arm-none-eabi-gcc",), "firmware for Cortex-M", "apt install gcc-arm-none-eabi libnewlib-arm-none-eabi"),
    (("riscv64-unknown-elf-gcc",), "firmware for RISC-V", "apt install gcc-riscv64-unknown-elf"),
    (("qemu-system-arm",), "qemu: Cortex-M boards", "apt install qemu-system-arm"),
    (("qemu-system-riscv32",), "qemu:riscv-virt", "apt install qemu-system-misc"),
    (("qemu-system-aarch64",), "qemu: arm64 Linux boards", "apt install qemu-system-arm"),
    (("qemu-img",), "qemu: arm64 Linux boards", "apt install qemu-utils"),
    (("adb",), "adb:// devices", "apt install adb"),
    (("ssh-keygen",), "devices add --install-key, demo", "apt install openssh-client"),
    (("sshd",), "demo", "apt install openssh-server"),
)
_SEARCH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/sbin"))


def doctor(devices: Sequence[Device | str] = ()) -> tuple[Finding, ...]:
    """Look at this machine, and at `devices`, which are asked. Nothing is changed, brought anywhere or built."""
    findings = [_python(), _interpreter(), *map(_folder, _folders()), _book()]
    findings += [_extra(*extra) for extra in _EXTRAS]
    findings += [_program(*program) for program in _PROGRAMS]
    findings.append(_zig())
    findings += [_image(board) for board in linux_boards()]
    for device in devices:
        findings += _device(device)
    return tuple(findings)


def _python() -> Finding:
    version = platform.python_version()
    return Finding("Python", "everything", "ok", f"{version}, edgeflow {metadata.version('edgeflow')}", "", needed=True)


def _interpreter() -> Finding:
    what, remedy = "interpreter", "pip install ai-edge-litert"
    if importlib.util.find_spec("ai_edge_litert") is None:
        return Finding(what, "local:, health checks", "missing", "", remedy, needed=True)
    try:
        return Finding(
            what, "local:, health checks", "ok", f"ai-edge-litert {metadata.version('ai-edge-litert')}", "", needed=True
        )
    except metadata.PackageNotFoundError:
        return Finding(what, "local:, health checks", "broken", "without its metadata", remedy, needed=True)


def _folders() -> tuple[tuple[str, Path, str], ...]:
    from platformdirs import user_cache_path, user_data_path

    return (
        ("configuration", user_book().parent, "EDGEFLOW_CONFIG_DIR"),
        ("state", state_dir(), "EDGEFLOW_STATE_DIR"),
        ("cache", user_cache_path("edgeflow", appauthor=False), "XDG_CACHE_HOME"),
        ("data", user_data_path("edgeflow", appauthor=False), "XDG_DATA_HOME"),
    )


def _folder(folder: tuple[str, Path, str]) -> Finding:
    name, path, variable = folder
    there = next(parent for parent in (path, *path.parents) if parent.exists())
    writable = there.is_dir() and os.access(there, os.W_OK)
    return Finding(
        f"{name} folder",
        "everything",
        "ok" if writable else "broken",
        str(path),
        "" if writable else f"{there} cannot be written: set {variable}",
        needed=True,
    )


def _book() -> Finding:
    try:
        names = ", ".join(entry.device.name for entry in listed())
    except EdgeflowError as error:
        return Finding("device book", "devices by name", "broken", error.message, error.hint, needed=True)
    return Finding("device book", "devices by name", "ok", names or "no device yet", "", needed=True)


def _extra(name: str, module: str, job: str) -> Finding:
    if importlib.util.find_spec(module) is None:
        return Finding(f"extra {name}", job, "missing", "", f"pip install 'edgeflow[{name}]'")
    return Finding(f"extra {name}", job, "ok", module, "")


def _program(names: tuple[str, ...], job: str, remedy: str) -> Finding:
    found = next(filter(None, (shutil.which(name, path=_SEARCH) for name in names)), None)
    return Finding(names[0], job, "ok" if found else "missing", found or "", "" if found else remedy)


def _zig() -> Finding:
    job = "static runners; firmware where no GCC is"
    there = shutil.which("zig") is not None or importlib.util.find_spec("ziglang") is not None
    return Finding("zig", job, "ok" if there else "missing", "", "" if there else "pip install ziglang")


def _image(board: str) -> Finding:
    missing = missing_image(board)
    what, job = f"image of {board}", f"qemu:{board}"
    if missing is None:
        return Finding(what, job, "ok", "", "")
    return Finding(what, job, "missing", "", missing.hint)


def _device(device: Device | str) -> list[Finding]:
    name = device if isinstance(device, str) else device.name
    try:
        report = probe_device(device if isinstance(device, Device) else find_device(device))
    except EdgeflowError as error:
        return [Finding(name, "the device", "broken", error.message, error.hint, needed=True)]
    found = report.found
    told = (
        f"{found.runtime or 'no interpreter'} {found.runtime_version or ''}".strip()
        if found
        else "; ".join(("answers", *report.notes))
    )
    lacks = (
        [Finding(name, "the device", "missing", one.what, one.remedy, needed=True) for one in found.lacks]
        if found
        else []
    )
    return lacks or [Finding(name, "the device", "ok", told, "", needed=True)]
