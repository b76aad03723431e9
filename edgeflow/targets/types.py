"""What we build for: a target is a kind, a board is a product. Loaded from `targets/**.toml` by the registry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Family = Literal["android", "linux", "microcontroller"]


@dataclass(frozen=True)
class Target:
    """A kind of device. `arch` is a C architecture name (`aarch64`, `armv7e-m+fp`), `kernels` the runtime's set.

    `toolchain` is the prefix of the GCC that builds for it (`arm-none-eabi-`), None where edgeflow needs none or has
    none; `notes` says what a user should know about it.
    """

    name: str
    title: str
    family: Family
    arch: str
    runtime: str
    kernels: str
    languages: tuple[str, ...]
    cflags: tuple[str, ...]
    zig_target: str | None
    source: str
    zig_cpu: str | None = None
    toolchain: str | None = None
    notes: str = ""


@dataclass(frozen=True)
class Region:
    """Memory of a board, in bytes. `address` is where it starts, None where a linker script need not know."""

    name: str
    bytes: int
    address: int | None = None


@dataclass(frozen=True)
class Board:
    """A product. `ram` lists its regions, the one for the arena first; None where the size is not fixed."""

    name: str
    title: str
    target: str
    cpu: str
    clock_hz: int | None
    ram: tuple[Region, ...]
    flash_bytes: int | None
    usb_ids: tuple[str, ...]
    flash_tool: str | None
    flash_arguments: tuple[str, ...]
    port: str | None
    emulator: str | None
    source: str
    notes: str = ""

    @property
    def ram_bytes(self) -> int:
        """All RAM regions together."""
        return sum(region.bytes for region in self.ram)
