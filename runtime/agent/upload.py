"""Uploads: from bytes in BASE/NAME/incoming/ to a release that is whole, verified and read-only."""

from __future__ import annotations

import json
import os
import shutil
import time
from typing import Tuple

from edgeflow.wire.constants import Status, Upload

from .refusal import Refusal
from .store import LIBRARY, Beat, Store, is_file, is_folder, sha256_of
from .trust import MANIFEST, SIGNATURE, check_signature, sync_folder

_SPARE_BYTES = 1024 * 1024  # left free for the log and the links
_MANIFEST_BYTES = 1 << 20
_COMPANIONS = {".json": MANIFEST, ".json.sig": SIGNATURE, ".so": LIBRARY}  # uploaded beside the model


class Uploads:
    """Brings releases into a store; at most one upload is under way."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._slot = ""
        self._size = 0
        self._sha256 = b""
        self._offset = -1

    def begin(self, slot: str, size: int, sha256: bytes, beat: Beat) -> Tuple[Upload, int, str]:
        """Return what is to be done for these bytes: (state, offset to go on from, file to write)."""
        folder = self._store.folder(slot, create=True)
        self._slot, self._size, self._sha256, self._offset = slot, size, sha256, -1
        for release in self._store.releases(folder):
            model = os.path.join(folder, "releases", release, "model.tflite")
            if not release.endswith(sha256.hex()[:8]) or not is_file(model, size) or sha256_of(model, beat) != sha256:
                continue
            if not self._whole(folder, release, slot, beat):
                continue  # sent again, as another release
            self._store.committed[slot] = release
            state = Upload.ACTIVE if release == self._store.linked(folder, "current") else Upload.COMMITTED
            return state, size, model
        part = self._part()
        offset = 0
        self._clear_incoming(keep=part)
        if os.path.lexists(part):
            if is_file(part, None):
                offset = os.path.getsize(part)
            if offset > size or not is_file(part, None):
                os.unlink(part)
                offset = 0
        free = shutil.disk_usage(folder).free
        if free < size - offset + _SPARE_BYTES:
            raise Refusal(Status.TOO_LARGE, f"{free} bytes are free, {size - offset + _SPARE_BYTES} are needed")
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
        manifest, library = self._manifest(part + ".json"), part + ".so"
        if os.path.lexists(library):
            self._check_library(library, manifest, beat)
        self._check_signature(part)
        release = self._new_name(folder)
        new = os.path.join(folder, "incoming", release)
        os.mkdir(new)
        for path, name in [(part, "model.tflite"), *((part + end, name) for end, name in _COMPANIONS.items())]:
            if os.path.lexists(path):
                _seal(path)
                os.rename(path, os.path.join(new, name))
        sync_folder(new)
        os.rename(new, os.path.join(folder, "releases", release))
        sync_folder(os.path.join(folder, "releases"))
        self._offset = -1
        self._store.committed[self._slot] = release
        self._clear_incoming(keep="")
        self._store.log(folder, "commit", release)
        return release, os.path.join(folder, "releases", release, "model.tflite")

    def _manifest(self, path: str) -> str:
        """The uploaded manifest's path, or nothing; one that speaks of another model is dropped and refused."""
        if not os.path.lexists(path):
            return ""
        try:
            if not is_file(path, None) or os.path.getsize(path) > _MANIFEST_BYTES:
                raise ValueError("not a small file")
            with open(path, encoding="utf-8") as file:
                listed = json.load(file)["files"]
            if not any(entry["path"] == "model.tflite" and entry["sha256"] == self._sha256.hex() for entry in listed):
                raise ValueError("another model")
        except (ValueError, KeyError, TypeError) as error:
            os.unlink(path)
            raise Refusal(Status.BAD_REQUEST, f"the manifest: {error}") from None
        return path

    def _check_library(self, path: str, manifest: str, beat: Beat) -> None:
        """An uploaded library that is not the one that the manifest lists is dropped and refused."""
        listed = []
        if manifest:
            with open(manifest, encoding="utf-8") as file:
                listed = [entry["sha256"] for entry in json.load(file)["files"] if entry["path"] == LIBRARY]
        if not is_file(path, None) or listed != [sha256_of(path, beat).hex()]:
            os.unlink(path)
            raise Refusal(Status.BAD_CHECKSUM, "the library is not the one that the manifest lists")

    def _check_signature(self, part: str) -> None:
        """On a device with pinned keys an upload that none of them signed is dropped and refused."""
        keys = self._store.trust.keys()
        if keys is None:
            return
        try:
            found = []
            for end in (".json", ".json.sig"):
                path = part + end
                found.append(_content(path) if is_file(path, None) else None)
            check_signature(found[0], found[1], keys)
        except Refusal:
            self._clear_incoming(keep=part)  # the model may stay: its digest holds, and it is not used
            raise

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

    def _clear_incoming(self, keep: str) -> None:
        """Nothing that an earlier upload left is taken for part of this one; only `keep` goes on being written."""
        incoming = os.path.join(self._store.folder(self._slot), "incoming")
        for name in os.listdir(incoming):
            path = os.path.join(incoming, name)
            if path == keep:
                continue
            if is_folder(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)

    def _part(self) -> str:
        return os.path.join(self._store.folder(self._slot), "incoming", self._sha256.hex() + ".part")


def _content(path: str) -> bytes:
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
        return file.read(_MANIFEST_BYTES)


def _seal(path: str) -> None:
    """Make a file read-only, and sure to be on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        os.fchmod(descriptor, 0o444)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
