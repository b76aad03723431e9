"""Operators with float32 activations and int8 weights give LiteRT's outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from tests.runtime import cases_hybrid
from tests.runtime.exactness import close, compare
from tests.runtime.single_operator import Case

HYBRID: dict[str, Callable[[np.random.Generator, int], Iterable[Case]]] = {
    "conv_2d": cases_hybrid.conv,
    "depthwise_conv_2d": lambda rng, n: cases_hybrid.conv(rng, n, depthwise=True),
    "fully_connected": cases_hybrid.fully_connected,
}


@pytest.mark.parametrize("name", HYBRID)
def test_outputs_are_close_to_those_of_litert(name: str, drivers: list[Path], tmp_path: Path) -> None:
    tally = compare(list(HYBRID[name](np.random.default_rng(6), 300)), drivers, tmp_path, close)
    assert tally.compared >= 230 * len(drivers)
    assert tally.crashed_litert == 0
