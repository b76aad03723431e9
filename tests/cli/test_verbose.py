"""`--verbose`, anywhere on the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MODEL = Path(__file__).parents[1] / "data" / "sine_float32.tflite"


def stderr_of(*words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "edgeflow", *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.parametrize("place", ["before", "behind"])
def test_it_shows_what_the_device_prints(place: str) -> None:
    words = ["invoke", str(MODEL), "--device", "local:"]
    words = ["--verbose", *words] if place == "before" else [*words, "--verbose"]
    assert "edgeflow.console: " in stderr_of(*words)


def test_without_it_nothing_of_that_is_shown() -> None:
    assert "console" not in stderr_of("invoke", str(MODEL), "--device", "local:")
