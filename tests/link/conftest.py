"""The link's C built for this machine: single files under sanitizers, and the runner."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # link_build and relay, which these tests import

from link_build import build_link

from edgeflow.device.session import Session
from edgeflow.firmware.runner import build_posix_runner
from edgeflow.transport.local import ProcessPipe

Compile = Callable[..., Path]
StartSession = Callable[..., Session]


@pytest.fixture(scope="session")
def compile_link(tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """Builds C files, those of runtime/link by name, with GCC or another compiler; returns what was made."""

    def build(output: str, *arguments: object, **options: str) -> Path:
        return build_link(tmp_path_factory.mktemp("link") / output, *arguments, **options)

    return build


@pytest.fixture(scope="session")
def runner() -> Path:
    """The runner on stdin and stdout, under the address and undefined-behaviour sanitizers."""
    return build_posix_runner(sanitize=True).path


@pytest.fixture
def start_session(runner: Path) -> Iterator[StartSession]:
    """Starts a runner with arguments and gives a session with it; all end with the test."""
    sessions = []

    def start(*arguments: str, timeout_s: float = 20, lossy: bool = False) -> Session:
        session = Session(
            lambda: ProcessPipe([str(runner), *arguments]),
            name="runner",
            peer="the runner",
            lossy=lossy,
            reopen=False,
            timeout_s=timeout_s,
        )
        sessions.append(session)
        return session

    yield start
    for session in sessions:
        session.close()
