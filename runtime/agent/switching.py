"""From one release to another: the application is stopped and started, and what nobody accepts is undone."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING, Callable, Dict, Tuple

from edgeflow.wire.constants import Status

from . import pending
from .app import RUN
from .links import linked
from .manifest import app_of
from .refusal import Refusal
from .store import Beat, Store

if TYPE_CHECKING:
    from .service import Service

_MARGIN_S = 180.0  # for the start of an application on a slow machine


class Switching:
    """The switches of one session; at most one release is pending for it."""

    def __init__(self, store: Store, beat: Beat) -> None:
        self._store, self._beat = store, beat
        self._held = ""  # the deployment's folder whose release is pending for this session
        self._turn = threading.RLock()  # the session's end comes in another thread

    def activate(self, slot: str, release: str, try_out: Callable[[str], None], hold_s: float) -> Tuple[str, str]:
        """Make a release current that `try_out` takes and whose application stays up: (release, the one before).

        With `hold_s` it is pending until `accept`. If anything refuses it, the one before is current again.
        """
        folder, release = self._store.checked(slot, release, try_out, self._beat)
        current = linked(folder, "current")
        new, old = app_of(folder, release), app_of(folder, current)
        if not new and not old and not hold_s:
            return self._store.activate(slot, release, lambda path: None, self._beat)
        service = _service(folder) if new or old else None
        if current == release and (not service or service.status()["state"] == "running"):
            return release, linked(folder, "previous") or ""
        up_s = new.up_s if new else 0.0
        with self._turn:
            self._finish()
            pending.begin(folder, release, hold_s + up_s + _MARGIN_S)
            self._held = folder
            try:
                asked = service.start() if new and service else 0
                if old and not new and service:
                    service.stop()
            except BaseException:
                self._go_back()
                raise
        if new and service:
            try:
                service.wait_up(asked, release, up_s, self._beat)
            except BaseException:
                with self._turn:
                    self._go_back()
                raise
        if not hold_s:
            self.accept(slot, True)
        return release, linked(folder, "previous") or ""

    def accept(self, slot: str, good: bool) -> str:
        """Keep the pending release, or go back; returns what is current now."""
        folder = self._store.folder(slot)
        with self._turn:
            if self._held != folder or not pending.pending(folder):
                raise Refusal(Status.BAD_STATE, f"no release of {slot} is pending")
            if good:
                pending.accept(folder)
                self._held = ""
                self._store.prune(folder)
            else:
                self._go_back()
        return linked(folder, "current") or ""

    def app(self, slot: str) -> Dict[str, str]:
        """How the application of the active release does; empty where it has none."""
        folder = self._store.folder(slot)
        return _service(folder).status() if app_of(folder, linked(folder, "current")) else {}

    def recover(self) -> None:
        """At the start of a session, which has the device for itself: nobody is left who could accept a release."""
        for name in self._store.names():
            folder = os.path.join(self._store.base, name)
            with contextlib.suppress(OSError, Refusal):  # a disk that cannot be written now; the next one tries again
                if pending.pending(folder):
                    self._held = folder
                    self._go_back()
                elif os.path.isdir(os.path.join(folder, RUN)) and app_of(folder, linked(folder, "current")):
                    _service(folder).revive()

    def give_up(self) -> None:
        """At the end of a session, from whichever thread: what is pending goes. No switch comes after this."""
        self._turn.acquire()
        with contextlib.suppress(Exception):  # whatever happens, the process ends; the next start goes back
            self._finish()

    def _finish(self) -> None:
        if self._held:
            self._go_back()

    def _go_back(self) -> None:
        folder, self._held = self._held, ""
        failed = app_of(folder, linked(folder, "current"))
        before = app_of(folder, pending.go_back(folder))
        if before:
            _service(folder).start()
        elif failed or os.path.isdir(os.path.join(folder, RUN)):
            _service(folder).stop()


def _service(folder: str) -> Service:
    try:
        from .service import Service
    except ImportError:
        raise Refusal(Status.UNSUPPORTED_OPTION, "this system's Python cannot keep applications running") from None
    return Service(folder)
