"""Sources beyond Keras and SavedModel: each is converted, run by LiteRT and compared with the source itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from edgeflow.errors import ConversionError, ModelError, UsageError
from edgeflow.pipeline.convert import convert

pytestmark = pytest.mark.tensorflow

DATA = Path(__file__).parents[1] / "data"
WEIGHTS = np.linspace(-1, 1, 12).reshape(4, 3).astype(np.float32)
ROW = np.array([[0.5, -1, 2, 0.25]], np.float32)
QUANTIZED = ("dynamic", "int8", "float16", "int16x8", "int4-weights", "int8-per-tensor", "int8-float-fallback")


def run(path: Path, **inputs: np.ndarray) -> dict[str, np.ndarray]:
    return Interpreter(str(path)).get_signature_runner()(**inputs)


def softmax(values: np.ndarray) -> np.ndarray:
    raised = np.exp(values - values.max())
    return raised / raised.sum()


@pytest.mark.parametrize("quantize", ["none", "dynamic", "int8"])
def test_a_frozen_graph_converts_by_its_one_end(keras_sources: Path, tmp_path: Path, quantize: str) -> None:
    data = keras_sources / "four.npy"
    done = convert(keras_sources / "frozen.pb", quantize=quantize, representative_data=data, output=tmp_path)
    assert (done.source.kind, done.weight_bytes) == ("frozen-graph", 48)
    assert [end.name for end in done.signatures[0].inputs] == ["net_x"]
    assert done.errors[0].difference.max_abs < (1e-6 if quantize == "none" else 0.05)
    if quantize == "none":
        assert run(done.path, net_x=ROW)["net_probs"] == pytest.approx(softmax(ROW @ WEIGHTS), abs=1e-6)


def test_a_frozen_graph_can_be_cut_at_other_tensors(keras_sources: Path, tmp_path: Path) -> None:
    done = convert(
        keras_sources / "frozen.pb",
        quantize="none",
        input_arrays=["net/x"],
        output_arrays=["net/logits:0"],
        input_shapes={"net_x": (2, 4)},
        output=tmp_path,
    )
    two = np.concatenate([ROW, -ROW])
    assert run(done.path, net_x=two)["net_logits"] == pytest.approx(two @ WEIGHTS, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "more", "error", "said"),
    [
        ("frozen.pb", {"output_arrays": ["nope"]}, UsageError, "holds no tensor 'nope'"),
        ("frozen.pb", {"input_shapes": {"y": (1, 4)}}, UsageError, "no input 'y'"),
        ("frozen.pb", {"input_shapes": {"net_x": (1, 5)}}, UsageError, r"is \[\?, 4\], which cannot be \[1, 5\]"),
        ("unfrozen.pb", {}, ModelError, "not frozen: it holds 1 variables"),
        ("frozen.pb", {"tags": ["serve"]}, UsageError, "only a SavedModel has"),
        ("frozen.pb", {"kind": "h5"}, ModelError, "truncated or damaged HDF5"),
        ("cnn_saved", {"kind": "frozen-graph"}, UsageError, "a folder is no frozen-graph"),
        ("cnn.keras", {"kind": "tarball"}, UsageError, "unknown kind"),
        ("cnn.keras", {"output_arrays": ["x"]}, UsageError, "only a frozen graph has"),
        ("v1_saved", {"tags": ["train"]}, UsageError, "train"),
    ],
)
def test_what_makes_no_sense_is_refused(
    keras_sources: Path, tmp_path: Path, name: str, more: dict[str, object], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        convert(keras_sources / name, quantize="none", output=tmp_path, **more)  # type: ignore[arg-type]  # cases
    assert not list(tmp_path.iterdir())


def test_a_truncated_graph_is_refused(keras_sources: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.pb"
    cut.write_bytes((keras_sources / "frozen.pb").read_bytes()[:-20])
    with pytest.raises(ModelError, match="not a whole TensorFlow graph"):
        convert(cut, quantize="none", output=tmp_path)


def test_a_saved_model_of_tensorflow_1_converts_with_its_tags(keras_sources: Path, tmp_path: Path) -> None:
    done = convert(keras_sources / "v1_saved", quantize="none", tags=["serve"], output=tmp_path)
    assert run(done.path, x=ROW)["logits"] == pytest.approx(ROW @ WEIGHTS, abs=1e-6)


@pytest.mark.parametrize("source", ["cnn.keras", "cnn_saved"])
def test_a_free_size_can_be_fixed(keras_sources: Path, tmp_path: Path, source: str) -> None:
    done = convert(keras_sources / source, quantize="none", input_shapes={"pixels": (3, 8, 8, 1)}, output=tmp_path)
    assert done.signatures[0].inputs[0].shape == (3, 8, 8, 1)
    assert done.errors[0].difference.max_abs < 1e-5


@pytest.mark.parametrize("function", ["", ":register"])
def test_layers_of_the_authors_own_are_imported(
    keras_sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    name = f"own_layers_{len(function)}"
    (tmp_path / f"{name}.py").write_text(
        "import keras\n"
        "def make():\n"
        "    class Doubled(keras.layers.Layer):\n"
        "        def call(self, inputs):\n"
        "            return 2 * inputs\n"
        "    return Doubled\n"
        "def register():\n"
        "    return {'Doubled': make()}\n" + ("" if function else "Doubled = make()\n")
    )
    monkeypatch.chdir(tmp_path)
    done = convert(
        keras_sources / "own_layer.keras", quantize="none", imports=[name + function], output=tmp_path / "m.tflite"
    )
    assert next(iter(run(done.path, four=ROW).values())) == pytest.approx(2 * ROW)


def test_a_module_that_cannot_be_imported_is_named(keras_sources: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--import no_such_module: ModuleNotFoundError"):
        convert(keras_sources / "own_layer.keras", quantize="none", imports=["no_such_module"], output=tmp_path)


@pytest.mark.parametrize("quantize", ["none", *QUANTIZED])
def test_a_finished_float_model_is_quantized_further(tmp_path: Path, quantize: str) -> None:
    data = np.random.default_rng(0).uniform(-1, 1, (40, 12, 12, 2))
    done = convert(DATA / "mixed_float32.tflite", quantize=quantize, representative_data=data, output=tmp_path)
    assert done.source.kind == "tflite"
    assert done.signatures[0].inputs[0].dtype == {"int8": "int8", "int8-per-tensor": "int8"}.get(quantize, "float32")
    (error,) = done.errors
    assert (error.difference.cosine or 0) > 0.98
    if quantize == "none":
        assert done.path.read_bytes() == (DATA / "mixed_float32.tflite").read_bytes()
    else:
        assert error.difference.max_abs > 0


def test_a_quantized_model_is_not_quantized_again(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="is quantized already: it holds int8"):
        convert(DATA / "mixed_int8.tflite", quantize="dynamic", output=tmp_path)


def test_a_damaged_tflite_is_refused(tmp_path: Path) -> None:
    cut = tmp_path / "cut.tflite"
    cut.write_bytes((DATA / "mixed_float32.tflite").read_bytes()[:3000])
    with pytest.raises((ModelError, ConversionError), match=r"cut\.tflite"):
        convert(cut, quantize="dynamic", output=tmp_path)


SCRIPT = """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, numpy as np, tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from edgeflow.pipeline.convert import convert

