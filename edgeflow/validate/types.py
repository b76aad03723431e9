"""What a device answered against what LiteRT and the source model answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from edgeflow.bench.types import DeviceFacts, ModelFacts, RuntimeFacts
from edgeflow.errors import UsageError
from edgeflow.model.compare import Difference


@dataclass(frozen=True)
class Tolerance:
    """How far the device may be from the nearest of LiteRT's own answers.

    `lsb` bounds integer outputs, in quantization steps; `relative` floats, as a share of the largest absolute value
    that LiteRT gives for that output.
    """

    lsb: float = 1.0
    relative: float = 1e-3


EXACT_ENOUGH = Tolerance()  # kernels of one model differ by a rounding, no more


@dataclass(frozen=True)
class Against:
    """The device against one other: `source`, or LiteRT by its `reference` or `default` kernels.

    `errors` are in real values (LSB where quantized), one an output; `scores` are that other's own.
    """

    name: str
    errors: tuple[Difference, ...]
    scores: Mapping[str, float]
    within: bool | None


@dataclass(frozen=True)
class Step:
    """One operator's output on the device against LiteRT's reference kernels."""

    operator: int
    name: str
    tensor: str
    error: Difference


@dataclass(frozen=True)
class Divergence:
    """Operators in order; `first` is the first beyond tolerance, None where there is none.

    `unavailable` says why there is nothing to look at.
    """

    steps: tuple[Step, ...]
    first: Step | None
    unavailable: str | None


@dataclass(frozen=True)
class Validation:
    """What came of it. `matches` is the verdict: near enough to LiteRT, and no further drop in accuracy than allowed.

    `scores` are the device's own, on labelled data; `drop` is how far the first lies below the source's, or below
    LiteRT's best where there is no source.
    """

    run_id: str
    created: str
    model: ModelFacts
    device: DeviceFacts
    runtime: RuntimeFacts
    signature: str | None
    data: str
    samples: int
    tolerance: Tolerance
    against: tuple[Against, ...]
    scores: Mapping[str, float]
    drop: float | None
    max_drop: float | None
    divergence: Divergence | None
    matches: bool

    def to_json(self) -> dict[str, Any]:
        """The `edgeflow.validation/1` answer."""
        answer = asdict(self)
        if self.divergence is not None:
            first = self.divergence.first
            answer["divergence"]["first"] = None if first is None else self.divergence.steps.index(first)
        return {"schema": "edgeflow.validation/1", **answer}


def validation_from_json(answer: Mapping[str, Any], where: str = "validation") -> Validation:
    """Read what `to_json` gave; raises UsageError on anything else."""
    import msgspec

    hint = "give the JSON of validate"
    if answer.get("schema") != "edgeflow.validation/1":
        raise UsageError(f"{where}: schema is {answer.get('schema')!r}, not 'edgeflow.validation/1'", hint)
    fields = {name: value for name, value in answer.items() if name != "schema"}
    told = fields.get("divergence")
    try:
        if isinstance(told, Mapping) and told.get("first") is not None:
            fields["divergence"] = {**told, "first": told["steps"][told["first"]]}
        return msgspec.convert(fields, Validation)
    except (msgspec.ValidationError, KeyError, IndexError, TypeError) as error:
        raise UsageError(f"{where}: {error}", hint) from None
