"""Host keys: is this host who it was? Known keys come from OpenSSH's files and from edgeflow's own."""

from __future__ import annotations

import base64
import binascii
import fnmatch
import hashlib
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from edgeflow.errors import DeviceError
from edgeflow.files import write_whole

State = Literal["known", "unknown", "changed", "revoked"]


@dataclass(frozen=True)
class HostKey:
    """A public host key: its type (`ssh-ed25519`) and its wire form."""

    kind: str
    blob: bytes

    @property
    def fingerprint(self) -> str:
        """`SHA256:…` as OpenSSH prints it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")


@dataclass(frozen=True)
class KnownHost:
    """One line of a known_hosts file; `patterns` is its first field, `marker` `@revoked` or empty."""

    patterns: str
    key: HostKey
    marker: str
    file: Path
    line: int

    def matches(self, name: str) -> bool:
        """Whether the line is about `name` (a host, or [host]:port)."""
        if self.patterns.startswith("|1|"):
            return _matches_hash(self.patterns, name)
        hit = False
        for pattern in self.patterns.split(","):
            if _pattern_hits(pattern.removeprefix("!"), name):
                if pattern.startswith("!"):
                    return False
                hit = True
        return hit


def own_known_hosts() -> Path:
    """edgeflow's own known_hosts, in the user's configuration folder (`EDGEFLOW_CONFIG_DIR` overrides it)."""
    chosen = os.environ.get("EDGEFLOW_CONFIG_DIR")
    if chosen:
        return Path(chosen).expanduser() / "known_hosts"
    from platformdirs import user_config_path

    return user_config_path("edgeflow", appauthor=False) / "known_hosts"


def known_keys(name: str, files: Iterable[Path]) -> list[KnownHost]:
    """Return the entries about `name` in order; unreadable files and lines hold nothing, as with OpenSSH."""
    return [entry for path in files for entry in _entries(path) if entry.matches(name)]


def judge(key: HostKey, known: Iterable[KnownHost]) -> State:
    """Whether `key` is among the known ones; a revoked key is refused whatever else stands there."""
    entries = list(known)
    if any(entry.marker == "@revoked" and entry.key.blob == key.blob for entry in entries):
        return "revoked"
    plain = [entry for entry in entries if not entry.marker]
    if any(hmac.compare_digest(entry.key.blob, key.blob) for entry in plain):
        return "known"
    return "changed" if plain else "unknown"


def verify(name: str, address: str, key: HostKey, files: Iterable[Path], accepted: Iterable[str] = ()) -> str | None:
    """Return what was learnt (None when the key was known already), or raise DeviceError.

    A key whose fingerprint stands in `accepted` is written to edgeflow's own file, in place of older ones of `name`.
    """
    known = known_keys(name, [*files, own_known_hosts()])
    state = judge(key, known)
    if state == "known":
        return None
    if state == "revoked":
        raise DeviceError(f"{address}: its host key {key.fingerprint} is marked as revoked", "do not connect there")
    if key.fingerprint in accepted:
        remember(name, key)
        return f"host key {key.fingerprint} of {name} recorded in {own_known_hosts()}"
    accept = f"edgeflow devices add NAME {address} --accept-host-key {key.fingerprint}"
    if state == "changed":
        old = next(entry for entry in known if not entry.marker)
        raise DeviceError(
            f"{address}: the host key of {name} has CHANGED to {key.fingerprint}; "
            f"{old.file}:{old.line} has {old.key.fingerprint}",
            f"somebody may be in between; if the device was set up anew: {accept} --force",
        )
    if wrong := sorted(set(accepted)):
        raise DeviceError(
            f"{address}: {name} shows the host key {key.fingerprint}, not {wrong[0]}", f"accept: {accept}"
        )
    raise DeviceError(
        f"{address}: the host key of {name} is unknown, {key.kind} {key.fingerprint}",
        f"compare it with the device (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub there), then: {accept}",
    )


def remember(name: str, key: HostKey) -> None:
    """Write `name`'s key to edgeflow's own file, replacing what stood there for that name; atomically."""
    path = own_known_hosts()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    stale = {entry.line for entry in _entries(path) if entry.matches(name) and not entry.marker}
    kept = [line for number, line in enumerate(_lines(path), 1) if number not in stale]
    kept.append(f"{name} {key.kind} {base64.b64encode(key.blob).decode()}")
    write_whole(path, ("\n".join(kept) + "\n").encode("utf-8"))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _entries(path: Path) -> list[KnownHost]:
    found = []
    for number, line in enumerate(_lines(path), 1):
        fields = line.split()
        marker = fields.pop(0) if fields and fields[0].startswith("@") else ""
        if len(fields) < 3 or fields[0].startswith("#"):
            continue
        try:
            blob = base64.b64decode(fields[2], validate=True)
        except (binascii.Error, ValueError):
            continue
        found.append(KnownHost(fields[0], HostKey(fields[1], blob), marker, path, number))
    return found


def _pattern_hits(pattern: str, name: str) -> bool:
    # known_hosts has * and ? only: the brackets of [host]:port are no character class
    return fnmatch.fnmatchcase(name.lower(), pattern.lower().replace("[", "[[]"))


def _matches_hash(field: str, name: str) -> bool:
    try:
        _, _, salt, digest = field.split("|")
        made = hmac.new(base64.b64decode(salt), name.encode(), hashlib.sha1).digest()
        return hmac.compare_digest(made, base64.b64decode(digest))
    except (binascii.Error, ValueError):
        return False
