"""Which compiler builds for a target, and what exactly it is."""

from __future__ import annotations

import functools
import importlib.util
import logging
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace

from edgeflow.errors import ToolchainError
from edgeflow.targets.types import Target

_log = logging.getLogger(__name__)
_VERSION_S = 60.0
_PACKAGES = {
    "arm-none-eabi-": "install GCC for Arm (Debian: apt install gcc-arm-none-eabi libnewlib-arm-none-eabi)",
    "riscv64-unknown-elf-": (
        "install GCC for RISC-V (Debian: apt install gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf)"
    ),
    "": "install a C compiler (Debian: apt install gcc)",
}
_LIBRARY = {  # the flags that choose a small C library: when compiling, when linking
    "arm-none-eabi-": ((), ("-specs=nano.specs",)),
    "riscv64-unknown-elf-": (("--specs=picolibc.specs",), ()),
}
_ZIG_FLAGS = ("-fno-sanitize=all", "-ffp-contract=off")  # as GCC does with -std=c99


@dataclass(frozen=True)
class Toolchain:
    """A C compiler: `command` begins every call of it, `version` is its own first line about itself.

    `flags` and `link_flags` are what it needs for one target. With `freestanding` it brings no C library: the runtime's
    port/freestanding takes its place.
    """

    command: tuple[str, ...]
    version: str
    flags: tuple[str, ...] = ()
    link_flags: tuple[str, ...] = ()
    freestanding: bool = False

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
    """The compiler for a microcontroller target: its GCC, without it the package ziglang.

    Raises ToolchainError when there is neither.
    """
    if target.family != "microcontroller" or target.toolchain is None:
        raise ToolchainError(
            f"no firmware is built for {target.name}", "edgeflow targets list shows the microcontroller targets"
        )
    try:
        found = find_gcc(target.toolchain)
    except ToolchainError as missing:
        return _zig_instead(target, missing)
    compiling, linking = _LIBRARY.get(target.toolchain, ((), ()))
    return replace(found, flags=(*target.cflags, *compiling), link_flags=linking)


def _zig_instead(target: Target, missing: ToolchainError) -> Toolchain:
    if target.zig_target is None:
        raise missing
    try:
        found = find_zig(target.zig_target, target.zig_cpu)
    except ToolchainError as also:
        raise ToolchainError(
            f"{missing.message}, nor the package ziglang", f"{missing.hint}, or: {also.hint}"
        ) from None
    _log.info("%s; building for %s with %s", missing.message, target.name, found.title)
    return replace(found, flags=_ZIG_FLAGS, freestanding=True)


@functools.cache
def _version(command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=_VERSION_S, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolchainError(f"{' '.join(command)} does not run: {error}", "reinstall the compiler") from None
    return done.stdout.decode("utf-8", "replace").partition("\n")[0].strip()
