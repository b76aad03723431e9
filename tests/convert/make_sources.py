"""Write one source of each kind into a folder: `python make_sources.py FOLDER`. Runs TensorFlow, hence on its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf
import tf_keras
from keras import layers


class Doubled(layers.Layer):
    """A layer that only this file knows."""

    def call(self, inputs):
        return 2 * inputs


class Waved(layers.Layer):
    """An operator that TensorFlow Lite lacks, in a layer of one's own."""

    def call(self, inputs):
        return keras.ops.cosh(inputs)


class Stateful(tf.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weights = tf.Variable(np.linspace(-1, 1, 8).reshape(4, 2).astype(np.float32))
        self.offset = tf.Variable(tf.zeros([1, 2]))

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, name="x")])
    def infer(self, x):
        return {"y": x @ self.weights + self.offset}

    @tf.function(input_signature=[tf.TensorSpec([1, 2], tf.float32, name="by")])
    def shift(self, by):
        return {"offset": self.offset.assign_add(by)}


class Training(tf.Module):
    """Learns y = x @ weights on the device: one step of gradient descent a call."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = tf.Variable(tf.zeros([2, 1]))

    @tf.function(input_signature=[tf.TensorSpec([4, 2], name="x"), tf.TensorSpec([4, 1], name="y")])
    def train(self, x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(x @ self.weights - y))
        self.weights.assign_sub(0.1 * tape.gradient(loss, self.weights))
        return {"loss": loss}

    @tf.function(input_signature=[tf.TensorSpec([1, 2], name="x")])
    def infer(self, x):
        return {"y": x @ self.weights}

    @tf.function(input_signature=[])
    def save(self):
        return {"weights": tf.identity(self.weights)}

    @tf.function(input_signature=[tf.TensorSpec([2, 1], name="weights")])
    def restore(self, weights):
        self.weights.assign(weights)
        return {"weights": tf.identity(self.weights)}


class Waving(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, name="x")])
    def wave(self, x):
        return {"y": tf.cosh(x)}


class Words(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([1], tf.string, name="words")])
    def length(self, words):
        return {"same": tf.identity(words)}


def main(folder: Path) -> None:
    keras.utils.set_random_seed(5)
    rng = np.random.default_rng(5)
    cnn = keras.Sequential(
        [
            keras.Input((8, 8, 1), name="pixels"),
            layers.Conv2D(8, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(10, activation="softmax", name="scores"),
        ]
    )
    data = rng.uniform(0, 1, (200, 8, 8, 1)).astype(np.float32)
    labels = (data[:, :, :4].sum((1, 2, 3)) - data[:, :, 4:].sum((1, 2, 3)) > 0).astype(int)
    cnn.compile("adam", "sparse_categorical_crossentropy")
    cnn.fit(data, labels, epochs=3, verbose=0)
    cnn.save(folder / "cnn.keras")
    cnn.save(folder / "cnn.h5")
    cnn.export(folder / "cnn_saved", verbose=False)
    cnn.save_weights(folder / "only.weights.h5")
    np.savez(folder / "pixels.npz", pixels=data.astype(np.float64))
    np.save(folder / "four.npy", rng.normal(size=(50, 4)))
    np.save(folder / "sequences.npy", rng.normal(size=(10, 6, 5)))

    alpha, beta = keras.Input((4,), name="alpha"), keras.Input((3,), name="beta")
    both = layers.Concatenate()([alpha, beta])
    outputs = {"p": layers.Dense(2)(both), "q": layers.Dense(5)(both)}
    keras.Model({"beta": beta, "alpha": alpha}, outputs).save(folder / "dict.keras")

    sequence = keras.Input((6, 5), name="sequence")
    keras.Model(sequence, layers.Dense(2, name="out")(layers.LSTM(4)(sequence))).save(folder / "lstm.keras")
    four = keras.Input((4,), name="four")
    keras.Model(four, keras.ops.cosh(four)).save(folder / "cosh.keras")
    keras.Model(four, Doubled(name="twice")(four)).save(folder / "own_layer.keras")
    keras.Model(four, layers.Dense(2)(Waved(name="wave")(four))).save(folder / "own_wave.keras")
    training = Training()
    signatures = {name: getattr(training, name) for name in ("train", "infer", "save", "restore")}
    tf.saved_model.save(training, str(folder / "training"), signatures=signatures)
    told = tf.saved_model.SaveOptions(save_debug_info=True)
    waving = Waving()
    tf.saved_model.save(waving, str(folder / "debug_saved"), signatures={"serving_default": waving.wave}, options=told)
    doubled = keras.Model(four, layers.Lambda(lambda t: 2 * t, name="twice")(four))
    doubled.save(folder / "lambda.keras")
    doubled.save(folder / "lambda.h5")
    keras.Model(four, keras.ops.log(four)).save(folder / "log.keras")
    index = keras.Input((3,), name="index", dtype="int32")
    keras.Model(index, layers.Flatten()(layers.Embedding(7, 4)(index))).save(folder / "embedding.keras")

    normal = layers.LayerNormalization()(sequence)
    attended = layers.MultiHeadAttention(2, 4)(normal, normal)
    keras.Model(sequence, layers.Dense(2)(layers.GlobalAveragePooling1D()(attended))).save(folder / "attention.keras")
    keras.Model(sequence, layers.Dense(2, name="out")(layers.GRU(4)(sequence))).save(folder / "gru.keras")
    keras.Model(sequence, layers.GRU(4)(sequence)).export(folder / "gru_saved", verbose=False)
    old_sequence = tf_keras.layers.Input((6, 5), name="sequence")
    tf_keras.Model(old_sequence, tf_keras.layers.LSTM(4)(old_sequence)).save(folder / "old_lstm.h5")
    tf_keras.Model(old_sequence, tf_keras.layers.GRU(4)(old_sequence)).save(folder / "old_gru.h5")

    old = tf_keras.Sequential(
        [tf_keras.layers.Input((4,), name="four"), tf_keras.layers.Dense(3, activation="softmax", name="scores")]
    )
    old.save(folder / "old.h5")
    old.save(folder / "old.keras")
    old.save(folder / "old_saved", save_format="tf")

    stateful, words = Stateful(), Words()
    signatures = {"infer": stateful.infer, "shift": stateful.shift}
    tf.saved_model.save(stateful, str(folder / "stateful"), signatures=signatures)
    tf.saved_model.save(words, str(folder / "words"), signatures={"length": words.length})
    tf.saved_model.save(tf.Module(), str(folder / "no_signatures"))
    frozen_graphs(folder)


def frozen_graphs(folder: Path) -> None:
    v1 = tf.compat.v1
    with tf.Graph().as_default() as graph, v1.Session() as session:
        given = v1.placeholder(tf.float32, [None, 4], name="net/x")
        weights = v1.get_variable("w", initializer=np.linspace(-1, 1, 12).reshape(4, 3).astype(np.float32))
        logits = tf.matmul(given, weights, name="net/logits")
        tf.nn.softmax(logits, name="net/probs")
        session.run(v1.global_variables_initializer())
        (folder / "unfrozen.pb").write_bytes(graph.as_graph_def().SerializeToString())
        frozen = v1.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), ["net/probs"])
        (folder / "frozen.pb").write_bytes(frozen.SerializeToString())
        v1.saved_model.simple_save(session, str(folder / "v1_saved"), {"x": given}, {"logits": logits})
        halved = tf.identity(given / 2, name="net/halved")  # a signature may feed what is no placeholder
        doubled = tf.matmul(halved, weights, name="net/doubled")
        v1.saved_model.simple_save(session, str(folder / "v1_inner"), {"halved": halved}, {"doubled": doubled})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
