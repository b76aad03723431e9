"""Emulated boards whose image holds the model ahead of time."""

from __future__ import annotations

from edgeflow.device.types import Device
from edgeflow.errors import UsageError
from edgeflow.firmware.runner import AheadImage, build_ahead_runner
from edgeflow.generate.context import Optimize, Options, build_context
from edgeflow.model.types import Model
from edgeflow.progress import Progress, silent
from edgeflow.targets.registry import find_board, find_target


def check_optimized(aot: bool, optimize: Optimize | None, ram_bytes: int | None) -> None:
    """Raises UsageError where something is to be optimized that is not built ahead of time."""
    if not aot and (optimize is not None or ram_bytes is not None):
        raise UsageError("only an ahead-of-time build is optimized", "add --aot, or leave --optimize and --ram out")


def ahead_image(
    device: Device,
    model: Model,
    signature: str | None,
    *,
    optimize: Optimize | None = None,
    ram_bytes: int | None = None,
    progress: Progress = silent,
) -> AheadImage:
    """The image of an emulated board with `model` built in; `signature` None is the first.

    Raises UsageError on a device that edgeflow does not start itself, ModelError, ToolchainError, DoesNotFitError.
    """
    if device.address.scheme != "qemu":
        raise UsageError(
            f"{device.name} is not an emulated board: an ahead-of-time image is not brought there",
            "write the code with edgeflow generate --aot and flash it, or name qemu:BOARD",
        )
    board = find_board(device.address.where)
    target = find_target(board.target)
    chosen = signature or (model.signatures[0].key if model.signatures else None)
    context = build_context(model, target, board, Options("aot", None, chosen, None, optimize or "balanced", ram_bytes))
    return build_ahead_runner(board, target, model, context, progress=progress)
