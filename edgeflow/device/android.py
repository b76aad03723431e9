"""Android over adb: edgeflow's own runner is brought there, checked by digest, and speaks the link on its stdin.

The runner is one static file that needs nothing of Android. It keeps releases below the device's base as the agent does
on Linux; files come by adb push, and the runner checks digests and signatures.
"""

from __future__ import annotations

import hashlib
import logging
from functools import cached_property

from edgeflow.device.android_facts import AndroidFacts, android_facts
from edgeflow.device.android_litert import LitertRunner
from edgeflow.device.lock import owner
from edgeflow.device.runner_pipe import RunnerPipe
from edgeflow.device.types import Device
from edgeflow.errors import DeviceError
from edgeflow.firmware.runner import build_posix_runner
from edgeflow.progress import silent
from edgeflow.transport.adb import AdbTransport
from edgeflow.transport.base import Pipe

_log = logging.getLogger(__name__)
DEFAULT_BASE = "/data/local/tmp/edgeflow"
_ARENA_BYTES = 512 << 20  # pages that no model touches are never there
_PAYLOAD_BYTES, _WINDOW = 65536, 8
_ZIG_TARGETS = {
    "aarch64": "aarch64-linux-musl",
    "armv7l": "arm-linux-musleabihf",
    "armv8l": "arm-linux-musleabihf",
    "x86_64": "x86_64-linux-musl",
}
_BASE_BYTES = 512  # the runner takes no longer one
_COMMAND_S = 30.0
_SLACK_S = 30.0
# $1 base, $2 the runner's name, $3 its SHA-256, $4 "end" once it was pushed beside its place. What earlier versions
# kept there (a folder `runner`, models in `slots` and `trial`) goes, unless a deployment has that name.
_INSTALL = """
cd "$1" 2>/dev/null || { mkdir -p "$1" && cd "$1"; } || exit 1
mkdir -p agent && chmod 700 agent || exit 1
if [ "$4" = end ]; then
  case $(sha256sum "agent/$2.part") in
    "$3 "*) ;;
    *) rm -f "agent/$2.part"; echo "damaged on the way" >&2; exit 1 ;;
  esac
  chmod 700 "agent/$2.part" && mv -f "agent/$2.part" "agent/$2" || exit 1
  for old in agent/*; do [ "$old" = "agent/$2" ] || rm -f "$old"; done
  for old in slots trial; do [ ! -f "$old" ] || rm -f "$old"; done
  [ -d runner/releases ] || rm -rf runner
fi
case $(sha256sum "agent/$2" 2>/dev/null) in "$3 "*) exit 0 ;; esac
exit 3
"""


class AdbRunner:
    """An Android device whose link is the runner's stdin and stdout."""

    shell = None  # nothing else of edgeflow runs there

    def __init__(self, adb: AdbTransport, device: Device, *, timeout_s: float) -> None:
        self._adb, self._device, self._timeout_s = adb, device, timeout_s
        self._base = base_of(device)

    @property
    def files(self) -> AdbTransport:
        return self._adb

    def open(self) -> Pipe:
        """Start the runner on its releases; it is brought there first where it is missing or another."""
        argv = [
            self._runner,
            *("--base", self._base, "--arena", str(_ARENA_BYTES)),
            *("--payload", str(_PAYLOAD_BYTES), "--window", str(_WINDOW)),
            *("--lock", f"{self._base}/.lock", "--owner", owner()),
            *("--limit", str(int(self._timeout_s + _SLACK_S))),
            *self._facts.arguments,
        ]
        return RunnerPipe(self._adb.start(argv), self._device.name)

    def close(self) -> None:
        self._adb.close()

    @cached_property
    def _facts(self) -> AndroidFacts:
        return android_facts(self._adb)

    @cached_property
    def _runner(self) -> str:
        """The runner's path on the device."""
        target = _ZIG_TARGETS.get(self._facts.machine)
        if target is None:
            raise DeviceError(
                f"{self._device.name}: there is no runner for '{self._facts.machine}'",
                f"there is for {', '.join(_ZIG_TARGETS)}",
            )
        path = build_posix_runner(zig_target=target).path
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if self._install(digest, "begin") == 3:
            _log.info("%s: installing the runner %s", self._device.name, digest[:16])
            self._adb.put(path, f"{self._base}/agent/{digest[:16]}.part", progress=silent)
            if self._install(digest, "end") != 0:
                raise DeviceError(f"{self._device.name}: the runner was not installed", "try again")
        return f"{self._base}/agent/{digest[:16]}"

    def _install(self, digest: str, step: str) -> int:
        argv = ["sh", "-c", _INSTALL, "edgeflow-install", self._base, digest[:16], digest, step]
        done = self._adb.run(argv, timeout_s=_COMMAND_S)
        if done.status not in (0, 3):
            said = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"])[-1]
            raise DeviceError(
                f"{self._device.name}: {self._base}/agent cannot be made: {said}",
                "set base in the device book to a folder that adb may write and run programs in",
            )
        return done.status


def base_of(device: Device) -> str:
    """The folder on the device below which everything lies. Raises DeviceError for one that is not absolute."""
    base = (device.base or DEFAULT_BASE).rstrip("/")
    if not base.startswith("/") or len(base.encode()) > _BASE_BYTES:
        raise DeviceError(
            f"{device.name}: '{device.base}' cannot be the folder on an Android device",
            f"set base in the device book to an absolute path, or leave it out: {DEFAULT_BASE}",
        )
    return base


def open_adb(device: Device, *, timeout_s: float, fresh: bool) -> AdbRunner | LitertRunner:
    """`adb://SERIAL`; raises DeviceError when the device is not there."""
    if device.runtime == "litert":
        return LitertRunner(AdbTransport(device.address), device, base_of(device), timeout_s=timeout_s)
    return AdbRunner(AdbTransport(device.address), device, timeout_s=timeout_s)
