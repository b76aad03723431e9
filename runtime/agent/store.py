"""Releases on disk: BASE/NAME/{releases/<UTC>-<sha8>/model.tflite, current, previous, incoming/, log.jsonl}.

A release is put together in incoming/, appears by one rename and never changes; `current` and `previous` are relative
links, switched by rename.
Names come from the host and are not trusted: nothing outside BASE is read or written through them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import stat
import time
from typing import Callable, Dict, List, Optional, Tuple

from edgeflow.wire.constants import Status, Upload

from .refusal import Refusal
from .trust import MANIFEST, SIGNATURE, Trust, check_signature, sync_folder

_NAME = re.compile(r"^[a-z0-9._-]{1,64}$")
_RELEASE = re.compile(r"^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}$")
_RESERVED = {"agent", "cache", "io", "python", "venv"}
_SPARE_BYTES = 1024 * 1024  # left free for the log and the links
_MANIFEST_BYTES = 1 << 20
_LIBRARY = "custom-operators.so"
_COMPANIONS = {".json": MANIFEST, ".json.sig": SIGNATURE, ".so": _LIBRARY}  # uploaded beside the model
_KEPT_RELEASES = 5
Beat = Callable[[], None]


def sha256_of(path: str, beat: Beat) -> bytes:
    """SHA-256 of a file, telling `beat` now and then that it still goes on."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
            beat()
    return digest.digest()


