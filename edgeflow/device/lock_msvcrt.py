"""Locking an open file on Windows."""

from __future__ import annotations

import importlib
import os

_FAR = 1 << 30  # locks are mandatory here: one byte far behind the text leaves the text readable


def try_lock(descriptor: int) -> bool:
    """Lock the file until it is closed; False when somebody else holds it."""
    msvcrt = importlib.import_module("msvcrt")  # type checkers elsewhere know nothing of its contents

    os.lseek(descriptor, _FAR, os.SEEK_SET)
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    return True
