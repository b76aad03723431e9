"""The runner for a board or for a POSIX system: which sources, which flags."""

from __future__ import annotations

import tempfile
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from edgeflow.errors import ToolchainError
from edgeflow.firmware.ahead import AheadProject, generate_ahead
from edgeflow.firmware.build import Recipe, Source, build
from edgeflow.firmware.image import Image
from edgeflow.firmware.toolchain import Toolchain, find_gcc, find_zig, for_target
from edgeflow.generate.context import Context
from edgeflow.model.types import Model
from edgeflow.progress import Progress, silent
from edgeflow.resources import runtime_dir
from edgeflow.targets.types import Board, Target

_LANGUAGE = ("-std=c99", "-ffunction-sections", "-fdata-sections")
STATIC_TARGETS = ("x86_64-linux-musl", "aarch64-linux-musl", "arm-linux-musleabihf")  # what `make runners` builds
_CORES = {"arm-none-eabi-": "cortex_m", "riscv64-unknown-elf-": "riscv"}  # start-up by the target's compiler
_SMALL, _FAST = ("-Os",), ("-O2",)  # parsing and protocol for size, kernels for speed


@dataclass(frozen=True)
class AheadImage:
    """A runner with its model built in; `constant_bytes` of its text are the model's constants and records."""

    image: Image
    constant_bytes: int


def build_runner(board: Board, target: Target, *, options: tuple[str, ...] = (), progress: Progress = silent) -> Image:
    """The runner for a microcontroller board, with all operators unless `options` of ef_config.h say otherwise.

    `options` are like "EF_WITH_FLOAT32=0". Raises ToolchainError when it cannot be built.
    """
    if board.port is None or not (runtime_dir() / "port" / board.port).is_dir():
        raise ToolchainError(f"there is no runner for {board.name} yet", "edgeflow targets list shows the boards")
    return build(board_recipe(board, target, for_target(target), options), progress=progress)


def board_recipe(board: Board, target: Target, toolchain: Toolchain, options: tuple[str, ...] = ()) -> Recipe:
    """How the runner of a board is built; `target` is the board's."""
    root = runtime_dir()
    assert board.port is not None
    port = root / "port" / board.port
    flags = toolchain.flags
    shown = " ".join([*toolchain.command[-2:] * toolchain.freestanding, *flags, *_SMALL, "kernels", *_FAST])
    named = {
        "EF_BOARD": board.name,
        "EF_CPU": board.cpu,
        "EF_FLAGS": shown,
    }
    if toolchain.freestanding:
        named["EF_TOOLCHAIN"] = toolchain.title
    defines = [f'-D{name}="{value}"' for name, value in named.items()]
    defines += [f"-D{option}" for option in options]
    defines.append(f"-DEF_BOARD_{board.name.upper().replace('-', '_')}")
    defines += ["-DEF_EMULATED"] if board.emulator else []
    folders: tuple[Path, ...] = (port, root / "port" / "bare", root / "port" / _CORES[target.toolchain or ""])
    folders += (root / "port" / "freestanding",) if toolchain.freestanding else ()
    return Recipe(
        name=f"runner-{board.name}",
        toolchain=toolchain,
        sources=(
            *_runtime_sources(root),
            Source(root / "port" / "ef_nor.c", _SMALL),
            *(source for folder in folders for source in _sources(folder, _SMALL)),
        ),
        include=(root / "core", root / "link", root / "port", *folders),
        flags=(*flags, *_LANGUAGE, *defines),
        link_flags=(
            "-nostartfiles",
            *toolchain.link_flags,
            "-Wl,--gc-sections",
            *(() if toolchain.freestanding else ("-lm",)),
        ),
        script=root / "port" / "bare" / "bare.ld.in",
        shown_flags=shown,
    )


def build_ahead_runner(
    board: Board, target: Target, model: Model, context: Context, *, progress: Progress = silent
) -> AheadImage:
    """The runner with one model built ahead of time, for a microcontroller board.

    Raises ToolchainError when it cannot be built, UsageError and ModelError as generate_ahead() does.
    """
    if board.port is None or not (runtime_dir() / "port" / board.port).is_dir():
        raise ToolchainError(f"there is no runner for {board.name} yet", "edgeflow targets list shows the boards")
    made = generate_ahead(model, context, trees=("model", "runner"), progress=progress)
    with tempfile.TemporaryDirectory(prefix="edgeflow-") as folder:
        recipe = ahead_recipe(board, target, for_target(target), made, context.symbol, Path(folder))
        return AheadImage(build(recipe, progress=progress), made.ahead.constant_bytes)


