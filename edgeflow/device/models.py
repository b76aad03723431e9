"""Models on a device: placed to be tried, or uploaded as releases and switched between."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from edgeflow.device.answers import Uploaded
from edgeflow.device.connection import BULK_BYTES, Connection
from edgeflow.device.custom_operators import CustomOperators
from edgeflow.errors import DeviceError, DeviceStatusError, LinkError
from edgeflow.model.types import Model
from edgeflow.progress import Progress, silent
from edgeflow.transport.base import FileChannel, Pipe
from edgeflow.wire.constants import Command, Slots, Status, Upload

_MAX_BYTES = 2**32 - 2


class Models:
    """What a session does with a device's models and releases."""

    def __init__(
        self,
        connection: Connection,
        *,
        shares_files: bool = False,
        open_trial: Callable[[], Pipe] | None = None,
    ) -> None:
        """`open_trial`: a pipe to slots for models that are only tried, where those of deployments are kept from it.

        `shares_files`: this machine's paths are the device's.
        """
        self._connection, self._shares_files, self._open_trial = connection, shares_files, open_trial

    def place(self, model: Model, *, progress: Progress = silent) -> str:
        """Make sure the model's bytes are on the device without deploying them; returns OPEN's source."""
        sha256 = bytes.fromhex(model.sha256)
        if self._connection.hello.slots == Slots.NONE:
            found = self._connection.request(Command.MODEL_INFO)["sha256"]
            if found == sha256:
                return ""
            names = f"model {found.hex()[:12]}, not {model.sha256[:12]} ({model.name})"
            raise DeviceError(f"{self._connection.peer} holds {names}", "build and flash the firmware with this model")
        if self._connection.hello.slots == Slots.FILES and self._connection.files is not None:
            return self._place_file(model, sha256, self._connection.files, progress)
        if self._open_trial is not None and not self._has(model):
            open_trial, self._open_trial = self._open_trial, None
            self._connection.move_to(open_trial)
        for slot, (_, digest) in self.slots().items():
            if digest == model.sha256:
                return slot
        slot = f"try-{model.sha256[:16]}"
        uploaded = self.upload(slot, model.content, progress=progress)
        if self._connection.hello.slots == Slots.FILES and not uploaded.active:
            self.activate(slot, uploaded.release)  # a slot of its own; a board opens what is only committed
        return slot

    def place_library(self, library: CustomOperators | None, *, progress: Progress = silent) -> str:
        """Make sure a library of custom operators is on the device; returns what OPEN calls it, "" for none."""
        if library is None:
            return ""
        if self._connection.hello.slots != Slots.FILES or self._connection.files is None:
            raise DeviceError(
                f"{self._connection.peer} loads no libraries",
                "link the kernels into its firmware; see docs/custom-operators.md",
            )
        sha256 = bytes.fromhex(library.sha256)
        cached = f"{self._connection.hello.base}/cache/{library.sha256}.so"
        found = self._place(cached, library.path, library.content, sha256, self._connection.files, progress)
        return f"{library.sha256}:{found}"

    def upload(
        self,
        slot: str,
        content: bytes,
        *,
        manifest: bytes = b"",
        signature: bytes = b"",
        library: CustomOperators | None = None,
        identity: bytes = b"",
        app: bytes = b"",
        progress: Progress = silent,
    ) -> Uploaded:
        """Bring a model into a slot as a release, verified on the device, from where an earlier try stopped.

        Nothing is sent when the device has the same bytes. The release is not active yet: see `activate`.
        Where releases are files, `manifest` becomes the release's manifest.json, with its `signature` and `library`
        beside it; the library is checked against what the manifest lists. With the bundle's `identity` the same bytes
        are the same whole bundle; `app` are its application's files, one after the other.
        """
        if len(content) > _MAX_BYTES:
            raise DeviceError("a model is limited to 4 GiB")
        digest = hashlib.sha256(content).digest()
        for last_try in (False, True):
            app_offset = self._announce(slot, identity, app) if identity else 0
            begun = self._connection.request(Command.MODEL_BEGIN, slot=slot, size=len(content), sha256=digest)
            if begun["state"] != Upload.SEND:
                release = PurePosixPath(begun["path"]).parent.name
                if not release:  # a board: the one that was committed last need not be this one
                    found = self.slots(slot).items()
                    release = next((name for name, (_, sha256) in found if sha256 == digest.hex()), "")
                return Uploaded(release, begun["path"], active=begun["state"] == Upload.ACTIVE, sent=0)
            offset = min(begun["offset"], len(content))
            sent = len(content) - offset
            if begun["path"] and self._connection.files is not None and len(content) > BULK_BYTES:
                sent = self._send(content, begun["path"], offset, not last_try, progress)
            else:
                self._connection.send_blocks(Command.MODEL_CHUNK, content, start=offset, progress=progress)
            if manifest and begun["path"]:
                self._send_beside(begun["path"], manifest, signature, library, app, app_offset, progress)
            try:
                done = self._connection.request(Command.MODEL_COMMIT)
            except DeviceStatusError as refusal:
                taken_up = offset or app_offset or sent < len(content)
                if refusal.status != Status.BAD_CHECKSUM.name or last_try or not taken_up:
                    raise
                continue  # what was there before was damaged; the device has dropped it
            return Uploaded(done["release"], done["path"], active=False, sent=sent + len(app) - app_offset)
        raise AssertionError("the last try returns or raises")

    def activate(self, slot: str, release: str = "") -> tuple[str, str]:
        """Let the device try a release ("" the one just uploaded) and make it active: (release, the previous one)."""
        done = self._connection.request(Command.MODEL_ACTIVATE, slot=slot, release=release)
        return done["release"], done["previous"]

    def try_release(self, slot: str, release: str, *, hold_s: float) -> tuple[str, str]:
        """As `activate`, for `hold_s` at most: without `accept`, or when the session ends, the device goes back."""
        hold = math.ceil(hold_s)
        done = self._connection.request(Command.MODEL_TRY, slot=slot, release=release, hold_s=hold)
        return done["release"], done["previous"]

    def accept(self, slot: str, *, good: bool) -> str:
        """Keep the release that is tried, or go back; returns what is active now, "" for none."""
        return str(self._connection.request(Command.MODEL_ACCEPT, slot=slot, good=good)["release"])

    def app(self, slot: str) -> dict[str, str]:
        """How the active release's application does, by the protocol's names; empty where there is none."""
        return dict(self._connection.request(Command.APP, slot=slot)["app"])

    def slots(self, slot: str = "") -> dict[str, tuple[str, str]]:
        """Name → (state, SHA-256) of the slots, or of one slot's releases, newest first."""
        entries = self._connection.request(Command.SLOTS, slot=slot)["entries"].items()
        return {name: (value.partition(" ")[0], value.partition(" ")[2]) for name, value in entries}

    def read_file(self, path: str, *, max_bytes: int) -> bytes | None:
        """Read a small file below the device's base; None where it is missing or there is no file channel."""
        if self._connection.files is None:
            return None
        try:
            return self._connection.files.get(path, max_bytes=max_bytes)
        except LinkError:
            raise
        except DeviceError:
            return None

    def _send(self, content: bytes, path: str, offset: int, may_differ: bool, progress: Progress) -> int:
        """Bring an upload to its end through the file channel, with what the device has already; the bytes sent."""
        files, sent = self._connection.files, 0
        assert files is not None
        if may_differ and self._connection.hello.slots == Slots.FILES:
            from edgeflow.device.delta import send_difference

            offset, sent = send_difference(self._connection, files, content, path, offset, progress)
        if offset < len(content):
            files.put(content, path, offset=offset, progress=progress)
        return sent + len(content) - offset

    def _send_beside(
        self,
        path: str,
        manifest: bytes,
        signature: bytes,
        library: CustomOperators | None,
        app: bytes,
        app_offset: int,
        progress: Progress,
    ) -> None:
        """Bring what belongs to the model at `path` there through the file channel, where releases are files."""
        files = self._connection.files
        if files is None or self._connection.hello.slots != Slots.FILES:
            return
        files.put(manifest, f"{path}.json", progress=silent)
        if signature:
            files.put(signature, f"{path}.json.sig", progress=silent)
        if library is not None:
            files.put(library.content, f"{path}.so", progress=silent)
        if app:
            beside = PurePosixPath(path).with_name(f"{hashlib.sha256(app).hexdigest()}.app")
            files.put(app, str(beside), offset=app_offset, progress=progress)

    def _announce(self, slot: str, identity: bytes, app: bytes) -> int:
        digest = hashlib.sha256(app).digest()
        told = self._connection.request(Command.BUNDLE, slot=slot, identity=identity, app=digest, app_bytes=len(app))
        return int(min(told["app_offset"], len(app)))

    def _has(self, model: Model) -> bool:
        return any(digest == model.sha256 for _, digest in self.slots().values())

    def _place_file(self, model: Model, sha256: bytes, files: FileChannel, progress: Progress) -> str:
        cached = f"{self._connection.hello.base}/cache/{model.sha256}.tflite"
        return self._place(cached, model.path, model.content, sha256, files, progress)

    def _place(
        self, cached: str, own: Path, content: bytes, sha256: bytes, files: FileChannel, progress: Progress
    ) -> str:
        """Where a file of this machine is on the device, brought there unless the device has the same bytes."""
        for path in [*([str(own.resolve())] if self._shares_files else []), cached]:
            try:
                self._connection.request(Command.MODEL_USE, path=path, sha256=sha256)
                return path
            except DeviceStatusError as refusal:
                if refusal.status not in (Status.NOT_FOUND.name, Status.BAD_CHECKSUM.name):
                    raise
        files.put(content, cached, progress=progress)
        self._connection.request(Command.MODEL_USE, path=cached, sha256=sha256)
        return cached
