"""One session a device: BASE/.lock, held by the agent itself, so that its death frees it."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import sys
import time
from typing import Any, Dict

BUSY_STATUS = 75  # the agent's exit status when another session holds the device
_TEXT_BYTES = 4096
_held = -1


def acquire(path: str, owner: str) -> None:
    """Hold the lock file until the process ends, or exit with BUSY_STATUS and `busy OWNER SECONDS` on stderr.

    A holder that ended without `release` is named in a `notice: ` line.
    """
    global _held
    path = os.path.expanduser(path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = _read(descriptor)
        if error.errno not in (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES):
            _say("notice: this device's file system cannot lock (%s); take care to be alone" % error.strerror)
            return
        _say("busy %s %d" % (holder.get("owner", "?"), _age_s(holder)))
        sys.exit(BUSY_STATUS)
    before = _read(descriptor)
    if before:
        _say("notice: took over the lock that %s left %d s ago" % (before.get("owner", "?"), _age_s(before)))
    _write(descriptor, {"owner": owner, "time": time.time()})
    _held = descriptor


def release() -> None:
    """Leave no owner in the file; the lock itself ends with the process."""
    if _held >= 0:
        os.ftruncate(_held, 0)


def _age_s(holder: Dict[str, Any]) -> int:
    began = holder.get("time", 0)
    return max(0, int(time.time() - began)) if isinstance(began, (int, float)) and began else 0


def _read(descriptor: int) -> Dict[str, Any]:
    try:
        found = json.loads(os.pread(descriptor, _TEXT_BYTES, 0).decode("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    owner = found.get("owner")
    if not isinstance(owner, str) or not owner or any(c.isspace() or not c.isprintable() for c in owner):
        found["owner"] = "?"
    return found


def _write(descriptor: int, holder: Dict[str, Any]) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(holder).encode("utf-8"), 0)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
