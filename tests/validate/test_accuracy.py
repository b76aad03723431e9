"""Models side by side: scores, errors against the reference, and what cannot be compared."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from edgeflow.errors import ModelError, UsageError
from edgeflow.pipeline.accuracy import accuracy
from edgeflow.pipeline.convert import convert_all
from edgeflow.validate import models
from tests.validate.conftest import DATA, changed

FLOAT, INT8 = DATA / "resnet8_float32.tflite", DATA / "resnet8_int8.tflite"


def by_hand(path: Path, rows: np.ndarray) -> np.ndarray:
    """Real-valued outputs of a model with one input and one output, straight from LiteRT."""
    resolver = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = Interpreter(str(path), experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    (given,), (made,) = interpreter.get_input_details(), interpreter.get_output_details()
    found = []
    for row in rows:
        if given["dtype"] is np.int8:
            scale, zero = given["quantization"]
            row = np.clip(np.floor(row / np.float32(scale) + 0.5) + zero, -128, 127).astype(np.int8)
        interpreter.set_tensor(given["index"], row[None])
        interpreter.invoke()
        raw = interpreter.get_tensor(made["index"])[0]
        found.append(
            (raw.astype(float) - made["quantization"][1]) * made["quantization"][0] if raw.dtype == np.int8 else raw
        )
    return np.array(found)


def test_scores_and_errors_are_those_of_litert_driven_by_hand(images: Path) -> None:
    content = np.load(images)
    exact, small = by_hand(FLOAT, content["image"]), by_hand(INT8, content["image"])
    found = accuracy([FLOAT, INT8], images, labels="y")
    shares = [np.mean(rows.argmax(1) == content["y"]) for rows in (exact, small)]
    assert [model.scores["top-1"] for model in found.models] == shares
    assert found.models[0].drop is None and found.models[0].errors == ()
    assert found.models[1].drop == shares[0] - shares[1]
    (error,) = found.models[1].errors
    noise = exact - small
    assert error.max_abs == pytest.approx(np.abs(noise).max(), rel=1e-5)
    assert error.mean_abs == pytest.approx(np.abs(noise).mean(), rel=1e-5)
    assert error.snr_db == pytest.approx(10 * np.log10((exact**2).sum() / (noise**2).sum()), rel=1e-5)
    assert error.max_lsb == pytest.approx(error.max_abs * 256, rel=1e-5)
    assert found.samples == 40 and found.labelled


def test_a_model_without_signatures_goes_by_numbers(images: Path, tmp_path: Path) -> None:
    def unsigned(model) -> None:
        model.signatureDefs = []

    bare = changed(INT8, tmp_path / "bare.tflite", unsigned)
    found = accuracy([INT8, bare], images, labels="y")
    assert found.models[0].scores == found.models[1].scores
    assert found.models[1].errors[0].differing == 0


def test_several_inputs_go_by_name_and_unlike_models_are_refused() -> None:
    rng = np.random.default_rng(4)
    data = {"alpha": rng.normal(size=(6, 4)), "beta": rng.normal(size=(6, 3))}
    pair = [DATA / "dict_io_float32.tflite", DATA / "dict_io_int8.tflite"]
    found = accuracy(pair, data)
    assert [error.name for error in found.models[1].errors] == ["p", "q"]
    assert not found.labelled and found.models[0].scores == {}
    with pytest.raises(UsageError, match="2 outputs to score"):
        accuracy(pair, data, labels=np.zeros(6, int))
    assert accuracy(pair, data, labels=np.zeros(6, int), output="q").models[0].scores.keys() == {"top-1"}
    with pytest.raises(UsageError, match="alpha, beta: no input of resnet8_float32"):
        accuracy([*pair, FLOAT], data)


def test_a_batch_of_any_size_counts_samples(tmp_path: Path) -> None:
    rows = np.linspace(0, 6, 10, dtype=np.float32)[:, None]
    found = accuracy(
        DATA / "sine_any_batch_float32.tflite", rows, metric=lambda outputs, _: len(outputs[next(iter(outputs))])
    )
    assert next(iter(found.models[0].scores.values())) == 10


def test_a_drop_beyond_the_limit_is_named_with_the_users_metric(images: Path) -> None:
    def nearness(outputs, labels) -> float:
        return float(outputs["scores"][:, 0].mean()) + len(labels)

    low = accuracy([FLOAT, INT8], images, labels="y", metric=nearness, max_accuracy_drop=0.0)
    high = accuracy([INT8, FLOAT], images, labels="y", metric=nearness, max_accuracy_drop=0.0)
    assert {low.beyond, high.beyond} == {(), (("resnet8_int8",) if low.beyond else ("resnet8_float32",))}
    assert low.models[1].drop == -high.models[1].drop != 0
    assert accuracy([FLOAT, INT8], images, labels="y", metric=nearness, max_accuracy_drop=1.0).beyond == ()


def test_a_drop_without_labels_is_a_mistake(images: Path) -> None:
    with pytest.raises(UsageError, match="what is right"):
        accuracy(FLOAT, {"image": np.zeros((1, 32, 32, 3))}, max_accuracy_drop=0.1)


def test_a_model_that_litert_refuses_is_named(images: Path, tmp_path: Path) -> None:
    def strange(model) -> None:
        code = model.operatorCodes[model.subgraphs[0].operators[0].opcodeIndex]
        code.builtinCode, code.deprecatedBuiltinCode, code.customCode = 32, 32, b"FlexCosh"

    with pytest.raises(ModelError, match=r"strange\.tflite: LiteRT refuses it: Select TensorFlow op"):
        accuracy(changed(FLOAT, tmp_path / "strange.tflite", strange), images, labels="y")


def test_a_model_that_litert_dies_of_is_reported(images: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = "import os, sys; sys.stderr.write('it was the model\\n'); sys.stderr.flush(); os.abort()"
    monkeypatch.setattr(models, "child_command", lambda _: [sys.executable, "-c", program])
    with pytest.raises(ModelError, match=r"LiteRT died of it .SIGABRT.") as caught:
        accuracy(FLOAT, images, labels="y")
    assert "it was the model" in caught.value.reasons[-1]


def test_a_model_that_never_ends_is_stopped(images: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "child_command", lambda _: [sys.executable, "-c", "import time; time.sleep(60)"])
    with pytest.raises(ModelError, match=r"not done after 0\.2 s"):
        accuracy(FLOAT, images, labels="y", timeout_s=0.2)


@pytest.mark.tensorflow
def test_the_source_is_the_reference_of_its_conversions(keras_sources: Path, tmp_path: Path) -> None:
    rows = np.load(keras_sources / "pixels.npz")["pixels"][:50]
    made = convert_all(
        keras_sources / "cnn.keras", ("none", "int8"), representative_data=keras_sources / "pixels.npz", output=tmp_path
    )
    right = (rows[:, :, :4].sum((1, 2, 3)) - rows[:, :, 4:].sum((1, 2, 3)) > 0).astype(int)
    found = accuracy([done.path for done in made], rows, labels=right, source=keras_sources / "cnn.keras")
    source, exact, small = found.models
    assert (source.kind, exact.kind, small.kind) == ("source", "tflite", "tflite")
    assert source.scores == exact.scores
    assert exact.errors[0].max_abs < 1e-5 < small.errors[0].max_abs < 0.1
    assert exact.errors[0].snr_db > 80 > small.errors[0].snr_db > 15
    assert exact.drop == 0
