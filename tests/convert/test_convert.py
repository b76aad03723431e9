"""Conversion of every kind of source, checked by running the result."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from edgeflow.convert import record
from edgeflow.convert.types import Conversion
from edgeflow.errors import ConversionError, ModelError, UsageError
from edgeflow.pipeline.convert import convert, convert_all

pytestmark = pytest.mark.tensorflow
RESET = "UNIDIRECTIONAL_SEQUENCE_LSTM goes on from the run before: reset the variables before each new sequence"


def ends(conversion: Conversion) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Signature → inputs and outputs as name → (dtype, shape), read from the file by LiteRT."""
    interpreter = Interpreter(model_path=str(conversion.path))
    found = {}
    for key in interpreter.get_signature_list():
        runner = interpreter.get_signature_runner(key)
        found[key] = tuple(
            {name: (np.dtype(d["dtype"]).name, tuple(int(n) for n in d["shape_signature"])) for name, d in side.items()}
            for side in (runner.get_input_details(), runner.get_output_details())
        )
    return found  # type: ignore[return-value]  # pairs, as the two sides are


@pytest.mark.parametrize(
    ("quantize", "dtype", "most", "share"),
    [
        ("none", "float32", 1e-5, 1.1),
        ("dynamic", "float32", 0.05, 0.45),
        ("float16", "float32", 5e-3, 0.65),
        ("int8", "int8", 0.1, 0.45),
    ],
)
def test_every_recipe_keeps_names_gives_its_dtypes_and_stays_near_the_source(
    keras_sources: Path, tmp_path: Path, quantize: str, dtype: str, most: float, share: float
) -> None:
    done = convert(
        keras_sources / "cnn.keras",
        quantize=quantize,
        representative_data=keras_sources / "pixels.npz",
        output=tmp_path / "m.tflite",
    )
    assert ends(done) == {
        "serving_default": ({"pixels": (dtype, (1, 8, 8, 1))}, {"scores": (dtype, (1, 10))}),
    }
    (error,) = done.errors
    assert error.difference.max_abs < most
    assert error.distribution
    assert error.difference.elements == 1000
    assert done.size == done.path.stat().st_size < share * done.weight_bytes  # type: ignore[operator]  # Keras tells
    assert done.warnings == ()


def test_the_measured_error_is_that_of_the_file_that_was_written(keras_sources: Path, tmp_path: Path) -> None:
    data = keras_sources / "pixels.npz"
    plain, quantized = (
        convert(keras_sources / "cnn.keras", quantize=q, representative_data=data, output=tmp_path)
        for q in ("none", "int8")
    )
    exact, into, out = Interpreter(str(plain.path)), Interpreter(str(quantized.path)), []
    exact_run, run = exact.get_signature_runner(), into.get_signature_runner()
    scale, zero = run.get_input_details()["pixels"]["quantization"]
    out_scale, out_zero = run.get_output_details()["scores"]["quantization"]
    samples = np.load(data)["pixels"].astype(np.float32)
    for row in np.linspace(0, 199, 100).round().astype(int):
        given = np.clip(np.rint(samples[row : row + 1] / scale) + zero, -128, 127).astype(np.int8)
        have = (run(pixels=given)["scores"].astype(float) - out_zero) * out_scale
        out.append(np.abs(have - exact_run(pixels=samples[row : row + 1])["scores"]).max())
    (error,) = quantized.errors
    assert error.difference.max_abs == pytest.approx(max(out), abs=1e-5)
    assert error.difference.max_lsb == pytest.approx(max(out) / out_scale, abs=0.01)


@pytest.mark.parametrize("source", ["cnn.h5", "cnn_saved"])
def test_h5_and_saved_models_give_what_the_keras_file_gives(keras_sources: Path, tmp_path: Path, source: str) -> None:
    data = keras_sources / "pixels.npz"
    done = convert(keras_sources / source, representative_data=data, output=tmp_path / "a.tflite")
    same = convert(keras_sources / "cnn.keras", representative_data=data, output=tmp_path / "b.tflite")
    assert dict(done.operators) == dict(same.operators)
    assert list(ends(done)["serving_default"][0].items()) == [("pixels", ("int8", (1, 8, 8, 1)))]
    assert done.errors[0].difference.max_abs == same.errors[0].difference.max_abs
    assert done.weight_bytes == same.weight_bytes