class Store:
    """The folder of all releases; at most one upload is under way."""

    def __init__(self, base: str) -> None:
        self.base = os.path.abspath(base)
        self.trust = Trust(self.base)
        self._slot = ""
        self._size = 0
        self._sha256 = b""
        self._offset = -1
        self._committed: Dict[str, str] = {}

    def begin(self, slot: str, size: int, sha256: bytes, beat: Beat) -> Tuple[Upload, int, str]:
        """Return what is to be done for these bytes: (state, offset to go on from, file to write)."""
        folder = self._folder(slot, create=True)
        self._slot, self._size, self._sha256, self._offset = slot, size, sha256, -1
        for release in self._releases(folder):
            model = os.path.join(folder, "releases", release, "model.tflite")
            if not release.endswith(sha256.hex()[:8]) or not _is_file(model, size) or sha256_of(model, beat) != sha256:
                continue
            if not self._whole(folder, release, slot, beat):
                continue  # sent again, as another release
            self._committed[slot] = release
            state = Upload.ACTIVE if release == self._linked(folder, "current") else Upload.COMMITTED
            return state, size, model
        part = self._part()
        offset = 0
        self._clear_incoming(keep=part)
        if os.path.lexists(part):
            if _is_file(part, None):
                offset = os.path.getsize(part)
            if offset > size or not _is_file(part, None):
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
        folder, part = self._folder(self._slot), self._part()
        if not _is_file(part, None):
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
        self._committed[self._slot] = release
        self._clear_incoming(keep="")
        self._log(folder, "commit", release)
        return release, os.path.join(folder, "releases", release, "model.tflite")

    def _manifest(self, path: str) -> str:
        """The uploaded manifest's path, or nothing; one that speaks of another model is dropped and refused."""
        if not os.path.lexists(path):
            return ""
        try:
            if not _is_file(path, None) or os.path.getsize(path) > _MANIFEST_BYTES:
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
                listed = [entry["sha256"] for entry in json.load(file)["files"] if entry["path"] == _LIBRARY]
        if not _is_file(path, None) or listed != [sha256_of(path, beat).hex()]:
            os.unlink(path)
            raise Refusal(Status.BAD_CHECKSUM, "the library is not the one that the manifest lists")

    def _check_signature(self, part: str) -> None:
        """On a device with pinned keys an upload that none of them signed is dropped and refused."""
        keys = self.trust.keys()
        if keys is None:
            return
        try:
            found = []
            for end in (".json", ".json.sig"):
                path = part + end
                found.append(_content(path) if _is_file(path, None) else None)
            check_signature(found[0], found[1], keys)
        except Refusal:
            self._clear_incoming(keep=part)  # the model may stay: its digest holds, and it is not used
            raise

    def _whole(self, folder: str, release: str, slot: str, beat: Beat) -> bool:
        """Whether a release may be used: as it was deployed, and signed where this device asks for it."""
        try:
            self.trust.check(os.path.join(folder, "releases", release), slot, lambda path: sha256_of(path, beat))
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
        incoming = os.path.join(self._folder(self._slot), "incoming")
        for name in os.listdir(incoming):
            path = os.path.join(incoming, name)
            if path == keep:
                continue
            if _is_folder(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)

    def library_of(self, model: str) -> str:
        """The custom operators that were deployed with a release's model; empty where there are none."""
        folder = os.path.dirname(os.path.realpath(model))
        path = os.path.join(folder, _LIBRARY)
        inside = os.path.realpath(self.base) == os.path.dirname(os.path.dirname(os.path.dirname(folder)))
        return path if inside and _RELEASE.match(os.path.basename(folder)) and _is_file(path, None) else ""

    def activate(self, slot: str, release: str, try_out: Callable[[str], None], beat: Beat) -> Tuple[str, str]:
        """Make a release current that is as it was deployed and that `try_out` takes: (release, the one before).

        If either refuses, nothing changes.
        """
        folder = self._folder(slot)
        release = release or self._committed.get(slot, "")
        if not release:
            raise Refusal(Status.BAD_STATE, "nothing was committed in this session; name the release")
        if release not in self._releases(folder):
            raise Refusal(Status.NOT_FOUND, f"no release '{release[:40]}' in {slot}")
        self.trust.check(os.path.join(folder, "releases", release), slot, lambda path: sha256_of(path, beat))
        try_out(os.path.join(folder, "releases", release, "model.tflite"))
        current = self._linked(folder, "current")
        if current != release:
            if current:
                self._link(folder, "previous", current)
            self._link(folder, "current", release)
            self._log(folder, "activate", release)
            self._prune(folder)
        return release, self._linked(folder, "previous") or ""

    def _prune(self, folder: str) -> None:
        """Delete the oldest releases beyond the number kept; never the current one and the one before."""
        names = self._releases(folder)
        used = {self._linked(folder, "current"), self._linked(folder, "previous")}
        for name in names[: max(0, len(names) - _KEPT_RELEASES)]:
            if name not in used:
                gone = os.path.join(folder, "incoming", name)  # half a release is never among the releases
                os.rename(os.path.join(folder, "releases", name), gone)
                shutil.rmtree(gone)

    def active_model(self, slot: str) -> str:
        """Path of a slot's current model."""
        folder = self._folder(slot)
        release = self._linked(folder, "current")
        model = os.path.join(folder, "releases", release or "", "model.tflite")
        if not release or not _is_file(model, None):
            raise Refusal(Status.NOT_FOUND, f"{slot} has no active model")
        return model

    def slots(self, slot: str, beat: Beat) -> Dict[str, str]:
        """Name → state and SHA-256: of a slot's releases, newest first, or of all slots' active releases."""
        if slot:
            folder = self._folder(slot)
            marks = {self._linked(folder, "previous"): "previous", self._linked(folder, "current"): "active"}
            names = reversed(self._releases(folder))
            return {name: f"{marks.get(name, '')} {self._digest(folder, name, beat)}" for name in names}
        found = {}
        for name in sorted(os.listdir(self.base)) if os.path.isdir(self.base) else []:
            folder = os.path.join(self.base, name)
            if _NAME.match(name) and name not in _RESERVED and _is_folder(folder):
                release = self._linked(folder, "current")
                if release:
                    found[name] = f"active {self._digest(folder, release, beat)}"
        return found

    def make_scratch(self) -> None:
        """Make the folders for shared files; what an earlier session left in BASE/io goes."""
        for name in ("io", "cache"):
            folder = os.path.join(self.base, name)
            os.makedirs(folder, exist_ok=True)
            if name == "io" and _is_folder(folder):
                for file in os.listdir(folder):
                    os.unlink(os.path.join(folder, file))

    def scratch_file(self, path: str) -> str:
        """Check that `path` lies directly in BASE/io or BASE/cache, the only places the host shares files in."""
        folder, name = os.path.split(os.path.abspath(os.path.expanduser(path)))
        if os.path.realpath(folder) not in {os.path.realpath(os.path.join(self.base, p)) for p in ("io", "cache")}:
            raise Refusal(Status.BAD_REQUEST, "files are shared in BASE/io only")
        if not re.match(r"^[A-Za-z0-9._-]{1,128}$", name) or name in (".", ".."):
            raise Refusal(Status.BAD_REQUEST, "not a plain file name")
        return os.path.join(folder, name)

    def prune_cache(self, keep: str, count: int = 8) -> None:
        """Delete the oldest of the models, or libraries, that were only tried, beyond `count` of the kind of `keep`."""
        cache = os.path.join(self.base, "cache")
        if os.path.dirname(os.path.realpath(keep)) != os.path.realpath(cache):
            return
        kind = os.path.splitext(keep)[1]
        files = [os.path.join(cache, name) for name in os.listdir(cache) if name.endswith(kind)]
        os.utime(keep)
        for path in sorted(files, key=os.path.getmtime)[:-count]:
            os.unlink(path)

    def _part(self) -> str:
        return os.path.join(self._folder(self._slot), "incoming", self._sha256.hex() + ".part")

    def _folder(self, slot: str, create: bool = False) -> str:
        if not _NAME.match(slot) or slot.startswith(".") or slot in _RESERVED:
            raise Refusal(Status.BAD_REQUEST, "a name has 1 to 64 of a-z 0-9 . _ - and does not start with a dot")
        folder = os.path.join(self.base, slot)
        if create:
            os.makedirs(self.base, exist_ok=True)
        for part in (folder, os.path.join(folder, "releases"), os.path.join(folder, "incoming")):
            if create and not os.path.lexists(part):
                os.mkdir(part)
            if not _is_folder(part):  # before anything is made inside: a link leads elsewhere
                raise Refusal(
                    Status.NOT_FOUND, f"{slot} is not deployed here" if part == folder else f"no folder {part}"
                )
        return folder

    def _releases(self, folder: str) -> List[str]:
        return sorted(name for name in os.listdir(os.path.join(folder, "releases")) if _RELEASE.match(name))

    def _linked(self, folder: str, name: str) -> Optional[str]:
        try:
            parent, release = os.path.split(os.readlink(os.path.join(folder, name)))
        except OSError:
            return None
        return release if parent == "releases" and _RELEASE.match(release) else None

    def _link(self, folder: str, name: str, release: str) -> None:
        new = os.path.join(folder, name + ".new")
        if os.path.lexists(new):
            os.unlink(new)
        os.symlink(os.path.join("releases", release), new)
        os.rename(new, os.path.join(folder, name))
        sync_folder(folder)

    def _digest(self, folder: str, release: str, beat: Beat) -> str:
        model = os.path.join(folder, "releases", release, "model.tflite")
        return sha256_of(model, beat).hex() if _is_file(model, None) else ""

    def _log(self, folder: str, event: str, release: str) -> None:
        line = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "event": event, "release": release}
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        text = (json.dumps(line) + "\n").encode("utf-8")
        with contextlib.suppress(OSError):  # what was done is done, also where the disk is full now
            descriptor = os.open(os.path.join(folder, "log.jsonl"), flags, 0o644)
            try:
                os.write(descriptor, text)
            finally:
                os.close(descriptor)


def _is_file(path: str, size: Optional[int]) -> bool:
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and size in (None, found.st_size)


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


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
