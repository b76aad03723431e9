"""Real multipliers in integers are what doubles give; the exponential is right to the last place."""

from __future__ import annotations

import ctypes
import math
import subprocess
from pathlib import Path

import numpy as np
import pytest

from edgeflow.resources import include_dir
from tests.runtime.host_build import WARNINGS


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    library = tmp_path_factory.mktemp("probe") / "probe.so"
    core = include_dir()
    sources = [Path(__file__).with_name("requantize_probe.c"), core / "ef_requantize.c", core / "ef_exp.c"]
    subprocess.run(["gcc", *WARNINGS, "-O1", "-shared", "-fPIC", f"-I{core}", *sources, "-o", library], check=True)
    loaded = ctypes.CDLL(str(library))
    scales = [ctypes.c_float] * 3
    loaded.probe_real.argtypes = [*scales, ctypes.POINTER(ctypes.c_uint32 * 2), ctypes.POINTER(ctypes.c_int32)]
    loaded.probe_requantize_real.argtypes = [ctypes.c_int32, *scales]
    loaded.probe_exp.argtypes = [ctypes.c_float]
    loaded.probe_exp.restype = ctypes.c_float
    return loaded


def random_scales(rng: np.random.Generator) -> tuple[float, float, float]:
    span = 30 if rng.random() < 0.1 else 4
    a, b, c = (float(np.float32(10 ** rng.uniform(-span, 2))) for _ in range(3))
    return (float(np.float32(1e-42)) if rng.random() < 0.1 else a), b, c


def test_a_ratio_of_scales_has_all_53_bits_of_a_double(probe: ctypes.CDLL) -> None:
    rng = np.random.default_rng(1)
    parts, exponent = (ctypes.c_uint32 * 2)(), ctypes.c_int32()
    for _ in range(5000):
        a, b, c = random_scales(rng)
        probe.probe_real(a, b, c, parts, exponent)
        assert math.ldexp((parts[0] << 32) | parts[1], exponent.value) == a * b / c, (a, b, c)


def rounded_half_away(value: float) -> int:
    size = abs(value)
    whole = math.floor(size) + (1 if size - math.floor(size) >= 0.5 else 0)
    return -(2**31) if whole > 2**31 - 1 else whole if value >= 0 else -whole


def test_a_sum_times_a_real_rounds_as_a_double_does(probe: ctypes.CDLL) -> None:
    rng = np.random.default_rng(2)
    for _ in range(20000):
        a, b, c = random_scales(rng)
        if rng.random() < 0.3:
            x = int(rng.integers(-(2**31), 2**31))
        else:  # next to a tie
            near = (int(rng.integers(-300, 300)) + 0.5) / (a * b / c)
            if abs(near) > 2**31 - 4:
                continue
            x = round(near) + int(rng.integers(-1, 2))
        assert probe.probe_requantize_real(x, a, b, c) == rounded_half_away(x * (a * b / c)), (x, a, b, c)


def reference(x: int, multiplier: int, shift: int) -> int:
    """Doubling high multiplication with rounding, then division by a power of two, both in unlimited integers."""
    shifted = (((x << max(shift, 0)) + 2**31) % 2**32) - 2**31
    product = shifted * multiplier
    nudged = product + (2**30 if product >= 0 else 1 - 2**30)
    high = abs(nudged) // 2**31 * (1 if nudged >= 0 else -1)
    right = max(-shift, 0)
    rest, half = high & ((1 << right) - 1), ((1 << right) - 1) >> 1
    return (high >> right) + (1 if rest > half + (1 if high < 0 else 0) else 0)


def test_double_rounding_agrees_with_its_definition(probe: ctypes.CDLL) -> None:
    rng = np.random.default_rng(3)
    edges = [-(2**31) + 1, -(2**30), -3, -2, -1, 0, 1, 2, 3, 2**30, 2**31 - 1]
    for _ in range(20000):
        x = int(rng.choice(edges)) if rng.random() < 0.2 else int(rng.integers(-(2**31) + 1, 2**31))
        x >>= int(rng.integers(0, 30))
        multiplier = 2**30 if rng.random() < 0.2 else int(rng.integers(2**30, 2**31))
        shift = int(rng.integers(-31, 8))
        assert probe.probe_requantize(x, multiplier, shift) == reference(x, multiplier, shift), (x, multiplier, shift)


def test_the_exponential_is_within_one_unit_in_the_last_place(probe: ctypes.CDLL) -> None:
    rng = np.random.default_rng(4)
    xs = np.concatenate(
        [rng.uniform(-104, 88.7, 20000), rng.uniform(-1, 1, 5000), [0.0, -0.0, 1e-30, -1e-9, 88.7, -103.9]]
    )
    for x in xs.astype(np.float32):
        exact = np.float32(np.exp(np.float64(x)))
        ours = np.float32(probe.probe_exp(float(x)))
        assert abs(float(ours) - float(exact)) <= float(np.spacing(exact)), (x, ours, exact)
    assert probe.probe_exp(89.0) == math.inf
    assert probe.probe_exp(-math.inf) == 0.0
    assert math.isnan(probe.probe_exp(math.nan))
