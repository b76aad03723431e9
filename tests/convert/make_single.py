"""Write SavedModels of one operator each and what the converter itself says of them: `python make_single.py FOLDER`.

FOLDER/answers.json: name → operators of the `.tflite`, or the converter's error codes by TensorFlow operator.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
from tensorflow.lite.python.convert_phase import ConverterError

from edgeflow.convert.opened import look

KERNEL = np.linspace(-1, 1, 3 * 3 * 2 * 4).reshape(3, 3, 2, 4).astype(np.float32)
IMAGE = tf.TensorSpec([1, 8, 8, 2], tf.float32, name="x")
ROW = tf.TensorSpec([1, 4], tf.float32, name="x")
MODELS = {
    "cosh": (tf.cosh, ROW),
    "erfinv": (tf.math.erfinv, ROW),
    "regex": (lambda x: tf.strings.regex_replace(x, "a", "b"), tf.TensorSpec([1], tf.string, name="x")),
    "double": (lambda x: x * x, tf.TensorSpec([4], tf.float64, name="x")),
    "bicubic": (lambda x: tf.image.resize(x, [4, 4], "bicubic"), IMAGE),
    "python": (lambda x: tf.ensure_shape(tf.py_function(lambda v: v, [x], tf.float32), [1, 4]), ROW),
    "set_size": (lambda x: tf.sets.size(tf.sets.intersection(x, x)), tf.TensorSpec([2, 3], tf.int32, name="x")),
    "stateless": (lambda x: x + tf.random.stateless_normal([1, 4], [1, 2]), ROW),
    "normal": (lambda x: x + tf.random.normal([1, 4]), ROW),
    "stft": (lambda x: tf.abs(tf.signal.stft(x, 16, 8)), tf.TensorSpec([1, 64], tf.float32, name="x")),
    "rfft": (lambda x: tf.math.real(tf.signal.rfft(x)), tf.TensorSpec([2, 16], tf.float32, name="x")),
    "suppress": (lambda x: tf.image.non_max_suppression(x, x[:, 0], 3), tf.TensorSpec([8, 4], tf.float32, name="x")),
    "volume": (
        lambda x: tf.nn.conv3d(x, np.ones((2, 2, 2, 2, 3), np.float32), [1] * 5, "SAME"),
        tf.TensorSpec([1, 4, 4, 4, 2], tf.float32, name="x"),
    ),
    "conv": (lambda x: tf.nn.relu(tf.nn.conv2d(x, KERNEL, 1, "SAME") + np.float32(1)), IMAGE),
    "pooled": (lambda x: tf.nn.max_pool2d(tf.nn.avg_pool2d(x, 2, 2, "SAME"), 2, 2, "SAME"), IMAGE),
    "norm": (lambda x: tf.math.l2_normalize(x) - tf.math.reduce_mean(x, 1, keepdims=True), ROW),
    "arg": (lambda x: tf.cast(tf.argmax(x, 1), tf.float32), ROW),
    "einsum": (lambda x: tf.einsum("bij,bkj->bik", x, x), tf.TensorSpec([1, 3, 4], tf.float32, name="x")),
    "selected": (lambda x: tf.where(x > 0, tf.exp(x), tf.sqrt(tf.abs(x))), ROW),
    "cholesky": (tf.linalg.cholesky, tf.TensorSpec([3, 3], tf.float32, name="x")),
    "looped": (lambda x: tf.while_loop(lambda i, v: i < 3, lambda i, v: (i + 1, v * 2), (0, x))[1], ROW),
}


def named(call):
    def function(x):
        return {"y": call(x)}

    return function


def main(folder: Path) -> None:
    answers = {}
    for name, (call, spec) in MODELS.items():
        module = tf.Module()
        module.call = tf.function(named(call), input_signature=[spec])
        tf.saved_model.save(module, str(folder / name), signatures=module.call.get_concrete_function())
        try:
            content = tf.lite.TFLiteConverter.from_saved_model(str(folder / name)).convert()
            answers[name] = {"operators": sorted(look(bytes(content))["operators"]), "codes": {}}
        except ConverterError as error:
            codes = {e.operator.name.removeprefix("tf."): int(e.error_code) for e in error.errors}
            answers[name] = {"operators": [], "codes": codes}
    (folder / "answers.json").write_text(json.dumps(answers))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
