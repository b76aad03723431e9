"""The DSP family's kernels give LiteRT's reference outputs as the compiler calls them: on a Cortex-M4, in plain C."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeflow.generate.ahead.tuned import add, average_pool_2d, conv_2d, depthwise_conv_2d, fully_connected
from edgeflow.generate.ahead.tuned.variant import Tuned
from tests.runtime import cases_tuned
from tests.runtime.dsp_calls import build_driver, entries, run_calls
from tests.runtime.oracle import litert
from tests.runtime.single_operator import Case
from tests.runtime.tuned_calls import Call, site_of

Make = Callable[[np.random.Generator, int], Iterator[Case]]
WINOGRAD = (conv_2d.winograd_resident, conv_2d.winograd_all, conv_2d.winograd_two)


def winograd(rng: np.random.Generator, count: int) -> Iterator[Case]:
    """3x3 at stride 1 over sizes that tiles fill."""
    for _ in range(count):
        h, w, ic, oc = (int(rng.choice(sizes)) for sizes in ([2, 4, 8], [4, 8, 12], [16, 32, 64], [4, 8, 16, 20]))
        yield cases_tuned.window(rng, "CONV_2D", h, w, ic, oc, (3, 3), 1, True)


# cases, the variants, how many, the least share that must be taken
KINDS: dict[str, tuple[Make, tuple[Any, ...], int, float]] = {
    "pixels": (cases_tuned.pixels, (conv_2d.one_by_one, conv_2d.windows), 40, 0.7),
    "windows": (cases_tuned.windows, (conv_2d.windows,), 40, 0.7),
    "winograd": (winograd, WINOGRAD, 40, 0.6),
    "gathered": (cases_tuned.gathered, (conv_2d.windows, conv_2d.windows_at_once), 60, 0.7),
    "depthwise": (cases_tuned.depthwise, (depthwise_conv_2d.whole, depthwise_conv_2d.strips), 60, 0.3),
    "global_average": (cases_tuned.global_average, (average_pool_2d.whole_images,), 20, 0.6),
    "add": (cases_tuned.add, (add.add,), 40, 0.6),
    "fully_connected": (cases_tuned.fully_connected, (fully_connected.wide, fully_connected.narrow), 40, 0.4),
}


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Call]]:
    """Every case with every variant that takes it, and its kind."""
    folder, rng = tmp_path_factory.mktemp("cases"), np.random.default_rng(44)
    made: list[tuple[str, Call]] = []
    for kind, (cases, variants, count, _) in KINDS.items():
        for case in cases(rng, count):
            site = site_of(case, folder, ("dsp",))
            answers = [variant(site) for variant in variants]
            tuned = [answer for answer in answers if isinstance(answer, Tuned)]
            made += [(kind, Call(case, one, "", site.output.bytes)) for one in tuned]
    return made


@pytest.fixture(scope="module")
def expected(calls: list[tuple[str, Call]], tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    outcomes = litert([call.case for _, call in calls], tmp_path_factory.mktemp("litert"))
    assert all(isinstance(outcome, list) for outcome in outcomes)
    return [outcome[0].tobytes() for outcome in outcomes if isinstance(outcome, list)]


def unavailable_reason() -> str:
    """Why these tests cannot run here, or an empty text."""
    missing = [tool for tool in ("arm-none-eabi-gcc", "qemu-system-arm") if shutil.which(tool) is None]
    return f"{' and '.join(missing)} not installed" if missing else ""


emulated = [
    pytest.mark.emulated,
    pytest.mark.skipif(unavailable_reason() != "", reason=unavailable_reason() or "available"),
]


@pytest.mark.parametrize("emulated", [False, pytest.param(True, marks=emulated)], ids=["plain-c", "cortex-m4"])
def test_every_output_is_that_of_the_reference(
    emulated: bool, calls: list[tuple[str, Call]], expected: list[bytes], tmp_path: Path
) -> None:
    only = [call for _, call in calls]
    wrong = []
    for call, answer, wanted in zip(
        only, run_calls(build_driver(tmp_path, emulated=emulated), only), expected, strict=True
    ):
        if answer != wanted:
            different = np.count_nonzero(np.frombuffer(answer, np.int8) != np.frombuffer(wanted, np.int8))
            wrong.append(f"{call.case.name}: {call.tuned.function if call.tuned else ''}, {different} of {len(wanted)}")
    assert not wrong, "\n".join(wrong)


def test_most_cases_are_taken_and_every_function_is_called(calls: list[tuple[str, Call]]) -> None:
    taken = Counter((kind, call.case.name) for kind, call in calls)
    for kind, (_, _, count, share) in KINDS.items():
        assert sum(1 for one, _ in taken if one == kind) >= share * count, kind
    assert set(entries()) - {call.tuned.function for _, call in calls if call.tuned} == set()
