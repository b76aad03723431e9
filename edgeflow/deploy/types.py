"""What a deployment is: its bundle before, its record after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edgeflow.device.custom_operators import CustomOperators
from edgeflow.device.types import Device
from edgeflow.model.types import Model
from edgeflow.wire.bundle import LIBRARY, MODEL

Action = Literal["planned", "deployed", "unchanged", "rolled back"]


@dataclass(frozen=True)
class BundleFile:
    """A file of a bundle, by its path there."""

    path: str
    sha256: str
    bytes: int
    executable: bool = False


@dataclass(frozen=True)
class App:
    """An application: `entry` are the words that start it in its folder, and it must stay up for `up_s` seconds.

    `payload` has its files' bytes, one after the other.
    """

    entry: tuple[str, ...]
    up_s: float
    files: tuple[BundleFile, ...]
    payload: bytes


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
    app: App | None = None

    @property
    def files(self) -> tuple[BundleFile, ...]:
        model = BundleFile(MODEL, self.model.sha256, self.model.size)
        library = self.library and BundleFile(LIBRARY, self.library.sha256, len(self.library.content))
        return (model, *((library,) if library else ()), *(self.app.files if self.app else ()))


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
    """How a release did after the switch: `p99_us` by the device's own clock, `rss_bytes` its process's at the peak.

    With an application that is the memory of the application's processes together.
    """

    runs: int
    p99_us: float | None
    rss_bytes: int | None


@dataclass(frozen=True)
class AppState:
    """How an application does on a device, kept running `by` systemd or a supervisor.

    `state` is "running", "starting", "waiting" (to be started again), "ended", "failed" or "stopped"; `last` is how it
    ended the last time; `boot` what is to be done so that it starts at boot, empty where nothing.
    """

    name: str
    release: str
    state: str
    by: str
    up_s: float | None
    restarts: int
    last: str
    rss_bytes: int | None
    peak_rss_bytes: int | None
    boot: str


@dataclass(frozen=True)
class Deployment:
    """The record of one deployment or rollback.

    `release` and `previous` are the device's own names of releases, empty where it has none; `sent_bytes` is what
    went over the line, less than the model when an earlier upload was taken up; `persistent` is None when unknown;
    `signed_by` is the fingerprint of the key that signed what was brought. `files` are the bundle's, none of a
    rollback; `entry` starts its application, and `app` is how that does after the switch.
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
    files: tuple[BundleFile, ...] = ()
    entry: tuple[str, ...] = ()
    app: AppState | None = None
