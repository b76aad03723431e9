"""One session a device, and who holds it.

Where the agent runs over SSH, the lock is BASE/.lock on the device: the agent, started with
`--lock BASE/.lock --owner USER@HOST:PID`, holds it by flock for as long as it lives, so that a dead session never
blocks. When another one holds it, the agent ends at once with status 75 and `busy OWNER SECONDS` on stderr, which
`busy_error` recognises in the pipe's LinkError. The runner on an Android device does the same. For serial, `qemu:` and
`local:` devices, `hold` locks a file in the user's state directory in the same way.
"""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import json
import logging
import os
import re
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edgeflow.device.types import Device
from edgeflow.errors import DeviceBusyError, DeviceError, LinkError
from edgeflow.transport.address import Address

AGENT_BUSY_STATUS = 75
_BUSY_LINE = re.compile(rf"status {AGENT_BUSY_STATUS}: busy (\S+) (\d+)")
_POLL_S = 0.1
_TEXT_BYTES = 4096
_log = logging.getLogger(__name__)


def owner() -> str:
    """Who holds a lock taken here: user@host:pid."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "?"
    text = f"{user}@{socket.gethostname()}:{os.getpid()}"
    return "".join(c for c in text if c.isprintable() and not c.isspace())


def state_dir() -> Path:
    """The user's state folder for edgeflow (`EDGEFLOW_STATE_DIR` overrides it)."""
    chosen = os.environ.get("EDGEFLOW_STATE_DIR")
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_state_path

    return user_state_path("edgeflow", appauthor=False)


def on_host(address: Address) -> bool:
    """Whether the device's lock lies on this machine rather than on the device."""
    return address.scheme in ("local", "serial", "qemu")


def lock_file(address: Address) -> Path:
    """The lock file of a device whose lock lies on this machine; two ways to write one port are one device."""
    where = address.where
    if address.scheme == "serial" and not address.is_usb and os.sep in where:
        where = str(Path(where).resolve())
    name = f"{address.scheme}-{where}{f'-{address.name}' if address.name else ''}"
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("-")[:80]
    return state_dir() / "locks" / f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}.lock"


@contextlib.contextmanager
def hold(device: Device, *, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the device while the block runs; does nothing where the device's own agent keeps the lock.

    Raises DeviceBusyError naming owner and age when another session still holds it after `wait_s`.
    """
    if not on_host(device.address):
        yield
        return
    path = lock_file(device.address)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except OSError as error:
        raise DeviceError(f"{path}: {error.strerror}", "set EDGEFLOW_STATE_DIR to a folder you may write") from None
    try:
        ends = time.monotonic() + wait_s
        while not _try_lock(descriptor):
            if time.monotonic() >= ends:
                holder = _read(descriptor)
                raise busy(device.name, str(holder.get("owner", "?")), _age_s(holder))
            time.sleep(_POLL_S)
        if before := _read(descriptor):
            _log.warning(
                "took over the lock of %s that %s left %d s ago", device.name, before.get("owner"), _age_s(before)
            )
        _write(descriptor, json.dumps({"owner": owner(), "time": time.time()}).encode())
        try:
            yield
        finally:
            _write(descriptor, b"")
    finally:
        os.close(descriptor)


def busy(name: str, holder: str, age_s: int) -> DeviceBusyError:
    """The error of a device that somebody else holds."""
    return DeviceBusyError(
        f"device '{name}' is in use by {holder} for {age_s} s", "wait for it, or give --wait SECONDS to queue up"
    )


def busy_error(name: str, error: LinkError) -> DeviceBusyError | None:
    """What an agent's end means: the error to raise when it ended because the device is in use, else None."""
    found = _BUSY_LINE.search(error.message)
    return busy(name, found[1], int(found[2])) if found else None


def _try_lock(descriptor: int) -> bool:
    if sys.platform == "win32":
        from edgeflow.device.lock_msvcrt import try_lock
    else:
        from edgeflow.device.lock_fcntl import try_lock
    return try_lock(descriptor)


def _read(descriptor: int) -> dict[str, Any]:
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        found = json.loads(os.read(descriptor, _TEXT_BYTES))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(descriptor: int, data: bytes) -> None:
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, data)


def _age_s(holder: dict[str, Any]) -> int:
    began = holder.get("time")
    return max(0, int(time.time() - began)) if isinstance(began, int | float) else 0
