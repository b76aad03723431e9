"""Rules for every test run: in CI a skip that is not listed fails the build."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

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
