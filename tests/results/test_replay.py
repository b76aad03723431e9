"""A stored validation is made again with what it was made with, on both kinds of store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edgeflow.errors import UsageError
from edgeflow.model.read import load_model
from edgeflow.pipeline.replay import Revalidation, replay
from edgeflow.pipeline.results import record
from edgeflow.results.digests import digests_of
from edgeflow.validate.types import Tolerance

MODEL = Path(__file__).parents[1] / "data" / "sine_int8.tflite"


def answer(run_id: str, matches: bool) -> dict[str, Any]:
    """A validation as `validate --json` gives it."""
    model = load_model(MODEL)
    return {
        "schema": "edgeflow.validation/1",
        "run_id": run_id,
        "created": "2026-01-01T00:00:00+00:00",
        "model": {"name": model.name, "sha256": model.sha256, "bytes": model.size},
        "device": {"name": "local:", "target": None, "board": None, "address": "local:", "emulated": False},
        "runtime": {"name": "litert", "version": "2", "threads": 1, "delegate": "xnnpack"},
        "signature": None,
        "against": [],
        "scores": {},
        "drop": None,
        "matches": matches,
    }


class Validated:
    """What `validate` would give."""

    def to_json(self) -> dict[str, Any]:
        return answer("new", False)


def test_a_validation_is_made_again_with_its_arguments(
    store_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, labels = tmp_path / "data.npz", tmp_path / "labels"
    data.write_bytes(b"some")
    labels.mkdir()
    (labels / "one.txt").write_text("1")
    arguments: dict[str, Any] = {
        "model": str(MODEL),
        "device": "local:",
        "data": str(data),
        "labels": str(labels),
        "tolerance": {"lsb": 2.0, "relative": 0.5},
        "top_k": [1, 3],
        "seed": 7,
        "digests": digests_of([str(data), str(labels), "y"]),  # labels may also be the name of an array
    }
    record(answer("old", True), arguments, store=store_name)
    calls: list[tuple[Any, dict[str, Any]]] = []

    def validated(model: Any, device: Any, **options: Any) -> Validated:
        calls.append((device.name, options))
        return Validated()

    monkeypatch.setattr("edgeflow.pipeline.replay.validate", validated)
    found = replay("last", store=store_name)
    assert isinstance(found, Revalidation) and found.changes == ("matches: yes → no",)
    ((device, options),) = calls
    assert device == "local:" and options["tolerance"] == Tolerance(2.0, 0.5) and options["top_k"] == (1, 3)
    assert options["seed"] == 7 and options["data"] == str(data) and "digests" not in options

    (labels / "one.txt").write_text("2")
    with pytest.raises(UsageError, match="labels has changed since"):
        replay("last", store=store_name)
    record({**answer("bare", True), "created": "2026-01-02T00:00:00+00:00"}, store=store_name)
    with pytest.raises(UsageError, match="bare keeps no arguments"):
        replay("bare", store=store_name)
    assert len(calls) == 1
