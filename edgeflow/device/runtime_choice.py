"""`--runtime`: which of a device's runtimes is meant, where there are several."""

from __future__ import annotations

from dataclasses import replace

from edgeflow.device.emulator import starts_linux
from edgeflow.device.types import Device
from edgeflow.errors import UsageError


def with_runtime(device: Device, runtime: str) -> Device:
    """The device with the runtime that was asked for, "" for its own. Raises UsageError where it cannot be had."""
    if not runtime:
        return device
    if device.address.scheme == "adb":
        return replace(device, runtime=None if runtime == "edgeflow" else runtime)
    own = "litert" if device.address.scheme in ("ssh", "local") or starts_linux(device) else "edgeflow"
    if runtime != own:
        raise UsageError(
            f"{device.name} has no runtime '{runtime}'",
            f"leave out --runtime: {own} runs there; adb:// devices have both",
        )
    return device


def api_of(device: Device, api: str) -> str:
    """The API of LiteRT that is meant: its runner on Android has one alone."""
    return api or ("compiled-model" if device.runtime == "litert" else "")
