"""A custom operator from the Keras layer to the device: converted, compiled, run, compared with the source."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeflow.pipeline.accuracy import accuracy
from edgeflow.pipeline.convert import convert
from edgeflow.pipeline.invoke import invoke
from tests.custom_operators import compiled


@pytest.mark.tensorflow
def test_a_converted_custom_operator_runs_with_its_library(
    keras_sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    source = keras_sources / "cosh.keras"
    made = convert(source, quantize="none", converter={"allow_custom_ops": True}, output=tmp_path / "cosh.tflite")
    assert "Cosh" in dict(made.operators)
    (name,) = [end.name for end in made.signatures[0].inputs]
    rows = np.random.default_rng(1).uniform(-2, 2, (3, 4)).astype(np.float32)
    library = compiled(tmp_path)
    found = accuracy(made.path, {name: rows}, source=source, custom_ops=library)
    assert found.models[0].kind == "source" and found.models[1].errors[0].max_abs < 1e-5
    outputs = invoke(made.path, "local:", inputs={name: rows[:1]}, custom_ops=library).outputs
    np.testing.assert_allclose(next(iter(outputs.values())), np.cosh(rows[:1]), rtol=1e-5)
