"""A project that builds the runner with a vendor's tool: the runtime's sources and what fills ef_port.h."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from edgeflow.errors import ModelError
from edgeflow.fit.arena import plan_arena
from edgeflow.fit.microcontroller import has_fpu
from edgeflow.fit.operators import choose
from edgeflow.fit.table import KernelLimits, operators
from edgeflow.generate import frameworks
from edgeflow.generate.core_sources import named_by, needed
from edgeflow.generate.frameworks import Framework, choose_framework
from edgeflow.generate.render import render_tree
from edgeflow.model.types import Model
from edgeflow.resources import runtime_dir
from edgeflow.targets.types import Board, BoardFramework, Target

_CONFIG, _DEFAULTS = "ef_config.h", "ef_config_defaults.h"
_TABLE = "ef_operators.c"
_GROUPS = ("INT8", "INT16", "FLOAT32")
_ESP_SLOTS_BYTES = 2 * 1024 * 1024  # of the least flash, 4 MB, behind bootloader and application
_CODE_BYTES = 1024 * 1024  # of flash that slots leave to the runner
_BAUD = 921_600
_LINK_BYTES = 2048  # of the link's own state and the C library's; a bare-metal image leaves the rest to the arena
_DEFINED = re.compile(r"^#define (BOARD_\w+) (0x[0-9A-Fa-f]+|[0-9]+)\b", re.MULTILINE)


@dataclass(frozen=True)
class Selection:
    """Which kernels are in: `options` of ef_config.h that leave the others out, the operators' names, the sources."""

    options: tuple[tuple[str, int], ...]
    operators: tuple[str, ...]
    core: tuple[Path, ...]


@dataclass(frozen=True)
class RunnerContext:
    """All that the templates below templates/runner may name; strings from outside are raw: templates escape them."""

    command: str
    version: str
    board: str
    title: str
    cpu: str
    fpu: bool
    clock_mhz: int
    framework_title: str
    vendor_board: str
    platform: str
    architecture: str
    needs: str
    build: tuple[str, ...]
    line: str
    clock: str
    os: str
    sources: str
    own: str
    c_files: tuple[str, ...]
    options: tuple[tuple[str, int], ...]
    operators: tuple[str, ...]
    model_file: str | None
    arena_bytes: int
    slots_bytes: int
    slots_in_flash: bool
    window: int
    baud: int
    ports: tuple[str, ...]
    cflags: tuple[str, ...]
    board_macro: str
    begin: tuple[str, ...]
    restart: str
    build_flags: tuple[str, ...]


@dataclass(frozen=True)
class RunnerProject:
    """`files` by path below the project's folder; `rendered` names those that are not the runtime's own."""

    framework: str
    context: RunnerContext
    files: dict[str, bytes]
    rendered: tuple[str, ...]
    warnings: tuple[str, ...]


def runner_project(
    board: Board, target: Target, version: str, framework: str | None, model: Model | None
) -> RunnerProject:
    """Everything of a project, in memory; `version` is edgeflow's.

    With a model only its operators are in it. Raises UsageError where the board has no such project, ModelError where
    the runtime cannot run the model.
    """
    chosen, vendor = choose_framework(board, framework)
    selection = select(model)
    copied = _copied(selection)
    context = _context(board, target, version, chosen, vendor, selection, model, copied, framework)
    values = {"r": context}
    own = render_tree("runner/source", values)
    if not chosen.ports:
        own |= render_tree("runner/memory", values)
    own = {f"{chosen.sources}/{name}": content for name, content in own.items()}
    files = {**render_tree("runner/readme", values), **render_tree(f"runner/{chosen.name}", values), **own}
    rendered = tuple(files)
    files |= {f"{chosen.sources}/{name}": content for name, content in copied.items()}
    for port in context.ports:
        files |= {
            f"port/{port}/{path.name}": path.read_bytes() for path in sorted((runtime_dir() / "port" / port).iterdir())
        }
    return RunnerProject(chosen.name, context, files, rendered, _warnings(board, model, context))


def select(model: Model | None, linked: set[str] | None = None) -> Selection:
    """The kernels for a model, or all of them, with what `linked` names: the link's own when None.

    Raises ModelError with every operator that has no kernel.
    """
    folder = runtime_dir() / "core"
    linked = linked or named_by(sorted((runtime_dir() / "link").glob("*.c"))) | {"ef_kernels_all"}
    every = operators()
    if model is None:
        everything = (*sorted(folder.glob("*.c")), *sorted(folder.glob("*.h")))
        return Selection((), tuple(entry.name for entry in every), everything)
    used, reasons = _kernels(model)
    if reasons:
        raise ModelError(
            f"{model.path.name} has operators that the runtime does not run: {reasons[0]}",
            "edgeflow check MODEL --target BOARD lists all of them",
            reasons,
        )
    names = {entry.name for entry in every if any(kernel.name in used for kernel in entry.kernels)}
    groups = {kernel.group for entry in every for kernel in entry.kernels if kernel.name in used}
    options = [(f"EF_WITH_{group}", 0) for group in _GROUPS if group not in groups]
    options += [(f"EF_WITH_{entry.name}", 0) for entry in every if entry.name not in names]
    kept = [k for e in every if e.name in names for k in e.kernels if k.group in ("", *groups)]
    core = needed({*linked, *_functions(kept)}, folder, tables=(_TABLE,))
    return Selection(tuple(options), tuple(sorted(names)), core)


