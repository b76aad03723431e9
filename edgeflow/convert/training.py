"""Training on the way to a smaller model: magnitude pruning and quantization-aware training, in the caller's process.

Models are objects of Keras 3 or tf_keras that the caller has made and compiled, so Keras is the caller's own here.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from edgeflow.convert.loading import LEGACY_HINT, short
from edgeflow.convert.objects import is_keras_model
from edgeflow.errors import ConversionError, UsageError


def keras_of(model: Any) -> Any:
    """The Keras that made `model`: the module `keras` or `tf_keras`. UsageError for anything else."""
    if not is_keras_model(model):
        raise UsageError(
            f"a {type(model).__module__}.{type(model).__name__} cannot be trained here", "give a Keras model"
        )
    legacy = any(kind.__module__.split(".")[0] == "tf_keras" for kind in type(model).__mro__)
    return importlib.import_module("tf_keras" if legacy else "keras")


def compiled_copy(model: Any) -> Any:
    """A copy with the same weights, compiled as the model is. UsageError where it was not compiled or built."""
    if getattr(model, "optimizer", None) is None:
        raise UsageError("the model was not compiled: how to train it is not known", "call model.compile(…) first")
    try:
        copy = keras_of(model).models.clone_model(model)
        copy.set_weights(model.get_weights())
        copy.compile_from_config(model.get_compile_config())
    except Exception as error:
        raise ConversionError(
            f"the model cannot be copied: {short(error)}", "build it from layers with a Keras configuration"
        ) from None
    return copy


def kernels(model: Any) -> list[Any]:
    """The weights that pruning may set to zero: kernels of two or more dimensions, of layers inside others too."""
    found: dict[int, Any] = {}
    for layer in model._flatten_layers():
        kernel = getattr(layer, "_kernel", None) if hasattr(layer, "_kernel") else getattr(layer, "kernel", None)
        if kernel is not None and len(kernel.shape) >= 2 and getattr(layer, "trainable", True):
            found[id(kernel)] = kernel
    return list(found.values())


def sparsity_of(model: Any) -> float:
    """The share of zeros in its weights of two or more dimensions."""
    arrays = [np.asarray(array) for array in model.get_weights() if np.ndim(array) >= 2]
    total = sum(array.size for array in arrays)
    return sum(int((array == 0).sum()) for array in arrays) / total if total else 0.0


def set_smallest_to_zero(weights: Sequence[Any], sparsity: float) -> None:
    """In each weight on its own, the `sparsity` share that is smallest by magnitude becomes zero."""
    for weight in weights:
        array = np.asarray(weight.numpy())
        count = math.floor(sparsity * array.size)
        if count:
            flat = array.ravel().copy()
            flat[np.argpartition(np.abs(flat), count - 1)[:count]] = 0
            weight.assign(flat.reshape(array.shape))


def prune_keras_3(keras: Any, made: Any, fit: dict[str, Any], sparsity: float, steps: int) -> Any:
    """Train `made` with `fit`'s arguments while its kernels are pruned; gives it back."""
    weights = kernels(made)
    if not weights:
        raise UsageError("the model has no kernels to prune", "it takes dense and convolutional layers")
    made.fit(**fit, callbacks=[pruning_callback(keras, weights, sparsity, steps)])
    return made


