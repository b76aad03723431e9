"""The runner with releases in files, under sanitizers, and small C programs on its parts."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edgeflow.device.session import Session
from edgeflow.firmware.runner import build_posix_runner
from edgeflow.resources import runtime_dir
from edgeflow.transport.local import LocalFiles, ProcessPipe

WARNINGS = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror")
SANITIZE = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
SIGNATURE_PARTS = ("sha512", "field25519", "ed25519", "base64", "sshsig", "json", "manifest")


@pytest.fixture(scope="session")
def runner() -> Path:
    """The runner on stdin and stdout, under the address and undefined-behaviour sanitizers."""
    return build_posix_runner(sanitize=True).path


@pytest.fixture
def start_runner(runner: Path) -> Iterator[Callable[[Path], Session]]:
    """Start a runner on a folder, with its files as the file channel; all end with the test."""
    sessions = []

    def start(base: Path) -> Session:
        base.mkdir(exist_ok=True)
        argv = [str(runner), "--base", str(base), "--payload", "65536", "--arena", str(64 << 20)]
        session = Session(lambda: ProcessPipe(argv), name="runner", peer="the runner", files=LocalFiles(), timeout_s=30)
        sessions.append(session)
        return session

    yield start
    for session in sessions:
        session.close()


@pytest.fixture(scope="session")
def signature_probe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """tests/posix/signature_probe.c."""
    root, made = runtime_dir(), tmp_path_factory.mktemp("probe") / "probe"
    parts = [root / "port/posix" / f"ef_{name}.c" for name in SIGNATURE_PARTS] + [root / "link/ef_sha256.c"]
    include = [f"-I{root / folder}" for folder in ("core", "link", "port/posix")]
    source = Path(__file__).parent / "signature_probe.c"
    subprocess.run(["gcc", *WARNINGS, *SANITIZE, *include, source, *parts, "-o", made], check=True)
    return made
