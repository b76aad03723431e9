"""Deploy, measure, deploy another, go back: the same words for every kind of device."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.schemas import check_answer

_DATA = Path(__file__).parent / "data"
FIRST, SECOND = _DATA / "sine_int8.tflite", _DATA / "sine_float32.tflite"
_QUICK = ("--runs", "5", "--min-seconds", "0", "--processes", "1", "--warmup", "1")


def deploy_bench_roll_back(edgeflow: Callable[..., Any], device: str) -> None:
    """`edgeflow` runs the command line with --json and gives its answer; nothing it is given depends on the kind."""

    def run(*words: object) -> Any:
        answer = edgeflow(*words)
        check_answer(answer)
        return answer

    first = run("deploy", FIRST, "--device", device, "--name", "wave")
    assert first["action"] == "deployed" and first["persistent"] and first["health"]["compared"]
    assert run("deploy", FIRST, "--device", device, "--name", "wave")["action"] == "unchanged"
    measured = run("bench", FIRST, "--device", device, *_QUICK)
    assert measured["instructions"] or measured["latency_us"]["count"] >= 5, measured
    second = run("deploy", SECOND, "--device", device, "--name", "wave", "--accept-runs", "3")
    assert second["action"] == "deployed" and second["previous"] == first["release"]
    assert second["accepted"]["runs"] == 3
    back = run("rollback", "--device", device, "--name", "wave")
    assert back["action"] == "rolled back" and back["release"] == first["release"]
    assert back["model"]["sha256"] == first["model"]["sha256"]
    history = run("devices", "show", device, "--history")["history"]
    states = {release["release"]: release["state"] for release in history["releases"]}
    assert states[first["release"]] == "active" and states[second["release"]] == "previous"
