"""The switch to a release that lies on a Linux device: on trial, as long as something is asked of it, and undone by it.

The device goes back on its own when its session ends before the release was accepted.
"""

from __future__ import annotations

from edgeflow.deploy.acceptance import Acceptance, check_acceptance
from edgeflow.deploy.types import Accepted, AppState, Bundle
from edgeflow.device.session import Session
from edgeflow.device.types import Device
from edgeflow.errors import DeviceError, DeviceStatusError, EdgeflowError
from edgeflow.wire.bundle import APP_FAILED
from edgeflow.wire.constants import Slots, Status

_MARGIN_S = 60.0
_HOLDS_UP = "deploy one that holds up"
_RUNS_AGAIN = "the release that was there before runs again"


def switch(session: Session, device: Device, name: str, release: str) -> tuple[str, str]:
    """Make a release active whose application, where it has one, stays up: (release, the one before).

    Raises EdgeflowError when the application does not; the device has gone back then.
    """
    try:
        return session.models.activate(name, release)
    except DeviceStatusError as refusal:
        raise _app_failure(session, device, name, refusal) or refusal from None


def switch_on_trial(
    session: Session, device: Device, bundle: Bundle, release: str, acceptance: Acceptance
) -> tuple[str, str, Accepted]:
    """Make a release active and hold it against `acceptance`: (release, the one before, how it did).

    Raises EdgeflowError when it does not hold up; the device has gone back then.
    """
    session.restart()  # nothing of the health check is left in memory
    try:
        now, previous = session.models.try_release(bundle.name, release, hold_s=acceptance.within_s + _MARGIN_S)
    except DeviceStatusError as refusal:
        raise _app_failure(session, device, bundle.name, refusal) or refusal from None
    try:
        accepted = check_acceptance(session, bundle, acceptance)
        _check_running(session, bundle)
        session.models.accept(bundle.name, good=True)
        return now, previous, accepted
    except (EdgeflowError, KeyboardInterrupt) as failure:
        told, hint = _undone(session, device, bundle.name)
        if isinstance(failure, KeyboardInterrupt):
            raise
        raise EdgeflowError(f"{failure.message}; {told}", hint) from None


def app_state(session: Session, name: str) -> AppState | None:
    """How the application of a deployment does; None where it has none."""
    if session.hello.slots != Slots.FILES:
        return None
    told = session.models.app(name)
    if not told:
        return None
    up_ms = _count(told, "up_ms")
    return AppState(
        name=name,
        release=told.get("release", ""),
        state=told.get("state", ""),
        by=told.get("by", ""),
        up_s=None if up_ms is None else up_ms / 1000,
        restarts=_count(told, "restarts") or 0,
        last=told.get("last", ""),
        rss_bytes=_count(told, "rss_bytes"),
        peak_rss_bytes=_count(told, "peak_rss_bytes"),
        boot=told.get("boot", ""),
    )


def _check_running(session: Session, bundle: Bundle) -> None:
    app = app_state(session, bundle.name) if bundle.app else None
    if bundle.app and (app is None or app.state != "running" or app.restarts):
        raise EdgeflowError(f"{bundle.name}: {APP_FAILED}{(app and (app.last or app.state)) or 'gone'}")


def _undone(session: Session, device: Device, name: str) -> tuple[str, str]:
    """Have the device go back; when the session broke it did so itself. Returns what became of it, and a hint."""
    try:
        try:
            now = session.models.accept(name, good=False)
        except DeviceError:
            session.restart()
            now = _active(session, name)
    except DeviceError as lost:
        return (
            f"the device goes back by itself ({lost.message})",
            f"edgeflow devices show {device.name} --history says what it runs",
        )
    return _told(now), _RUNS_AGAIN if now else _HOLDS_UP


def _app_failure(session: Session, device: Device, name: str, refusal: DeviceStatusError) -> EdgeflowError | None:
    """What the device said of an application that did not stay up; None for any other refusal."""
    _, found, said = refusal.message.partition(APP_FAILED)
    if refusal.status != Status.RUNTIME_ERROR.name or not found:
        return None
    now = _active(session, name)
    by = session.models.app(name).get("by", "")
    log = "" if by == "systemd" else f"; its log: {session.hello.base}/{name}/run/app.log on {device.name}"
    return EdgeflowError(f"{name}: {APP_FAILED}{said}; {_told(now)}", (_RUNS_AGAIN if now else _HOLDS_UP) + log)


def _active(session: Session, name: str) -> str:
    return next((entry for entry, (state, _) in session.models.slots(name).items() if state == "active"), "")


def _told(now: str) -> str:
    return f"rolled back to {now}" if now else "there was no release before: none is active now"


def _count(told: dict[str, str], name: str) -> int | None:
    text = told.get(name, "")
    return int(text) if text.isdigit() else None
