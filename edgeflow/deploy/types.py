"""What a deployment is: its bundle before, its record after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edgeflow.device.custom_operators import CustomOperators
from edgeflow.device.types import Device
from edgeflow.model.types import Model

LIBRARY = "custom-operators.so"
Action = Literal["planned", "deployed", "unchanged", "rolled back"]


@dataclass(frozen=True)
class BundleFile:
    """A file of a bundle, by its path there."""

    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Bundle:
    """What is brought to a device under one name. `version` 0 is unordered; `golden_seed` makes the golden inputs."""

    name: str
    version: int
    created: str
    target: str | None
    model: Model
    golden_seed: int
    library: CustomOperators | None = None

    @property
    def files(self) -> tuple[BundleFile, ...]:
        model = BundleFile("model.tflite", self.model.sha256, self.model.size)
        if self.library is None:
            return (model,)
        return (model, BundleFile(LIBRARY, self.library.sha256, len(self.library.content)))


@dataclass(frozen=True)
class Health:
    """How the model answered on the device before it was switched to.

    `runs` counts invokes on golden inputs. `compared` says with what the outputs were compared (None: nothing,
    `reason` says why) and `max_difference` how far off the worst was: in quantization steps for integer outputs,
    relative to the largest value for float ones.
    """

    runs: int
    compared: str | None
    max_difference: float | None
    reason: str | None = None


@dataclass(frozen=True)
class Accepted:
    """How a release did after the switch: `p99_us` by the device's own clock, `rss_bytes` its process's at the peak."""

    runs: int
    p99_us: float | None
    rss_bytes: int | None


@dataclass(frozen=True)
class Deployment:
    """The record of one deployment or rollback.

    `release` and `previous` are the device's own names of releases, empty where it has none; `sent_bytes` is what
    went over the line, less than the model when an earlier upload was taken up; `persistent` is None when unknown;
    `signed_by` is the fingerprint of the key that signed what was brought.
    """

    action: Action
    name: str
    version: int
    created: str
    device: Device
    model_sha256: str
    model_bytes: int | None
    release: str
    previous: str
    sent_bytes: int
    persistent: bool | None
    health: Health | None
    warnings: tuple[str, ...] = ()
    accepted: Accepted | None = None
    signed_by: str | None = None
