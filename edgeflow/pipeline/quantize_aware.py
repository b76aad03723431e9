"""`quantize_aware`: a trained tf_keras model trained on with its quantization simulated."""

from __future__ import annotations

from typing import Any

from edgeflow.convert import training
from edgeflow.errors import UsageError
from edgeflow.pipeline.prune import Trained


def quantize_aware(
    model: Any,
    inputs: Any,
    labels: Any,
    *,
    epochs: int = 2,
    batch_size: int = 32,
    validation: tuple[Any, Any] | None = None,
) -> Trained:
    """Train a compiled tf_keras model on `inputs` and `labels` as it will compute in int8.

    The model given is left as it is. Convert the result with `quantize="int8"` and representative data, or with
    `quantize="dynamic"` for float ends: either way its own ranges are used. `validation` as in `prune`. Raises
    UsageError for Keras 3 models, ConversionError where tensorflow-model-optimization is missing or refuses a layer.
    """
    if epochs < 1 or batch_size < 1:
        raise UsageError(f"{epochs} epochs of batches of {batch_size} train nothing", "give one or more")
    training.keras_of(model)
    made = training.quantization_aware(training.compiled_copy(model))
    made.compile_from_config(model.get_compile_config())
    checked = validation or (inputs, labels)
    before = training.accuracy(model, *checked)
    made.fit(inputs, labels, epochs=epochs, batch_size=batch_size, verbose=0)
    return Trained(
        made,
        training.sparsity_of(made),
        before,
        training.accuracy(made, *checked),
        training.compressed_bytes(model),
        training.compressed_bytes(made),
    )
