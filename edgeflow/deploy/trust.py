"""The keys that a device trusts: pinned, listed and taken back over the link."""

from __future__ import annotations

from edgeflow.deploy.keys import PublicKey
from edgeflow.device.session import Session
from edgeflow.errors import DeviceError, DeviceStatusError
from edgeflow.wire.constants import Command, Pin, Status

_SIGNATURE_BYTES = 4096


def pinned_keys(session: Session) -> tuple[PublicKey, ...] | None:
    """The keys that a device trusts; None where it takes every bundle. Raises DeviceError of a board that has none."""
    return _told(session, "", "", Pin.LIST)


def pin(session: Session, key: PublicKey) -> tuple[PublicKey, ...]:
    """Have the device take only bundles that this key, or another pinned one, has signed."""
    return _told(session, key.text, key.comment, Pin.ADD) or ()


def unpin(session: Session, key: PublicKey) -> tuple[PublicKey, ...] | None:
    """Take a key back; None when it was the last, and the device takes every bundle again."""
    return _told(session, key.text, "", Pin.REMOVE)


def unsigned(session: Session) -> tuple[str, ...]:
    """The deployments whose active release nobody signed."""
    names = session.models.slots()
    paths = {name: f"{session.hello.base}/{name}/current/manifest.json.sig" for name in names}
    return tuple(
        name for name, path in paths.items() if session.models.read_file(path, max_bytes=_SIGNATURE_BYTES) is None
    )


def _told(session: Session, key: str, comment: str, what: Pin) -> tuple[PublicKey, ...] | None:
    try:
        answer = session.request(Command.TRUST, key=key, comment=comment, what=what)
    except DeviceStatusError as refusal:
        if refusal.status == Status.UNKNOWN_COMMAND.name:
            raise DeviceError(
                f"{session.name} keeps no keys and checks no signatures",
                "whoever reaches it can replace its model: guard the port; docs/SECURITY.md says what that means",
            ) from None
        raise
    keys = tuple(PublicKey(text, said) for text, said in answer["keys"].items())
    return keys if answer["pinned"] else None
