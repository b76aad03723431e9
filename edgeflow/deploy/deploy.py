"""A model onto a device, and back: upload, verify, try, switch; the old release stays until the new one has run."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath

from edgeflow.deploy.acceptance import Acceptance, check_acceptance, check_can_accept
from edgeflow.deploy.bundle import manifest_json
from edgeflow.deploy.health import check_health
from edgeflow.deploy.keys import PublicKey, SigningKey
from edgeflow.deploy.switch import app_state, switch, switch_on_trial
from edgeflow.deploy.trust import pinned_keys
from edgeflow.deploy.types import Accepted, Action, Bundle, Deployment, Health
from edgeflow.device.session import Session
from edgeflow.device.types import Device
from edgeflow.errors import DeviceError, EdgeflowError, UsageError
from edgeflow.progress import Progress, silent
from edgeflow.wire.bundle import MANIFEST_BYTES, identity
from edgeflow.wire.constants import Slots


def deploy_bundle(
    session: Session,
    device: Device,
    bundle: Bundle,
    *,
    key: SigningKey | None = None,
    acceptance: Acceptance | None = None,
    force: bool = False,
    progress: Progress = silent,
) -> Deployment:
    """Bring a bundle, signed with `key`, to the device and switch to it once it has run there.

    What then does not meet `acceptance`, or whose application does not stay up, is switched back, and an EdgeflowError
    says so.
    Nothing is sent when the device has the same bytes, and nothing is done when they are its active release.
    Raises DeviceError, DeviceStatusError (the device's refusal), MismatchError, or EdgeflowError when the device has
    pinned other keys, or a newer version is active and `force` does not say to go back; the old release is then still
    active.
    """
    slots = session.hello.slots
    if slots == Slots.NONE:
        raise DeviceError(
            f"{device.name} holds one model built into its firmware",
            "build and flash it with this model: edgeflow generate --aot, or use a firmware with slots",
        )
    on_files = slots == Slots.FILES
    if not session.hello.runtime:
        raise DeviceError(
            f"{device.name} has no interpreter for .tflite files",
            f"edgeflow devices provision {device.name} brings one there",
        )
    same_machine = device.address.scheme == "local"
    if on_files and bundle.version and not force:
        _check_version(session, device, bundle)
    if bundle.library is not None and not on_files:
        raise DeviceError(
            f"{device.name} loads no libraries", "link the kernels into its firmware; see docs/custom-operators.md"
        )
    if acceptance is not None:
        check_can_accept(session, device, acceptance)
    if bundle.app is not None and not on_files:
        raise DeviceError(f"{device.name} runs no applications", "deploy the model alone, or choose a Linux device")
    manifest = manifest_json(bundle) if on_files else b""
    signer = key.public if key and on_files else None
    warnings = _check_key(session, device, key, on_files)
    uploaded = session.models.upload(
        bundle.name,
        bundle.model.content,
        manifest=manifest,
        signature=key.sign(manifest) if key and on_files else b"",
        library=bundle.library,
        identity=identity(json.loads(manifest)) if on_files else b"",
        app=bundle.app.payload if bundle.app else b"",
        progress=progress,
    )
    if key and on_files and not uploaded.sent and not _is_signed(session, uploaded.path or _stored(session, bundle)):
        warnings += (f"{device.name} had this release already, unsigned: it stays so",)
    if slots == Slots.RAM:
        warnings += ("the device keeps the model in RAM: it is lost at reset",)
    app = app_state(session, bundle.name) if bundle.app and uploaded.active else None
    if uploaded.active and (not bundle.app or (app and app.state == "running")):
        done = _record("unchanged", bundle, device, slots, "", "", 0, None, warnings, signer)
        return replace(done, app=app)
    if not on_files:
        release, previous = session.models.activate(bundle.name, uploaded.release)
        health = _check_active(session, bundle, previous)
        done = _record("deployed", bundle, device, slots, release, previous, uploaded.sent, health, warnings, signer)
        if acceptance is None:
            return done
        progress("accept", 0, None)
        return replace(done, accepted=_accept(session, device, bundle, acceptance, previous))
    progress("health", 0, None)
    path = uploaded.path or _stored(session, bundle)
    health = check_health(session, path, bundle, same_machine=same_machine)
    accepted = None
    if acceptance is None:
        release, previous = switch(session, device, bundle.name, uploaded.release)
    else:
        progress("accept", 0, None)
        release, previous, accepted = switch_on_trial(session, device, bundle, uploaded.release, acceptance)
    app = app_state(session, bundle.name) if bundle.app else None
    if app and app.boot:
        warnings += (f"{device.name}: {app.boot}",)
    done = _record("deployed", bundle, device, slots, release, previous, uploaded.sent, health, warnings, signer)
    return replace(done, accepted=accepted, app=app)


def roll_back(session: Session, device: Device, name: str | None, release: str | None) -> Deployment:
    """Switch a deployment to its previous release, or to `release`; the device runs it once before.

    `name` may be left out where the device has one deployment. Raises UsageError when there is no such deployment or
    release.
    """
    chosen = name or _only_name(session, device)
    entries = session.models.slots(chosen)
    active = next((entry for entry, (state, _) in entries.items() if state == "active"), "")
    wanted = release or next((entry for entry, (state, _) in entries.items() if state == "previous"), "")
    if not wanted:
        raise UsageError(
            f"{chosen} on {device.name} has no previous release", f"name one with --to: {_listed(entries) or 'none'}"
        )
    if wanted not in entries:
        raise UsageError(f"{chosen} on {device.name} has no release '{wanted}'", f"there are: {_listed(entries)}")
    current, previous = switch(session, device, chosen, wanted)
    return Deployment(
        action="unchanged" if wanted == active else "rolled back",
        name=chosen,
        version=0,
        created=_now(),
        device=device,
        model_sha256=entries[wanted][1],
        model_bytes=None,
        release=current,
        previous=previous,
        sent_bytes=0,
        persistent=_persistent(session.hello.slots),
        health=None,
        app=app_state(session, chosen),
    )


def planned(bundle: Bundle, device: Device, warnings: tuple[str, ...] = ()) -> Deployment:
    """What a deployment would do, without touching the device."""
    return _record("planned", bundle, device, None, "", "", 0, None, warnings)


def unchanged(bundle: Bundle, device: Device, warnings: tuple[str, ...] = ()) -> Deployment:
    """A deployment on a device with releases in files that has the bundle active already."""
    return _record("unchanged", bundle, device, Slots.FILES, "", "", 0, None, warnings)


def _check_key(session: Session, device: Device, key: SigningKey | None, on_files: bool) -> tuple[str, ...]:
    """Refuse before anything is sent what the device would refuse; say what it cannot check."""
    if not on_files:
        told = f"{device.name} checks no signatures: whoever reaches its port can replace the model"
        return (told,) if key else ()
    pinned = pinned_keys(session)
    if pinned is None:
        told = f"{device.name} trusts no key yet and did not check the signature: edgeflow keys trust"
        return (told,) if key else ()
    names = ", ".join(f"{trusted.fingerprint} {trusted.comment}".rstrip() for trusted in pinned) or "nobody"
    if key is None:
        raise EdgeflowError(f"{device.name} takes only bundles signed by {names}", "give --sign KEY")
    if key.public.text not in {trusted.text for trusted in pinned}:
        raise EdgeflowError(
            f"{device.name} does not trust {key.public.fingerprint}, only {names}",
            "sign with a key that it trusts; edgeflow keys trust pins another one",
        )
    return ()


def _is_signed(session: Session, model_path: str) -> bool:
    path = f"{PurePosixPath(model_path).parent}/manifest.json.sig"
    return session.models.read_file(path, max_bytes=MANIFEST_BYTES) is not None


def _check_version(session: Session, device: Device, bundle: Bundle) -> None:
    """A downgrade is judged between non-zero versions only; a manifest that cannot be read has none."""
    content = session.models.read_file(
        f"{session.hello.base}/{bundle.name}/current/manifest.json", max_bytes=MANIFEST_BYTES
    )
    try:
        active = json.loads(content or b"{}").get("version", 0)
    except (ValueError, AttributeError):
        return
    if isinstance(active, int) and active > bundle.version:
        raise EdgeflowError(
            f"{bundle.name} on {device.name} has version {active}, newer than {bundle.version}",
            "deploy a newer version, or go back on purpose with --force or edgeflow rollback",
        )


def _stored(session: Session, bundle: Bundle) -> str:
    """Path of a release that the device already had."""
    for release, (_, sha256) in session.models.slots(bundle.name).items():
        if sha256 == bundle.model.sha256:
            return f"{session.hello.base}/{bundle.name}/releases/{release}/model.tflite"
    raise DeviceError(f"{session.name}: the release of {bundle.name} vanished", "deploy again")


def _check_active(session: Session, bundle: Bundle, previous: str) -> Health:
    """A board opens only its active model, so it is checked after the switch and switched back when it fails."""
    try:
        return check_health(session, "", bundle, same_machine=False)
    except EdgeflowError:
        if previous:
            with contextlib.suppress(DeviceError):
                session.models.activate(bundle.name, previous)
        raise


def _accept(session: Session, device: Device, bundle: Bundle, acceptance: Acceptance, previous: str) -> Accepted:
    """A board's release that does not hold up gives way to the one before, also when it stops answering or we do."""
    try:
        return check_acceptance(session, bundle, acceptance)
    except (EdgeflowError, KeyboardInterrupt) as failure:
        why = failure.message if isinstance(failure, EdgeflowError) else "interrupted"
        if not previous:
            told, hint = "there is no release to go back to: it stays active", "deploy one that holds up"
        else:
            try:
                session.restart()
                session.models.activate(bundle.name, previous)
                told, hint = f"rolled back to {previous}", "the release that was there before runs again"
            except DeviceError as lost:
                told = f"not rolled back to {previous} ({lost.message})"
                hint = f"edgeflow rollback --device {device.name} --name {bundle.name}"
        if isinstance(failure, KeyboardInterrupt):
            raise
        raise EdgeflowError(f"{why}; {told}", hint) from None


def _only_name(session: Session, device: Device) -> str:
    names = list(session.models.slots())
    if len(names) == 1:
        return names[0]
    if not names:
        raise UsageError(f"nothing is deployed on {device.name}", f"edgeflow deploy MODEL --device {device.name}")
    raise UsageError(f"{device.name} has several deployments", f"name one with --name: {', '.join(names)}")


def _listed(entries: dict[str, tuple[str, str]]) -> str:
    return ", ".join(f"{name} ({state})" if state else name for name, (state, _) in entries.items())


def _persistent(slots: Slots | None) -> bool | None:
    return None if slots is None else slots in (Slots.FLASH, Slots.FILES)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _record(
    action: Action,
    bundle: Bundle,
    device: Device,
    slots: Slots | None,
    release: str,
    previous: str,
    sent: int,
    health: Health | None,
    warnings: tuple[str, ...],
    signer: PublicKey | None = None,
) -> Deployment:
    return Deployment(
        action=action,
        name=bundle.name,
        version=bundle.version,
        created=bundle.created,
        device=device,
        model_sha256=bundle.model.sha256,
        model_bytes=bundle.model.size,
        release=release,
        previous=previous,
        sent_bytes=sent,
        persistent=_persistent(slots),
        health=health,
        warnings=warnings,
        signed_by=signer.fingerprint if signer else None,
        files=bundle.files,
        entry=bundle.app.entry if bundle.app else (),
    )
