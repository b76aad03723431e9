"""Keys that sign bundles: files in OpenSSH's format, in the user's configuration folder or wherever they are named.

A private key is read when it signs and is in no log, no result, no argument of a program.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from edgeflow.deploy import sshsig
from edgeflow.device.book import user_book
from edgeflow.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")
_COMMENT = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*")
_PREFIX = sshsig.KEY_TYPE + b" "
_LARGEST_BYTES = 64 * 1024
Ask = Callable[[str], str | None]


@dataclass(frozen=True)
class PublicKey:
    """A public key: `text` is base64 as in an .pub file, `path` its private half's file where that is here."""

    text: str
    comment: str = ""
    name: str | None = None
    path: Path | None = None

    @property
    def fingerprint(self) -> str:
        return sshsig.fingerprint(base64.b64decode(self.text))

    @property
    def line(self) -> str:
        """As it stands in an .pub file."""
        return f"{sshsig.KEY_TYPE.decode()} {self.text} {self.comment}".rstrip()


@dataclass(frozen=True)
class SigningKey:
    """A private key that is ready to sign."""

    public: PublicKey
    _private: Ed25519PrivateKey = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """An armoured SSHSIG over `message`."""
        return sshsig.sign(self._private, message)


def keys_dir() -> Path:
    """`keys` in the user's configuration folder."""
    return user_book().parent / "keys"


def new_key(name: str, *, comment: str = "", passphrase: str = "") -> PublicKey:
    """Make a key pair: NAME (mode 0600) and NAME.pub in `keys_dir()`. An existing key is never overwritten."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    if not _NAME.fullmatch(name) or name.endswith(".pub"):
        raise UsageError(f"{name!r} cannot be a key's name", "use up to 64 letters, digits, '.', '_' and '-'")
    if comment and (not _COMMENT.fullmatch(comment) or len(comment) > 100):
        raise UsageError("a comment is one short line of plain text", "leave it out, or write it anew")
    private = Ed25519PrivateKey.generate()
    protection = BestAvailableEncryption(passphrase.encode("utf-8")) if passphrase else NoEncryption()
    content = private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, protection)
    path = keys_dir() / name
    public = PublicKey(base64.b64encode(sshsig.public_blob(private)).decode("ascii"), comment or name, name, path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        path.with_name(f"{name}.pub").write_text(public.line + "\n", encoding="ascii")
    except FileExistsError:
        raise UsageError(f"there is a key '{name}' already: {path}", "choose another name") from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "check the folder's rights, or set EDGEFLOW_CONFIG_DIR") from None
    return public


def own_keys() -> tuple[PublicKey, ...]:
    """The keys of `keys_dir()`, by name; files there that are no key pairs are passed over."""
    found = []
    for path in sorted(keys_dir().glob("*.pub")):
        private = path.with_suffix("")
        try:
            key = _read_public(path)
        except UsageError:
            continue
        if private.is_file():
            found.append(PublicKey(key.text, key.comment, private.name, private))
    return tuple(found)


def find_public_key(text: str) -> PublicKey:
    """The key of a name in `keys_dir()`, of a file (.pub, or a private key with its .pub), or of an .pub file's line.

    Raises UsageError.
    """
    if text.startswith(_PREFIX.decode()):
        return _parsed(text, "the key")
    path = _path_of(text)
    if path.suffix != ".pub":
        path = path.with_name(path.name + ".pub")
    return _read_public(path)


def load_signing_key(text: str, *, ask: Ask) -> SigningKey:
    """The private key of a name in `keys_dir()` or of a file; `ask` is asked for its passphrase where it has one.

    Raises UsageError when it cannot be read, is not Ed25519, or others may read it.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    path = _path_of(text)
    content = _read(path)
    if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise UsageError(f"{path} can be read by others", f"a private key is for its owner alone: chmod 600 {path}")
    passphrase: bytes | None = None
    for _ in range(3):
        try:
            key = load_ssh_private_key(content, passphrase)
            break
        except TypeError:  # a passphrase is needed
            answer = ask(f"passphrase of {path.name}: ")
        except (ValueError, UnsupportedAlgorithm):
            if passphrase is None:
                raise UsageError(f"{path} is no private key in OpenSSH's format", _OWN) from None
            answer = ask(f"that was wrong; passphrase of {path.name}: ")
        if answer is None:
            raise UsageError(f"{path} has a passphrase and nobody is there to ask", "run it on a terminal")
        passphrase = answer.encode("utf-8")
    else:
        raise UsageError(f"the passphrase of {path} was wrong three times", "try again")
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path} is not an Ed25519 key", _OWN)
    blob = base64.b64encode(sshsig.public_blob(key)).decode("ascii")
    return SigningKey(PublicKey(blob, path.name, path.name, path), key)


_OWN = "edgeflow keys new makes one, or ssh-keygen -t ed25519"


def _path_of(text: str) -> Path:
    """A name is a key of `keys_dir()`; what has a separator in it, or is no such name, is a path."""
    own = keys_dir() / text
    if _NAME.fullmatch(text) and own.exists():
        return own
    path = Path(text).expanduser()
    if not path.is_file():
        names = ", ".join(key.name or "" for key in own_keys()) or "none yet"
        raise UsageError(f"no key {text!r} (yours: {names})", "edgeflow keys new NAME makes one; a path works as well")
    return path


def _read_public(path: Path) -> PublicKey:
    if not path.is_file():
        raise UsageError(f"{path}: no such public key", f"ssh-keygen -y -f {path.with_suffix('')} > {path} writes it")
    return _parsed(_read(path).decode("utf-8", "replace"), str(path))


def _parsed(text: str, where: str) -> PublicKey:
    kind, _, rest = text.strip().partition(" ")
    data, _, comment = rest.strip().partition(" ")
    head = len(sshsig.KEY_TYPE).to_bytes(4, "big") + sshsig.KEY_TYPE + (32).to_bytes(4, "big")
    try:
        blob = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        blob = b""
    if kind.encode() != sshsig.KEY_TYPE or blob[: len(head)] != head or len(blob) != len(head) + 32:
        raise UsageError(f"{where} is no Ed25519 public key", _OWN)
    return PublicKey(data, "".join(c if c.isprintable() else " " for c in comment)[:100])


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST_BYTES)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "check the file's rights") from None