def prune_legacy(made: Any, compiled: dict[str, Any], fit: dict[str, Any], sparsity: float, steps: int) -> Any:
    """The same for a tf_keras model with tensorflow-model-optimization, whose wrappers are taken off again.

    It prunes the layers it knows, among them embeddings and recurrent ones. Raises ConversionError where it is not
    installed or knows a layer not.
    """
    if importlib.util.find_spec("tensorflow_model_optimization") is None:
        raise ConversionError("tensorflow-model-optimization is not installed", "pip install 'edgeflow[qat]'")
    from tensorflow_model_optimization.python.core.sparsity.keras import prune, pruning_callbacks, pruning_schedule

    every = max(1, steps // 200)  # a pruning step costs as much as a small training step
    last = max(1, steps // 2 // every) * every
    schedule = pruning_schedule.ConstantSparsity(sparsity, 0, frequency=1)
    if steps >= 4:  # with fewer there is no time to rise
        schedule = pruning_schedule.PolynomialDecay(0.0, sparsity, 0, last, frequency=every)
    try:
        wrapped = prune.prune_low_magnitude(made, pruning_schedule=schedule)
        wrapped.compile_from_config(compiled)
    except Exception as error:
        raise ConversionError(
            f"the model cannot be pruned: {short(error)}",
            "tensorflow-model-optimization takes the usual layers; build it with Keras 3 for others",
        ) from None
    wrapped.fit(**fit, callbacks=[pruning_callbacks.UpdatePruningStep()])
    stripped = prune.strip_pruning(wrapped)
    if not sparsity_of(stripped):
        raise UsageError("the model has no kernels to prune", "it takes dense and convolutional layers")
    stripped.compile_from_config(compiled)
    return stripped


def pruning_callback(keras: Any, weights: Sequence[Any], sparsity: float, steps: int) -> Any:
    """A callback that after each batch holds `weights` at a share of zeros rising to `sparsity` within `steps`.

    The share follows s·(1 - (1 - t)³), t from 0 to 1 over the first half of the steps, so that the second half
    trains what is left (Zhu and Gupta 2017, "To prune, or not to prune").
    """
    ramp = max(1, steps // 2)

    class MagnitudePruning(keras.callbacks.Callback):  # type: ignore[misc]  # the base is the caller's Keras
        def __init__(self) -> None:
            super().__init__()
            self.step = 0

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.step += 1
            share = sparsity * (1 - (1 - min(1.0, self.step / ramp)) ** 3)
            set_smallest_to_zero(weights, share)

    return MagnitudePruning()


def quantization_aware(model: Any) -> Any:
    """A tf_keras model with quantization simulated in training; ConversionError where that is not to be had."""
    if keras_of(model).__name__ != "tf_keras":
        raise UsageError(
            "quantization-aware training needs a tf_keras model: its library does not know Keras 3",
            "build the model with tf_keras, or use a recipe after training",
        )
    if importlib.util.find_spec("tensorflow_model_optimization") is None:
        raise ConversionError("tensorflow-model-optimization is not installed", "pip install 'edgeflow[qat]'")
    if importlib.util.find_spec("tf_keras") is None:
        raise ConversionError("tf_keras is not installed", LEGACY_HINT)
    from tensorflow_model_optimization.python.core.quantization.keras import quantize

    try:
        return quantize.quantize_model(model)
    except Exception as error:
        raise ConversionError(
            f"the model cannot be trained quantization-aware: {short(error)}",
            "it takes Sequential and functional models of the usual layers",
        ) from None


def accuracy(model: Any, inputs: Any, labels: Any) -> float | None:
    """The share of samples whose largest output is the labelled class; None where labels are no class numbers."""
    wanted = np.asarray(labels)
    have = model.predict(inputs, verbose=0)
    if not isinstance(have, np.ndarray) or have.ndim != 2 or have.shape[1] < 2:
        return None
    if wanted.ndim == 2 and wanted.shape == have.shape:
        wanted = wanted.argmax(axis=1)  # one-hot
    wanted = wanted.reshape(len(wanted), -1)
    if wanted.shape[1] != 1 or wanted.dtype.kind not in "iu":
        return None
    return float((have.argmax(axis=1) == wanted[:, 0]).mean())


def compressed_bytes(model: Any) -> int:
    """Bytes of all weights as float32, deflated: what an update over the air or a zip file would cost."""
    return len(zlib.compress(b"".join(np.asarray(w, np.float32).tobytes() for w in model.get_weights()), 9))
