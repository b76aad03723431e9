"""Power-cycling a device by the command that its owner wrote into the device book."""

from __future__ import annotations

import shlex
import subprocess

from edgeflow.device.types import Device
from edgeflow.errors import DeviceError, UsageError
from edgeflow.transport.address import looks_like_address

_POWER_S = 120.0


def run_power_command(device: Device) -> str:
    """Run the device's `power` command on this machine, without a shell, and return it.

    Raises UsageError when there is none or it cannot be split into words, DeviceError when it fails.
    """
    if not device.power:
        name = "NAME" if looks_like_address(device.name) else device.name
        raise UsageError(
            f"{device.name} has no power command",
            f"write one: edgeflow devices add {name} {device.address} --power COMMAND --force",
        )
    try:
        words = shlex.split(device.power)
    except ValueError as error:
        raise UsageError(f"{device.name}: power = {device.power!r}: {error}", "correct it in the device book") from None
    if not words:
        raise UsageError(f"{device.name}: its power command is empty", "correct it in the device book")
    hint = f"run it by hand: {device.power}"
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=_POWER_S)
    except OSError as error:
        raise DeviceError(f"{device.name}: {words[0]}: {error.strerror}", hint) from None
    except subprocess.TimeoutExpired:
        raise DeviceError(f"{device.name}: {words[0]} did not end within {_POWER_S:g} s", hint) from None
    if done.returncode != 0:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
        why = f": {said[-1]}" if said else ""
        raise DeviceError(f"{device.name}: {words[0]} ended with status {done.returncode}{why}", hint)
    return device.power
