"""LiteRT's own kernels on an Android device: the bundle is brought there file by file and checked before each session.

It lies in BASE/litert/DIGEST and is started through its own loader, because Android has no glibc:
`DIGEST/ld-linux-… --library-path DIGEST DIGEST/runner …`. Models lie in BASE/cache. It deploys nothing.
"""

from __future__ import annotations

import logging
import re
from functools import cached_property
from pathlib import Path

from edgeflow.device.android_facts import AndroidFacts, android_facts
from edgeflow.device.litert_bundle import LIBRARY, MACHINES, RUNNER, LitertBundle, litert_bundle
from edgeflow.device.lock import owner
from edgeflow.device.provision import Installed
from edgeflow.device.runner_pipe import RunnerPipe
from edgeflow.device.survey import Survey
from edgeflow.device.types import Device
from edgeflow.errors import DeviceError
from edgeflow.progress import Progress, silent
from edgeflow.transport.adb import AdbTransport
from edgeflow.transport.base import Pipe

_log = logging.getLogger(__name__)
_COMMAND_S = 60.0
_SLACK_S = 30.0
_KEPT_MODELS = 16
_SUM = re.compile(rb"^([0-9a-f]{64}) [ *](\S+)$", re.M)
# $1 the base, $2 the bundle's folder below it, $3 how many models stay. Says what lies there.
_LIST = """
cd "$1/cache" 2>/dev/null &&
  ls -t -- *.tflite 2>/dev/null | tail -n "+$(($3 + 1))" | while read -r old; do rm -f "$old"; done
cd "$1/$2" 2>/dev/null && sha256sum -- * 2>/dev/null
:
"""
_PREPARE = 'mkdir -p "$1/litert" "$1/cache" && chmod 700 "$1/litert" "$1/cache" && mkdir -p "$1/$2"'
# $1 the folder, then names with what their SHA-256 has to be; the last step takes away what other versions left
_PLACE = """
cd "$1" || exit 1
folder=$1
shift
while [ $# -gt 1 ]; do
  case $(sha256sum "$1.part") in "$2 "*) ;; *) rm -f "$1.part"; echo "$1 was damaged on the way" >&2; exit 1 ;; esac
  chmod 700 "$1.part" && mv -f "$1.part" "$1" || exit 1
  shift 2
done
for other in ../*; do [ "$other" = "../${folder##*/}" ] || rm -rf "$other"; done
"""


class LitertRunner:
    """An Android device whose link is the stdin and stdout of LiteRT's runner."""

    shell = None  # nothing else of edgeflow runs there

    def __init__(self, adb: AdbTransport, device: Device, base: str, *, timeout_s: float) -> None:
        self._adb, self._device, self._base, self._timeout_s = adb, device, base, timeout_s
        self._bundle: LitertBundle | None = None

    @property
    def files(self) -> AdbTransport:
        return self._adb

    @cached_property
    def facts(self) -> AndroidFacts:
        """What the device is."""
        return android_facts(self._adb)

    def open(self) -> Pipe:
        """Start the runner; its files are brought there first where they are missing or others."""
        if self._bundle is None:
            self.install()
        assert self._bundle is not None
        folder = self._folder(self._bundle)
        argv = [
            *(f"{folder}/{self._bundle.machine.loader}", "--library-path", folder, f"{folder}/{RUNNER}"),
            *(f"{folder}/{LIBRARY}", self._base),
            *("--lock", f"{self._base}/.lock", "--owner", owner()),
            *("--limit", str(int(self._timeout_s + _SLACK_S))),
            *("--version", self._bundle.version),
            *self.facts.arguments,
        ]
        return RunnerPipe(self._adb.start(argv), self._device.name)

    def install(self, own: Path | None = None, *, force: bool = False, progress: Progress = silent) -> Installed:
        """Bring what is missing or damaged, all of it with `force`; every file is verified there before it is used.

        Raises DeviceError and what `litert_bundle` raises.
        """
        bundle = litert_bundle(self.facts.machine, self._device.name, own, progress=progress)
        folder, place = self._folder(bundle), f"litert/{bundle.digest[:16]}"
        there = {} if force else self._digests(place)
        missing = [(name, path, sha256) for name, path, sha256 in bundle.files if there.get(name) != sha256]
        sent = 0
        if missing:
            _log.info("%s: bringing LiteRT %s, %d files", self._device.name, bundle.version, len(missing))
            self._shell(_PREPARE, self._base, place)
            for number, (name, path, _) in enumerate(missing):
                progress("upload", number, len(missing))
                self._adb.put(path, f"{folder}/{name}.part", progress=silent)
                sent += path.stat().st_size
            self._shell(_PLACE, folder, *(word for name, _, sha256 in missing for word in (name, sha256)))
        self._bundle = bundle
        return Installed("litert", (f"ai-edge-litert {bundle.version}", "glibc"), folder, sent)

    def note(self) -> str:
        """Whether LiteRT is there, in words; nothing is fetched or brought."""
        if self.facts.machine not in MACHINES:
            return f"LiteRT's kernels: none are published for {self.facts.machine}"
        argv = ["sh", "-c", 'ls -d "$1"/litert/*/"$2"', "edgeflow-probe", self._base, RUNNER]
        if self._adb.run(argv, timeout_s=_COMMAND_S).status == 0:
            return "LiteRT's kernels: there; --runtime litert uses them"
        return f"LiteRT's kernels: not there; edgeflow devices provision {self._device.name} brings them"

    def survey(self) -> Survey:
        """What is known of the device, with LiteRT on it."""
        facts, version = self.facts, None if self._bundle is None else self._bundle.version
        return Survey(
            target=self._device.target,
            board=self._device.board,
            machine=facts.machine or None,
            model=facts.model or None,
            os=f"Android {facts.release}".strip(),
            kernel=None,
            python=None,
            python_version=None,
            runtime="litert",
            runtime_version=version,
            numpy_version=None,
            glibc=None,
            pointer_bits=None,
            base=self._base,
            free_bytes=None,
            lacks=(),
        )

    def close(self) -> None:
        self._adb.close()

    def _folder(self, bundle: LitertBundle) -> str:
        return f"{self._base}/litert/{bundle.digest[:16]}"

    def _digests(self, place: str) -> dict[str, str]:
        said = self._shell(_LIST, self._base, place, str(_KEPT_MODELS))
        return {name.decode("utf-8", "replace"): sha256.decode() for sha256, name in _SUM.findall(said)}

    def _shell(self, script: str, *arguments: str) -> bytes:
        done = self._adb.run(["sh", "-c", script, "edgeflow-litert", *arguments], timeout_s=_COMMAND_S)
        if done.status != 0:
            said = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"])[-1]
            raise DeviceError(
                f"{self._device.name}: LiteRT cannot be placed in {self._base}/litert: {said}",
                "set base in the device book to a folder that adb may write and run programs in; or try again",
            )
        return done.stdout
