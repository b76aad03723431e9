"""Figures as text for people; names from models and devices made fit to be shown."""

from __future__ import annotations

import unicodedata


def time_text(us: float | None) -> str:
    """µs for people: three digits and a unit."""
    if us is None:
        return "–"
    for limit, unit, divisor in ((1e3, "µs", 1.0), (1e6, "ms", 1e3)):
        if us < limit:
            return f"{us / divisor:.3g} {unit}"
    return f"{us / 1e6:.3g} s"


def bytes_text(count: float | None) -> str:
    """Bytes for people: exact below 10 KiB, then KiB or MiB."""
    if count is None:
        return "–"
    if count < 10 * 1024:
        return f"{count:.0f} B"
    return f"{count / 1024:.1f} KiB" if count < 10 * 1024 * 1024 else f"{count / 1024 / 1024:.1f} MiB"


def count_text(count: float | None) -> str:
    """A count with its thousands apart."""
    return "–" if count is None else f"{count:,.0f}"


def share_text(share: float | None) -> str:
    """A share in per cent."""
    return "–" if share is None else f"{100 * share:.1f} %"


def shown(text: str, limit: int = 48) -> str:
    """The text in one line without control, direction or surrogate characters; the middle of a long one left out."""
    line = "".join("·" if unicodedata.category(sign) in _UNSHOWN else sign for sign in text)
    if len(line) <= limit:
        return line
    return f"{line[: limit * 2 // 3]}…{line[-(limit - limit * 2 // 3 - 1) :]}"


_UNSHOWN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
