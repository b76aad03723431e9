"""A device: one reachable unit."""

from __future__ import annotations

from dataclasses import dataclass

from edgeflow.transport.address import Address


@dataclass(frozen=True)
class Device:
    """`target` and `board` are registry names; a plain `local:` has neither until it is probed."""

    name: str
    address: Address
    target: str | None = None
    board: str | None = None
    base: str | None = None
    tags: tuple[str, ...] = ()
    power: str | None = None
