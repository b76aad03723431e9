"""The verbs of keys: make one, list them, have a device trust one."""

from __future__ import annotations

from dataclasses import dataclass

from edgeflow.deploy import keys
from edgeflow.deploy import trust as pins
from edgeflow.deploy.keys import PublicKey, SigningKey
from edgeflow.device.book import find_device
from edgeflow.device.connect import connect
from edgeflow.device.types import Device
from edgeflow.errors import DeviceError
from edgeflow.transport.ssh_login import ask_on_terminal


@dataclass(frozen=True)
class Trusted:
    """The keys that a device trusts now: None when it takes every bundle; `notes` are for a person."""

    device: Device
    keys: tuple[PublicKey, ...] | None
    notes: tuple[str, ...] = ()


def new_key(name: str, *, comment: str = "", passphrase: str = "") -> PublicKey:
    """Make an Ed25519 key pair in the user's configuration folder, the private half for its owner alone.

    Raises UsageError when the name is taken or cannot be one.
    """
    return keys.new_key(name, comment=comment, passphrase=passphrase)


def list_keys() -> tuple[PublicKey, ...]:
    """The user's own keys, by name."""
    return keys.own_keys()


def signing_key(text: str) -> SigningKey:
    """The private key of a name or file; a passphrase is asked for on the terminal. Raises UsageError."""
    return keys.load_signing_key(text, ask=ask_on_terminal)


def trusted_keys(device: Device | str | None = None, *, wait_s: float = 0, timeout_s: float = 60) -> Trusted:
    """The keys that a device trusts. Raises DeviceError, also for a board that can trust none."""
    device = device if isinstance(device, Device) else find_device(device)
    with connect(device, wait_s=wait_s, timeout_s=timeout_s) as session:
        return Trusted(device, pins.pinned_keys(session))


def trust_key(
    key: PublicKey | str,
    device: Device | str | None = None,
    *,
    remove: bool = False,
    wait_s: float = 0,
    timeout_s: float = 60,
) -> Trusted:
    """Have a device take only bundles signed by this key, or by another one pinned there; `remove` takes it back.

    What runs there stays. Raises UsageError for what is no Ed25519 key, DeviceError of a board that can trust none.
    """
    public = key if isinstance(key, PublicKey) else keys.find_public_key(key)
    device = device if isinstance(device, Device) else find_device(device)
    with connect(device, wait_s=wait_s, timeout_s=timeout_s) as session:
        if remove:
            left = pins.unpin(session, public)
            told = f"{device.name} trusts no key any more and takes every bundle"
            return Trusted(device, left, () if left else (told,))
        pinned = pins.pin(session, public)
        if public.text not in {trusted.text for trusted in pinned}:
            raise DeviceError(f"{device.name} did not keep the key", "see whether its storage is full or failing")
        notes = tuple(
            f"{name} runs an unsigned release; it stays until the next deploy or rollback"
            for name in pins.unsigned(session)
        )
        return Trusted(device, pinned, notes)
