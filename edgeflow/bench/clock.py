"""What a device's ticks are: its own time, or instructions that an emulator counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from edgeflow.device.answers import Hello
from edgeflow.wire.constants import Slots


@dataclass(frozen=True)
class Clock:
    """`unit` says what ticks are; `why_no_time` is set where they must not become a latency."""

    unit: Literal["time", "instructions"]
    ticks_hz: int
    emulated: bool
    why_no_time: str | None

    def us(self, ticks: float) -> float:
        """Ticks in µs; only where `why_no_time` is None."""
        assert self.why_no_time is None
        return ticks * 1e6 / self.ticks_hz


def clock_of(hello: Hello, conditions: Mapping[str, str], *, emulated: bool = False) -> Clock:
    """Read a device's clock. `emulated` is what the address says; the device's own word counts as well.

    An emulated microcontroller's time is its emulator's, not the board's, so it never becomes a latency; an
    emulated Linux machine's is a time, not to be trusted.
    """
    emulated = emulated or conditions.get("emulated") == "yes"
    if conditions.get("ticks") == "instructions":
        return Clock("instructions", hello.ticks_hz, True, "emulated: the device counts instructions, not time")
    if emulated and hello.slots != Slots.FILES:
        return Clock("time", hello.ticks_hz, True, "emulated: its clock is not the board's")
    return Clock("time", hello.ticks_hz, emulated, None)
