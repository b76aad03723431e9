"""From the description of a model to that of its C library: C names, constants, tables of labels, refusals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from edgeflow.errors import ModelError, UsageError
from edgeflow.generate import names, tensors
from edgeflow.generate.context import Context, Entry, Port
from edgeflow.generate.described import Labels
from edgeflow.generate.groups import Group
from edgeflow.generate.micro.description import Found, Input, MicroEntry, Output, Table
from edgeflow.generate.micro.initializers import double_literal, float_literal, pixel_rows
from edgeflow.model.types import Model, Subgraph
from edgeflow.targets.types import Board

# C type and the wrapper's own code of each dtype that a library can hold
TYPES = {
    "FLOAT32": ("float", "EF_WRAPPER_F32"),
    "INT8": ("int8_t", "EF_WRAPPER_S8"),
    "UINT8": ("uint8_t", "EF_WRAPPER_U8"),
    "BOOL": ("uint8_t", "EF_WRAPPER_U8"),
    "INT16": ("int16_t", "EF_WRAPPER_S16"),
    "INT32": ("int32_t", "EF_WRAPPER_S32"),
    "INT64": ("int64_t", "EF_WRAPPER_S64"),
}
# what the library's own functions are called, beside those of its entries
_FUNCTIONS = (
    "init",
    "reset",
    "set_locale",
    "model",
    "model_bytes",
    "arena",
    "aot",
    "aot_invoke",
    "aot_reset",
    "selftest",
)


class _Named(Protocol):
    @property
    def identifier(self) -> str: ...


def micro_entries(context: Context, model: Model, arenas: Mapping[int, int]) -> tuple[MicroEntry, ...]:
    """Every entry with its C names; `arenas` are bytes by subgraph. Raises ModelError with each that C refuses."""
    reasons = _reasons(context)
    if reasons:
        raise ModelError(
            f"{context.model_file} cannot be wrapped as C: {reasons[0]}",
            "convert the model with one scale for each input and output",
            reasons,
        )
    locales = context.locales
    keys = [signature.key for signature in model.signatures]
    methods = _methods(context.entries)
    tables = _Tables(locales)
    found = []
    for number, (entry, method) in enumerate(zip(context.entries, methods, strict=True)):
        graph = model.subgraphs[entry.subgraph]
        inputs = tuple(
            _input(port, field, n, graph)
            for n, (port, field) in enumerate(zip(entry.inputs, _fields(entry.inputs), strict=True))
        )
        groups = {group.boxes for group in entry.groups}
        parts = groups | {name for g in entry.groups for name in (g.scores, g.classes, g.count) if name}
        fields = _fields([*entry.outputs, *entry.groups])
        outputs = tuple(
            _output(port, field, n, graph, port.identifier in parts, tables)
            for n, (port, field) in enumerate(zip(entry.outputs, fields, strict=False))
        )
        by_name = {output.port.identifier: output for output in outputs}
        found.append(
            MicroEntry(
                entry=entry,
                number=number,
                method=method,
                signature=keys.index(entry.key) if entry.key in keys else -1,
                subgraph=entry.subgraph,
                arena_bytes=arenas.get(entry.subgraph, 0),
                inputs=inputs,
                outputs=outputs,
                groups=tuple(
                    _found(group, field, by_name, tables)
                    for group, field in zip(entry.groups, fields[len(outputs) :], strict=True)
                ),
            )
        )
    return tuple(found)


def tables_of(entries: Sequence[MicroEntry]) -> tuple[Table, ...]:
    """Every table of labels once, in order."""
    every = [one.labels for entry in entries for one in entry.outputs]
    every += [one.labels for entry in entries for one in entry.groups]
    return tuple({table.symbol: table for table in every if table is not None}.values())


def largest_region(board: Board | None) -> int | None:
    """What one object can have of a board's RAM."""
    return max((region.bytes for region in board.ram), default=None) if board else None


def cpp_class(context: Context) -> str:
    """The C++ class: the package's class name, neither the C struct's nor a reserved word."""
    name = context.class_name
    while name == context.symbol or names.c_reason(name):
        name = f"{name.replace('__', '_').strip('_')}Model"
    return name


def refuse_signatures(context: Context, form: str) -> None:
    """Raises UsageError where a form that holds one entry would get several, or one in another subgraph."""
    if len(context.entries) > 1:
        keys = ", ".join(repr(entry.key) for entry in context.entries)
        raise UsageError(
            f"{context.model_file} has several signatures: {keys}",
            f"--form {form} holds one: name it with --signature, or use --form interpreter",
        )
    if form == "tflm" and context.entries[0].subgraph != 0:
        raise UsageError(
            f"signature {context.entries[0].key!r} is subgraph {context.entries[0].subgraph}, and TFLM runs the first",
            "use --form interpreter or --form aot",
        )


def _reasons(context: Context) -> list[str]:
    found = []
    for entry in context.entries:
        for port in (*entry.inputs, *entry.outputs):
            if len(port.scale) > 1:
                found.append(f"tensor {port.index} ({port.name}) has a scale for each slice")
            divisors = tensors.divisors(_tensor(port), port.pre.std)
            if not np.isfinite(divisors).all() or (divisors == 0).any():
                found.append(f"tensor {port.index} ({port.name}): its std times its scale is no float32")
    return found


def _tensor(port: Port) -> tensors.Tensor:
    assert port.numpy is not None
    return tensors.Tensor(port.name, port.index, port.numpy, port.shape, port.scale, port.zero_point, port.axis)


