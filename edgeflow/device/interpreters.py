"""Which interpreter's wheels suit a device, from the table beside this file."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec

from edgeflow.device.survey import Survey
from edgeflow.errors import DeviceError

_TABLE = Path(__file__).with_name("interpreters.toml")
_Version = Annotated[str, msgspec.Meta(pattern=r"^\d+\.\d+$")]
_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


class _Wanted(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    module: str
    wheel: str
    package: str


class _Choice(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    runtime: str
    machines: tuple[str, ...]
    pythons: tuple[_Version, _Version]
    glibc: _Version
    wheels: tuple[str, ...]
    leave_out: tuple[str, ...]
    tested: str
    wanted: tuple[_Wanted, ...] = ()


class _None(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    machines: tuple[str, ...]
    why: str
    remedy: str


class _Table(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    schema: int
    choice: tuple[_Choice, ...]
    none: tuple[_None, ...]


@dataclass(frozen=True)
class Wheels:
    """What a device gets: `requirements` for wheels of `machine`, `python` (3.11) and a glibc up to `glibc`.

    `leave_out` are patterns of files that are not needed there; `packages` what the device's own system has to bring.
    """

    runtime: str
    machine: str
    python: str
    glibc: str
    requirements: tuple[str, ...]
    leave_out: tuple[str, ...]
    packages: tuple[str, ...] = ()

    @property
    def tag(self) -> str:
        """Of Python: cp311."""
        return "cp" + self.python.replace(".", "")


def choose(found: Survey, name: str, *, own_wheels: bool = False) -> Wheels:
    """The wheels for a device as it was found. `own_wheels` may be of any version, and bring all of it.

    Raises DeviceError that says why none suits, and what to do.
    """
    machine = _machine(found)
    for no in _table().none:
        if machine in no.machines:
            raise DeviceError(f"{name}: {no.why}", no.remedy)
    if found.python_version is None or (python := _pair(found.python_version)) is None:
        raise DeviceError(f"{name}: no python3 on the device", "on the device: apt-get install python3 (3.9 or newer)")
    glibc = _pair(found.glibc or "")
    if glibc is None:
        raise DeviceError(
            f"{name}: its C library is not glibc", "the interpreters need it; use a system such as Debian or Ubuntu"
        )
    here = [choice for choice in _table().choice if machine in choice.machines]
    for choice in here:
        first, last = map(_pair, choice.pythons)
        if first is not None and last is not None and first <= python <= last and (_pair(choice.glibc) or ()) <= glibc:
            missing = [w for w in choice.wanted if own_wheels or getattr(found, f"{w.module}_version", None) is None]
            return Wheels(
                choice.runtime,
                machine,
                f"{python[0]}.{python[1]}",
                f"{glibc[0]}.{glibc[1]}",
                tuple(wheel.partition("==")[0] for wheel in (*choice.wheels, *(one.wheel for one in missing)))
                if own_wheels
                else choice.wheels,
                choice.leave_out,
                () if own_wheels else tuple(one.package for one in missing),
            )
    takes = "; ".join(f"Python {a} to {b} with glibc {c.glibc}" for c in here for a, b in [c.pythons])
    raise DeviceError(
        f"{name}: no interpreter for {machine} with Python {found.python_version} and glibc {found.glibc}",
        f"there is one for {takes} or newer" if takes else "use a 64-bit Arm, x86-64 or ARMv7 Linux",
    )


def litert_wheel(machine: str) -> Wheels:
    """The newest LiteRT's own wheel alone for `machine`, for its shared library. Which Python it is for is all one."""
    choice = next(one for one in _table().choice if one.runtime == "litert" and machine in one.machines)
    wheel = next(one for one in choice.wheels if one.startswith("ai-edge-litert=="))
    return Wheels(choice.runtime, machine, choice.pythons[-1], choice.glibc, (wheel,), ())


@cache
def _table() -> _Table:
    return msgspec.convert(tomllib.loads(_TABLE.read_text(encoding="utf-8")), _Table)


def _machine(found: Survey) -> str:
    """The machine as wheels call it: what its programs are made for, not its kernel."""
    name = _MACHINES.get((found.machine or "").lower(), (found.machine or "").lower())
    if name.startswith("armv6"):
        return "armv6"
    if name.startswith("armv7") or (name in ("aarch64", "armv8l") and found.pointer_bits == 32):
        return "armv7"
    return name


def _pair(version: str) -> tuple[int, int] | None:
    match = re.match(r"(\d{1,4})\.(\d{1,4})", version)
    return (int(match[1]), int(match[2])) if match else None
