"""The public verb `deploy`: check, upload, try, switch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from edgeflow.deploy.acceptance import Acceptance
from edgeflow.deploy.app import UP_S, read_app
from edgeflow.deploy.bundle import make_bundle
from edgeflow.deploy.deploy import deploy_bundle, planned, unchanged
from edgeflow.deploy.keys import SigningKey
from edgeflow.deploy.types import App, Bundle, Deployment
from edgeflow.deploy.unchanged import is_active
from edgeflow.device.book import find_device
from edgeflow.device.connect import reached, session_on
from edgeflow.device.custom_operators import read_custom_operators
from edgeflow.device.probe import target_of, this_machine
from edgeflow.device.session import Session
from edgeflow.device.types import Device
from edgeflow.errors import DoesNotFitError, UsageError
from edgeflow.fit.fit import fit
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.pipeline.keys import signing_key
from edgeflow.progress import Progress, silent
from edgeflow.targets.registry import find_board, find_target


def deploy(
    model: Model | Path | str,
    device: Device | str | None = None,
    *,
    name: str | None = None,
    version: int = 0,
    dry_run: bool = False,
    force: bool = False,
    wait_s: float = 0,
    timeout_s: float = 60,
    fresh: bool = False,
    custom_ops: Path | str | None = None,
    app: App | Path | str | None = None,
    entry: str | None = None,
    app_up_s: float = UP_S,
    sign: SigningKey | str | None = None,
    acceptance: Acceptance | None = None,
    progress: Progress = silent,
) -> Deployment:
    """Put a model on a device under `name` (its file's stem), verified there and switched once it has run.

    A device whose target is known is judged before it is touched, others right after they said what they are.
    `custom_ops` is a library of custom operators that becomes part of the release. `app` is a folder
    that becomes part of it too: an application that `entry` starts there, in words as for a shell, and that must stay
    up for `app_up_s` seconds. `sign` names a key of
    `edgeflow keys`, or a private key's file: a device with pinned keys takes nothing else.
    A release that does not meet `acceptance` once it is active gives way to the one before, with an EdgeflowError.
    `force` overrides that verdict and a newer version on the device. `dry_run` does not even
    connect.
    Raises DoesNotFitError with all reasons, ModelError, UsageError, DeviceError and its kinds, MismatchError.
    """
    model = model if isinstance(model, Model) else load_model(model)
    device = device if isinstance(device, Device) else find_device(device)
    if device.target is None and device.address.scheme == "local":
        target, board = this_machine()
        device = replace(device, target=target, board=board)
    if app is None and entry is not None:
        raise UsageError("an entry without an application", "name its folder with --app")
    if app is not None and not isinstance(app, App):
        app = read_app(app, entry=entry, up_s=app_up_s)
    library = None if custom_ops is None else read_custom_operators(custom_ops)
    key = signing_key(sign) if isinstance(sign, str) else sign
    bundle = make_bundle(model, name=name, version=version, target=device.target, library=library, app=app)
    warnings = _judge(bundle, device, force)
    if dry_run:
        unknown = f"what {device.name} is stands in no book, so the fit was not judged; give --target"
        return planned(bundle, device, warnings if device.target else (unknown,))
    with reached(device, wait_s=wait_s, timeout_s=timeout_s, fresh=fresh) as transport:
        if device.target and not key and not acceptance and is_active(transport, device, bundle, force=force):
            return unchanged(bundle, device, warnings)
        with session_on(device, transport, wait_s=wait_s, timeout_s=timeout_s) as session:
            if device.target is None and (asked := asked_target(session, device)) != device:
                device, bundle = asked, replace(bundle, target=asked.target)
                warnings = _judge(bundle, device, force)
            done = deploy_bundle(
                session, device, bundle, key=key, acceptance=acceptance, force=force, progress=progress
            )
    return replace(done, warnings=(*warnings, *done.warnings))


def asked_target(session: Session, device: Device) -> Device:
    """The device with target and board as it says itself; unchanged where it says nothing that is known."""
    said = session.conditions()
    target, board = target_of(said.get("machine", ""), said.get("pointer_bits", ""), said.get("board", ""))
    return replace(device, target=target, board=board) if target else device


def _judge(bundle: Bundle, device: Device, force: bool) -> tuple[str, ...]:
    """Warnings of the check; nothing can be said of a device whose target is unknown."""
    if device.target is None:
        return ()
    board = find_board(device.board) if device.board else None
    model = bundle.model
    verdict = fit(model, find_target(device.target), board, own_kernels=bundle.library is not None)
    where = device.board or device.target
    if verdict.fits is False and not force:
        raise DoesNotFitError(
            f"{model.name} does not fit {device.name} ({where})",
            f"edgeflow check {model.path} --target {where} tells more; nothing was touched",
            verdict.reasons,
        )
    if verdict.fits is None and device.address.scheme in ("serial", "qemu") and not device.board:
        raise UsageError(
            f"{device.name}: the memory of a bare {device.target} is unknown", "name its board instead: --target BOARD"
        )
    reasons = verdict.reasons if verdict.fits is False else ()
    return (*verdict.warnings, *reasons)
