"""Releases on disk: BASE/NAME/{releases/<UTC>-<sha8>/model.tflite, current, previous, incoming/, log.jsonl}.

A release is put together in incoming/, appears by one rename and never changes; `current` and `previous` are relative
links, switched by rename.
Names come from the host and are not trusted: nothing outside BASE is read or written through them.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from typing import Callable, Dict, List, Optional, Tuple

from edgeflow.wire.bundle import LIBRARY, MODEL, RESERVED
from edgeflow.wire.constants import Status

from . import pending
from .links import RELEASE, link, linked, log
from .refusal import Refusal
from .trust import Trust

_NAME = re.compile(r"^[a-z0-9._-]{1,64}$")
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
    """The folder of all releases."""

    def __init__(self, base: str) -> None:
        self.base = os.path.abspath(base)
        self.trust = Trust(self.base)
        self.committed: Dict[str, str] = {}  # slot → the release brought, or found, in this session

    def library_of(self, model: str) -> str:
        """The custom operators that were deployed with a release's model; empty where there are none."""
        folder = os.path.dirname(os.path.realpath(model))
        path = os.path.join(folder, LIBRARY)
        inside = os.path.realpath(self.base) == os.path.dirname(os.path.dirname(os.path.dirname(folder)))
        return path if inside and RELEASE.match(os.path.basename(folder)) and is_file(path, None) else ""

    def checked(self, slot: str, release: str, try_out: Callable[[str], None], beat: Beat) -> Tuple[str, str]:
        """A release that is as it was deployed and that `try_out` takes: (the deployment's folder, the release).

        An empty `release` is the one brought in this session.
        """
        folder = self.folder(slot)
        release = release or self.committed.get(slot, "")
        if not release:
            raise Refusal(Status.BAD_STATE, "nothing was committed in this session; name the release")
        if release not in self.releases(folder):
            raise Refusal(Status.NOT_FOUND, f"no release '{release[:40]}' in {slot}")
        self.trust.check(os.path.join(folder, "releases", release), slot, lambda path: sha256_of(path, beat))
        try_out(os.path.join(folder, "releases", release, MODEL))
        return folder, release

    def activate(self, slot: str, release: str, try_out: Callable[[str], None], beat: Beat) -> Tuple[str, str]:
        """Make a release current for good: (release, the one before). If it is refused, nothing changes."""
        folder, release = self.checked(slot, release, try_out, beat)
        current = linked(folder, "current")
        if current != release:
            if current:
                link(folder, "previous", current)
            link(folder, "current", release)
            log(folder, "activate", release)
            self.prune(folder)
        return release, linked(folder, "previous") or ""

    def prune(self, folder: str) -> None:
        """Delete the oldest releases beyond the number kept; never one that is, was or may become current again."""
        names = self.releases(folder)
        used = {linked(folder, "current"), linked(folder, "previous"), *pending.kept(folder).values()}
        for name in names[: max(0, len(names) - _KEPT_RELEASES)]:
            if name not in used:
                gone = os.path.join(folder, "incoming", name)  # half a release is never among the releases
                os.rename(os.path.join(folder, "releases", name), gone)
                remove(gone)

    def active_model(self, slot: str) -> str:
        """Path of a slot's current model."""
        folder = self.folder(slot)
        release = linked(folder, "current")
        model = os.path.join(folder, "releases", release or "", MODEL)
        if not release or not is_file(model, None):
            raise Refusal(Status.NOT_FOUND, f"{slot} has no active model")
        return model

    def slots(self, slot: str, beat: Beat) -> Dict[str, str]:
        """Name → state and SHA-256: of a slot's releases, newest first, or of all slots' active releases."""
        if slot:
            folder = self.folder(slot)
            marks = {linked(folder, "previous"): "previous", linked(folder, "current"): "active"}
            names = reversed(self.releases(folder))
            return {name: f"{marks.get(name, '')} {self._digest(folder, name, beat)}" for name in names}
        found = {}
        for name in self.names():
            release = linked(os.path.join(self.base, name), "current")
            if release:
                found[name] = f"active {self._digest(os.path.join(self.base, name), release, beat)}"
        return found

    def names(self) -> List[str]:
        """Everything below the base that may be a deployment."""
        names = sorted(os.listdir(self.base)) if os.path.isdir(self.base) else []
        return [
            name
            for name in names
            if _NAME.match(name) and name not in RESERVED and is_folder(os.path.join(self.base, name))
        ]

    def make_scratch(self) -> None:
        """Make the folders for shared files; what an earlier session left in BASE/io goes."""
        for name in ("io", "cache"):
            folder = os.path.join(self.base, name)
            os.makedirs(folder, exist_ok=True)
            if name == "io" and is_folder(folder):
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

    def folder(self, slot: str, create: bool = False) -> str:
        if not _NAME.match(slot) or slot.startswith(".") or slot in RESERVED:
            raise Refusal(Status.BAD_REQUEST, "a name has 1 to 64 of a-z 0-9 . _ - and does not start with a dot")
        folder = os.path.join(self.base, slot)
        if create:
            os.makedirs(self.base, exist_ok=True)
        for part in (folder, os.path.join(folder, "releases"), os.path.join(folder, "incoming")):
            if create and not os.path.lexists(part):
                os.mkdir(part)
            if not is_folder(part):  # before anything is made inside: a link leads elsewhere
                raise Refusal(
                    Status.NOT_FOUND, f"{slot} is not deployed here" if part == folder else f"no folder {part}"
                )
        return folder

    def releases(self, folder: str) -> List[str]:
        return sorted(name for name in os.listdir(os.path.join(folder, "releases")) if RELEASE.match(name))

    def _digest(self, folder: str, release: str, beat: Beat) -> str:
        model = os.path.join(folder, "releases", release, MODEL)
        return sha256_of(model, beat).hex() if is_file(model, None) else ""


def remove(folder: str) -> None:
    """Delete a folder whose folders may be read-only."""
    for parent, _, _ in os.walk(folder):
        os.chmod(parent, 0o755)
    shutil.rmtree(folder)


def is_file(path: str, size: Optional[int]) -> bool:
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and size in (None, found.st_size)


def is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False
