"""Pruning and quantization-aware training, in a process of their own since they need Keras."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from edgeflow.convert import training
from edgeflow.errors import ConversionError, UsageError
from edgeflow.pipeline.prune import prune
from edgeflow.pipeline.quantize_aware import quantize_aware

COMMON = """
import os, sys, json, zlib
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
from edgeflow.errors import EdgeflowError
from edgeflow.pipeline.convert import convert
from edgeflow.pipeline.prune import prune
from edgeflow.pipeline.quantize_aware import quantize_aware

folder = sys.argv[1]
rng = np.random.default_rng(0)
x = rng.uniform(0, 1, (400, 8, 8, 1)).astype("float32")
y = (x[:, :, :4].sum((1, 2, 3)) > x[:, :, 4:].sum((1, 2, 3))).astype("int32")

def built(keras):
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.layers.Input((8, 8, 1), name="pixels"),
                              keras.layers.Conv2D(8, 3, activation="relu"), keras.layers.Flatten(),
                              keras.layers.Dense(32, activation="relu"),
                              keras.layers.Dense(2, activation="softmax", name="scores")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=12, verbose=0)
    return model

np.savez(f"{folder}/data.npz", x=x, y=y)
"""

PRUNING = (
    COMMON
    + """
import keras, tf_keras
told = {}
for which in (keras, tf_keras):
    model = built(which)
    weights = [w.copy() for w in model.get_weights()]
    done = prune(model, x, y, sparsity=0.75, epochs=6)
    assert ("tensorflow_model_optimization" in sys.modules) == (which is tf_keras)
    once = prune(model, x[:8], y[:8], sparsity=0.5, epochs=1)
    assert 0.49 < once.sparsity < 0.51 and once.model.evaluate(x, y, verbose=0)
    kept = all((a == b).all() for a, b in zip(weights, model.get_weights()))
    shares = [float((w == 0).mean()) for w in done.model.get_weights() if w.ndim >= 2]
    biases = [float((w == 0).mean()) for w in done.model.get_weights() if w.ndim == 1]
    told[which.__name__] = [kept, shares, max(biases), done.sparsity, done.accuracy_before, done.accuracy_after,
                            done.compressed_after / done.compressed_before]
    convert(model, quantize="none", output=f"{folder}/{which.__name__}_before.tflite")
    sizes = {}
    for name, more in (("plain", {}), ("sparse", {"converter": {"optimizations": ["EXPERIMENTAL_SPARSITY"]}})):
        made = convert(done.model, quantize="none", output=f"{folder}/{which.__name__}_{name}.tflite", **more)
        sizes[name] = made.size
        assert made.errors[0].difference.max_abs < 1e-5
    told[which.__name__].append(sizes["sparse"] / sizes["plain"])
    int8 = convert(done.model, representative_data=x, output=f"{folder}/{which.__name__}_int8.tflite")
    told[which.__name__].append(int8.errors[0].difference.top1)
print(json.dumps(told))
"""
)

AWARE = (
    COMMON
    + """
import tf_keras
model = built(tf_keras)
done = quantize_aware(model, x, y, epochs=2)
told = [done.accuracy_before, done.accuracy_after]
convert(model, quantize="none", output=f"{folder}/before.tflite")
for quantize in ("int8", "dynamic"):
    made = convert(done.model, quantize=quantize, representative_data=x, output=f"{folder}/{quantize}.tflite")
    told.append([made.signatures[0].inputs[0].dtype, made.errors[0].difference.top1, made.warnings])
try:
    import keras
    quantize_aware(built(keras), x, y)
except EdgeflowError as error:
    told.append(error.message)
print(json.dumps(told))
"""
)


def accuracy_by_litert(model: Path) -> float:
    """The share of right classes of a model run here, sample by sample."""
    data = np.load(model.parent / "data.npz")
    runner = Interpreter(str(model)).get_signature_runner()
    ((name, given),) = runner.get_input_details().items()
    values = data["x"]
    if given["dtype"] == np.int8:
        scale, zero = given["quantization"]
        values = np.clip(np.rint(values / scale) + zero, -128, 127).astype(np.int8)
    classes = [int(next(iter(runner(**{name: value[None]}).values())).argmax()) for value in values]
    return float(np.mean(np.array(classes) == data["y"]))


def run(script: str, folder: Path) -> object:
    (folder / "script.py").write_text(script)
    done = subprocess.run(
        [sys.executable, str(folder / "script.py"), str(folder)],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.tensorflow
def test_pruning_reaches_its_sparsity_keeps_accuracy_and_shrinks_the_file(tmp_path: Path) -> None:
    told = run(PRUNING, tmp_path)
    assert isinstance(told, dict)
    assert set(told) == {"keras", "tf_keras"}
    for which, found in told.items():
        kept, shares, biases, sparsity, before, after, compressed, sparse, agreement = found
        assert kept
        assert before == pytest.approx(accuracy_by_litert(tmp_path / f"{which}_before.tflite"), abs=0.003)
        assert after == pytest.approx(accuracy_by_litert(tmp_path / f"{which}_plain.tflite"), abs=0.003)
        assert shares == pytest.approx([0.75] * len(shares), abs=0.02)
        assert biases < 0.7
        assert sparsity == pytest.approx(0.75, abs=0.01)
        assert before > 0.8
        assert after > before - 0.1
        assert compressed < 0.5
        assert sparse < 0.75
        assert agreement > 0.95


@pytest.mark.tensorflow
def test_quantization_aware_training_gives_an_integer_model_as_good(tmp_path: Path) -> None:
    told = run(AWARE, tmp_path)
    assert isinstance(told, list)
    before, after, int8, dynamic, refused = told
    assert before == pytest.approx(accuracy_by_litert(tmp_path / "before.tflite"), abs=0.003)
    assert after == pytest.approx(accuracy_by_litert(tmp_path / "int8.tflite"), abs=0.02)
    assert before > 0.8
    assert after > before - 0.1
    assert int8[0] == "int8"
    assert int8[1] > 0.97
    assert dynamic[0] == "float32"
    assert dynamic[1] > 0.97
    assert "does not know Keras 3" in refused


@pytest.mark.parametrize("verb", [prune, quantize_aware])
def test_what_is_no_keras_model_is_refused(verb: object) -> None:
    with pytest.raises(UsageError, match=r"builtins\.int cannot be trained"):
        verb(3, [1], [1])  # type: ignore[operator]  # the two verbs


def test_a_missing_library_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConversionError) as error:
        training.prune_legacy(None, {}, {}, 0.5, 10)
    assert "edgeflow[qat]" in error.value.hint


@pytest.mark.parametrize("sparsity", [0, 1, -0.5, 80, float("nan")])
def test_a_sparsity_that_means_nothing_is_refused(sparsity: float) -> None:
    with pytest.raises(UsageError, match="a sparsity of"):
        prune(None, [1], [1], sparsity=sparsity)
