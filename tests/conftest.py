"""Rules for every test run: in CI a skip that is not listed fails the build."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from edgeflow.transport.loopback_sshd import LoopbackSshd, loopback_sshd, unavailable_reason
from tests.adbd import Adbd, adbd
from tests.adbd import unavailable_reason as no_adbd_because

hypothesis.settings.register_profile("shared", deadline=None)  # machines differ; time is for benchmarks
hypothesis.settings.load_profile("shared")

_ALLOWED = tomllib.loads((Path(__file__).parent / "hardware" / "skips.toml").read_text(encoding="utf-8"))["skip"]
_unlisted: list[str] = []


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped and report.nodeid not in _ALLOWED:
        _unlisted.append(report.nodeid)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and report.nodeid.partition("[")[0] not in _ALLOWED:
        _unlisted.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    in_worker = hasattr(session.config, "workerinput")
    if _unlisted and os.environ.get("CI") and not in_worker:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _unlisted and os.environ.get("CI"):
        terminalreporter.section("skips that tests/hardware/skips.toml does not list", red=True)
        for nodeid in sorted(set(_unlisted)):
            terminalreporter.line(nodeid)


@pytest.fixture(scope="session", autouse=True)
def _own_result_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Runs of the tests do not go into the user's own store."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EDGEFLOW_RESULTS", str(tmp_path_factory.mktemp("results") / "results.db"))
        yield


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackSshd]:
    """A throw-away sshd on loopback, one a test process, with keys and known_hosts of its own."""
    if reason := unavailable_reason():
        pytest.skip(reason)
    with loopback_sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def ssh_device(sshd: LoopbackSshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LoopbackSshd:
    """That sshd as the user's own: ssh configuration, and edgeflow's folders, stand in for the real ones."""
    monkeypatch.setenv("EDGEFLOW_SSH_CONFIG", str(sshd.config))
    monkeypatch.setenv("EDGEFLOW_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return sshd


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adbd]:
    """Two Android devices behind a real adbd, for the tests of one file."""
    if reason := no_adbd_because():
        pytest.skip(reason)
    with adbd(tmp_path_factory.mktemp("adbd")) as started:
        yield started


@pytest.fixture(scope="session")
def keras_sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one conversion source of each kind; made once, whichever test process comes first."""
    root = tmp_path_factory.getbasetemp()
    folder = (root.parent if "PYTEST_XDIST_WORKER" in os.environ else root) / "sources"
    try:
        folder.mkdir()
    except FileExistsError:
        for _ in range(1200):
            if (folder / "whole").exists():
                return folder
            time.sleep(0.1)
        pytest.fail("another test process did not finish making the sources")
    script = Path(__file__).parent / "convert" / "make_sources.py"
    subprocess.run([sys.executable, str(script), str(folder)], check=True, capture_output=True, timeout=200)
    (folder / "whole").touch()
    return folder
