"""Locking an open file where fcntl exists."""

from __future__ import annotations


def try_lock(descriptor: int) -> bool:
    """Lock the file until it is closed; False when somebody else holds it."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
