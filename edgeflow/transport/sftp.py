"""The file channel of an SSH connection."""

from __future__ import annotations

import contextlib
import errno
import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from edgeflow.errors import DeviceError, LinkError
from edgeflow.progress import Progress
from edgeflow.transport.ssh_connect import Connection, deadline

if TYPE_CHECKING:
    import paramiko

_OPERATION_S = 30.0  # a single request or block of data
_SAFE_REQUEST_BYTES = 32 * 1024  # every server takes this much in one request
_LARGE_REQUEST_BYTES = 128 * 1024  # OpenSSH takes 255 KiB; fewer requests cost less on both sides


class SftpChannel:
    """SFTP with a deadline on every request, opened when it is first used.

    Remote paths are absolute, or relative to the home folder with or without `~/`.
    """

    def __init__(self, connection: Connection, address: str, timeout_s: float = _OPERATION_S) -> None:
        self._connection, self._address, self._timeout_s = connection, address, timeout_s
        self._client: paramiko.SFTPClient | None = None
        self._lock = threading.Lock()

    def put(self, data: bytes | Path, remote: str, *, offset: int = 0, progress: Progress) -> None:
        """Write `data` from `offset` on; the remote file keeps the bytes before it and ends where `data` ends.

        Raises DeviceError when either side refuses, LinkError when the connection broke.
        """
        with self._lock, self._translated(f"writing {remote}"), _source(data) as (file, total):
            file.seek(offset)
            with self._open().open(_plain(remote), "r+b" if offset else "wb") as target:
                target.set_pipelined(True)
                target.MAX_REQUEST_SIZE = size = self._request_bytes()
                if offset:
                    target.truncate(offset)
                    target.seek(offset)
                done = offset
                progress("upload", done, total)
                while block := file.read(size):
                    target.write(block)
                    done += len(block)
                    progress("upload", done, total)

    def get(self, remote: str, *, max_bytes: int) -> bytes:
        """Read a whole remote file. Raises DeviceError when it is missing or larger than `max_bytes`."""
        with (
            self._lock,
            self._translated(f"reading {remote}"),
            self._open().open(_plain(remote), "rb") as source,
        ):
            size = source.stat().st_size or 0
            if size > max_bytes:
                raise DeviceError(
                    f"{self._address}: {remote} has {size} bytes, more than the {max_bytes} expected",
                    "look at the file on the device",
                )
            if size > 0:
                source.prefetch(size, max_concurrent_requests=64)
            return source.read(size)

    def close(self) -> None:
        """End the channel. Safe to call twice."""
        if self._client is not None:
            # on a broken connection even the goodbye fails
            with contextlib.suppress(OSError, EOFError):
                self._client.close()
            self._client = None

    def _request_bytes(self) -> int:
        server = self._connection.transport.remote_version
        return _LARGE_REQUEST_BYTES if server.startswith("SSH-2.0-OpenSSH") else _SAFE_REQUEST_BYTES

    def _open(self) -> paramiko.SFTPClient:
        if self._client is None:
            from paramiko import SFTPClient

            transport = self._connection.transport
            with deadline(transport.close, self._timeout_s, f"{self._address}: opening the file channel"):
                channel = transport.open_session(timeout=self._timeout_s)
                channel.settimeout(self._timeout_s)
                channel.invoke_subsystem("sftp")
                self._client = SFTPClient(channel)
        return self._client

    @contextlib.contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        from paramiko import SSHException

        try:
            yield
        except (EOFError, SSHException, TimeoutError) as error:
            self.close()
            reason = "no answer in time" if isinstance(error, TimeoutError) else (str(error) or "connection closed")
            raise LinkError(
                f"{self._address}: {what}: {reason}", "try again; an upload goes on where it broke"
            ) from None
        except OSError as error:
            if not self._connection.transport.is_active():
                raise LinkError(f"{self._address}: {what}: connection lost", "try again") from None
            raise DeviceError(f"{self._address}: {what}: {_reason(error)}", _remedy(error)) from None


def _reason(error: OSError) -> str:
    match error.errno:
        case errno.ENOENT:
            return "no such file or folder"
        case errno.EACCES:
            return "permission denied"
        case _:
            return str(error) or "refused"


def _remedy(error: OSError) -> str:
    match error.errno:
        case errno.ENOENT | errno.EACCES:
            return "check the device's `base` folder and who owns it"
        case _:
            return "check free space and rights on the device"


def _plain(remote: str) -> str:
    """SFTP starts in the home folder and knows no `~`."""
    return remote.removeprefix("~/") or "."


@contextlib.contextmanager
def _source(data: bytes | Path) -> Iterator[tuple[BinaryIO, int]]:
    if isinstance(data, bytes):
        yield io.BytesIO(data), len(data)
        return
    try:
        file = data.open("rb")
    except OSError as error:
        raise DeviceError(f"{data}: {error.strerror}", "check the file") from None
    with file:
        yield file, data.stat().st_size