def test_a_free_batch_is_fixed_unless_kept(keras_sources: Path, tmp_path: Path) -> None:
    kept = convert(keras_sources / "cnn_saved", quantize="none", keep_batch=True, output=tmp_path / "kept.tflite")
    fixed = convert(keras_sources / "cnn_saved", quantize="none", output=tmp_path / "fixed.tflite")
    assert ends(kept)["serving_default"][0]["pixels"][1] == (-1, 8, 8, 1)
    assert ends(fixed)["serving_default"][0]["pixels"][1] == (1, 8, 8, 1)
    assert "SHAPE" in dict(kept.operators)
    assert "SHAPE" not in dict(fixed.operators)
    assert "keeps a free size" in kept.warnings[0]


@pytest.mark.parametrize("source", ["old.h5", "old.keras", "old_saved"])
def test_keras_2_files_convert(keras_sources: Path, tmp_path: Path, source: str) -> None:
    done = convert(keras_sources / source, representative_data=keras_sources / "four.npy", output=tmp_path / "m.tflite")
    inputs, outputs = ends(done)["serving_default"]
    assert (inputs, outputs) == ({"four": ("int8", (1, 4))}, {"scores": ("int8", (1, 3))})
    assert done.errors[0].difference.max_abs < 0.05


def test_named_inputs_and_outputs_keep_their_names(keras_sources: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    data = {"alpha": rng.normal(size=(60, 4)), "beta": rng.normal(size=(60, 3))}
    samples = [{name: array[row] for name, array in data.items()} for row in range(60)]
    done = convert(keras_sources / "dict.keras", representative_data=iter(samples), output=tmp_path / "m.tflite")
    inputs, outputs = ends(done)["serving_default"]
    assert inputs == {"alpha": ("int8", (1, 4)), "beta": ("int8", (1, 3))}
    assert outputs == {"p": ("int8", (1, 2)), "q": ("int8", (1, 5))}
    assert [error.difference.cosine > 0.99 for error in done.errors if error.difference.cosine] == [True, True]
    assert done.calibration is not None
    assert (done.calibration.samples, done.calibration.available) == (60, None)


def test_all_signatures_are_kept_with_their_state(keras_sources: Path, tmp_path: Path) -> None:
    done = convert(keras_sources / "stateful", quantize="none", output=tmp_path / "m.tflite")
    assert set(ends(done)) == {"infer", "shift"}
    interpreter = Interpreter(str(done.path))
    infer, shift = interpreter.get_signature_runner("infer"), interpreter.get_signature_runner("shift")
    before = infer(x=np.ones((1, 4), np.float32))["y"]
    shift(by=np.array([[1, -1]], np.float32))
    assert (infer(x=np.ones((1, 4), np.float32))["y"] - before).tolist() == [[1, -1]]


def test_one_signature_can_be_chosen(keras_sources: Path, tmp_path: Path) -> None:
    data = keras_sources / "four.npy"
    with pytest.raises(UsageError, match="one of 2 signatures") as caught:
        convert(keras_sources / "stateful", representative_data=data, output=tmp_path)
    assert "infer, shift" in caught.value.hint
    done = convert(keras_sources / "stateful", representative_data=data, signature="infer", output=tmp_path)
    assert list(ends(done)) == ["infer"]
    with pytest.raises(UsageError, match="no signature 'learn'") as caught:
        convert(keras_sources / "stateful", quantize="none", signature="learn", output=tmp_path)
    assert "infer, shift" in caught.value.hint


def test_integer_inputs_stay_integers(keras_sources: Path, tmp_path: Path) -> None:
    data = np.random.default_rng(1).integers(0, 7, (40, 3))
    done = convert(keras_sources / "embedding.keras", representative_data=data, output=tmp_path / "m.tflite")
    inputs, outputs = ends(done)["serving_default"]
    assert inputs == {"index": ("int32", (1, 3))}
    assert [dtype for dtype, _ in outputs.values()] == ["int8"]


def test_recipes_share_one_reading_of_the_data_and_are_written_together(keras_sources: Path, tmp_path: Path) -> None:
    def rows() -> Any:
        yield from np.random.default_rng(2).normal(size=(30, 4))

    done = convert_all(
        keras_sources / "old.h5",
        ["int8", "none", "int8"],
        representative_data=rows(),
        output=tmp_path / "m.tflite",
    )
    assert [conversion.path.name for conversion in done] == ["m_int8.tflite", "m_none.tflite"]
    assert [conversion.checked_samples for conversion in done] == [30, 30]
    assert {path.name for path in tmp_path.iterdir()} == {c.path.name for c in done} | {c.record.name for c in done}


def test_where_one_recipe_fails_none_is_written(keras_sources: Path, tmp_path: Path) -> None:
    data = keras_sources / "sequences.npy"
    with pytest.raises(ConversionError, match="crashed"):
        convert_all(keras_sources / "lstm.keras", ["none", "int8"], representative_data=data, output=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("source", "operator", "warned"),
    [
        ("old_lstm.h5", "UNIDIRECTIONAL_SEQUENCE_LSTM", (RESET,)),
        ("attention.keras", "BATCH_MATMUL", ("not full integer: computed in floating point: NEG",)),
    ],
)
def test_what_is_left_in_floating_point_is_said(
    keras_sources: Path, tmp_path: Path, source: str, operator: str, warned: tuple[str, ...]
) -> None:
    done = convert(
        keras_sources / source, representative_data=keras_sources / "sequences.npy", output=tmp_path / "m.tflite"
    )
    assert operator in dict(done.operators)
    assert done.warnings == warned
    assert (done.errors[0].difference.cosine or 0) > 0.97


def test_a_fused_lstm_is_compared_sequence_by_sequence(keras_sources: Path, tmp_path: Path) -> None:
    data = keras_sources / "sequences.npy"
    done = convert(keras_sources / "old_lstm.h5", quantize="none", representative_data=data, output=tmp_path)
    assert done.errors[0].difference.max_abs < 1e-5
    assert done.warnings == (RESET,)


def test_samples_that_the_source_does_not_take_are_named(keras_sources: Path, tmp_path: Path) -> None:
    data = np.zeros((5, 3), int)
    data[3] = 99  # the embedding has seven rows
    with pytest.raises(ConversionError, match="the source does not run on sample 3") as caught:
        convert(keras_sources / "embedding.keras", representative_data=data, output=tmp_path)
    assert "look at the data" in caught.value.hint


def test_the_record_lies_beside_the_model_and_tells_how_it_was_made(keras_sources: Path, tmp_path: Path) -> None:
    data = keras_sources / "pixels.npz"
    done = convert(keras_sources / "cnn.keras", representative_data=data, max_samples=50, output=tmp_path / "m.tflite")
    told = json.loads((tmp_path / "m.tflite.edgeflow.json").read_text())
    assert told == record.to_json(done)
    assert told["calibration"]["samples"] == 50
    assert told["calibration"]["available"] == 200
    assert told["options"]["quantize"] == "int8"
    assert {"tensorflow", "keras", "edgeflow", "ai-edge-litert"} <= set(told["versions"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.tflite", "m.tflite.edgeflow.json"]


def test_the_same_conversion_gives_the_same_bytes(keras_sources: Path, tmp_path: Path) -> None:
    data = keras_sources / "pixels.npz"
    one, two = (
        convert(keras_sources / "cnn.keras", representative_data=data, output=tmp_path / f"{n}.tflite") for n in "ab"
    )
    assert one.sha256 == two.sha256


def test_progress_tells_stages_and_samples(keras_sources: Path, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int | None]] = []
    convert(
        keras_sources / "old.h5",
        representative_data=keras_sources / "four.npy",
        output=tmp_path,
        progress=lambda *stage: seen.append(stage),
    )
    assert ("calibrating", 50, 50) in seen
    assert {"converting", "checking"} <= {stage for stage, _, _ in seen}


@pytest.mark.parametrize(
    ("source", "error", "said", "hinted"),
    [
        ("lambda.h5", ConversionError, "Lambda layer", "--unsafe-lambda"),
        ("lambda.keras", ConversionError, "Lambda layer", "--unsafe-lambda"),
        ("own_layer.keras", ConversionError, "a layer of the author's own", "edgeflow.convert"),
        ("only.weights.h5", ModelError, "no model description", "whole model"),
        ("no_signatures", ModelError, "has no signatures", "signatures="),
        ("cosh.keras", ConversionError, "TensorFlow Lite has no Cosh", "replace"),
        ("log.keras", ConversionError, "the source itself gives NaN", "inputs"),
    ],
)
def test_sources_that_cannot_be_converted_say_why(
    keras_sources: Path, tmp_path: Path, source: str, error: type[Exception], said: str, hinted: str
) -> None:
    with pytest.raises(error, match=said) as caught:
        convert(keras_sources / source, quantize="none", output=tmp_path)
    assert hinted in caught.value.hint  # type: ignore[attr-defined]  # all three are edgeflow's
    assert not list(tmp_path.iterdir())


def test_unsupported_operators_are_listed_with_what_they_need(keras_sources: Path, tmp_path: Path) -> None:
    with pytest.raises(ConversionError) as caught:
        convert(keras_sources / "cosh.keras", quantize="none", output=tmp_path)
    (reason,) = caught.value.reasons
    assert reason.startswith("Cosh: only among TensorFlow's Select (Flex) operators, in ")
    assert reason.endswith("/Cosh")
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("source", ["lambda.h5", "lambda.keras"])
def test_lambda_layers_convert_when_they_are_trusted(keras_sources: Path, tmp_path: Path, source: str) -> None:
    done = convert(keras_sources / source, quantize="none", unsafe_lambda=True, output=tmp_path)
    runner = Interpreter(str(done.path)).get_signature_runner()
    assert next(iter(runner(four=np.ones((1, 4), np.float32)).values())).tolist() == [[2, 2, 2, 2]]


def test_text_inputs_convert_but_cannot_be_compared(keras_sources: Path, tmp_path: Path) -> None:
    done = convert(keras_sources / "words", quantize="none", output=tmp_path)
    assert done.errors == ()
    assert done.checked_samples == 0
    assert "no inputs could be made up" in done.warnings[0]


def test_a_crash_of_the_converter_is_an_error_and_the_next_conversion_works(
    keras_sources: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConversionError, match=r"crashed .* it cannot calibrate a loop") as caught:
        convert(keras_sources / "lstm.keras", representative_data=keras_sources / "sequences.npy", output=tmp_path)
    assert "--unroll-rnn" in caught.value.hint
    assert not any("edgeflow:" in reason for reason in caught.value.reasons)
    assert not list(tmp_path.iterdir())
    assert convert(keras_sources / "lstm.keras", quantize="dynamic", output=tmp_path).size > 0


@pytest.mark.parametrize(
    ("quantize", "unroll", "most"), [("none", False, 1e-5), ("dynamic", False, 0.05), ("int8", True, 0.05)]
)
def test_recurrent_layers_convert_by_the_way_that_works(
    keras_sources: Path, tmp_path: Path, quantize: str, unroll: bool, most: float
) -> None:
    data = keras_sources / "sequences.npy"
    done = convert(
        keras_sources / "lstm.keras", quantize=quantize, unroll_rnn=unroll, representative_data=data, output=tmp_path
    )
    assert ("WHILE" in dict(done.operators)) is not unroll
    assert done.errors[0].difference.max_abs < most


def _cut(path: Path, share: float) -> None:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


@pytest.mark.parametrize(
    ("source", "inside"),
    [
        ("cnn.keras", "."),
        ("cnn.h5", "."),
        ("cnn_saved", "saved_model.pb"),
        ("cnn_saved", "variables/variables.data-00000-of-00001"),
    ],
)
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_truncated_sources_are_refused(
    keras_sources: Path, tmp_path: Path, source: str, inside: str, share: float
) -> None:
    whole, broken = keras_sources / source, tmp_path / source
    if whole.is_dir():
        shutil.copytree(whole, broken)
    else:
        shutil.copy(whole, broken)
    _cut(broken / inside if inside != "." else broken, share)
    (tmp_path / "out").mkdir()
    with pytest.raises(ModelError) as caught:
        convert(broken, quantize="none", output=tmp_path / "out")
    assert str(broken) in caught.value.message
    assert "\n" not in caught.value.message
    assert not list((tmp_path / "out").iterdir())


def test_a_keras_object_converts_with_layers_of_the_callers_own(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, numpy as np, tf_keras
from edgeflow.pipeline.convert import convert, convert_all

class Doubled(keras.layers.Layer):
    def call(self, inputs):
        return 2 * inputs

x = keras.Input((4,), name="x")
model = keras.Model(x, {"y": Doubled()(keras.layers.Dense(3)(x))}, name="own")
rows = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
done = convert(model, representative_data=({"x": row} for row in rows), output=sys.argv[1])
old = tf_keras.Sequential([tf_keras.layers.Input((4,), name="x"), tf_keras.layers.Dense(2, name="y")], name="old")
two = convert(old, quantize="none", output=sys.argv[1])

class Subclassed(keras.Model):
    def __init__(self):
        super().__init__(name="subclassed")
        self.dense = keras.layers.Dense(2)
    def call(self, inputs):
        return self.dense(inputs)

free = Subclassed()
free(rows)
three = convert(free, representative_data=rows, output=sys.argv[1])
for made in (done, two, three):
    info = made.signatures[0]
    print(made.path.name, made.source.origin, info.inputs[0].name, info.inputs[0].dtype, info.inputs[0].shape,
          info.outputs[0].name, made.errors[0].difference.cosine > 0.99)
"""
    )
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)], capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines() == [
        "own_int8.tflite Keras model own x int8 (1, 4) y True",
        "old_none.tflite Keras model old x float32 (1, 4) y True",
        "subclassed_int8.tflite Keras model subclassed args_0 int8 (1, 4) output_0 True",
    ]


def test_other_objects_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a builtins\.dict cannot be converted"):
        convert({"a": 1}, quantize="none", output=tmp_path)


def test_tensorflow_stays_out_of_this_process() -> None:
    assert "tensorflow" not in sys.modules
    assert "keras" not in sys.modules
