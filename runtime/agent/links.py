"""`current` and `previous` of a deployment's folder, its log, and what makes a change survive a power cut."""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from typing import Optional

RELEASE = re.compile(r"^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}$")


def linked(folder: str, name: str) -> Optional[str]:
    """The release that a link names; None where there is no such link, or one that leads elsewhere."""
    try:
        parent, release = os.path.split(os.readlink(os.path.join(folder, name)))
    except OSError:
        return None
    return release if parent == "releases" and RELEASE.match(release) else None


def link(folder: str, name: str, release: Optional[str]) -> None:
    """Let a link name a release, by one rename, or none."""
    path, new = os.path.join(folder, name), os.path.join(folder, name + ".new")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(new)
    if release:
        os.symlink(os.path.join("releases", release), new)
        os.rename(new, path)
    else:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
    sync_folder(folder)


def log(folder: str, event: str, release: str) -> None:
    """Add a line to log.jsonl."""
    line = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "event": event, "release": release}
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    text = (json.dumps(line) + "\n").encode("utf-8")
    with contextlib.suppress(OSError):  # what was done is done, also where the disk is full now
        descriptor = os.open(os.path.join(folder, "log.jsonl"), flags, 0o644)
        try:
            os.write(descriptor, text)
        finally:
            os.close(descriptor)


def write_whole(path: str, content: bytes, mode: int = 0o644) -> None:
    """Write a small file so that it is the old one or the new one, also after a power cut."""
    new = path + ".new"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(new, flags, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.rename(new, path)
    sync_folder(os.path.dirname(path))


def sync_folder(path: str) -> None:
    """Make renames inside a folder survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
