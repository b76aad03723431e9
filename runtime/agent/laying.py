"""An application's files: from one stream, in the manifest's order, to a folder that nobody writes to any more.

The stream has the files' bytes and nothing else: names, sizes and modes are the manifest's, so no stream can make a
link, a device, or a file that the manifest does not list.
"""

from __future__ import annotations

import hashlib
import os
from typing import Callable, Dict, Set

from edgeflow.wire.constants import Status

from .links import sync_folder
from .manifest import Listed
from .refusal import Refusal

_BLOCK_BYTES = 1 << 20


def lay_down(stream: str, folder: str, files: Dict[str, Listed], beat: Callable[[], None]) -> None:
    """Write the files below `folder`. Raises Refusal when the stream does not have exactly what the manifest lists."""
    total = sum(listed.size for listed in files.values())
    if any(listed.size < 0 for listed in files.values()) or os.path.getsize(stream) != total:
        found = os.path.getsize(stream)
        raise Refusal(Status.BAD_CHECKSUM, "%d of %d bytes of the application arrived" % (found, total))
    made: Set[str] = set()
    with open(os.open(stream, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as source:
        for path, listed in files.items():
            parent = folder
            for part in path.split("/")[:-1]:
                parent = os.path.join(parent, part)
                if parent not in made:
                    os.mkdir(parent, 0o755)
                    made.add(parent)
            digest, left = hashlib.sha256(), listed.size
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            with open(os.open(os.path.join(folder, path), flags, 0o600), "wb") as file:
                while left:
                    block = source.read(min(left, _BLOCK_BYTES))
                    if not block:
                        raise Refusal(Status.BAD_CHECKSUM, "the application ends early")
                    digest.update(block)
                    file.write(block)
                    left -= len(block)
                    beat()
                if digest.hexdigest() != listed.sha256:
                    raise Refusal(Status.BAD_CHECKSUM, "%s is not what the manifest lists" % path[:60])
                file.flush()
                os.fchmod(file.fileno(), 0o555 if listed.executable else 0o444)
                os.fsync(file.fileno())
    for parent in sorted(made, reverse=True):
        sync_folder(parent)
        os.chmod(parent, 0o555)


def seal(path: str) -> None:
    """Make a file read-only, and sure to be on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        os.fchmod(descriptor, 0o444)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
