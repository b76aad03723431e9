"""What takes the C library's place for zig: against Python's mathematics in double."""

from __future__ import annotations

import ctypes
import math
import subprocess
from collections.abc import Callable

import numpy as np
import pytest

from edgeflow.resources import runtime_dir

WARNINGS = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """The functions under names of their own, so that the C library's are not meant."""
    folder, made = runtime_dir() / "port" / "freestanding", tmp_path_factory.mktemp("freestanding") / "library.so"
    names = [f"-D{name}=our_{name}" for name in ("expm1f", "tanhf", "erfcf", "strlen", "strcmp")]
    flags = [*WARNINGS, "-ffreestanding", "-fno-builtin", "-shared", "-fPIC", "-O2", f"-I{folder}", *names]
    sources = [str(path) for path in sorted(folder.glob("*.c"))]
    subprocess.run(["gcc", *flags, *sources, "-lm", "-o", str(made)], check=True)
    return ctypes.CDLL(str(made))


@pytest.mark.parametrize(("name", "exact"), [("expm1f", math.expm1), ("tanhf", math.tanh), ("erfcf", math.erfc)])
def test_functions_give_the_nearest_float_or_the_one_beside_it(
    library: ctypes.CDLL, name: str, exact: Callable[[float], float]
) -> None:
    function = library[f"our_{name}"]
    function.restype, function.argtypes = ctypes.c_float, (ctypes.c_float,)
    draw = np.random.default_rng(5)
    small = 10.0 ** draw.uniform(-12, 0, 2000) * draw.choice([-1, 1], 2000)
    for x in np.concatenate([draw.uniform(-9.5, 9.5, 4000), small, [0.0, 2.5, -2.5, 30.0, -30.0, 60.0]]):
        single = np.float32(x)
        wanted = exact(float(single))
        assert abs(function(single) - wanted) <= 0.6 * np.spacing(np.float32(abs(wanted))), (name, x)
    assert math.isnan(function(math.nan))
    assert function(math.inf) == {"expm1f": math.inf, "tanhf": 1.0, "erfcf": 0.0}[name]
    assert function(-math.inf) == {"expm1f": -1.0, "tanhf": -1.0, "erfcf": 2.0}[name]


def test_text_functions(library: ctypes.CDLL) -> None:
    compare, length = library.our_strcmp, library.our_strlen
    texts = (b"", b"a", b"ab", b"b", b"\xff")
    assert [length(text) for text in texts] == [len(text) for text in texts]
    for left in texts:
        for right in texts:
            assert np.sign(compare(left, right)) == (left > right) - (left < right)
