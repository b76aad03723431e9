"""What is deployed on a device, and what was done there, as the device itself keeps it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from edgeflow.deploy.switch import app_state
from edgeflow.deploy.types import AppState
from edgeflow.device.session import Session
from edgeflow.wire.constants import Slots

_LOG_BYTES = 4 << 20
_TEXT = 200


@dataclass(frozen=True)
class Release:
    """A release of a deployment: `state` is "active", "previous", or empty for an older one that is kept."""

    name: str
    release: str
    state: str
    model_sha256: str


@dataclass(frozen=True)
class Event:
    """Something that was done: `time` by the device's own clock, in UTC."""

    name: str
    time: str
    event: Literal["commit", "activate", "accept", "return"]
    release: str


@dataclass(frozen=True)
class History:
    """`releases` newest first by deployment; `events` oldest first, empty where the device keeps none; `apps` now."""

    releases: tuple[Release, ...]
    events: tuple[Event, ...]
    apps: tuple[AppState, ...] = ()


def read_history(session: Session) -> History:
    """Ask a device for its releases and its log; a line of the log that cannot be read is left out."""
    releases: list[Release] = []
    events: list[Event] = []
    apps: list[AppState] = []
    for name in session.models.slots():
        releases += [Release(name, entry, *told) for entry, told in session.models.slots(name).items()]
        if session.hello.slots == Slots.FILES:
            log = session.models.read_file(f"{session.hello.base}/{name}/log.jsonl", max_bytes=_LOG_BYTES)
            events += _events(name, log or b"")
            app = app_state(session, name)
            apps += [app] if app else []
    return History(tuple(releases), tuple(sorted(events, key=lambda event: event.time)), tuple(apps))


def _events(name: str, log: bytes) -> list[Event]:
    found = []
    for line in log.decode("utf-8", "replace").splitlines():
        try:
            told = json.loads(line)
            time, event, release = told["time"], told["event"], told["release"]
        except (ValueError, KeyError, TypeError):
            continue
        if all(isinstance(text, str) and len(text) < _TEXT for text in (time, release)) and event in (
            "commit",
            "activate",
            "accept",
            "return",
        ):
            found.append(Event(name, time, event, release))
    return found
