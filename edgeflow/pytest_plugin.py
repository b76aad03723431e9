"""A pytest plugin: a device to test on, and a gate against regressions; see docs/ci.md.

Loaded by every pytest of an environment with edgeflow, so everything of edgeflow is imported when it is used.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import pytest

if TYPE_CHECKING:
    from edgeflow.device.types import Device
    from edgeflow.results.figures import Comparison

T = TypeVar("T")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --edgeflow-device and --edgeflow-store."""
    group = parser.getgroup("edgeflow")
    group.addoption("--edgeflow-device", metavar="D", help="where models are measured: EDGEFLOW_DEVICE, else local:")
    group.addoption("--edgeflow-store", metavar="PATH", help="the result store that baselines are in")


def _or_fail(work: Callable[[], T]) -> T:
    """A user's mistake fails the test with its two lines, not with a traceback through edgeflow."""
    from edgeflow.errors import EdgeflowError

    try:
        return work()
    except EdgeflowError as error:
        reason = "\n".join(filter(None, (error.message, *error.reasons, error.hint)))
    pytest.fail(reason, pytrace=False)


@pytest.fixture(scope="session")
def edgeflow_device(pytestconfig: pytest.Config) -> Device:
    """The device of --edgeflow-device, else of EDGEFLOW_DEVICE, else this machine."""
    import os

    from edgeflow.device.book import find_device

    chosen = pytestconfig.getoption("--edgeflow-device") or os.environ.get("EDGEFLOW_DEVICE") or "local:"
    return _or_fail(lambda: find_device(chosen))


class AssertNoRegression(Protocol):
    """What the fixture `assert_no_regression` is."""

    def __call__(
        self, model: Path | str, baseline: Path | str, fail_over: str | float = "5%", **options: Any
    ) -> Comparison: ...


@pytest.fixture
def assert_no_regression(edgeflow_device: Device, pytestconfig: pytest.Config) -> AssertNoRegression:
    """A function that measures a model on `edgeflow_device` and fails where it is worse than its baseline.

    `baseline` is another model, measured in turns; or JSON of bench, a run of the store, or tag:NAME. `fail_over` is
    the share by which a figure may be worse. `options` are those of `edgeflow.compare` (rounds, runs, min_s, …). Where
    the noise would have hidden such a change, the test passes with a warning.
    """

    def check(model: Path | str, baseline: Path | str, fail_over: str | float = "5%", **options: Any) -> Comparison:
        from edgeflow.pipeline.compare import compare
        from edgeflow.results.verdicts import blind_spots, parse_share, regressions

        __tracebackhide__ = True
        limit = _or_fail(lambda: parse_share(fail_over))
        options.setdefault("store", pytestconfig.getoption("--edgeflow-store"))
        options.setdefault("wait_s", 60)
        options.setdefault("visible", limit or 0.05)
        found = _or_fail(lambda: compare(baseline, model, device=edgeflow_device, **options))
        over = regressions(found, limit)
        told = [*found.doubts, *blind_spots(found, limit)]
        if over:
            worse = (
                f"{found.new.model.name} on {found.new.device.name} is worse than {baseline} by more than {limit:.1%}"
            )
            pytest.fail("\n".join([f"{worse}:", *over, *(f"note: {each}" for each in told)]), pytrace=False)
        if told:
            warnings.warn(f"{found.new.model.name}: {'; '.join(told)}", stacklevel=2)
        return found

    return check
