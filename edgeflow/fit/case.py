"""What the limits of fit/ look at: a model, a target, and what the device has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from edgeflow.fit.footprint import Footprint
from edgeflow.fit.types import ArenaPlan
from edgeflow.model.types import Model, Operator, Tensor
from edgeflow.targets.types import Board, Target


@dataclass(frozen=True)
class Case:
    """One question to answer. `ram_bytes` and `flash_bytes` are what there is, None where unknown.

    `text_bytes` is the runtime with the kernels of this model only, None where that is not measured.
    """

    model: Model
    target: Target
    board: Board | None
    arena: ArenaPlan | None
    footprint: Footprint | None
    ram_bytes: int | None
    flash_bytes: int | None
    text_bytes: int | None = None

    @property
    def operators(self) -> tuple[Operator, ...]:
        """Of all subgraphs."""
        return tuple(operator for subgraph in self.model.subgraphs for operator in subgraph.operators)

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """Of all subgraphs."""
        return tuple(tensor for subgraph in self.model.subgraphs for tensor in subgraph.tensors)

    @property
    def ram_needed_bytes(self) -> int | None:
        """Arena, and the runtime's own data and stack where they are measured; for an interpreter the model as well."""
        if self.arena is None:
            return None
        if self.target.family != "microcontroller":
            return self.arena.total_bytes + self.model.size
        return self.arena.total_bytes + ((self.footprint.ram_bytes or 0) if self.footprint else 0)

    @property
    def flash_needed_bytes(self) -> int | None:
        """Model and runtime of an application that links what the model needs; None where models lie in a file system.

        The runtime is left out where it is not measured, and is the one with every kernel where only that is.
        """
        if self.target.family != "microcontroller":
            return None
        if self.footprint is None:
            return self.model.size
        return self.model.size + (self.footprint.text_bytes if self.text_bytes is None else self.text_bytes)

    @property
    def runner_flash_bytes(self) -> int | None:
        """Model and runtime with every kernel, as runner firmware has it; None where that is not measured."""
        if self.target.family != "microcontroller" or self.footprint is None:
            return None
        return self.model.size + self.footprint.text_bytes


def counted(names: Sequence[str]) -> str:
    """`CONV_2D ×3, PAD`: each name once, in order, with its count where it is not one."""
    return ", ".join(name if count == 1 else f"{name} ×{count}" for name, count in Counter(names).items())


def size_text(count: int) -> str:
    """Bytes for a sentence: exact to three digits, the unit a data sheet would use."""
    if count < 1024:
        return f"{count} B"
    if count < 1024**2:
        return f"{count / 1024:.4g} KiB"
    if count < 1024**3:
        return f"{count / 1024**2:.4g} MiB"
    return f"{count / 1024**3:.4g} GiB"
