"""Build the test models: `python tests/data/build_models.py [NAME…]` writes NAME_*.tflite beside this script.

Every weight comes from a seeded, short training run on seeded synthetic data, so that activations, scales and
outputs look like those of a real model. README.md lists the files. TensorFlow is imported here and nowhere else.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import flatbuffers
import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema
from keras import layers
from samples import SEED, prototypes

HERE = Path(__file__).resolve().parent


def conv_bn(x: keras.KerasTensor, filters: int, size: int | tuple[int, int], stride: int = 1, relu: bool = True):
    x = layers.Conv2D(filters, size, strides=stride, padding="same")(x)
    x = layers.BatchNormalization(momentum=0.8)(x)
    return layers.ReLU()(x) if relu else x


def separable(x: keras.KerasTensor, filters: int, stride: int = 1) -> keras.KerasTensor:
    x = layers.DepthwiseConv2D(3, strides=stride, padding="same")(x)
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.8)(x))
    return conv_bn(x, filters, 1)


def head(x: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    x = layers.AveragePooling2D(pool_size=(x.shape[1], x.shape[2]))(x)
    return layers.Dense(classes, activation="softmax", name="scores")(layers.Flatten()(x))


def kws() -> keras.Model:
    """DS-CNN for keyword spotting: 49 × 10 features, 12 words."""
    image = keras.Input((49, 10, 1), name="features")
    x = conv_bn(image, 64, (10, 4), 2)
    for _ in range(4):
        x = separable(x, 64)
    return keras.Model(image, head(x, 12), name="kws")


def vww() -> keras.Model:
    """MobileNetV1 of width 0.25: 96 × 96 colour images, 2 classes, no explicit padding."""
    image = keras.Input((96, 96, 3), name="image")
    x = conv_bn(image, 8, 3, 2)
    plan = [(16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), *[(128, 1)] * 5, (256, 2), (256, 1)]
    for filters, stride in plan:
        x = separable(x, filters, stride)
    return keras.Model(image, head(x, 2), name="vww")


def resnet8() -> keras.Model:
    """ResNet of three residual stacks: 32 × 32 colour images, 10 classes."""
    image = keras.Input((32, 32, 3), name="image")
    x = conv_bn(image, 16, 3)
    for filters, stride in ((16, 1), (32, 2), (64, 2)):
        y = conv_bn(conv_bn(x, filters, 3, stride), filters, 3, relu=False)
        x = x if stride == 1 else layers.Conv2D(filters, 1, strides=stride, padding="same")(x)
        x = layers.ReLU()(layers.Add()([x, y]))
    return keras.Model(image, head(x, 10), name="resnet8")


def ad01() -> keras.Model:
    """Fully connected autoencoder over 640 spectrogram values."""
    x = spectrum = keras.Input((640,), name="spectrum")
    for units in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.8)(layers.Dense(units)(x)))
    return keras.Model(spectrum, layers.Dense(640, name="rebuilt")(x), name="ad01")


def sine() -> keras.Model:
    """sin(x) for x in [0, 2π], the smallest model that does something."""
    x = angle = keras.Input((1,), name="angle")
    for _ in range(2):
        x = layers.Dense(16, activation="relu")(x)
    return keras.Model(angle, layers.Dense(1, name="sine")(x), name="sine")


def mixed() -> keras.Model:
    """Explicit padding, max pool, concatenation, addition, multiplication and mean in a few kilobytes."""
    image = keras.Input((12, 12, 2), name="image")
    x = layers.ZeroPadding2D(((1, 0), (0, 1)))(image)
    x = layers.Conv2D(8, 3, strides=2, activation="relu")(x)
    a = layers.Conv2D(4, 1, activation="relu6")(x)
    b = layers.DepthwiseConv2D(3, padding="same", activation="tanh")(x)
    x = layers.Concatenate()([a, b])
    gate = layers.Conv2D(12, 1, activation="sigmoid")(x)
    x = layers.Add()([layers.Multiply()([x, gate]), x])
    x = layers.MaxPooling2D(2)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(3, activation="softmax", name="scores")(x), name="mixed")


def dict_io() -> keras.Model:
    """Two named inputs, two named outputs."""
    alpha, beta = keras.Input((4,), name="alpha"), keras.Input((3,), name="beta")
    x = layers.Concatenate()([alpha, beta])
    outputs = {"p": layers.Dense(2, name="p")(x), "q": layers.Dense(5, activation="relu", name="q")(x)}
    return keras.Model({"alpha": alpha, "beta": beta}, outputs, name="dict_io")


class TwoSignatures(tf.Module):
    """Two signatures over shared weights: `encode` and `decode`."""

    def __init__(self) -> None:
        super().__init__()
        rng = np.random.default_rng(SEED)
        self.weights = tf.Variable(rng.normal(size=(6, 3)).astype(np.float32))

    @tf.function(input_signature=[tf.TensorSpec([1, 6], tf.float32, name="plain")])
    def encode(self, plain: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"code": tf.nn.relu(plain @ self.weights)}

    @tf.function(input_signature=[tf.TensorSpec([1, 3], tf.float32, name="code")])
    def decode(self, code: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"plain": tf.matmul(code, self.weights, transpose_b=True)}


class Counter(tf.Module):
    """State that lives between invokes: `add` changes a variable, `read` only looks."""

    def __init__(self) -> None:
        super().__init__()
        self.total = tf.Variable(tf.zeros([1, 2]), name="total")

    @tf.function(input_signature=[tf.TensorSpec([1, 2], tf.float32, name="amount")])
    def add(self, amount: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"total": self.total.assign_add(amount)}

    @tf.function(input_signature=[])
    def read(self) -> dict[str, tf.Tensor]:
        return {"total": self.total.read_value()}


def train(model: keras.Model, x: object, y: object, loss: object, epochs: int, rate: float = 2e-3) -> None:
    model.compile(optimizer=keras.optimizers.Adam(rate), loss=loss)
    model.fit(x, y, batch_size=32, epochs=epochs, verbose=0, shuffle=True)


def fixed(model: keras.Model, batch: int | None = 1) -> tf.Module:
    """A module with one signature that keeps the Keras names and fixes the batch."""
    holder = tf.Module()
    holder.kept = [variable.value for variable in model.variables]
    names = [tensor.name for tensor in model.inputs]
    specs = [tf.TensorSpec((batch, *t.shape[1:]), t.dtype, name=t.name) for t in model.inputs]
    outputs = model.output_names if not isinstance(model.output, dict) else None

    @tf.function(input_signature=specs)
    def serving_default(*tensors: tf.Tensor) -> dict[str, tf.Tensor]:
        by_name = dict(zip(names, tensors, strict=True))
        answer = model(by_name if len(names) > 1 else tensors[0], training=False)
        return answer if outputs is None else {outputs[0]: answer}

    holder.serving_default = serving_default
    return holder


def convert(module: tf.Module, signatures: list[str], recipe: str, samples: Callable[[], Iterator[object]]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder, signatures={key: getattr(module, key) for key in signatures})
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        if recipe != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if recipe == "float16":
            converter.target_spec.supported_types = [tf.float16]
        if recipe == "int8":
            converter.representative_dataset = samples
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.inference_input_type = converter.inference_output_type = tf.int8
        return converter.convert()


def with_reshape(content: bytes) -> bytes:
    """Put back the RESHAPE between AVERAGE_POOL_2D and FULLY_CONNECTED, which newer converters leave out."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    graph = model.subgraphs[0]
    names = [schema.BuiltinOperator.AVERAGE_POOL_2D, schema.BuiltinOperator.FULLY_CONNECTED]
    codes = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in model.operatorCodes]
    kinds = [codes[operator.opcodeIndex] for operator in graph.operators]
    place = next(i for i in range(len(kinds) - 1) if kinds[i : i + 2] == names)
    pooled = graph.tensors[graph.operators[place].outputs[0]]
    flat_shape = np.array([pooled.shape[0], pooled.shape[-1]], np.int32)

    shape_data = schema.BufferT()
    shape_data.data = np.frombuffer(flat_shape.tobytes(), np.uint8)
    model.buffers.append(shape_data)
    shape = schema.TensorT()
    shape.name, shape.type, shape.shape = b"flatten/shape", schema.TensorType.INT32, np.array([2], np.int32)
    shape.buffer, shape.hasRank = len(model.buffers) - 1, True
    flat = schema.TensorT()
    flat.name, flat.type, flat.shape, flat.quantization = b"flatten", pooled.type, flat_shape, pooled.quantization
    flat.hasRank = True
    graph.tensors += [shape, flat]

    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.RESHAPE
    code.version = 1
    model.operatorCodes.append(code)
    options = schema.ReshapeOptionsT()
    options.newShape = flat_shape
    reshape = schema.OperatorT()
    reshape.opcodeIndex = len(model.operatorCodes) - 1
    reshape.inputs = [graph.operators[place].outputs[0], len(graph.tensors) - 2]
    reshape.outputs = [len(graph.tensors) - 1]
    reshape.builtinOptionsType, reshape.builtinOptions = schema.BuiltinOptions.ReshapeOptions, options
    after = graph.operators[place + 1]
    after.inputs = [len(graph.tensors) - 1, *after.inputs[1:]]
    graph.operators.insert(place + 1, reshape)

    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def write(name: str, content: bytes) -> None:
    path = HERE / f"{name}.tflite"
    path.write_bytes(content)
    print(f"{path.name}: {len(content)} bytes", flush=True)


