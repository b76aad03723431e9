"""The Helium kernels give LiteRT's reference outputs on an emulated Cortex-M55, as the compiler calls them."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from edgeflow.generate.ahead.tuned import mve
from edgeflow.generate.ahead.tuned.add_mve import add
from edgeflow.generate.ahead.tuned.average_pool_2d_mve import average_pool_2d
from edgeflow.generate.ahead.tuned.conv_2d_mve import conv_2d
from edgeflow.generate.ahead.tuned.depthwise_conv_2d_mve import depthwise_conv_2d
from edgeflow.generate.ahead.tuned.fully_connected_mve import fully_connected, sparing
from edgeflow.generate.ahead.tuned.softmax_mve import softmax
from tests.runtime import cases_elementwise, cases_tuned
from tests.runtime.oracle import litert
from tests.runtime.single_operator import Case
from tests.runtime.tuned_calls import Call, build_mve_driver, call_of, entries, run_calls

# cases, the variant, how many
KINDS = {
    "pixels": (cases_tuned.pixels, conv_2d, 60),
    "windows": (cases_tuned.windows, conv_2d, 60),
    "gathered": (cases_tuned.gathered, conv_2d, 60),
    "depthwise": (cases_tuned.depthwise, depthwise_conv_2d, 60),
    "fully_connected": (cases_tuned.fully_connected, fully_connected, 60),
    "sparing": (cases_tuned.fully_connected, sparing, 20),
    "add": (cases_tuned.add, add, 40),
    "softmax": (lambda rng, count: cases_elementwise.softmax(rng, count, "INT8"), softmax, 40),
    "global_average": (cases_tuned.global_average, average_pool_2d, 20),
}


def unavailable_reason() -> str:
    """Why these tests cannot run here, or an empty text."""
    missing = [tool for tool in ("arm-none-eabi-gcc", "qemu-system-arm") if shutil.which(tool) is None]
    return f"{' and '.join(missing)} not installed" if missing else ""


pytestmark = [
    pytest.mark.emulated,
    pytest.mark.skipif(unavailable_reason() != "", reason=unavailable_reason() or "available"),
]


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_mve_driver(tmp_path_factory.mktemp("mve"))


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Call]]:
    """All cases that a variant takes, with their kinds."""
    folder, rng = tmp_path_factory.mktemp("cases"), np.random.default_rng(55)
    made: list[tuple[str, Call]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mve, "GROWTH", 100.0)  # the cases are small models
        for kind, (cases, variant, count) in KINDS.items():
            of: Callable[[np.random.Generator, int], Iterator[Case]] = cases
            asked = [call_of(case, variant, folder) for case in of(rng, count)]
            made += [(kind, call) for call in asked if call.tuned is not None]
    return made


def test_every_output_is_that_of_the_reference(driver: Path, calls: list[tuple[str, Call]], tmp_path: Path) -> None:
    only = [call for _, call in calls]
    expected = litert([call.case for call in only], tmp_path)
    wrong = []
    for call, answer, outcome in zip(only, run_calls(driver, only), expected, strict=True):
        assert isinstance(outcome, list), f"{call.case.name}: {outcome}"
        ours = np.frombuffer(answer.output, np.int8).reshape(outcome[0].shape)
        different = int(np.count_nonzero(ours != outcome[0]))
        if different or answer.beside:
            function = call.tuned.function if call.tuned else ""
            wrong.append(f"{call.case.name} {function}: {different} differ, {answer.beside} beside")
    assert not wrong, "\n".join(wrong)


def test_most_cases_are_taken_and_every_function_is_called(calls: list[tuple[str, Call]]) -> None:
    taken = Counter(kind for kind, _ in calls)
    assert all(taken[kind] >= 0.5 * count for kind, (_, _, count) in KINDS.items()), taken
    called = {call.tuned.function for _, call in calls if call.tuned}
    assert set(entries()) - called == set()