folder = sys.argv[1]
rows = np.random.default_rng(0).normal(size=(40, 4)).astype("float32")

def told(label, done, **want):
    runner = Interpreter(str(done.path)).get_signature_runner(done.signatures[0].key)
    if done.quantize == "none":
        have = runner(**{name: rows[:1] for name in runner.get_input_details()})
        near = all(np.abs(have[name] - value).max() < 1e-5 for name, value in want.items())
    else:
        near = all(error.difference.cosine > 0.95 for error in done.errors)
    print(label, done.source.kind, sorted(runner.get_input_details()), sorted(want), near and set(want) == set(
        runner.get_output_details()))

keras.utils.set_random_seed(1)
x = keras.Input((4,), name="x")
model = keras.Model(x, keras.layers.Dense(3, name="y")(x))
concrete = tf.function(lambda v: {"y": model(v)}).get_concrete_function(tf.TensorSpec([None, 4], tf.float32, name="v"))
for quantize in ("none", "dynamic", "int8"):
    done = convert(concrete, quantize=quantize, representative_data=rows, output=f"{folder}/c_{quantize}.tflite")
    told(f"concrete {quantize}", done, y=model(rows[:1]).numpy())

@tf.function(input_signature=[tf.TensorSpec([1, 4], tf.float32, name="a")])
def twice(a):
    return 2 * a
done = convert({"one": twice, "two": concrete}, quantize="none", output=f"{folder}/several.tflite")
print("several", [info.key for info in done.signatures], [error.difference.max_abs < 1e-5 for error in done.errors])

graph = tf.Graph()
with graph.as_default():
    given = tf.compat.v1.placeholder(tf.float32, [None, 4], name="given")
    weights = tf.compat.v1.get_variable("w", initializer=np.eye(4, dtype="float32") * 3)
    out = tf.matmul(given, weights, name="out")
    with tf.compat.v1.Session() as session:
        session.run(tf.compat.v1.global_variables_initializer())
        for quantize in ("none", "dynamic", "int8"):
            done = convert(session, quantize=quantize, input_arrays=[given], output_arrays=[out],
                           representative_data=rows, output=f"{folder}/s_{quantize}.tflite")
            told(f"session {quantize}", done, out=3 * rows[:1])

import jax
import jax.numpy as jnp
matrix = jnp.asarray(np.random.default_rng(1).normal(size=(4, 3)).astype("float32"))
def network(x):
    return {"probs": jax.nn.softmax(x @ matrix), "logits": x @ matrix}
want = {name: np.asarray(value) for name, value in network(rows[:1]).items()}
for route in ("stablehlo", "converter"):
    for quantize in ("none", "dynamic", "int8"):
        done = convert(network, quantize=quantize, example_inputs={"x": rows[:1]}, jax_route=route,
                       representative_data=rows, output=f"{folder}/j_{route}_{quantize}.tflite")
        told(f"jax {route} {quantize}", done, **want)
"""


def test_objects_of_the_callers_process_convert(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)], capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    recipes = ("none", "dynamic", "int8")
    assert done.stdout.splitlines() == [
        *(f"concrete {q} saved-model ['v'] ['y'] True" for q in recipes),
        "several ['one', 'two'] [True, True]",
        *(f"session {q} frozen-graph ['given'] ['out'] True" for q in recipes),
        *(f"jax {r} {q} jax ['x'] ['logits', 'probs'] True" for r in ("stablehlo", "converter") for q in recipes),
    ]
