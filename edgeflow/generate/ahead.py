"""One model as C that calls the runtime's kernels directly: what the templates of `templates/aot` are rendered from."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

import numpy as np

from edgeflow.errors import ModelError, UsageError
from edgeflow.fit.table import invoke_name
from edgeflow.generate.context import Context, Entry, Port
from edgeflow.generate.overlap import plan_memory
from edgeflow.generate.prepared import Node, Prepared
from edgeflow.generate.simulate import simulate
from edgeflow.model.types import Model, Operator, Subgraph, Tensor

ALIGNMENT_BYTES = 8  # of the arena that a caller gives: the widest element
_VARIABLE_ALIGNMENT_BYTES = 16
_ROW_CHARACTERS = 112
_NAME_CHARACTERS = 60
_MAX_RANK = 6  # EF_MAX_RANK
_C_TYPES = {
    "FLOAT32": "float",
    "INT8": "int8_t",
    "UINT8": "uint8_t",
    "BOOL": "uint8_t",
    "INT16": "int16_t",
    "UINT16": "uint16_t",
    "FLOAT16": "uint16_t",
    "INT32": "int32_t",
    "UINT32": "uint32_t",
    "INT64": "int64_t",
}
_RUN_ROWS = {False: "ef_window_run_rows", True: "ef_window_run_rows_backwards"}


@dataclass(frozen=True)
class Constant:
    """A constant array: `symbol` in the generated file, C `type`, `count` elements, `rows` of initializers."""

    symbol: str
    note: str
    type: str
    count: int
    rows: tuple[str, ...]
    bytes: int


@dataclass(frozen=True)
class Step:
    """One operator's function.

    `driver` makes the rows of a kernel that works by rows; then `batches` batch entries lie `batch_bytes` apart (input,
    output). `inputs`, `outputs` and `scratch` are C expressions; `record` names a constant or is None. `skipped` says
    why there is nothing to do, or is None.
    """

    index: int
    title: str
    code: int
    kernel: str
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


@dataclass(frozen=True)
class Place:
    """A line of the memory map: bytes [first, end) of the arena, in use from operator `born` to `last`."""

    first: int
    end: int
    what: str
    born: int
    last: int


@dataclass(frozen=True)
class Socket:
    """An input or output of the generated code, `count` elements of C `type`. `scale` is None where not quantized."""

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

    @property
    def dims(self) -> tuple[int, ...]:
        """The sizes as struct ef_tensor has them."""
        return self.shape + (1,) * (_MAX_RANK - len(self.shape))


@dataclass(frozen=True)
class Fill:
    """A variable tensor's begin: bytes [first, first + bytes) get `value`."""

    first: int
    bytes: int
    value: int


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
    without a C type.
    """
    entry = choose_entry(context)
    graph = model.subgraphs[entry.subgraph]
    plan = plan_memory(graph, prepared)
    prepared = plan.applied(prepared)
    simulate(graph, prepared)  # a wrong plan is edgeflow's own mistake: it ends here, not on a board
    return _Builder(model, graph, entry, prepared, context.model_file, plan.bound_bytes).build()


class _Builder:
    """Collects constants while steps are described; every constant once, by its bytes."""

    def __init__(self, model: Model, graph: Subgraph, entry: Entry, prepared: Prepared, file: str, bound: int) -> None:
        self.bound_bytes = bound
        self.model, self.graph, self.entry, self.prepared, self.file = model, graph, entry, prepared, file
        self.constants: dict[tuple[str, bytes], Constant] = {}
        self.variables_at = -(-prepared.planned_bytes // _VARIABLE_ALIGNMENT_BYTES) * _VARIABLE_ALIGNMENT_BYTES

    def build(self) -> Ahead:
        prepared = self.prepared
        steps = tuple(self._step(o, n) for o, n in zip(self.graph.operators, prepared.nodes, strict=True))
        fills = tuple(
            Fill(self.variables_at + variable.offset, self.graph.tensors[index].bytes, variable.fill & 0xFF)
            for index, variable in sorted(prepared.variables.items())
        )
        functions = {step.function for step in steps if step.skipped is None}
        rows = {step.driver for step in steps if step.by_rows}
        records = [constant for (kind, _), constant in self.constants.items() if kind == "record"]
        return Ahead(
            planned_bytes=prepared.planned_bytes,
            bound_bytes=self.bound_bytes,
            arena_bytes=self.variables_at + prepared.variable_bytes if fills else prepared.planned_bytes,
            scratch_bytes=max((node.scratch_bytes for node in prepared.nodes), default=0),
            constant_bytes=sum(constant.bytes for constant in self.constants.values()),
            record_bytes=sum(constant.bytes for constant in records),
            key=self.entry.key,
            constants=tuple(self.constants.values()),
            steps=steps,
            map=_memory_map(self.graph, prepared, fills),
            inputs=tuple(self._socket(port, number) for number, port in enumerate(self.entry.inputs)),
            outputs=tuple(self._socket(port, number) for number, port in enumerate(self.entry.outputs)),
            fills=fills,
            kernel_headers=("ef_operators.h", "ef_window.h") if rows else ("ef_operators.h",),
            symbols=tuple(sorted(functions | rows)),
        )

    def _step(self, operator: Operator, node: Node) -> Step:
        first = self.graph.tensors[operator.inputs[0]] if operator.inputs and operator.inputs[0] >= 0 else None
        out = self.graph.tensors[operator.outputs[0]]
        same_place = first is not None and self._place(first.index) == self._place(out.index)
        skipped = "the bytes lie where they are wanted" if node.kernel == "reshape" and same_place else None
        reads = operator.inputs[:1] if node.kernel == "reshape" else operator.inputs
        (batches,) = struct.unpack_from("<H", node.record) if node.by_rows else (1,)
        inputs = ["NULL" if index < 0 else self._expression(index) for index in reads] if skipped is None else []
        inputs += ["NULL"] * (max(1, node.operands) - len(inputs))
        return Step(
            index=operator.index,
            title=f"{operator.name} {_shape(first)} -> {_shape(out)}",
            code=operator.builtin_code,
            kernel=node.kernel,
            function=f"ef_{invoke_name(node.kernel)}_{'row' if node.by_rows else 'invoke'}",
            by_rows=node.by_rows,
            driver=_RUN_ROWS[node.backwards],
            record=self._record(operator, node) if node.record and skipped is None else None,
            scratch="NULL" if node.scratch is None else _at(node.scratch),
            inputs=tuple(inputs),
            outputs=tuple(self._expression(index) for index in operator.outputs),
            batches=batches,
            batch_bytes=(first.bytes // batches if first is not None else 0, out.bytes // batches),
            skipped=skipped,
        )

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
        kind = _C_TYPES.get(tensor.dtype, "uint8_t")
        known = self.constants.get((kind, content))
        if known is None:
            values = _values(kind, content)
            known = Constant(
                symbol=f"constant_{tensor.index}",
                note=f"{_short(tensor.name)}, {tensor.dtype} {_shape(tensor)}",
                type=kind,
                count=len(values),
                rows=_rows(values),
                bytes=len(content),
            )
            self.constants[kind, content] = known
        return known.symbol

    def _record(self, operator: Operator, node: Node) -> str:
        content = node.record + b"\0" * (-len(node.record) % 4)
        known = self.constants.get(("record", content))
        if known is None:
            words = [f"0x{word:08x}" for word in struct.unpack(f"<{len(content) // 4}I", content)]
            note = f"geometry and multipliers of operator {operator.index}"
            known = Constant(f"record_{operator.index}", note, "uint32_t", len(words), _rows(words), len(content))
            self.constants["record", content] = known
        return known.symbol

    def _socket(self, port: Port, number: int) -> Socket:
        tensor = self.graph.tensors[port.index]
        kind, place = _C_TYPES.get(tensor.dtype), self.prepared.planned.get(port.index)
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


def _memory_map(graph: Subgraph, prepared: Prepared, fills: Iterable[Fill]) -> tuple[Place, ...]:
    """Every piece of the arena in the order of its bytes; -1 stands for the caller before the first operator."""
    end = len(graph.operators)
    born = dict.fromkeys(graph.inputs, -1)
    last = dict.fromkeys(graph.outputs, end)
    for operator in graph.operators:
        born |= dict.fromkeys(operator.outputs, operator.index)
        for index in operator.inputs:
            last[index] = max(last.get(index, -1), operator.index)
    places = [
        Place(
            offset,
            offset + graph.tensors[t].bytes,
            _short(graph.tensors[t].name),
            born.get(t, -1),
            last.get(t, born.get(t, -1)),
        )
        for t, offset in prepared.planned.items()
    ]
    for index, node in enumerate(prepared.nodes):
        if node.scratch is not None:
            places.append(Place(node.scratch, node.scratch + node.scratch_bytes, "scratch", index, index))
    places += [Place(fill.first, fill.first + fill.bytes, "a variable", -1, end) for fill in fills]
    return tuple(sorted(places, key=lambda place: (place.born, place.first, place.end)))


def _short(name: str) -> str:
    """The last of the names that a converter has strung together."""
    last = name.rstrip(";").rpartition(";")[2]
    return last if len(last) <= _NAME_CHARACTERS else f"...{last[-_NAME_CHARACTERS:]}"


def _at(offset: int) -> str:
    return f"arena + {offset}" if offset else "arena"


def _shape(tensor: Tensor | None) -> str:
    return "[" + ", ".join(map(str, tensor.shape)) + "]" if tensor is not None else "[]"


def _values(kind: str, content: bytes) -> list[str]:
    """C initializers of a type, exactly the bytes."""
    if kind == "float":
        return [_float(value) for value in np.frombuffer(content, "<f4").tolist()]
    dtype = np.dtype(kind.removesuffix("_t")).newbyteorder("<")
    values = [str(value) for value in np.frombuffer(content, dtype).tolist()]
    if kind == "int32_t":
        return ["(-2147483647 - 1)" if value == "-2147483648" else value for value in values]
    if kind == "uint32_t":
        return [f"{value}u" for value in values]
    if kind == "int64_t":
        return ["INT64_MIN" if value == str(-(2**63)) else f"INT64_C({value})" for value in values]
    return values


def _float(value: float) -> str:
    """A float32 as C writes it exactly."""
    if value != value:
        return "NAN"
    if value in (float("inf"), float("-inf")):
        return "INFINITY" if value > 0 else "-INFINITY"
    return f"{value.hex()}f"


def _rows(values: Iterable[str]) -> tuple[str, ...]:
    """Initializers in lines of a readable length."""
    rows: list[str] = []
    row: list[str] = []
    used = 0
    for value in values:
        if used + len(value) + 2 > _ROW_CHARACTERS and row:
            rows.append(" ".join(row))
            row, used = [], 0
        row.append(f"{value},")
        used += len(value) + 2
    return (*rows, " ".join(row)) if row else tuple(rows)
