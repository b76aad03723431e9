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
class FlashMethod:
    """One way to put an image on a board: a key of edgeflow.firmware.flash_tools with its `arguments`.

    In `arguments` stand `{image}`, `{port}` (a serial port) and `{address}` (where the image begins);
    `probe_arguments`, with `{probe}`, go in the place of the argument `{probe_arguments}` when a probe or board is
    named by its serial number, which is that of the board's own USB port where `probe_is_board`. `formats` are what
    the tool takes, `address` where its images begin when that is not where the board's flash does, `uf2_family` and
    `drive` (its Board-ID) what a UF2 bootloader goes by.
    """

    tool: str
    formats: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    probe_arguments: tuple[str, ...] = ()
    probe_is_board: bool = False
    address: int | None = None
    uf2_family: int | None = None
    drive: str | None = None
    notes: str = ""


@dataclass(frozen=True)
class BoardFramework:
    """A vendor's tool that builds the runner for a board: a key of edgeflow.generate.frameworks.

    `board` is what that tool calls it, `platform` the package that knows it, where the tool has such.
    """

    name: str
    board: str
    platform: str | None = None


@dataclass(frozen=True)
class Board:
    """A product. `ram` lists its regions, the one for the arena first.

    `flash_address` is where an image begins as the core sees it; `flash` are the ways to put one there and `frameworks`
    the tools that build one, the usual first.
    """

    name: str
    title: str
    target: str
    cpu: str
    clock_hz: int | None
    ram: tuple[Region, ...]
    flash_bytes: int | None
    usb_ids: tuple[str, ...]
    port: str | None
    emulator: str | None
    source: str
    notes: str = ""
    flash_address: int | None = None
    flash: tuple[FlashMethod, ...] = ()
    frameworks: tuple[BoardFramework, ...] = ()

    @property
    def ram_bytes(self) -> int:
        """All RAM regions together."""
        return sum(region.bytes for region in self.ram)
