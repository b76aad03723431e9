"""The verbs of the device book: list, add, remove, show, probe, reset."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from edgeflow.deploy.history import History, read_history
from edgeflow.device.book import Listed, add_device, check_name, find_device, listed, named_by_address, remove_device
from edgeflow.device.connect import DEFAULT_BASE, connect, open_local, reached
from edgeflow.device.emulator import starts_linux
from edgeflow.device.power import run_power_command
from edgeflow.device.runtime_choice import with_runtime
from edgeflow.device.survey import Survey, survey
from edgeflow.device.types import Device
from edgeflow.errors import UsageError
from edgeflow.targets.registry import resolve
from edgeflow.transport.address import parse_address
from edgeflow.transport.base import Transport


@dataclass(frozen=True)
class DeviceReport:
    """A device, the book it stands in (None for a plain address), and what was found on it where it was asked."""

    device: Device
    path: Path | None
    found: Survey | None
    notes: tuple[str, ...] = ()
    history: History | None = None


def list_devices() -> tuple[DeviceReport, ...]:
    """All devices of the user's and the project's book, by name. Raises UsageError when a book is broken."""
    return tuple(DeviceReport(entry.device, entry.path, None) for entry in listed())


def show_device(
    device: Device | str | None = None, *, history: bool = False, wait_s: float = 0, timeout_s: float = 60
) -> DeviceReport:
    """One device of the book, or of an address, without asking it. Raises UsageError when it is unknown.

    With `history` it is asked what is deployed there and what was done; that may raise DeviceError.
    """
    device = device if isinstance(device, Device) else find_device(device)
    report = DeviceReport(device, _path_of(device, listed()), None)
    if not history:
        return report
    with connect(device, wait_s=wait_s, timeout_s=timeout_s) as session:
        return replace(report, history=read_history(session))


def probe_device(device: Device | str | None = None) -> DeviceReport:
    """Ask a device what it has and lacks; nothing is brought there. Raises DeviceError when it does not answer."""
    device = device if isinstance(device, Device) else find_device(device)
    return DeviceReport(device, _path_of(device, listed()), _ask(device, ()), _notes(device))


def reset_device(device: Device | str | None = None) -> str:
    """Power-cycle a device by its own command of the device book; returns that command.

    Raises UsageError when it has none, DeviceError when it fails.
    """
    device = device if isinstance(device, Device) else find_device(device)
    return run_power_command(device)


def add(
    name: str,
    address: str,
    *,
    target: str | None = None,
    base: str | None = None,
    tags: Sequence[str] = (),
    power: str | None = None,
    accept_host_keys: Sequence[str] = (),
    install_key: bool = False,
    probe: bool = True,
    overwrite: bool = False,
) -> DeviceReport:
    """Write a device into the user's book after asking it what it is; the target it names fills in `target`.

    `accept_host_keys` are SHA256:… fingerprints that may be recorded for it and for the hosts on the way.
    `install_key` adds the user's public key to the account there, so that no password is asked from then on.
    Emulated microcontrollers are not started. Raises UsageError, TargetError, DeviceError; the book is then unchanged.
    """
    check_name(name)
    kind, board = resolve(target) if target else (None, None)
    device = Device(
        name=name,
        address=parse_address(address),
        target=kind.name if kind else None,
        board=board.name if board else None,
        base=base,
        tags=tuple(tags),
        power=power,
    )
    device = named_by_address(device)
    if device.address.scheme in ("serial", "adb") and target is None:
        raise UsageError(f"{address} needs --target", "name the target or board behind it: edgeflow targets list")
    if not overwrite and any(entry.device.name == name for entry in listed()):
        raise UsageError(f"a device '{name}' already stands in the book", "give --force to replace it")
    notes: tuple[str, ...] = ()
    if install_key:
        notes = (_install_key(device, tuple(accept_host_keys)),)
    found = _ask(device, tuple(accept_host_keys)) if probe else None
    if found and found.target:
        if device.target is None:
            device = replace(device, target=found.target, board=found.board)
        elif device.target != found.target:
            notes += (f"the device looks like {found.board or found.target}, not {target}",)
    path = add_device(device, overwrite=overwrite)
    return DeviceReport(device, path, found, notes)


def remove(name: str) -> Path:
    """Take a device out of the book it stands in; returns that file. Raises UsageError when it is in none."""
    return remove_device(name)


def _install_key(device: Device, accepted: tuple[str, ...]) -> str:
    if device.address.scheme != "ssh":
        raise UsageError(f"{device.address} takes no key", "--install-key is for ssh:// addresses")
    from edgeflow.transport.ssh import SshTransport

    with SshTransport(device.address, accept_host_keys=accepted) as transport:
        new = transport.install_key()
    return "your public key was installed" if new else "your public key was installed already"


def _notes(device: Device) -> tuple[str, ...]:
    """What there is to say of a device that has several runtimes."""
    if device.address.scheme != "adb":
        return ()
    from edgeflow.device.android_litert import LitertRunner

    with reached(with_runtime(device, "litert")) as transport:
        return (transport.note(),) if isinstance(transport, LitertRunner) else ()


def _path_of(device: Device, entries: Sequence[Listed]) -> Path | None:
    return next((entry.path for entry in entries if entry.device == device), None)


def _ask(device: Device, accepted: tuple[str, ...]) -> Survey | None:
    match device.address.scheme:
        case "ssh" | "local":
            with _transport(device, accepted) as transport:
                return survey_on(device, transport)
        case "serial" | "adb":
            with connect(device):
                return None
        case "qemu":
            if not starts_linux(device):
                return None
            with reached(device) as transport:
                return survey_on(device, transport)


def survey_on(device: Device, transport: Transport) -> Survey:
    """What a device has and lacks, over a transport with a shell. Raises DeviceError when it does not answer."""
    assert transport.shell is not None
    python = sys.executable if device.address.scheme == "local" else ""
    return survey(transport.shell, device.name, device.base or DEFAULT_BASE, python=python)


@contextmanager
def _transport(device: Device, accepted: tuple[str, ...]) -> Iterator[Transport]:
    if device.address.scheme == "local":
        transport: Transport = open_local(device, timeout_s=60, fresh=False)
    else:
        from edgeflow.transport.ssh import SshTransport

        transport = SshTransport(device.address, accept_host_keys=accepted)
    try:
        yield transport
    finally:
        transport.close()
