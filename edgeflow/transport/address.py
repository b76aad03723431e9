"""Device addresses: `local:`, `ssh://`, `serial://`, `adb://` and `qemu:` (INTERFACES: addresses)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from edgeflow.errors import UsageError

Scheme = Literal["local", "ssh", "serial", "adb", "qemu"]
_EXAMPLES = "use local:, ssh://user@host[:port], serial:///dev/ttyACM0?baud=921600, adb://SERIAL or qemu:BOARD"
_USB = re.compile(r"^[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}(:.+)?$")


@dataclass(frozen=True)
class Address:
    """One parsed address.

    `where` is the host (ssh), the port path, COM name or VID:PID[:SERIAL] (serial), the serial number or
    host:port (adb), or the board (qemu); `name` is the emulated device's name.
    """

    scheme: Scheme
    where: str = ""
    user: str | None = None
    port: int | None = None
    baud: int | None = None
    name: str | None = None

    def __str__(self) -> str:
        match self.scheme:
            case "local":
                return "local:"
            case "ssh":
                host = f"[{self.where}]" if ":" in self.where else self.where
                return f"ssh://{self.user + '@' if self.user else ''}{host}{f':{self.port}' if self.port else ''}"
            case "serial":
                return f"serial://{self.where}{f'?baud={self.baud}' if self.baud else ''}"
            case "adb":
                return f"adb://{self.where}"
            case "qemu":
                return f"qemu:{self.where}{f'/{self.name}' if self.name else ''}"

    @property
    def is_usb(self) -> bool:
        """Whether a serial address names USB ids (VID:PID[:SERIAL]) rather than a port."""
        return self.scheme == "serial" and bool(_USB.match(self.where))


def looks_like_address(text: str) -> bool:
    """Whether `text` is meant as an address and not as a name of the device book."""
    return "://" in text or text.startswith(("local:", "qemu:"))


def parse_address(text: str) -> Address:
    """Parse `text`; raises UsageError that shows the known forms."""
    try:
        return _parse(text)
    except ValueError as error:
        raise UsageError(f"address '{text}': {error}", _EXAMPLES) from None


def _parse(text: str) -> Address:
    if any(ord(c) < 32 for c in text):
        raise ValueError("control characters")
    if text == "local:":
        return Address("local")
    if text.startswith("qemu:"):
        board, _, name = text.removeprefix("qemu:").partition("/")
        if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", board) or (name and not re.fullmatch(r"[a-z0-9._-]{1,64}", name)):
            raise ValueError("not a board name")
        return Address("qemu", board, name=name or None)
    scheme, _, rest = text.partition("://")
    if scheme == "ssh":
        url = urlsplit(text)
        if not url.hostname or url.path not in ("", "/") or url.query or url.fragment:
            raise ValueError("expected ssh://user@host:port")
        if url.password is not None:
            raise ValueError("a password does not belong into an address; edgeflow asks for it")
        if url.hostname.startswith("-") or (url.username or "").startswith("-"):
            raise ValueError("host and user must not start with '-'")
        return Address("ssh", url.hostname, unquote(url.username) if url.username else None, url.port)
    if scheme == "serial":
        where, _, query = rest.partition("?")
        values = parse_qs(query, strict_parsing=True) if query else {}
        if unknown := set(values) - {"baud"}:
            raise ValueError(f"unknown parameter {sorted(unknown)}")
        if not where:
            raise ValueError("no port")
        baud = int(values["baud"][0]) if "baud" in values else None
        if baud is not None and not 300 <= baud <= 12_000_000:
            raise ValueError("baud out of range")
        return Address("serial", where, baud=baud)
    if scheme == "adb":
        if not re.fullmatch(r"[A-Za-z0-9._:\[\]-]+", rest) or rest.startswith("-"):
            raise ValueError("no serial number")
        return Address("adb", rest)
    raise ValueError("unknown kind of address")