def _shape(port: Port, graph: Subgraph) -> tuple[int, ...]:
    """Free sizes as the file states them, which is how the runtime takes them."""
    return graph.tensors[port.index].shape


def _input(port: Port, field: str, number: int, graph: Subgraph) -> Input:
    shape = _shape(port, graph)
    c_type, code = TYPES[port.dtype]
    normalized = port.pre.normalized and port.dtype != "BOOL"
    kind: str = port.pre.kind
    if kind == "plain":
        kind = "real" if normalized or port.scale else "native"
    table: tuple[str, ...] = ()
    tables = 0
    if kind == "image" and port.dtype in ("INT8", "UINT8"):
        rows = tensors.pixel_table(_tensor(port), port.pre.mean, port.pre.std)
        rows = rows[:1] if (rows == rows[:1]).all() else rows
        tables, table = len(rows), pixel_rows(rows.view(np.uint8))
    divisors = () if kind == "native" else tensors.divisors(_tensor(port), port.pre.std).reshape(-1).tolist()
    return Input(
        port=port,
        field=field,
        kind=kind,
        number=number,
        place=_place(graph.inputs, port.index),
        c_type=c_type,
        type=code,
        shape=shape,
        elements=math.prod(shape),
        zero_point=port.zero_point[0] if port.scale and port.zero_point else 0,
        means=tuple(map(float_literal, port.pre.mean)) if kind != "native" else (),
        divisors=tuple(map(float_literal, divisors)),
        tables=tables,
        table=table,
    )


def _fields(things: Sequence[_Named], taken: Sequence[str] = ()) -> list[str]:
    """Members of a struct: identifiers that C and C++ allow, each once."""
    found: list[str] = []
    for thing in things:
        word = name = thing.identifier
        number = 1
        while names.c_reason(name) or name in found or name in taken:
            number += 1
            name = f"{word.rstrip('_')}_{number}"
        found.append(name)
    return found


def _methods(entries: Sequence[Entry]) -> list[str]:
    """Names of entries such that no two functions of the library are the same."""
    taken = set(_FUNCTIONS)
    found = []
    for entry in entries:
        word = name = entry.method
        number = 1
        while names.c_reason(name) or _claims(name, entry) & taken:
            number += 1
            name = f"{word.rstrip('_')}_{number}"
        taken |= _claims(name, entry)
        found.append(name)
    return found


def _claims(method: str, entry: Entry) -> set[str]:
    claimed = {method, *(f"{method}_{part}" for part in ("input", "result", "prepare", "invoke", "read"))}
    claimed |= {f"{method}_input_{field}" for field in _fields(entry.inputs)}
    return claimed | {f"{method}_output_{field}" for field in _fields(entry.outputs)}


def _place(graph: Sequence[int], index: int) -> int:
    return list(graph).index(index) if index in graph else -1


class _Tables:
    """Collects labels; equal ones once."""

    def __init__(self, locales: tuple[str, ...]) -> None:
        self.locales = locales
        self.known: dict[object, Table] = {}

    def of(self, words: tuple[str, ...], others: Sequence[Labels]) -> Table | None:
        if not words and not others:
            return None
        by_locale = {labels.locale: labels.words for labels in others}
        texts = [words]
        languages = []
        for locale in ("", *self.locales):
            own = by_locale.get(locale, words) if locale else words
            if own not in texts:
                texts.append(own)
            languages.append(texts.index(own))
        key = (tuple(texts), tuple(languages))
        return self.known.setdefault(key, Table(f"labels_{len(self.known)}", *key))


def _output(port: Port, field: str, number: int, graph: Subgraph, part: bool, tables: _Tables) -> Output:
    shape = _shape(port, graph)
    c_type, code = TYPES[port.dtype]
    post = port.post
    elements = math.prod(shape)
    calibration = post.calibration
    curves: list[str] = []
    for row in calibration.rows if calibration else ():
        scale, slope, offset, least = row or (0.0, 0.0, 0.0, None)
        numbers = ", ".join(map(double_literal, (scale, slope, offset)))
        floor = float_literal(least) if least is not None else "0.0f"
        curves.append(f"{{{numbers}, {floor}, {int(row is not None)}, {int(least is not None)}}}")
    labelled = post.kind in ("classes", "named") and not part
    return Output(
        port=port,
        field=field,
        kind="part" if part else post.kind,
        number=number,
        place=_place(graph.outputs, port.index),
        c_type=c_type,
        type=code,
        shape=shape,
        elements=elements,
        last=shape[-1] if shape else 1,
        scale=float_literal(port.scale[0]) if port.scale else "0.0f",
        zero_point=port.zero_point[0] if port.scale and port.zero_point else 0,
        most=min(post.top_k or elements, elements),
        threshold=None if post.threshold is None else double_literal(post.threshold),
        labels=tables.of(post.labels, post.locales) if labelled else None,
        curves=tuple(curves),
        fallback=double_literal(calibration.default) if calibration else "0.0",
    )


def _found(group: Group, field: str, outputs: Mapping[str, Output], tables: _Tables) -> Found:
    boxes = outputs[group.boxes]
    total = boxes.elements // 4
    return Found(
        group=group,
        field=field,
        boxes=boxes,
        scores=outputs[group.scores],
        classes=outputs[group.classes] if group.classes else None,
        count=outputs[group.count] if group.count else None,
        most=min(group.top_k or total, total),
        threshold=None if group.threshold is None else float_literal(group.threshold),
        labels=tables.of(group.labels, group.locales),
    )
