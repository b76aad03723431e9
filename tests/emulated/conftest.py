"""What LiteRT's reference kernels give: the oracle of the emulated boards."""

from __future__ import annotations

import functools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def litert(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, bytes], bytes]:
    """The first output of a model of tests/data for the bytes of its first input."""

    @functools.cache
    def outputs(name: str, data: bytes) -> bytes:
        folder = tmp_path_factory.mktemp("litert")
        source, sink = folder / "input", folder / "output"
        source.write_bytes(data)
        program = Path(__file__).parent / "litert_outputs.py"
        subprocess.run(
            [sys.executable, program, DATA / f"{name}.tflite", source, sink], check=True, capture_output=True
        )
        return sink.read_bytes()

    return outputs
