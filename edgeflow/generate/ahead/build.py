"""One model as C that calls the runtime's kernels directly: what the templates of `templates/aot` are rendered from."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

from edgeflow.errors import DoesNotFitError, ModelError, UsageError
from edgeflow.fit.table import invoke_name
from edgeflow.generate.ahead.flow import Call, Flow, flow_of
from edgeflow.generate.ahead.initializers import C_TYPES, Constant, Constants
from edgeflow.generate.ahead.memory_map import Fill, Place, memory_map, short
from edgeflow.generate.ahead.overlap import plan_memory
from edgeflow.generate.ahead.prepared import Node, Prepared, sized
from edgeflow.generate.ahead.segments import choose_segments
from edgeflow.generate.ahead.simulate import simulate
from edgeflow.generate.ahead.streaming import TAKEN, row_record, stage_of
from edgeflow.generate.ahead.tuned.site import features_of
from edgeflow.generate.ahead.tuned.variant import ROW_DRIVERS, Array
from edgeflow.generate.context import Context, Entry, Port
from edgeflow.model.types import Model, Operator, Subgraph, Tensor

ALIGNMENT_BYTES = 8  # of the arena that a caller gives: the widest element
_VARIABLE_ALIGNMENT_BYTES = 16
_MAX_RANK = 6  # EF_MAX_RANK


@dataclass(frozen=True)
class Step:
    """One operator's function.

    `driver` makes the rows of a kernel that works by rows; then `batches` batch entries lie `batch_bytes` apart (input,
    output). `inputs`, `outputs` and `scratch` are C expressions; `record` names a constant or is None. `skipped` says
    why there is nothing to do, or is None; `reasons` why no faster kernel was taken. `together` says that it has no
    function of its own but is a stage of one that several operators share.
    """

    index: int
    title: str
    code: int
    kernel: str
    reasons: tuple[str, ...]
    function: str
    by_rows: bool
    driver: str
    record: str | None
    scratch: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    batches: int
    batch_bytes: tuple[int, int]
    skipped: str | None
    together: bool


@dataclass(frozen=True)
class Socket:
    """An input or output of the generated code, `count` elements of C `type`. `scale` is None where not quantized.

    `rows` is how many rows the caller gives it in, one after the other, None where it lies in the arena at `offset`.
    """

    port: Port
    number: int
    type: str
    type_code: int
    offset: int
    bytes: int
    count: int
    shape: tuple[int, ...]
    scale: float | None
    zero_point: int
    rows: int | None = None

    @property
    def dims(self) -> tuple[int, ...]:
        """The sizes as struct ef_tensor has them."""
        return self.shape + (1,) * (_MAX_RANK - len(self.shape))


@dataclass(frozen=True)
class Ahead:
    """All that the templates need beside the Context. Sizes in bytes."""

    planned_bytes: int
    bound_bytes: int
    arena_bytes: int
    scratch_bytes: int
    constant_bytes: int
    record_bytes: int
    key: str | None
    constants: tuple[Constant, ...]
    steps: tuple[Step, ...]
    flows: tuple[Flow, ...]
    calls: tuple[Call, ...]
    map: tuple[Place, ...]
    inputs: tuple[Socket, ...]
    outputs: tuple[Socket, ...]
    fills: tuple[Fill, ...]
    kernel_headers: tuple[str, ...]
    symbols: tuple[str, ...]

    @staticmethod
    def sha256_bytes(digest: str) -> str:
        """The digest as a C initializer."""
        return ", ".join(f"0x{byte:02x}" for byte in bytes.fromhex(digest))

    @property
    def fed(self) -> Socket | None:
        """The input whose rows the caller gives."""
        return next((socket for socket in self.inputs if socket.rows is not None), None)

    @property
    def needs_math(self) -> bool:
        """Whether a constant is NAN or INFINITY, which <math.h> names."""
        return any(word in row for c in self.constants if c.type == "float" for row in c.rows for word in ("NA", "IN"))


def choose_entry(context: Context) -> Entry:
    """The one signature that is built. Raises UsageError where the model has several and none was named."""
    if len(context.entries) > 1:
        keys = ", ".join(repr(entry.key) for entry in context.entries)
        raise UsageError(
            f"{context.model_file} has several signatures: {keys}",
            "an ahead-of-time build holds one; name it with --signature",
        )
    return context.entries[0]


def build_ahead(model: Model, context: Context, prepared: Prepared) -> Ahead:
    """Plan the memory of one prepared subgraph and describe its generated code.

    Raises ModelError where an input or output is no memory of its own (a constant or a variable), or has a type
    without a C type, DoesNotFitError where the RAM that is allowed cannot be enough.
    """
    entry = choose_entry(context)
    graph = sized(model.subgraphs[entry.subgraph])
    features = features_of(context.kernels)
    chosen = choose_segments(
        model, graph, prepared, features, context.optimize, context.ram_bytes, input_rows=context.input_rows
    )
    plan = plan_memory(graph, chosen.prepared, chosen.segments)
    prepared = plan.applied(chosen.prepared)
    simulate(graph, prepared)  # a wrong plan is edgeflow's own mistake: it ends here, not on a board
    built = _Builder(model, graph, entry, prepared, context.model_file, plan.bound_bytes, chosen.reasons).build()
    if context.ram_bytes is not None and built.arena_bytes > context.ram_bytes:
        raise DoesNotFitError(
            f"the best arena that was found for {context.model_file} has {built.arena_bytes} bytes, "
            f"not {context.ram_bytes}",
            f"allow --ram {built.arena_bytes}",
        )
    return built


class _Builder:
    """Collects constants while steps are described; every constant once, by its bytes."""

    def __init__(
        self,
        model: Model,
        graph: Subgraph,
        entry: Entry,
        prepared: Prepared,
        file: str,
        bound: int,
        reasons: Sequence[tuple[str, ...]],
    ) -> None:
        self.bound_bytes, self.reasons = bound, reasons
        self.model, self.graph, self.entry, self.prepared, self.file = model, graph, entry, prepared, file
        self.constants = Constants()
        self.variables_at = -(-prepared.planned_bytes // _VARIABLE_ALIGNMENT_BYTES) * _VARIABLE_ALIGNMENT_BYTES

    def build(self) -> Ahead:
        prepared = self.prepared
        fused = {index for segment in prepared.segments for index in range(segment.first, segment.end)}
        steps = tuple(
            self._stage(o, n) if o.index in fused else self._step(o, n)
            for o, n in zip(self.graph.operators, prepared.nodes, strict=True)
        )
        flows = tuple(flow_of(self.graph, prepared, segment) for segment in prepared.segments)
        fills = tuple(
            Fill(self.variables_at + variable.offset, self.graph.tensors[index].bytes, variable.fill & 0xFF)
            for index, variable in sorted(prepared.variables.items())
        )
        functions = {step.function for step in steps if step.skipped is None}
        drivers = {step.driver for step in steps if step.by_rows and not step.together}
        drivers |= {"ef_stream_run"} if flows else set()
        constants = tuple(self.constants)
        return Ahead(
            planned_bytes=prepared.planned_bytes,
            bound_bytes=self.bound_bytes,
            arena_bytes=self.variables_at + prepared.variable_bytes if fills else prepared.planned_bytes,
            scratch_bytes=max((node.scratch_bytes for node in prepared.nodes), default=0),
            constant_bytes=sum(constant.bytes for constant in constants),
            record_bytes=sum(constant.record_bytes for constant in constants),
            key=self.entry.key,
            constants=constants,
            steps=steps,
            flows=flows,
            calls=_calls(steps, flows),
            map=memory_map(self.graph, prepared, fills),
            inputs=tuple(self._socket(port, number) for number, port in enumerate(self.entry.inputs)),
            outputs=tuple(self._socket(port, number) for number, port in enumerate(self.entry.outputs)),
            fills=fills,
            kernel_headers=_headers(self.prepared, steps),
            symbols=tuple(sorted(functions | drivers)),
        )

    def _step(self, operator: Operator, node: Node) -> Step:
        first = self.graph.tensors[operator.inputs[0]] if operator.inputs and operator.inputs[0] >= 0 else None
        out = self.graph.tensors[operator.outputs[0]]
        same_place = first is not None and self._place(first.index) == self._place(out.index)
        skipped = "the bytes lie where they are wanted" if node.kernel == "reshape" and same_place else None
        inputs = self._inputs(operator, node) if skipped is None else []
        inputs += ["NULL"] * (max(1, node.operands) - len(inputs))
        whole = node.tuned is not None and node.tuned.geometry is not None
        (batches,) = struct.unpack_from("<H", node.record) if node.by_rows and not whole else (1,)
        return Step(
            index=operator.index,
            title=f"{operator.name} {_shape(first)} -> {_shape(out)}",
            code=operator.builtin_code,
            kernel=node.kernel,
            reasons=self.reasons[operator.index],
            function=_function(node),
            by_rows=node.by_rows,
            driver=_drivers(node)[node.backwards],
            record=self._record(operator, node) if node.record and skipped is None else None,
            scratch="NULL" if node.scratch is None else _at(node.scratch),
            inputs=tuple(inputs),
            outputs=tuple(self._expression(index) for index in operator.outputs),
            batches=batches,
            batch_bytes=(first.bytes // batches if first is not None else 0, out.bytes // batches),
            skipped=skipped,
            together=False,
        )

    def _stage(self, operator: Operator, node: Node) -> Step:
        """An operator inside a segment: what of it is constant."""
        stage = stage_of(self.graph, self.prepared, operator, node)
        assert stage is not None, f"operator {operator.index} is in a segment and does not run by rows"
        first, out = self.graph.tensors[operator.inputs[0]], self.graph.tensors[operator.outputs[0]]
        constant = replace(operator, inputs=tuple(i if i in self.prepared.constants else -1 for i in operator.inputs))
        inputs = self._inputs(constant, node)
        return Step(
            index=operator.index,
            title=f"{operator.name} {_shape(first)} -> {_shape(out)}",
            code=operator.builtin_code,
            kernel=node.kernel,
            reasons=self.reasons[operator.index],
            function=TAKEN[node.kernel] if stage.kind == "take" else _function(node),
            by_rows=stage.kind == "row",
            driver="ef_stream_run",
            record=self._record(operator, replace(node, record=row_record(stage, node))) if node.record else None,
            scratch="NULL",
            inputs=tuple(inputs + ["NULL"] * (max(1, node.operands) - len(inputs))) if stage.kind == "row" else (),
            outputs=(),
            batches=1,
            batch_bytes=(0, 0),
            skipped=None,
            together=True,
        )

    def _inputs(self, operator: Operator, node: Node) -> list[str]:
        if node.tuned is None:
            reads = operator.inputs[:1] if node.kernel == "reshape" else operator.inputs
            return ["NULL" if index < 0 else self._expression(index) for index in reads]
        inputs = []
        for number, operand in enumerate(node.tuned.inputs):
            if isinstance(operand, Array):
                inputs.append(self._made(operator, number, operand))
            else:
                index = -1 if operand is None else operator.inputs[operand]
                inputs.append("NULL" if index < 0 else self._expression(index))
        return inputs

    def _expression(self, index: int) -> str:
        place = self._place(index)
        return _at(place) if place is not None else self._constant(self.graph.tensors[index])

    def _place(self, index: int) -> int | None:
        """Offset in the arena; None for a constant."""
        if index in self.prepared.planned:
            return self.prepared.planned[index]
        variable = self.prepared.variables.get(index)
        return None if variable is None else self.variables_at + variable.offset

    def _constant(self, tensor: Tensor) -> str:
        position = self.prepared.constants[tensor.index]
        content = self.model.content[position : position + tensor.bytes]
        note = f"{short(tensor.name)}, {tensor.dtype} {_shape(tensor)}"
        return self.constants.symbol(f"constant_{tensor.index}", note, C_TYPES.get(tensor.dtype, "uint8_t"), content)

    def _made(self, operator: Operator, number: int, array: Array) -> str:
        """A constant that a variant made."""
        note = f"{array.note} of operator {operator.index}"
        return self.constants.symbol(
            f"tuned_{operator.index}_{number}", note, array.type, array.content, array.record_bytes
        )

    def _record(self, operator: Operator, node: Node) -> str:
        content = node.record + b"\0" * (-len(node.record) % 4)
        note = f"geometry and multipliers of operator {operator.index}"
        return self.constants.symbol(f"record_{operator.index}", note, "uint32_t", content, len(content))

    def _socket(self, port: Port, number: int) -> Socket:
        tensor = self.graph.tensors[port.index]
        kind, place = C_TYPES.get(tensor.dtype), self.prepared.planned.get(port.index)
        fed = port.role == "input" and any(segment.fed == port.index for segment in self.prepared.segments)
        place = 0 if fed else place
        if kind is None or place is None:
            why = "has a type without a C type" if kind is None else "has no memory of its own"
            raise ModelError(
                f"{self.file} cannot be built ahead of time: {port.role} {number} ({port.name}, {tensor.dtype}) {why}",
                "use --language c-array and the interpreter",
            )
        quantized = len(port.scale) == 1
        return Socket(
            port=port,
            number=number,
            type=kind,
            type_code=_TYPE_CODES[tensor.dtype],
            offset=place,
            bytes=tensor.bytes,
            count=prod(tensor.shape),
            shape=tensor.shape,
            scale=port.scale[0] if quantized else None,
            zero_point=port.zero_point[0] if quantized and port.zero_point else 0,
            rows=tensor.shape[1] if fed else None,
        )


_TYPE_CODES = {
    "FLOAT32": 0,
    "FLOAT16": 1,
    "INT32": 2,
    "UINT8": 3,
    "INT64": 4,
    "BOOL": 6,
    "INT16": 7,
    "INT8": 9,
    "UINT32": 15,
    "UINT16": 16,
}


def _function(node: Node) -> str:
    if node.tuned is not None:
        return node.tuned.function
    return f"ef_{invoke_name(node.kernel)}_{'row' if node.by_rows else 'invoke'}"


def _calls(steps: Sequence[Step], flows: Sequence[Flow]) -> tuple[Call, ...]:
    """What is called one after the other."""
    begins = {flow.first: flow for flow in flows}
    calls = []
    for step in steps:
        if not step.together:
            calls.append(Call(f"operator_{step.index}", step.kernel, step.code))
        elif step.index in begins:
            flow = begins[step.index]
            more = f"{step.kernel} and {flow.last - flow.first} more by rows"
            name = more if flow.last > flow.first else f"{step.kernel} by rows"
            calls.append(Call(flow.function, name, step.code, flow.fed))
    return tuple(calls)


def _headers(prepared: Prepared, steps: Sequence[Step]) -> tuple[str, ...]:
    """What declares the functions that are called."""
    headers = {"ef_operators.h"}
    headers |= {"ef_window.h"} if any(step.by_rows for step in steps) else set()
    headers |= {"ef_stream.h"} if prepared.segments else set()
    headers |= {"ef_tuned.h"} if any(node.tuned is not None for node in prepared.nodes) else set()
    return tuple(sorted(headers))


def _drivers(node: Node) -> tuple[str, str]:
    return node.tuned.drivers or ROW_DRIVERS if node.tuned is not None else ROW_DRIVERS


def _at(offset: int) -> str:
    return f"arena + {offset}" if offset else "arena"


def _shape(tensor: Tensor | None) -> str:
    return "[" + ", ".join(map(str, tensor.shape)) + "]" if tensor is not None else "[]"
