"""The images that `make bench-mcu` measures: one model, its kernels and start-up, nothing of the link."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edgeflow.device.emulator import load_machine
from edgeflow.errors import ToolchainError
from edgeflow.firmware.ahead import generate_ahead
from edgeflow.firmware.build import Recipe, Source, build
from edgeflow.firmware.cycles import estimate_cycles, estimated_targets, listing_flags
from edgeflow.firmware.executed import disassemble, plugin_option, read_counts
from edgeflow.firmware.image import Image
from edgeflow.firmware.prepared import prepare
from edgeflow.firmware.runner import kernel_flags
from edgeflow.firmware.toolchain import for_target
from edgeflow.fit.table import operators
from edgeflow.generate.ahead.planned import plan_model
from edgeflow.generate.context import Optimize, Options, build_context
from edgeflow.generate.core_sources import needed
from edgeflow.generate.render import byte_rows
from edgeflow.model.read import read_model
from edgeflow.model.types import Model
from edgeflow.resources import runtime_dir
from edgeflow.targets.registry import find_board, find_target
from edgeflow.transport.qemu import QemuPipe, command

HERE = Path(__file__).parent
_RUN_S = 300.0
_LARGEST_ARENA = 256 * 1024
_INTERFACE = {f"ef_interpreter_{name}" for name in ("prepare", "invoke", "input", "output", "memory")} | {
    "ef_model_init",
    "ef_kernels_all",
}
# so that the functions of operators can be told apart; it costs some instructions an operator and no more
_SEPARATE = ("-fno-inline-functions-called-once", "-fno-inline-small-functions", "-fno-ipa-icf")


@dataclass(frozen=True)
class Share:
    """What one operator costs; `cycles` is estimated, None for a core without a table."""

    index: int
    title: str
    kernel: str
    instructions: int
    cycles: int | None


@dataclass(frozen=True)
class Figures:
    """What one build of a model costs on one board.

    `text_bytes` is code and constants without the model's weights, with its records. `ram_bytes` is the arena with all
    scratch, .data and .bss, without the stack. `digest` is of the first output for seeded input.
    """

    board: str
    core: str
    model: str
    build: str
    instructions: int
    cycles: int | None
    init_instructions: int
    arena_bytes: int
    ram_bytes: int
    stack_bytes: int
    init_stack_bytes: int
    text_bytes: int
    weight_bytes: int
    digest: int
    operators: tuple[Share, ...]
    toolchain: str


def measure_ahead(board: str, model: Model, optimize: Optimize, core: str | None = None) -> Figures:
    """A model built ahead of time, for `core` in place of the board's: one whose instructions the board's core has."""
    found = find_board(board)
    core = core or found.target
    signature = model.signatures[0].key if model.signatures else None
    options = Options("aot", "m", signature, optimize=optimize)
    made = generate_ahead(model, build_context(model, find_target(core), found, options))
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        for name, content in made.files.items():
            (folder / name).write_bytes(content)
        kernels = [Source(path, kernel_flags(path)) for path in made.runtime if path.suffix in (".c", ".S")]
        flags = ("-DM_HAS_RESET",) if made.ahead.fills else ()
        recipe = _recipe(board, core, folder, "mcu_ahead.h", kernels, flags)
        plain = build(replace(recipe, sources=(*recipe.sources, Source(folder / "m.c", ("-Os",)))))
        separate = Source(folder / "m.c", ("-Os", *_SEPARATE))
        counting = build(_measuring(replace(recipe, sources=(*recipe.sources, separate))))
        titles = {step.index: (step.title, step.kernel) for step in made.ahead.steps}
        for flow in made.ahead.flows:  # one function, so one share
            kernels_of = dict.fromkeys(titles[index][1] for index in range(flow.first, flow.last + 1))
            titles[flow.first] = (f"{flow.first} to {flow.last} together by rows", ", ".join(kernels_of))
        said, shares = _run(board, core, counting, folder, titles, interpreted=False)
    weights = made.ahead.constant_bytes - made.ahead.record_bytes
    return _figures(board, core, model, f"aot-{optimize}", plain, said, shares, weights)


def measure_interpreted(board: str, model: Model, core: str | None = None, *, plan: bool = False) -> Figures:
    """The .tflite with the interpreter and the kernels that the model needs; `core` as above.

    With `plan` the file brings its memory plan along, and what reads it is in the build.
    """
    core = core or find_board(board).target
    nodes = prepare(model, signature=0 if model.signatures else -1).nodes
    if plan:
        model = read_model(plan_model(model).content, model.path)
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        names = sorted({node.kernel for node in nodes})
        kernels = "".join(f"    &ef_kernel_{name},\n" for name in names)
        (folder / "subject.c").write_text(
            '#include "ef_operators.h"\n'
            "extern const struct ef_kernel *const subject_kernels[];\n"
            f"const struct ef_kernel *const subject_kernels[] = {{\n{kernels}    NULL,\n}};\n"
        )
        (folder / "model.c").write_text(
            "#include <stdint.h>\nextern const uint8_t subject_model[], subject_model_end[];\n"
            f"__attribute__((aligned(16))) const uint8_t subject_model[{model.size}] = {{\n"
            f"{byte_rows(model.content)}\n}};\n"
            f'__asm(".global subject_model_end\\n.set subject_model_end, subject_model + {model.size}");\n'
        )
        kept = [Source(path, kernel_flags(path)) for path in core_of(names) if path.suffix == ".c"]
        own = [Source(folder / "subject.c", ("-Os",)), Source(folder / "model.c", ("-Os",))]
        titles = {o.index: (o.name, n.kernel) for o, n in zip(model.main.operators, nodes, strict=True)}

        def recipe(arena: int) -> Recipe:
            flags = (f"-DARENA_BYTES={arena}", f"-DEF_WITH_PLAN_ENTRY={int(plan)}")
            return _recipe(board, core, folder, "mcu_interpreted.h", [*kept, *own], flags)

        said, shares = _run(board, core, build(_measuring(recipe(_LARGEST_ARENA))), folder, titles, interpreted=True)
        plain = build(recipe(-(-said["arena"] // 8) * 8))
    return _figures(board, core, model, "interpreter-plan" if plan else "interpreter", plain, said, shares, model.size)


def core_of(names: Sequence[str]) -> tuple[Path, ...]:
    """The files of runtime/core that the interpreter needs with these kernels; the linker drops the other tables."""
    known = {kernel.name: kernel for entry in operators() for kernel in entry.kernels}
    functions = {f"ef_{known[name].prepare}_prepare" for name in names}
    functions |= {f"ef_{known[name].invoke}_{'row' if known[name].row else 'invoke'}" for name in names}
    functions |= {f"ef_{name}_take" for name in names if known[name].take}
    return needed({*_INTERFACE, *functions}, tables=("ef_operators.c",))


def _recipe(
    board: str, core: str, folder: Path, subject: str, sources: Sequence[Source], flags: tuple[str, ...]
) -> Recipe:
    target = find_target(core)
    port = runtime_dir() / "port" / "mps"
    return Recipe(
        name=f"{subject.removesuffix('.h').replace('_', '-')}-{board}-{core}",
        toolchain=for_target(target),
        sources=(Source(HERE / "mcu_bare.c", ("-Os",)), *sources),
        include=(folder, HERE, runtime_dir() / "core", port),
        flags=(
            *target.cflags,
            *("-std=gnu99", "-ffunction-sections", "-fdata-sections", "-DEF_WITH_REASONS=0"),
            *(f"-DEF_BOARD_{board.upper().replace('-', '_')}", f'-DSUBJECT="{subject}"'),
            *flags,
        ),
        link_flags=("-nostartfiles", "-specs=nano.specs", "-Wl,--gc-sections", "-lm"),
        script=port / "mps.ld.in",
        shown_flags=" ".join([*target.cflags, "-Os", "kernels", "-O2"]),
    )


def _measuring(recipe: Recipe) -> Recipe:
    counter = Source(runtime_dir() / "port" / "mps" / "counter.c", ("-Os",))
    return replace(
        recipe,
        name=f"{recipe.name}-measuring",
        sources=(*recipe.sources, counter),
        flags=(*recipe.flags, "-DMEASURE"),
    )


def _run(
    board: str, core: str, image: Image, folder: Path, titles: dict[int, tuple[str, str]], *, interpreted: bool
) -> tuple[dict[str, int], tuple[Share, ...]]:
    """What the image says on its UART, and what the plugin counts of its last run."""
    listing = disassemble(image, for_target(find_target(core)), listing_flags(core))
    named = {name: re.fullmatch(r"operators?_(\d+)(_\d+)?", name) for name in listing.functions}
    own = {name: int(found[1]) for name, found in named.items() if found}
    marks = ["measured_operator"] if interpreted else list(own)
    counts = folder / "counts.txt"
    option = plugin_option(listing, counts, "measured_begin", "measured_end", marks, each=interpreted)
    memory = folder / "memory"
    machine = load_machine(board)
    with memory.open("wb") as file:
        file.truncate(machine.memory_bytes)
    said = _listen(board, [*command(machine, image.path, memory), *option])
    parts = read_counts(counts)
    estimated = core in estimated_targets()

    def share(index: int, instructions: int, cycles: int | None) -> Share:
        return Share(index, *titles[index], instructions, cycles)

    figures = [(p, p.instructions, estimate_cycles(core, listing, p.counts) if estimated else None) for p in parts]
    total = sum(instructions for _, instructions, _ in figures)
    if abs(total - said["second"]) > 100 + 40 * len(titles):
        raise ToolchainError(
            f"{board}: the plugin counted {total} instructions, the timer {said['second']}", "report it"
        )
    said["cycles"] = sum(cycles or 0 for *_, cycles in figures) if estimated else -1
    if interpreted:  # the last part is what follows the last operator
        parted = [share(i, n, c) for i, (_, n, c) in enumerate(figures[1:]) if i in titles]
    else:
        at = {listing.functions[name]: index for name, index in own.items()}
        parted = sorted((share(at[p.mark], n, c) for p, n, c in figures if p.mark in at), key=lambda s: s.index)
    return said, tuple(parted)


def _listen(board: str, argv: list[str]) -> dict[str, int]:
    said = b""
    deadline = time.monotonic() + _RUN_S
    pipe = QemuPipe(argv)
    try:
        while b"end 0\n" not in said:
            said += pipe.read(4096, 1.0)
            if time.monotonic() > deadline:
                raise ToolchainError(f"{board} said only {said!r} in {_RUN_S:g} s", "measure it by hand")
    finally:
        pipe.close()
    return {name: int(value) for name, value in (line.split() for line in said.decode("ascii").splitlines())}


def _figures(
    board: str,
    core: str,
    model: Model,
    name: str,
    plain: Image,
    said: dict[str, int],
    shares: tuple[Share, ...],
    weights: int,
) -> Figures:
    if said["first"] != said["second"]:
        raise ToolchainError(f"{board}, {model.name}: counts differ: {said['first']}, {said['second']}", "report it")
    return Figures(
        board=board,
        core=core,
        model=model.name.removesuffix("_int8"),
        build=name,
        instructions=said["second"],
        cycles=None if said["cycles"] < 0 else said["cycles"],
        init_instructions=said["init"],
        arena_bytes=said["arena"],
        ram_bytes=plain.data_bytes + plain.bss_bytes,
        stack_bytes=said["stack"],
        init_stack_bytes=said["init_stack"],
        text_bytes=plain.flash_bytes - weights,
        weight_bytes=weights,
        digest=said["digest"],
        operators=shares,
        toolchain=plain.toolchain,
    )
