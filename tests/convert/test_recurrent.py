"""GRU layers by the ways that work, and why the others do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from edgeflow.convert.types import Conversion
from edgeflow.errors import ConversionError
from edgeflow.pipeline.convert import convert, convert_all

pytestmark = pytest.mark.tensorflow


def worst(plain: Conversion, quantized: Conversion, sequences: np.ndarray) -> float:
    """The largest difference of two models' outputs, both run here, an integer one by its scales."""
    runs = [Interpreter(str(made.path)).get_signature_runner() for made in (plain, quantized)]
    found = 0.0
    for row in sequences:
        real = []
        for run in runs:
            ((name, given),) = run.get_input_details().items()
            ((out, told),) = run.get_output_details().items()
            value = row[None]
            if given["dtype"] == np.int8:
                scale, zero = given["quantization"]
                value = np.clip(np.rint(value / scale) + zero, -128, 127).astype(np.int8)
            answer = run(**{name: value})[out]
            if told["dtype"] == np.int8:
                scale, zero = told["quantization"]
                answer = (answer.astype(float) - zero) * scale
            real.append(answer)
        found = max(found, float(np.abs(real[0] - real[1]).max()))
    return found


@pytest.mark.parametrize("source", ["gru.keras", "old_gru.h5"])
def test_a_gru_converts_in_float_and_dynamic_as_it_is_and_to_int8_without_its_loop(
    keras_sources: Path, tmp_path: Path, source: str
) -> None:
    data = keras_sources / "sequences.npy"
    looped = convert_all(keras_sources / source, ("none", "dynamic"), representative_data=data, output=tmp_path)
    for made in looped:
        assert made.signatures[0].inputs[0].shape == (1, 6, 5)
        assert max(error.difference.max_abs for error in made.errors) < 1e-5
    flat = tmp_path / "flat"
    flat.mkdir()
    both = convert_all(
        keras_sources / source,
        ("int8", "int8-float-fallback"),
        representative_data=data,
        unroll_rnn=True,
        output=flat,
    )
    sequences = np.load(data).astype(np.float32)
    for made, dtype in zip(both, ("int8", "float32"), strict=True):
        assert "WHILE" not in dict(made.operators)
        assert made.signatures[0].inputs[0].dtype == dtype
        error = max(error.difference.max_abs for error in made.errors)
        assert error < 0.05
        assert worst(looped[0], made, sequences) == pytest.approx(error, abs=0.01)


def test_a_gru_calibrated_with_its_loop_names_the_way_round(keras_sources: Path, tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="cannot calibrate a loop") as caught:
        convert(keras_sources / "old_gru.h5", representative_data=keras_sources / "sequences.npy", output=tmp_path)
    assert "--unroll-rnn" in caught.value.hint


def test_a_recurrent_saved_model_with_a_free_batch_says_what_to_give_instead(
    keras_sources: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConversionError, match="whose batch is free, or was when it was exported") as caught:
        convert(keras_sources / "gru_saved", quantize="none", output=tmp_path)
    assert ".keras file" in caught.value.hint
    assert list(tmp_path.iterdir()) == []