def ahead_recipe(
    board: Board, target: Target, toolchain: Toolchain, made: AheadProject, symbol: str, folder: Path
) -> Recipe:
    """How such a runner is built; the generated files are written into `folder`."""
    root = runtime_dir()
    for name, content in made.files.items():
        (folder / name).write_bytes(content)
    usual = board_recipe(board, target, toolchain)
    wanted = {path for path in made.runtime if path.name not in _INTERPRETER} | {root / "core" / "ef_error.c"}
    left_out = {root / "link" / "ef_slots.c"}
    kept = tuple(
        source
        for source in usual.sources
        if (source.path in wanted or source.path.parent != root / "core") and source.path not in left_out
    )
    return replace(
        usual,
        name=f"ahead-{board.name}",
        sources=(Source(folder / f"{symbol}_runner.c", _SMALL), *_sources(root / "aot", _SMALL), *kept),
        include=(*usual.include, root / "aot", folder),
    )


def build_posix_runner(*, zig_target: str | None = None, sanitize: bool = False, progress: Progress = silent) -> Image:
    """The runner on stdin and stdout: for this machine, or static for `zig_target` ("aarch64-linux-musl").

    `sanitize` builds it with GCC's address and undefined-behaviour sanitizers.
    """
    return build(posix_recipe(zig_target=zig_target, sanitize=sanitize), progress=progress)


def posix_recipe(*, zig_target: str | None = None, sanitize: bool = False) -> Recipe:
    """How that runner is built."""
    root = runtime_dir()
    port = root / "port" / "posix"
    flags: tuple[str, ...] = (*_LANGUAGE, "-DEF_WITH_FILES=1")
    link: tuple[str, ...] = ("-Wl,--gc-sections", "-lm")
    if zig_target is not None:
        toolchain = find_zig(zig_target)
        flags, link = (*flags, "-fno-sanitize=all"), (*link, "-static", "-s")
    else:
        toolchain = find_gcc("")
    if sanitize:
        flags = (*flags, "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    return Recipe(
        name=f"runner-{zig_target or 'posix'}{'-sanitized' if sanitize else ''}",
        toolchain=toolchain,
        sources=(*_runtime_sources(root), Source(root / "port" / "ef_nor.c", _SMALL), *_sources(port, _SMALL)),
        include=(root / "core", root / "link", root / "port", port),
        flags=flags,
        link_flags=link,
    )


def _runtime_sources(root: Path) -> tuple[Source, ...]:
    kernels = _kernel_files(root)
    core = tuple(
        Source(path, _FAST if path.name in kernels else _SMALL) for path in sorted((root / "core").glob("*.c"))
    )
    return (*core, *_sources(root / "link", _SMALL))


def kernel_flags(path: Path) -> tuple[str, ...]:
    """How a file of runtime/core is compiled in the runners."""
    return _FAST if path.name in _kernel_files(runtime_dir()) else _SMALL


def _kernel_files(root: Path) -> set[str]:
    """Names of the files that hold kernels, and of those that kernels share for their inner loops."""
    table = tomllib.loads((root / "operators.toml").read_text(encoding="utf-8"))
    return {f"ef_{kernel['name']}.c" for operator in table["operator"] for kernel in operator["kernel"]} | _INNER


# what runtime/aot stands in for, and what only prepare reaches: the linker drops prepare and asks for none of it
_INTERPRETER = {
    "ef_flatbuffer.c",
    "ef_interpreter.c",
    "ef_interpreter_context.c",
    "ef_interpreter_graph.c",
    "ef_interpreter_limits.c",
    "ef_interpreter_plan.c",
    "ef_interpreter_prepare.c",
    "ef_interpreter_segments.c",
    "ef_interpreter_stream.c",
    "ef_model.c",
    "ef_operators.c",
    "ef_plan.c",
    "ef_signature.c",
}
_INNER = {
    "ef_channels_s16.c",
    "ef_channels_s8.c",
    "ef_conv_2d_s16_dsp.c",
    "ef_dense.c",
    "ef_depthwise_conv_2d_s16_dsp.c",
    "ef_requantize.c",
    "ef_window.c",
}


def _sources(folder: Path, flags: tuple[str, ...]) -> tuple[Source, ...]:
    return tuple(Source(path, flags) for path in sorted(folder.glob("*.c")))
