"""The runner that calls LiteRT's C interface: one small dynamic program for devices without Python."""

from __future__ import annotations

from edgeflow.firmware.build import Recipe, Source, build
from edgeflow.firmware.image import Image
from edgeflow.firmware.toolchain import find_zig
from edgeflow.progress import Progress, silent
from edgeflow.resources import runtime_dir

_FROM_LINK = ("ef_frame.c", "ef_message.c", "ef_sha256.c")


def build_litert_runner(zig_target: str, *, progress: Progress = silent) -> Image:
    """The program for `zig_target` ("aarch64-linux-gnu.2.28"). Raises ToolchainError when it cannot be built."""
    root = runtime_dir()
    own, posix = root / "litert" / "runner", root / "port" / "posix"
    return build(
        Recipe(
            name=f"litert-runner-{zig_target}",
            toolchain=find_zig(zig_target),
            sources=tuple(
                Source(path)
                for path in (*sorted(own.glob("*.c")), *(root / "link" / n for n in _FROM_LINK), posix / "ef_hold.c")
            ),
            include=(root / "core", root / "link", posix, own),
            flags=("-std=c99", "-O2", "-fno-sanitize=all"),
            link_flags=("-s", "-ldl"),
        ),
        progress=progress,
    )
