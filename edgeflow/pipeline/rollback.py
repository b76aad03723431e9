"""The public verb `rollback`: back to an earlier release."""

from __future__ import annotations

from edgeflow.deploy.bundle import check_bundle_name
from edgeflow.deploy.deploy import roll_back
from edgeflow.deploy.types import Deployment
from edgeflow.device.book import find_device
from edgeflow.device.connect import connect
from edgeflow.device.types import Device


def rollback(
    device: Device | str | None = None,
    *,
    name: str | None = None,
    release: str | None = None,
    wait_s: float = 0,
    timeout_s: float = 60,
) -> Deployment:
    """Switch a deployment back to its previous release, or to `release`; the device runs it once before.

    `name` may be left out where the device has one deployment. Raises UsageError for an unknown deployment or
    release, DeviceStatusError when the release does not run (the active one stays), DeviceError.
    """
    if name is not None:
        check_bundle_name(name)
    device = device if isinstance(device, Device) else find_device(device)
    with connect(device, wait_s=wait_s, timeout_s=timeout_s) as session:
        return roll_back(session, device, name, release)
