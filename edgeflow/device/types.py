"""A device: one reachable unit."""

from __future__ import annotations

from dataclasses import dataclass

from edgeflow.transport.address import Address


@dataclass(frozen=True)
class Device:
    """`target` and `board` are registry names; a plain `local:` has neither until it is probed.

    `runtime` is one chosen for a command where the device has several ("litert" on Android), None its own.
    """

    name: str
    address: Address
    target: str | None = None
    board: str | None = None
    base: str | None = None
    tags: tuple[str, ...] = ()
    power: str | None = None
    runtime: str | None = None
