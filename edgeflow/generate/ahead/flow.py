"""Segments as the generated code has them: a table of stages for ef_stream_run()."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edgeflow.generate.ahead.prepared import Prepared, Segment
from edgeflow.generate.ahead.streaming import FEED, Stage, feed_of, row_bytes, stage_of
from edgeflow.model.types import Subgraph


@dataclass(frozen=True)
class Rows:
    """`struct ef_stream_rows`: where the rows of a tensor lie; `maker` is a stage's number or EF_STREAM_WHOLE."""

    offset: int
    row_bytes: int
    slots: int
    maker: str


@dataclass(frozen=True)
class FlowStage:
    """`struct ef_stream_stage`: `kind` names the member that `function` goes into, `scratch` is a C expression.

    `operator` is None for the stage that stands for the caller, who gives rows.
    """

    operator: int | None
    kind: str
    scratch: str
    rows: int
    sources: tuple[Rows, ...]
    out: Rows


@dataclass(frozen=True)
class Flow:
    """Operators `first` to `last`, which run together; `fed` where the caller gives the rows of their input."""

    first: int
    last: int
    fed: bool
    stages: tuple[FlowStage, ...]

    @property
    def function(self) -> str:
        return f"operators_{self.first}_{self.last}"


@dataclass(frozen=True)
class Call:
    """One function of the generated code in its turn; `kernel` is the name in a profile, `code` its operator."""

    function: str
    kernel: str
    code: int
    fed: bool = False


_KINDS = {"row": "row", "elementwise": "invoke", "take": "take", "feed": "feed"}


def flow_of(graph: Subgraph, prepared: Prepared, segment: Segment) -> Flow:
    """The table of a placed segment."""
    stages = [feed_of(graph, segment.fed)] if segment.fed is not None else []
    for index in range(segment.first, segment.end):
        stage = stage_of(graph, prepared, graph.operators[index], prepared.nodes[index])
        assert stage is not None, f"operator {index} is in a segment and does not run by rows"
        stages.append(stage)
    makers = {stage.output: number for number, stage in enumerate(stages)}

    def rows(tensor: int) -> Rows:
        maker = str(makers[tensor]) if tensor in makers else "EF_STREAM_WHOLE"
        if tensor in segment.rings:
            offset, slots = segment.rings[tensor]
            return Rows(offset, row_bytes(graph, tensor), slots, maker)
        shape = graph.tensors[tensor].shape
        return Rows(prepared.planned[tensor], row_bytes(graph, tensor), shape[1] if len(shape) == 4 else 1, maker)

    return Flow(
        segment.first,
        segment.end - 1,
        segment.fed is not None,
        tuple(_flow_stage(segment, stage, rows(stage.output), [rows(s) for s in stage.sources]) for stage in stages),
    )


def _flow_stage(segment: Segment, stage: Stage, out: Rows, sources: Sequence[Rows]) -> FlowStage:
    scratch = segment.kept.get(stage.operator, segment.scratch if stage.scratch_bytes else None)
    return FlowStage(
        operator=None if stage.operator == FEED else stage.operator,
        kind=_KINDS[stage.kind],
        scratch="EF_STREAM_NOTHING" if scratch is None else f"{scratch}u",
        rows=stage.rows,
        sources=tuple(sources),
        out=out,
    )
