"""What a device says on the link, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edgeflow.wire.constants import UNKNOWN_BYTES, DType, Slots


@dataclass(frozen=True)
class Hello:
    """HELLO's reply. Sizes in bytes; `arena_bytes` None where the device cannot tell, `slot_bytes` 0 without limit."""

    version: int
    window: int
    slots: Slots
    slot_count: int
    receive_bytes: int
    ticks_hz: int
    arena_bytes: int | None
    slot_bytes: int
    board: str
    runtime: str
    runtime_version: str
    kernels: str
    os: str
    cpu: str
    base: str
    operators: tuple[int, ...]

    @property
    def has_agent(self) -> bool:
        """Whether a full interpreter runs there beside an operating system, and not edgeflow's own runtime."""
        return self.slots == Slots.FILES and not self.operators

    @staticmethod
    def read(fields: dict[str, Any]) -> Hello:
        """From the reply's fields; raises ValueError on values that make no sense."""
        values = dict(fields, slots=Slots(fields["slots"]), operators=tuple(fields["operators"]))
        values["arena_bytes"] = known(fields["arena_bytes"])
        if fields["receive_bytes"] < 64 or fields["ticks_hz"] == 0:
            raise ValueError("a buffer or a clock that cannot be")
        return Hello(**values)


@dataclass(frozen=True)
class TensorInfo:
    """One input or output. `scale` 0 means not quantized or per axis; `bytes` is its size."""

    index: int
    name: str
    dtype: DType
    shape: tuple[int, ...]
    scale: float
    zero_point: int
    bytes: int


@dataclass(frozen=True)
class Opened:
    """An open model; bytes are None where the device cannot tell, `init_ticks` counts load and allocation."""

    planned_bytes: int | None
    persistent_bytes: int | None
    init_ticks: int
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]


@dataclass(frozen=True)
class OperatorTicks:
    """What one operator took in all profiled runs together. `code` is the builtin operator's."""

    index: int
    code: int
    ticks: int
    kernel: str


@dataclass(frozen=True)
class Profile:
    """One INVOKE's operators, in order, over `runs` runs."""

    runs: int
    operators: tuple[OperatorTicks, ...]


@dataclass(frozen=True)
class Invoked:
    """INVOKE's outcome: `samples` in ticks, each of `batch` runs; `first_ticks` of the first run since OPEN."""

    samples: tuple[int, ...]
    batch: int
    warmup_runs: int
    first_ticks: int


@dataclass(frozen=True)
class Uploaded:
    """A model on the device. `active` says that it already was the slot's model; `sent` how many bytes went over."""

    release: str
    path: str
    active: bool
    sent: int


def known(size: int) -> int | None:
    """A u32 size, None where the device could not tell."""
    return None if size == UNKNOWN_BYTES else size
