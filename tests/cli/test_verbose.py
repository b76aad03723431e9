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


def test_what_a_device_prints_cannot_command_the_terminal() -> None:
    """In a process of its own, because logging is set up once."""
    program = """
import logging, sys
import edgeflow.cli, edgeflow.cli.output as output
def hostile(*arguments, **options):
    logging.getLogger("edgeflow.console").warning("%s", "notice: \\x1b]0;owned\\x07 \\x9b2J")
    output.say("\\x1b[2J")
    output.print_table(("a",), [("\\x1b[2J",)])
edgeflow.cli.cli.main = hostile
edgeflow.cli.main([])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "notice: ·]0;owned· ·2J" in done.stderr
    assert done.stdout.count("·[2J") == 2
    assert "\x1b" not in done.stdout + done.stderr and "\x07" not in done.stderr
