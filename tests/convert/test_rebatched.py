"""SavedModels whose batch is fixed in their description, and those that must be traced anew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from edgeflow.pipeline.convert import convert

pytestmark = pytest.mark.tensorflow
WEIGHTS = np.linspace(-1, 1, 12).reshape(4, 3).astype(np.float32)  # of make_sources.frozen_graphs


@pytest.mark.parametrize(("source", "ends"), [("v1_saved", ("x", "logits")), ("v1_inner", ("halved", "doubled"))])
def test_a_signature_of_tensorflow_1_keeps_names_and_values_also_where_it_feeds_no_placeholder(
    keras_sources: Path, tmp_path: Path, source: str, ends: tuple[str, str]
) -> None:
    done = convert(keras_sources / source, quantize="none", output=tmp_path / "m.tflite")
    run = Interpreter(str(done.path)).get_signature_runner()
    assert list(run.get_input_details()) == [ends[0]] and list(run.get_output_details()) == [ends[1]]
    row = np.array([[1, -2, 3, 0.5]], np.float32)
    assert np.allclose(run(**{ends[0]: row})[ends[1]], row @ WEIGHTS, atol=1e-5)


def test_the_source_is_left_as_it_was_and_its_weights_are_not_copied(keras_sources: Path, tmp_path: Path) -> None:
    folder = keras_sources / "cnn_saved"
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    fixed = convert(folder, quantize="none", input_shapes={"pixels": (4, 8, 8, 1)}, output=tmp_path / "m.tflite")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    assert fixed.signatures[0].inputs[0].shape == (4, 8, 8, 1)
    assert fixed.errors[0].difference.max_abs < 1e-5
