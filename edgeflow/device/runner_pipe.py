"""The pipe to a runner that holds its device's lock."""

from __future__ import annotations

from edgeflow.device.lock import busy_error
from edgeflow.errors import LinkError
from edgeflow.transport.base import Pipe


class RunnerPipe:
    """The runner's pipe; its end because somebody else holds the device is told as such."""

    def __init__(self, pipe: Pipe, name: str) -> None:
        self._pipe, self._name = pipe, name

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        try:
            return self._pipe.read(max_bytes, timeout_s)
        except LinkError as error:
            raise busy_error(self._name, error) or error from None

    def write(self, data: bytes, timeout_s: float) -> None:
        try:
            self._pipe.write(data, timeout_s)
        except LinkError as error:
            raise busy_error(self._name, error) or error from None

    def close(self) -> None:
        self._pipe.close()
