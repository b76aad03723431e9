"""Locking an open file on Windows."""

from __future__ import annotations

import os
import sys

_FAR = 1 << 30  # locks are mandatory here: one byte far behind the text leaves the text readable


def try_lock(descriptor: int) -> bool:
    """Lock the file until it is closed; False when somebody else holds it."""
    assert sys.platform == "win32"
    import msvcrt

    os.lseek(descriptor, _FAR, os.SEEK_SET)
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    return True
