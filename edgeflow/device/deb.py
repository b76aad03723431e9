"""Files out of Debian packages, without Debian's tools: an `ar` archive whose `data.tar` is packed by xz or gzip."""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Collection

from edgeflow.errors import UsageError

_MAGIC, _HEAD = b"!<arch>\n", 60
_FILE_BYTES = 64 << 20


def library_files(package: bytes, wanted: Collection[str], name: str) -> dict[str, bytes]:
    """The `wanted` file names that lie in any folder of the package, links followed within it.

    `name` is the package's in messages. Raises UsageError where it is none that can be read.
    """
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(_data(package)), mode="r:*") as archive:
            members = {posixpath.normpath(member.name): member for member in archive}
            for path in members:
                content = _content(archive, members, path) if posixpath.basename(path) in wanted else None
                if content is not None:
                    found.setdefault(posixpath.basename(path), content)
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise UsageError(f"{name} is no Debian package that can be read here: {error}", "fetch it again") from None
    return found


def _content(archive: tarfile.TarFile, members: dict[str, tarfile.TarInfo], path: str) -> bytes | None:
    """A regular file's bytes; a link's only where it leads to one directly."""
    member = members[path]
    if member.issym():
        beside = posixpath.join(posixpath.dirname(path), member.linkname)
        member = members.get(posixpath.normpath(beside), member)
    file = archive.extractfile(member) if member.isreg() and member.size <= _FILE_BYTES else None
    return None if file is None else file.read()


def _data(package: bytes) -> bytes:
    """The member data.tar.* of the `ar` archive. Raises ValueError."""
    if not package.startswith(_MAGIC):
        raise ValueError("it does not begin like one")
    at = len(_MAGIC)
    while at + _HEAD <= len(package):
        head = package[at : at + _HEAD]
        size = int(head[48:58])
        if size < 0:
            raise ValueError("a member of negative size")
        if head[:16].strip().rstrip(b"/").startswith(b"data.tar"):
            return package[at + _HEAD : at + _HEAD + size]
        at += _HEAD + size + size % 2
    raise ValueError("it holds no data.tar")
