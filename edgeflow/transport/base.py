"""The seams every transport offers: a byte pipe, and where it has them a shell and a file channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from edgeflow.progress import Progress


@dataclass(frozen=True)
class Completed:
    """A finished remote command: exit status (-1 when killed by a signal) and its output."""

    status: int
    stdout: bytes
    stderr: bytes


class Pipe(Protocol):
    """A two-way byte stream to a device. Every wait has a deadline."""

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Return 1..max_bytes bytes as soon as any are there, b"" when `timeout_s` passed.

        Raises LinkError when the stream has ended, with what is known of why (exit status, last stderr line).
        """
        ...

    def write(self, data: bytes, timeout_s: float) -> None:
        """Send all of `data`. Raises LinkError when the stream ended or `timeout_s` passed."""
        ...

    def close(self) -> None:
        """End the stream and reap what served it. Safe to call twice."""
        ...


class FileChannel(Protocol):
    """Bulk data beside the pipe (SFTP, adb push, local files). Remote paths are POSIX and absolute or under ~/."""

    def put(self, data: bytes | Path, remote: str, *, offset: int = 0, progress: Progress) -> None:
        """Write from `offset` on (the remote file holds the bytes before it); the caller verifies the digest."""
        ...

    def get(self, remote: str, *, max_bytes: int) -> bytes:
        """Read a whole remote file. Raises DeviceError when it is larger than `max_bytes` or missing."""
        ...


class Shell(Protocol):
    """Commands on a device that has an operating system. Arguments are quoted by the transport, never by callers."""

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Completed:
        """Run to completion; both output streams are drained all the time."""
        ...

    def start(self, argv: Sequence[str]) -> Pipe:
        """Start a program whose stdin and stdout are the pipe; its stderr goes to the console log."""
        ...


class Transport(Protocol):
    """A reachable device. `shell` and `files` are None where the transport has none (serial, emulated boards)."""

    @property
    def shell(self) -> Shell | None: ...

    @property
    def files(self) -> FileChannel | None: ...

    def open(self) -> Pipe:
        """The link's pipe, for transports without a shell; those with one raise LinkError."""
        ...

    def close(self) -> None: ...