def _kernels(model: Model) -> tuple[set[str], list[str]]:
    """Names of the kernels that run a model, and why an operator has none."""
    used: set[str] = set()
    reasons: list[str] = []
    for subgraph in model.subgraphs:
        for operator in subgraph.operators:
            match choose(subgraph, operator):
                case str(reason):
                    reasons.append(f"operator {operator.index}: {reason}")
                case chosen:
                    used.add(chosen.kernel.name)
    return used, reasons


def _functions(kernels: Iterable[KernelLimits]) -> set[str]:
    found = set()
    for kernel in kernels:
        found |= {f"ef_{kernel.prepare}_prepare", f"ef_{kernel.invoke}_{'row' if kernel.row else 'invoke'}"}
        found |= {f"ef_{kernel.name}_take"} if kernel.take else set()
    return found


def _copied(selection: Selection) -> dict[str, bytes]:
    """The runtime's and the link's files by name; ef_config.h under the name that this project's own includes."""
    paths = (*selection.core, *sorted((runtime_dir() / "link").glob("*.[ch]")))
    names = {path.name: path for path in paths}
    return {_DEFAULTS if name == _CONFIG else name: names[name].read_bytes() for name in sorted(names)}


def _context(
    board: Board,
    target: Target,
    version: str,
    framework: Framework,
    vendor: BoardFramework,
    selection: Selection,
    model: Model | None,
    copied: dict[str, bytes],
    asked: str | None,
) -> RunnerContext:
    esp = any(method.tool == "esptool" for method in board.flash)
    platform = vendor.platform or (vendor.board.split(":")[1] if framework.name == "arduino" else "")
    system = frameworks.ESP_SYSTEM_BYTES if esp else frameworks.SYSTEM_BYTES.get(platform, 0)
    arena, slots = _memory(board, framework, system, esp)
    if framework.ports:
        arena, slots = _memory_of_port(board, platform)
    words = ["edgeflow", "generate", *([model.path.name] if model else []), "--runner", "--board", board.name]
    words += ["--framework", framework.name] if asked else []
    return RunnerContext(
        command=shlex.join([*words, "-o", "."]),
        version=version,
        board=board.name,
        title=board.title,
        cpu=board.cpu,
        fpu=has_fpu(target.arch) and target.arch.startswith("arm"),  # where a kernel keeps it off unless asked
        clock_mhz=(board.clock_hz or 0) // 1_000_000,
        framework_title=framework.title,
        vendor_board=vendor.board,
        platform=platform,
        architecture=platform,
        needs=framework.needs.format(package=vendor.board.rpartition(":")[0] or vendor.board),
        build=tuple(line.format(board=vendor.board) for line in framework.build),
        line=framework.line,
        clock=framework.clock,
        os=framework.title.removeprefix("the "),
        sources=framework.sources,
        own=framework.own,
        c_files=tuple(sorted([*(name for name in copied if name.endswith(".c")), "runner.c"])),  # of CMake's lists
        options=selection.options,
        operators=selection.operators,
        model_file=model.path.name if model else None,
        arena_bytes=arena,
        slots_bytes=slots,
        slots_in_flash=framework.slots_in_flash,
        window=framework.window,
        baud=_BAUD,
        ports=(platform, *framework.ports) if framework.ports else (),
        cflags=target.cflags,
        board_macro=f"EF_BOARD_{board.name.upper().replace('-', '_')}",
        begin=(*frameworks.BEGIN.get(platform, ()), "Serial.begin(RUNNER_BAUD);"),
        restart=frameworks.RESTART.get(platform, frameworks.RESTART_CORTEX_M),
        build_flags=frameworks.BUILD_FLAGS.get(platform, ()),
    )


def _memory(board: Board, framework: Framework, system_bytes: int, esp: bool) -> tuple[int, int]:
    """(arena, slots) in bytes: what should be left of the first region of RAM, halved where slots lie there as well."""
    free = board.ram[0].bytes - framework.reserve_bytes - system_bytes
    if framework.slots_in_flash:
        return free & ~1023, _ESP_SLOTS_BYTES if esp else (board.flash_bytes or 0) - _CODE_BYTES
    return free // 2 & ~1023, free // 2 & ~1023


def _memory_of_port(board: Board, port: str) -> tuple[int, int]:
    """(arena, slots) in bytes of a bare-metal port: what stack, ring, buffers and the link's state leave; board.h's."""
    text = (runtime_dir() / "port" / port / "board.h").read_text(encoding="utf-8")
    facts = {name: int(value, 0) for name, value in _DEFINED.findall(text)}
    lists = 8 * (facts["BOARD_SAMPLES"] + facts["BOARD_OPERATORS"])
    buffers = facts["BOARD_STACK_BYTES"] + facts["BOARD_RING_BYTES"] + 2 * facts["BOARD_PAYLOAD_BYTES"]
    return (board.ram[0].bytes - buffers - lists - _LINK_BYTES) & ~255, facts["BOARD_SLOTS_BYTES"]


def _warnings(board: Board, model: Model | None, context: RunnerContext) -> tuple[str, ...]:
    if model is None:
        return ()
    found = []
    arena = plan_arena(model)
    if arena.total_bytes > context.arena_bytes:
        found.append(f"the model needs {arena.total_bytes} bytes of arena, this runner has {context.arena_bytes}")
    if 2 * model.size > context.slots_bytes:
        found.append(
            f"the model has {model.size} bytes: two of it do not go into slots of {context.slots_bytes} bytes in "
            f"{'flash' if context.slots_in_flash else 'RAM'} (RUNNER_SLOTS_BYTES in runner.h)"
        )
    return tuple(found)
