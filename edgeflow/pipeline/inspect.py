"""The verb `inspect`: what is in a model, and what it costs wherever it runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edgeflow.fit.estimate import estimate_arena
from edgeflow.fit.types import ArenaPlan
from edgeflow.model.read import load_model
from edgeflow.model.types import Model


@dataclass(frozen=True)
class OperatorTotal:
    """All operators of one name: how many, and what they cost together (MACs of one invoke, bytes of constants)."""

    name: str
    count: int
    macs: int
    weight_bytes: int


@dataclass(frozen=True)
class Inspection:
    """A model with its sums. `weight_bytes` counts each constant once, however many operators read it.

    `operators` are in the order of first use over all subgraphs; each subgraph counts once, also the body of a loop.
    `arena` is an estimate for an interpreter; `check` gives the exact one of edgeflow's own runtime.
    """

    model: Model
    operators: tuple[OperatorTotal, ...]
    macs: int
    weight_bytes: int
    arena: ArenaPlan


def inspect(model: Model | Path | str) -> Inspection:
    """Read a `.tflite` and sum its costs. Raises ModelError."""
    read = model if isinstance(model, Model) else load_model(model)
    totals: dict[str, OperatorTotal] = {}
    for subgraph in read.subgraphs:
        for operator in subgraph.operators:
            sum_ = totals.get(operator.name, OperatorTotal(operator.name, 0, 0, 0))
            totals[operator.name] = OperatorTotal(
                operator.name, sum_.count + 1, sum_.macs + operator.macs, sum_.weight_bytes + operator.weight_bytes
            )
    constants = {
        tensor.data_offset: tensor.constant_bytes
        for subgraph in read.subgraphs
        for tensor in subgraph.tensors
        if tensor.is_constant
    }
    return Inspection(
        model=read,
        operators=tuple(totals.values()),
        macs=sum(total.macs for total in totals.values()),
        weight_bytes=sum(constants.values()),
        arena=estimate_arena(read),
    )
