"""Which compiler builds for a target, and what exactly it is."""

from __future__ import annotations

import functools
import importlib.util
import shutil
import subprocess
import sys
from dataclasses import dataclass

from edgeflow.errors import ToolchainError
from edgeflow.targets.types import Target

_VERSION_S = 60.0
_PACKAGES = {
    "arm-none-eabi-": "install GCC for Arm (Debian: apt install gcc-arm-none-eabi libnewlib-arm-none-eabi)",
    "riscv64-unknown-elf-": "install GCC for RISC-V (Debian: apt install gcc-riscv64-unknown-elf)",
    "": "install a C compiler (Debian: apt install gcc)",
}


@dataclass(frozen=True)
class Toolchain:
    """A C compiler: `command` begins every call of it, `version` is its own first line about itself."""

    command: tuple[str, ...]
    version: str

    @property
    def title(self) -> str:
        """Name and version as a result shows them."""
        return self.version


def find_gcc(prefix: str) -> Toolchain:
    """The GCC with this prefix ("arm-none-eabi-", "" for this machine's own). Raises ToolchainError when missing."""
    path = shutil.which(f"{prefix}gcc") or (shutil.which("cc") if not prefix else None)
    if path is None:
        raise ToolchainError(f"{prefix}gcc is not installed", _PACKAGES.get(prefix, f"install a GCC named {prefix}gcc"))
    return Toolchain((path,), _version((path, "--version")))


def find_zig(zig_target: str, zig_cpu: str | None = None) -> Toolchain:
    """The C compiler of the ziglang package for one of its targets. Raises ToolchainError when missing."""
    if importlib.util.find_spec("ziglang") is None:
        raise ToolchainError("the package ziglang is not installed", "pip install ziglang")
    zig = (sys.executable, "-m", "ziglang")
    cpu = (f"-mcpu={zig_cpu}",) if zig_cpu else ()
    return Toolchain((*zig, "cc", "-target", zig_target, *cpu), f"zig {_version((*zig, 'version'))} cc")


def for_target(target: Target) -> Toolchain:
    """The compiler for a microcontroller target. Raises ToolchainError when there is none."""
    if target.family != "microcontroller" or target.toolchain is None:
        raise ToolchainError(
            f"no firmware is built for {target.name}", "edgeflow targets list shows the microcontroller targets"
        )
    return find_gcc(target.toolchain)


@functools.cache
def _version(command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=_VERSION_S, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolchainError(f"{' '.join(command)} does not run: {error}", "reinstall the compiler") from None
    return done.stdout.decode("utf-8", "replace").partition("\n")[0].strip()