def build(name: str) -> None:
    keras.utils.set_random_seed(SEED)
    recipes = ["float32", "int8"]
    rng = np.random.default_rng(SEED)
    inputs: dict[str, np.ndarray]
    match name:
        case "kws" | "vww" | "resnet8" | "mixed":
            model = {"kws": kws, "vww": vww, "resnet8": resnet8, "mixed": mixed}[name]()
            data, labels = prototypes(model.input_shape[1:], model.output_shape[-1], 256)
            train(model, data, labels, "sparse_categorical_crossentropy", {"mixed": 40}.get(name, 6))
            inputs = {model.inputs[0].name: data}
            recipes += ["dynamic", "float16"] if name == "kws" else []
        case "ad01":
            model = ad01()
            data = prototypes((640,), 16, 512)[0]
            train(model, data, data, "mse", 20)
            inputs = {"spectrum": data}
        case "sine":
            model = sine()
            data = rng.uniform(0, 2 * np.pi, (1024, 1)).astype(np.float32)
            train(model, data, np.sin(data), "mse", 150, 5e-3)
            inputs = {"angle": data}
        case "dict_io":
            model = dict_io()
            inputs = {k: rng.normal(size=(64, n)).astype(np.float32) for k, n in (("alpha", 4), ("beta", 3))}
            model.get_layer("q").bias.assign(rng.normal(size=5))
        case "two_signatures":
            return write("two_signatures_float32", convert(TwoSignatures(), ["encode", "decode"], "float32", iter))
        case "counter":
            return write("counter_float32", convert(Counter(), ["add", "read"], "float32", iter))
        case _:
            raise SystemExit(f"unknown model {name}: {', '.join(MODELS)}")

    def samples() -> Iterator[dict[str, np.ndarray]]:
        for row in range(min(100, len(next(iter(inputs.values()))))):
            yield {key: value[row : row + 1] for key, value in inputs.items()}

    for recipe in recipes:
        content = convert(fixed(model), ["serving_default"], recipe, samples)
        write(f"{name}_{recipe}", with_reshape(content) if name in ("kws", "vww", "resnet8") else content)
    if name == "sine":
        write("sine_any_batch_float32", convert(fixed(model, None), ["serving_default"], "float32", samples))


MODELS = ("kws", "vww", "resnet8", "ad01", "sine", "mixed", "dict_io", "two_signatures", "counter")

if __name__ == "__main__":
    tf.config.experimental.enable_op_determinism()
    for chosen in sys.argv[1:] or MODELS:
        build(chosen)
