"""What tests of the link's server do all the time: a model brought there, a request refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from edgeflow.device.session import Session
from edgeflow.errors import DeviceStatusError
from edgeflow.wire.constants import Command

DATA = Path(__file__).parents[1] / "data"
StartSession = Callable[..., Session]


def model(name: str) -> bytes:
    return (DATA / f"{name}.tflite").read_bytes()


def deploy(session: Session, name: str, content: bytes | None = None) -> str:
    content = model(name) if content is None else content
    uploaded = session.models.upload(name, content)
    return session.models.activate(name, uploaded.release)[0]


def refusal(session: Session, command: Command, **fields: object) -> DeviceStatusError:
    with pytest.raises(DeviceStatusError) as caught:
        session.request(command, **fields)
    return caught.value
