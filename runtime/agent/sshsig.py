"""OpenSSH signatures (SSHSIG): read, and verified by ssh-keygen where the device has it, else here.

Format: OpenSSH's PROTOCOL.sshsig. Only Ed25519, only the namespace `edgeflow`, only keys that the device trusts.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import shutil
import struct
import subprocess
import tempfile
from typing import Callable, Collection, Dict, List, Optional, Tuple

from . import ed25519

NAMESPACE = PRINCIPAL = "edgeflow"
KEY_TYPE = "ssh-ed25519"
SIGNATURE_BYTES = 4096  # an armoured Ed25519 signature has about 300
_MAGIC = b"SSHSIG"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_HASHES: Dict[str, Callable[[bytes], "hashlib._Hash"]] = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
_KEYGEN_S = 20.0


class SignatureError(ValueError):
    """Why a signature does not count."""


def verify(message: bytes, armored: bytes, trusted: Collection[str], *, keygen: Optional[str] = None) -> str:
    """Return the key that signed `message`, one of `trusted` (base64, as in an .pub file), or raise SignatureError.

    `keygen` is ssh-keygen's path, "" for none; it is looked for where not given.
    """
    key, hashing, signature = _parsed(armored)
    if key not in trusted:
        raise SignatureError("signed with %s, which is not pinned here" % fingerprint(key))
    keygen = (shutil.which("ssh-keygen") or "") if keygen is None else keygen
    good = by_keygen(keygen, message, armored, key) if keygen else None
    if good is None:
        good = ed25519.verify(public_bytes(key), _signed_data(hashing, message), signature)
    if not good:
        raise SignatureError("the signature of %s does not hold" % fingerprint(key))
    return key


def by_keygen(keygen: str, message: bytes, armored: bytes, key: str) -> Optional[bool]:
    """What ssh-keygen says; None where it cannot tell: too old, no user name for it, nowhere to write."""
    try:
        with tempfile.TemporaryDirectory(prefix="edgeflow-") as folder:
            signers, signature = os.path.join(folder, "signers"), os.path.join(folder, "sig")
            with open(signers, "w") as file:
                file.write('%s namespaces="%s" %s %s\n' % (PRINCIPAL, NAMESPACE, KEY_TYPE, key))
            with open(signature, "wb") as file:
                file.write(armored)
            argv = [keygen, "-Y", "verify", "-f", signers, "-I", PRINCIPAL, "-n", NAMESPACE, "-s", signature]
            done = subprocess.run(
                argv, input=message, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=_KEYGEN_S
            )
    except (OSError, subprocess.SubprocessError):
        return None
    if done.returncode == 0 and done.stdout.startswith(b'Good "%s" signature' % NAMESPACE.encode()):
        return True
    return False if b"Could not verify signature" in done.stdout or b"verification failed" in done.stdout else None


def public_bytes(key: str) -> bytes:
    """The 32 bytes of a public key in base64; raises SignatureError where it is no Ed25519 key."""
    try:
        reader = _Reader(base64.b64decode(key, validate=True))
        kind, public = reader.string(), reader.string()
    except (binascii.Error, ValueError, struct.error):
        raise SignatureError("not a public key") from None
    if kind != KEY_TYPE.encode() or len(public) != 32 or not reader.at_end():
        raise SignatureError("only Ed25519 keys are taken")
    return public


def fingerprint(key: str) -> str:
    """SHA256:… as ssh-keygen shows it."""
    digest = hashlib.sha256(base64.b64decode(key)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _parsed(armored: bytes) -> Tuple[str, str, bytes]:
    """(public key in base64, name of the hash, the 64 bytes of the signature)."""
    try:
        lines = armored.decode("ascii").split()
        text = " ".join(lines)
        if len(armored) > SIGNATURE_BYTES or not text.startswith(_BEGIN) or not text.endswith(_END):
            raise SignatureError("not an OpenSSH signature")
        data = base64.b64decode(text[len(_BEGIN) : -len(_END)].replace(" ", ""), validate=True)
        if data[: len(_MAGIC)] != _MAGIC:
            raise SignatureError("not an OpenSSH signature")
        reader = _Reader(data[len(_MAGIC) :])
        version = reader.number()
        key, namespace, _, hashing, signature = (reader.string() for _ in range(5))
        inner = _Reader(signature)
        kind, value = inner.string(), inner.string()
    except (UnicodeDecodeError, binascii.Error, struct.error):
        raise SignatureError("a damaged signature") from None
    if version != 1 or not reader.at_end() or not inner.at_end():
        raise SignatureError("a signature of another version")
    if namespace != NAMESPACE.encode():
        raise SignatureError(
            "made for another purpose (%r), not for edgeflow" % namespace[:40].decode("utf-8", "replace")
        )
    name = hashing.decode("ascii", "replace")
    if kind != KEY_TYPE.encode() or len(value) != 64 or name not in _HASHES:
        raise SignatureError("only Ed25519 signatures are taken")
    text_key = base64.b64encode(key).decode()
    public_bytes(text_key)
    return text_key, name, value


def _signed_data(hashing: str, message: bytes) -> bytes:
    parts: List[bytes] = [NAMESPACE.encode(), b"", hashing.encode(), _HASHES[hashing](message).digest()]
    return _MAGIC + b"".join(struct.pack(">I", len(part)) + part for part in parts)


class _Reader:
    """SSH's strings and numbers, in order; struct.error where the data ends too early."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def number(self) -> int:
        (value,) = struct.unpack_from(">I", self._data, self._at)
        self._at += 4
        return int(value)

    def string(self) -> bytes:
        size = self.number()
        if size > len(self._data) - self._at:
            raise struct.error("too short")
        self._at += size
        return self._data[self._at - size : self._at]

    def at_end(self) -> bool:
        return self._at == len(self._data)
