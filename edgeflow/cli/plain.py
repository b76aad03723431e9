"""Text from models and file names as a terminal may show it: no control character gets through."""

from __future__ import annotations

import unicodedata


def plain(text: str, limit: int | None = None) -> str:
    """The text with control, format and surrogate characters as `·`, cut to `limit` characters with an ellipsis."""
    shown = "".join("·" if unicodedata.category(character)[0] == "C" else character for character in text)
    if limit is not None and len(shown) > limit:
        return shown[: max(0, limit - 1)] + "…"
    return shown


def count_text(count: int) -> str:
    """A large count for people: `2.657 M`, exact below 10 000."""
    for unit, size in (("T", 10**12), ("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if count >= max(size, 10_000):
            return f"{count / size:.4g} {unit}"
    return str(count)
