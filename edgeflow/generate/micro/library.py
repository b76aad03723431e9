"""The files of a C library for microcontrollers: rendered ones, the runtime's sources, lists for build systems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edgeflow.errors import ModelError
from edgeflow.fit.arena import plan_arena
from edgeflow.generate.context import Context
from edgeflow.generate.core_sources import defined_by, needed
from edgeflow.generate.languages import Language
from edgeflow.generate.micro.description import Micro, MicroEntry
from edgeflow.generate.micro.entries import (
    cpp_class,
    largest_region,
    micro_entries,
    refuse_signatures,
    tables_of,
)
from edgeflow.generate.micro.tflm import tflm_arena_bytes, tflm_operators
from edgeflow.generate.render import byte_rows, render
from edgeflow.generate.runner_project import select
from edgeflow.model.types import Model
from edgeflow.resources import runtime_dir
from edgeflow.targets.types import Board, Target

_CALLED = (
    *("ef_model_init", "ef_interpreter_prepare", "ef_interpreter_input", "ef_interpreter_output"),
    *("ef_interpreter_invoke", "ef_interpreter_reset_variables", "ef_kernels_all"),
)
_PLAN_ENTRY = b"EDGEFLOW_PLAN"
_NAMES = b'#include "ef_names.h"\n'


@dataclass(frozen=True)
class Built:
    """What was built ahead of time: generated files and the runtime's, both by name; whether it has variables."""

    files: Mapping[str, bytes]
    runtime: Sequence[Path]
    arena_bytes: int
    resets: bool


def ahead_context(context: Context) -> Context:
    """The context of the code inside the library, which has a name of its own."""
    return replace(context, symbol=f"{context.symbol}_aot")


def library_files(
    model: Model,
    target: Target,
    board: Board | None,
    context: Context,
    language: Language,
    version: str,
    built: Built | None,
) -> tuple[Micro, dict[str, bytes]]:
    """Everything of a library, in memory, with what it was rendered from; `built` goes with the form aot.

    Raises UsageError where the form does not hold the model's signatures, ModelError where it does not run them.
    """
    form = str(context.form)
    if form != "interpreter":
        refuse_signatures(context, form)
    subgraphs = sorted({entry.subgraph for entry in context.entries})
    carried: dict[str, bytes] = {}
    options: tuple[tuple[str, int], ...] = ()
    arenas: dict[int, int] = {}
    operators: tuple[str, ...] = ()
    if form == "interpreter":
        wanted = replace(model, subgraphs=tuple(model.subgraphs[number] for number in subgraphs))
        selection = select(wanted, set(_CALLED))
        options = selection.options
        if _PLAN_ENTRY not in model.content:
            options = (("EF_WITH_PLAN_ENTRY", 0), *options)
        carried = {path.name: path.read_bytes() for path in selection.core}
        carried["ef_config_defaults.h"] = carried.pop("ef_config.h")
        arenas = {number: _arena(model, number) for number in subgraphs}
    elif built is not None:
        carried = {**built.files, **{path.name: path.read_bytes() for path in built.runtime}}
        arenas = {subgraphs[0]: built.arena_bytes}
    else:
        operators = tflm_operators(model)
        arenas = {subgraphs[0]: tflm_arena_bytes(model)}
    entries = micro_entries(context, model, arenas)
    carried |= _wrapper(entries)
    micro = Micro(
        version=version,
        entries=entries,
        locales=context.locales,
        tables=tables_of(entries),
        cpp_class=cpp_class(context),
        ram_bytes=largest_region(board),
        arena_bytes=sum(entry.arena_bytes for entry in entries),
        aot_resets=built is not None and built.resets,
        operators=operators,
        options=options,
        cflags=target.cflags,
        toolchain=target.toolchain or "",
        board=board.title if board else "",
        package=f"edgeflow_{context.symbol.lower()}",
        renamed=(*defined_by(carried), *defined_by(carried, runtime_dir() / "wrapper")),
    )
    own = [f"{context.symbol}_values.c", f"{context.symbol}.{'cpp' if form == 'tflm' else 'c'}"]
    own += [f"{context.symbol}_model.c"] if form != "aot" else []
    sources = sorted({*own, *(name for name in carried if name.endswith(".c"))})
    micro = replace(micro, sources=tuple(sources))
    rows = byte_rows(model.content) if form != "aot" else ""
    files = render(language, context, model.content, {"c": micro, "byte_rows": rows})
    renamed = {name: _with_names(name, content) for name, content in sorted(carried.items())}
    return micro, {**files, **{f"src/{name}": content for name, content in renamed.items()}}


def library_warnings(context: Context, micro: Micro) -> tuple[str, ...]:
    """What the board has too little of."""
    if micro.ram_bytes is None or micro.arena_bytes <= micro.ram_bytes:
        return ()
    return (
        f"the arena needs {micro.arena_bytes} bytes, the largest region of {context.board} has {micro.ram_bytes}: "
        "the library will not compile for it",
    )


def _with_names(name: str, content: bytes) -> bytes:
    """A C file whose external symbols get the library's prefix, so that several libraries go into one program.

    The first line of generated files says where they come from and stays the first.
    """
    if not name.endswith(".c"):
        return content
    first, end, rest = content.partition(b"\n")
    return _NAMES + content if name.startswith("ef_") else first + end + _NAMES + rest


def _arena(model: Model, subgraph: int) -> int:
    plan = plan_arena(model, subgraph=subgraph)
    if not plan.exact:
        raise ModelError(
            f"{model.path.name}: subgraph {subgraph} is not one that edgeflow's runtime can plan",
            "edgeflow check MODEL --target T says what it cannot run",
        )
    return plan.total_bytes


def _wrapper(entries: Sequence[MicroEntry]) -> dict[str, bytes]:
    """The files of runtime/wrapper that these entries call."""
    folder = runtime_dir() / "wrapper"
    kinds = {one.kind for entry in entries for one in entry.inputs}
    boxes = any(entry.groups or any(one.kind == "boxes" for one in entry.outputs) for entry in entries)
    called = {"ef_wrapper_write", "ef_wrapper_read", "ef_wrapper_top"}
    called |= {f"ef_wrapper_{kind}" for kind in ("image",) if kind in kinds}
    called |= {"ef_wrapper_sound"} if "audio" in kinds else set()
    called |= {"ef_wrapper_detect"} if boxes else set()
    return {path.name: path.read_bytes() for path in needed(called, folder, headers=("ef_wrapper.h",))}
