"""Signatures in OpenSSH's format (PROTOCOL.sshsig), as `ssh-keygen -Y sign -n edgeflow` makes them.

`cryptography` computes the signature; it has no writer for this envelope. The device's side is runtime/agent/sshsig.py.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAMESPACE = b"edgeflow"
KEY_TYPE = b"ssh-ed25519"
_MAGIC = b"SSHSIG"
_VERSION = 1
_HASH = b"sha512"
_COLUMNS = 70


def public_blob(key: Ed25519PrivateKey) -> bytes:
    """The public key as it stands, in base64, in an .pub file."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return _string(KEY_TYPE) + _string(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def sign(key: Ed25519PrivateKey, message: bytes) -> bytes:
    """An armoured signature over `message`."""
    digest = hashlib.sha512(message).digest()
    value = key.sign(_MAGIC + b"".join(map(_string, (NAMESPACE, b"", _HASH, digest))))
    parts = (public_blob(key), NAMESPACE, b"", _HASH, _string(KEY_TYPE) + _string(value))
    data = _MAGIC + struct.pack(">I", _VERSION) + b"".join(map(_string, parts))
    text = base64.b64encode(data).decode("ascii")
    lines = [text[at : at + _COLUMNS] for at in range(0, len(text), _COLUMNS)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]).encode("ascii")


def fingerprint(blob: bytes) -> str:
    """SHA256:… of a public key, as ssh-keygen shows it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode("ascii").rstrip("=")


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data
