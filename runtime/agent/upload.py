"""Uploads: from bytes in BASE/NAME/incoming/ to a release that is whole, verified and read-only."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from typing import BinaryIO, Iterator, NamedTuple, Optional, Tuple

from edgeflow.wire.bundle import LIBRARY, MANIFEST, MANIFEST_BYTES, MAX_APP_BYTES, MODEL, SIGNATURE
from edgeflow.wire.constants import Status, Upload

from .laying import lay_down, seal
from .links import linked, log, sync_folder
from .manifest import Manifest, parse, read_small
from .refusal import Refusal
from .store import Beat, Store, is_file, is_folder, remove, sha256_of
from .trust import check_signature

_SPARE_BYTES = 1024 * 1024  # left free for the log and the links
_COMPANIONS = {".json": MANIFEST, ".json.sig": SIGNATURE, ".so": LIBRARY}  # uploaded beside the model


class Announced(NamedTuple):
    """What a host said of the bundle whose model comes next; `app_bytes` 0 where it has no application."""

    slot: str
    identity: bytes
    app: bytes
    app_bytes: int


class Uploads:
    """Brings releases into a store; at most one upload is under way."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._slot = ""
        self._size = 0
        self._sha256 = b""
        self._offset = -1
        self._bundle: Optional[Announced] = None

    def announce(self, slot: str, identity: bytes, app: bytes, app_bytes: int) -> int:
        """Take note of the bundle that the next upload is part of; returns how much of its application is there."""
        if app_bytes > MAX_APP_BYTES:
            raise Refusal(Status.TOO_LARGE, f"an application has at most {MAX_APP_BYTES} bytes")
        self._store.folder(slot, create=True)
        self._slot, self._bundle = slot, Announced(slot, identity, app, app_bytes)
        path = self._app_path()
        if not app_bytes or not is_file(path, None) or os.path.getsize(path) > app_bytes:
            return 0
        return os.path.getsize(path)

    def begin(self, slot: str, size: int, sha256: bytes, beat: Beat) -> Tuple[Upload, int, str]:
        """Return what is to be done for these bytes: (state, offset to go on from, file to write)."""
        folder = self._store.folder(slot, create=True)
        if self._bundle and self._bundle.slot != slot:
            self._bundle = None
        self._slot, self._size, self._sha256, self._offset = slot, size, sha256, -1
        for release in reversed(self._store.releases(folder)):
            model = os.path.join(folder, "releases", release, MODEL)
            if not release.endswith(sha256.hex()[:8]) or not is_file(model, size) or sha256_of(model, beat) != sha256:
                continue
            if not self._same(folder, release) or not self._whole(folder, release, slot, beat):
                continue  # sent again, as another release
            self._store.committed[slot] = release
            state = Upload.ACTIVE if release == linked(folder, "current") else Upload.COMMITTED
            return state, size, model
        part = self._part()
        offset = 0
        self._clear_incoming(part, self._app_path())
        if os.path.lexists(part):
            if is_file(part, None):
                offset = os.path.getsize(part)
            if offset > size or not is_file(part, None):
                os.unlink(part)
                offset = 0
        needed = size - offset + _SPARE_BYTES + (2 * self._bundle.app_bytes if self._bundle else 0)
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise Refusal(Status.TOO_LARGE, f"{free} bytes are free, {needed} are needed")
        self._offset = offset
        return Upload.SEND, offset, part

    def chunk(self, offset: int, data: bytes) -> int:
        """Append to the upload; returns the next offset."""
        if self._offset < 0:
            raise Refusal(Status.BAD_STATE, "no upload has begun")
        if offset != self._offset:
            raise Refusal(Status.BAD_OFFSET, str(self._offset))
        if offset + len(data) > self._size:
            raise Refusal(Status.TOO_LARGE, f"the announced size is {self._size}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self._part(), flags, 0o644)
        with open(descriptor, "wb") as file:  # a descriptor: nothing is truncated
            file.seek(offset)
            file.write(data)
        self._offset = offset + len(data)
        return self._offset

    def before(self) -> str:
        """The model that is active where the upload under way goes."""
        if self._offset < 0:
            raise Refusal(Status.BAD_STATE, "no upload has begun")
        return self._store.active_model(self._slot)

    @contextlib.contextmanager
    def growing(self, offset: int, end: int) -> Iterator[BinaryIO]:
        """The upload's file, to be written from `offset`, where it must end now, to `end`."""
        if self._offset < 0:
            raise Refusal(Status.BAD_STATE, "no upload has begun")
        part = self._part()
        found = os.path.getsize(part) if is_file(part, None) else 0
        if offset != found:
            raise Refusal(Status.BAD_OFFSET, str(found))
        if end > self._size:
            raise Refusal(Status.TOO_LARGE, f"the announced size is {self._size}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(part, flags, 0o644), "wb") as file:  # a descriptor: nothing is truncated
            file.seek(offset)
            yield file
        self._offset = end

    def commit(self, beat: Beat) -> Tuple[str, str]:
        """Verify the upload and make it a release: (release, path of its model)."""
        if self._offset < 0:
            raise Refusal(Status.BAD_STATE, "no upload has begun")
        folder, part = self._store.folder(self._slot), self._part()
        if not is_file(part, None):
            raise Refusal(Status.NOT_FOUND, "nothing was uploaded")
        if os.path.getsize(part) != self._size or sha256_of(part, beat) != self._sha256:
            found = os.path.getsize(part)
            os.unlink(part)
            self._offset = -1
            raise Refusal(Status.BAD_CHECKSUM, f"{found} of {self._size} bytes arrived, or not the announced ones")
        manifest = self._manifest(part + ".json")
        self._check_library(part + ".so", manifest, beat)
        self._check_signature(part)
        release = self._new_name(folder)
        new = os.path.join(folder, "incoming", release)
        os.mkdir(new)
        if manifest and manifest.entry:
            self._lay_down_app(new, manifest, beat)
        for path, name in [(part, MODEL), *((part + end, name) for end, name in _COMPANIONS.items())]:
            if os.path.lexists(path):
                seal(path)
                os.rename(path, os.path.join(new, name))
        sync_folder(new)
        os.rename(new, os.path.join(folder, "releases", release))
        sync_folder(os.path.join(folder, "releases"))
        self._offset = -1
        self._store.committed[self._slot] = release
        self._clear_incoming()
        log(folder, "commit", release)
        return release, os.path.join(folder, "releases", release, MODEL)

    def _manifest(self, path: str) -> Optional[Manifest]:
        """The uploaded manifest; one that speaks of another bundle, or cannot be laid down, is dropped and refused."""
        if not os.path.lexists(path):
            return None
        data = read_small(path, MANIFEST_BYTES)
        try:
            told = parse(data) if data is not None else None
            if told is None or told.files.get(MODEL, ("",))[0] != self._sha256.hex():
                raise ValueError("another model" if told else "not a small file")
            if self._bundle and told.identity != self._bundle.identity:
                raise ValueError("another bundle")
        except ValueError as error:
            os.unlink(path)
            raise Refusal(Status.BAD_REQUEST, f"the manifest: {error}") from None
        return told

    def _check_library(self, path: str, manifest: Optional[Manifest], beat: Beat) -> None:
        """An uploaded library that is not the one that the manifest lists is dropped and refused."""
        if not os.path.lexists(path):
            return
        listed = manifest.files.get(LIBRARY) if manifest else None
        if not is_file(path, None) or not listed or listed.sha256 != sha256_of(path, beat).hex():
            os.unlink(path)
            raise Refusal(Status.BAD_CHECKSUM, "the library is not the one that the manifest lists")

    def _lay_down_app(self, new: str, manifest: Manifest, beat: Beat) -> None:
        """Make the application's files; what is not as the manifest says is dropped and refused."""
        path = self._app_path()
        try:
            if not is_file(path, None):
                raise Refusal(Status.NOT_FOUND, "the application's files were not uploaded")
            lay_down(path, new, manifest.app, beat)
        except (Refusal, OSError) as error:
            if isinstance(error, Refusal) and is_file(path, None):
                os.unlink(path)  # a full disk says nothing against what arrived
            remove(new)
            raise
        os.unlink(path)

    def _check_signature(self, part: str) -> None:
        """On a device with pinned keys an upload that none of them signed is dropped and refused."""
        keys = self._store.trust.keys()
        if keys is None:
            return
        try:
            found = [read_small(part + end, MANIFEST_BYTES) for end in (".json", ".json.sig")]
            check_signature(found[0], found[1], keys)
        except Refusal:
            self._clear_incoming(part)  # the model may stay: its digest holds, and it is not used
            raise

    def _same(self, folder: str, release: str) -> bool:
        """Whether a release with the same model is the announced bundle; without one only the model counts."""
        if not self._bundle:
            return True
        data = read_small(os.path.join(folder, "releases", release, MANIFEST), MANIFEST_BYTES)
        try:
            return data is not None and parse(data).identity == self._bundle.identity
        except ValueError:
            return False

    def _whole(self, folder: str, release: str, slot: str, beat: Beat) -> bool:
        """Whether a release may be used: as it was deployed, and signed where this device asks for it."""
        try:
            self._store.trust.check(os.path.join(folder, "releases", release), slot, lambda path: sha256_of(path, beat))
        except Refusal:
            return False
        return True

    def _new_name(self, folder: str) -> str:
        """A release's name that is free, also when the clock stands or was put back."""
        now = int(time.time())
        while True:
            name = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now)) + "-" + self._sha256.hex()[:8]
            if not os.path.lexists(os.path.join(folder, "releases", name)):
                return name
            now += 1

    def _clear_incoming(self, *keep: str) -> None:
        """Nothing that an earlier upload left is taken for part of this one; only `keep` goes on being written."""
        incoming = os.path.join(self._store.folder(self._slot), "incoming")
        for name in os.listdir(incoming):
            path = os.path.join(incoming, name)
            if path in keep:
                continue
            if is_folder(path):
                remove(path)
            else:
                os.unlink(path)

    def _part(self) -> str:
        return os.path.join(self._store.folder(self._slot), "incoming", self._sha256.hex() + ".part")

    def _app_path(self) -> str:
        name = (self._bundle.app.hex() if self._bundle else "none") + ".app"
        return os.path.join(self._store.folder(self._slot), "incoming", name)
