"""`provision`: bring an interpreter to a device that has none, and try it there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edgeflow.device.android_litert import LitertRunner
from edgeflow.device.book import find_device
from edgeflow.device.connect import reached
from edgeflow.device.emulator import starts_linux
from edgeflow.device.provision import Installed, Tried, install, try_out
from edgeflow.device.runtime_choice import with_runtime
from edgeflow.device.survey import Survey
from edgeflow.device.types import Device
from edgeflow.errors import UsageError
from edgeflow.pipeline.devices import survey_on
from edgeflow.progress import Progress, silent


@dataclass(frozen=True)
class Provisioned:
    """`installed` is None when the device had an interpreter already; `tried` is what ran the test inference."""

    device: Device
    found: Survey
    installed: Installed | None
    tried: Tried


def provision(
    device: Device | str | None = None,
    *,
    wheels: Path | str | None = None,
    force: bool = False,
    fresh: bool = False,
    wait_s: float = 0,
    timeout_s: float = 60,
    progress: Progress = silent,
) -> Provisioned:
    """Give a Linux device what runs .tflite files; it needs Python 3.9 or newer, but neither pip nor the internet.

    The wheels are fetched here by pip, or taken from the folder `wheels`, and lie in a folder of their own on the
    device. An Android device gets LiteRT's library, the glibc that it needs and a program that calls it; `wheels` then
    holds Debian's packages as well. One that has an interpreter is only tried, unless `force`. `fresh` drops what an
    emulated device has kept.
    Raises UsageError, DeviceError, ToolchainError (pip) and MismatchError (wrong sums).
    """
    device = device if isinstance(device, Device) else find_device(device)
    if device.address.scheme not in ("ssh", "local", "adb") and not starts_linux(device):
        raise UsageError(
            f"{device.name} is not provisioned: only Linux devices reached by SSH, and Android, run LiteRT",
            "microcontrollers have edgeflow's runtime in their firmware: edgeflow flash, edgeflow generate --runner",
        )
    if device.address.scheme == "local":
        raise UsageError("local: uses the Python that runs edgeflow", "edgeflow doctor says what that lacks")
    if device.address.scheme == "adb":
        return _provision_android(device, wheels, force=force, wait_s=wait_s, timeout_s=timeout_s, progress=progress)
    installed = None
    with reached(device, wait_s=wait_s, timeout_s=timeout_s, fresh=fresh) as transport:
        found = survey_on(device, transport)
        if force or found.runtime is None or found.numpy_version is None:
            own = None if wheels is None else Path(wheels)
            installed = install(device, transport, found, own=own, progress=progress)
            found = survey_on(device, transport)
        progress("try", 0, None)
        return Provisioned(device, found, installed, try_out(device, transport, timeout_s=timeout_s))


def _provision_android(
    device: Device, wheels: Path | str | None, *, force: bool, wait_s: float, timeout_s: float, progress: Progress
) -> Provisioned:
    device = with_runtime(device, "litert")
    with reached(device, wait_s=wait_s, timeout_s=timeout_s) as transport:
        assert isinstance(transport, LitertRunner)
        installed = transport.install(None if wheels is None else Path(wheels), force=force, progress=progress)
        progress("try", 0, None)
        tried = try_out(device, transport, timeout_s=timeout_s)
        return Provisioned(device, transport.survey(), installed if installed.sent_bytes else None, tried)
