"""Which keys a device trusts (BASE/.allowed_signers, OpenSSH's format), and whether a release was signed by one.

Without that file a device takes every bundle. With it, also when it is empty or damaged, only those that hold.
"""

from __future__ import annotations

import os
import re
from typing import Callable, Dict, Optional, Set

from edgeflow.wire.bundle import MANIFEST, MANIFEST_BYTES, SIGNATURE
from edgeflow.wire.constants import Status

from . import sshsig
from .links import write_whole
from .manifest import parse, read_small
from .refusal import Refusal

_FILE_BYTES = 64 * 1024
_COMMENT = re.compile(r"[^\x20-\x7e]+")
Digest = Callable[[str], bytes]


class Trust:
    """The keys pinned on this device."""

    def __init__(self, base: str) -> None:
        self._path = os.path.join(base, ".allowed_signers")

    def keys(self) -> Optional[Dict[str, str]]:
        """Public key (base64) → comment; None where nothing is pinned. A line of another form trusts nobody."""
        try:
            with open(os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
                text = file.read(_FILE_BYTES).decode("utf-8", "replace")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError:  # a link, a folder, no right to read it: somebody meant something by it
            return {}
        found = {}
        for line in text.splitlines():
            words = line.split(None, 4)
            head = [sshsig.PRINCIPAL, 'namespaces="%s"' % sshsig.NAMESPACE, sshsig.KEY_TYPE]
            if words[:3] == head and len(words) > 3:
                try:
                    sshsig.public_bytes(words[3])
                except sshsig.SignatureError:
                    continue
                found[words[3]] = words[4] if len(words) > 4 else ""
        return found

    def add(self, key: str, comment: str) -> None:
        """Pin a key: from now on nothing is activated that none of the pinned keys signed."""
        try:
            sshsig.public_bytes(key)
        except sshsig.SignatureError as error:
            raise Refusal(Status.BAD_REQUEST, str(error)) from None
        self._write({**(self.keys() or {}), key: _COMMENT.sub(" ", comment)[:100].strip()})

    def remove(self, key: str) -> None:
        """Pin a key no longer; with the last one the device takes every bundle again."""
        keys = self.keys() or {}
        if key not in keys:
            raise Refusal(Status.NOT_FOUND, "this key is not pinned here")
        del keys[key]
        self._write(keys)

    def check(self, folder: str, slot: str, digest: Digest) -> None:
        """Refuse a release whose files are not those of its manifest, or whose manifest no pinned key has signed.

        `folder` holds the release's files, the manifest and its signature, and nothing else. Where nothing is pinned
        a release without a manifest is taken, as it is.
        """
        keys = self.keys()
        manifest = read_small(os.path.join(folder, MANIFEST), MANIFEST_BYTES)
        if manifest is None and keys is None:
            return
        if keys is not None:
            check_signature(manifest, read_small(os.path.join(folder, SIGNATURE), sshsig.SIGNATURE_BYTES), keys)
        try:
            told = parse(manifest or b"")
        except ValueError:
            raise Refusal(Status.BAD_CHECKSUM, "the release's manifest is damaged") from None
        if keys is not None and told.name != slot:
            raise Refusal(Status.BAD_SIGNATURE, "signed for the name '%s', not for this one" % told.name[:40])
        listed = told.files
        found = _files(folder) - {MANIFEST, SIGNATURE}
        if keys is not None and found != set(listed):
            odd = sorted(found ^ set(listed))[0]
            raise Refusal(Status.BAD_SIGNATURE, "%s is not what was signed" % odd[:60])
        for path, wanted in listed.items():
            if path not in found or digest(os.path.join(folder, path)).hex() != wanted.sha256:
                raise Refusal(Status.BAD_CHECKSUM, "%s has changed since it was deployed" % path[:60])

    def _write(self, keys: Dict[str, str]) -> None:
        if not keys:
            os.unlink(self._path)
            return
        head = '%s namespaces="%s" %s' % (sshsig.PRINCIPAL, sshsig.NAMESPACE, sshsig.KEY_TYPE)
        text = "".join(("%s %s %s" % (head, key, comment)).rstrip() + "\n" for key, comment in keys.items())
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        write_whole(self._path, text.encode("utf-8"))


def check_signature(manifest: Optional[bytes], signature: Optional[bytes], keys: Dict[str, str]) -> None:
    """Refuse a manifest that none of `keys` has signed."""
    if manifest is None or signature is None:
        raise Refusal(Status.BAD_SIGNATURE, "the bundle is not signed, and this device takes signed ones only")
    try:
        sshsig.verify(manifest, signature, keys)
    except sshsig.SignatureError as error:
        raise Refusal(Status.BAD_SIGNATURE, str(error)) from None


def _files(folder: str) -> Set[str]:
    """Every file below, by its relative path; a link is one too, so it is never in a manifest by its own digest."""
    found = set()
    for parent, folders, files in os.walk(folder):
        for name in files + [name for name in folders if os.path.islink(os.path.join(parent, name))]:
            path = os.path.join(parent, name)
            found.add(os.path.relpath(path, folder) + ("@" if os.path.islink(path) else ""))
    return found
