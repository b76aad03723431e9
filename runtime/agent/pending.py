"""Releases on trial: BASE/NAME/state.json says which one is pending, and what to go back to.

It is written before the links are switched, so that whoever comes next (an agent, the supervisor, systemd's start of
the application) finds a release that nobody accepted, also after a power cut, and goes back.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from typing import Any, Dict, Iterator, Optional

from .links import RELEASE, link, linked, log, write_whole

MAX_STARTS = 3
_STATE = "state.json"
_STATE_BYTES = 4096


def begin(folder: str, release: str, hold_s: float) -> None:
    """Switch to a release that is pending from now on, for at most `hold_s`."""
    with _alone(folder):
        before = {name: linked(folder, name) for name in ("current", "previous")}
        until = time.time() + hold_s
        _write(folder, {"state": "pending", "release": release, "tries": 0, "until": until, "before": before})
        if before["current"] and before["current"] != release:
            link(folder, "previous", before["current"])
        link(folder, "current", release)
        log(folder, "activate", release)


def accept(folder: str) -> None:
    """The pending release is good."""
    with _alone(folder):
        release = linked(folder, "current") or ""
        _write(folder, {"state": "good", "release": release})
        log(folder, "accept", release)


def pending(folder: str) -> str:
    """The release that is pending; empty where none is."""
    told = _read(folder)
    return str(told["release"]) if told.get("state") == "pending" else ""


def kept(folder: str) -> Dict[str, Optional[str]]:
    """What `go_back` would make current and previous; empty where nothing is pending."""
    told = _read(folder)
    return dict(told["before"]) if told.get("state") == "pending" else {}


def go_back(folder: str) -> str:
    """Make current again what was it before the pending release, "" for none; returns that."""
    with _alone(folder):
        return _go_back(folder, _read(folder))


def start(folder: str) -> Optional[str]:
    """Count a start of the application; goes back, and returns to what, where a release has had its chances."""
    with _alone(folder):
        told = _read(folder)
        if told.get("state") != "pending":
            return None
        if told["tries"] >= MAX_STARTS or time.time() > told["until"]:
            return _go_back(folder, told)
        _write(folder, {**told, "tries": told["tries"] + 1})
        return None


def _go_back(folder: str, told: Dict[str, Any]) -> str:
    if told.get("state") != "pending":  # another process was faster
        return linked(folder, "current") or ""
    before = told["before"]
    link(folder, "current", before["current"])
    link(folder, "previous", before["previous"])
    _write(folder, {"state": "good", "release": before["current"] or ""})
    log(folder, "return", before["current"] or "")
    return before["current"] or ""


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[None]:
    """The agent and what starts the application change the state in turn."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(ImportError, OSError):  # a file system without locks
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(folder: str) -> Dict[str, Any]:
    """What is written there; nothing where it cannot be what `_write` wrote."""
    try:
        with open(os.open(os.path.join(folder, _STATE), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            told = json.loads(file.read(_STATE_BYTES).decode("utf-8"))
        if told["state"] == "pending":
            before = told["before"]
            sound = isinstance(told["tries"], int) and isinstance(told["until"], (int, float))
            names = [told["release"], *(before[name] for name in ("current", "previous") if before[name] is not None)]
            if not sound or not all(isinstance(name, str) and RELEASE.match(name) for name in names):
                return {}
        return dict(told)
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _write(folder: str, told: Dict[str, Any]) -> None:
    write_whole(os.path.join(folder, _STATE), (json.dumps(told) + "\n").encode("ascii"))
