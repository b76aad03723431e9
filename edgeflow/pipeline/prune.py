"""`prune`: a trained Keras model with most of its weights zero, trained on to make up for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from edgeflow.convert import training
from edgeflow.errors import UsageError


@dataclass(frozen=True)
class Trained:
    """A model trained further, and what came of it.

    `model` is a new Keras model, to be converted; accuracies are shares on the validation data, None where labels
    are no class numbers; `compressed_*` are bytes of the deflated float32 weights; `sparsity` is the share of zeros
    in weights of two or more dimensions.
    """

    model: Any
    sparsity: float
    accuracy_before: float | None
    accuracy_after: float | None
    compressed_before: int
    compressed_after: int


def prune(
    model: Any,
    inputs: Any,
    labels: Any,
    *,
    sparsity: float = 0.8,
    epochs: int = 2,
    batch_size: int = 32,
    validation: tuple[Any, Any] | None = None,
) -> Trained:
    """Prune a compiled Keras 3 or tf_keras model by magnitude to `sparsity`, training on `inputs` and `labels`.

    A tf_keras model goes through tensorflow-model-optimization (the extra `qat`), a Keras 3 model through a callback of
    edgeflow's, since that library does not know Keras 3.

    The model given is left as it is. Of each kernel the smallest weights become zero, more of them from batch to
    batch until half of the training, then as many. Deflated, or converted with `EXPERIMENTAL_SPARSITY` and
    `quantize="none"`, the model gets smaller; it does not get faster by itself. `validation` are inputs and labels to
    tell the accuracy on, by default the training data. Raises UsageError or ConversionError.
    """
    if not 0 < sparsity < 1:
        raise UsageError(f"a sparsity of {sparsity:g} means nothing", "give a share between 0 and 1, 0.8 for example")
    if epochs < 1 or batch_size < 1:
        raise UsageError(f"{epochs} epochs of batches of {batch_size} train nothing", "give one or more")
    keras = training.keras_of(model)
    made = training.compiled_copy(model)
    checked = validation or (inputs, labels)
    before = training.accuracy(model, *checked)
    steps = epochs * math.ceil(len(labels) / batch_size)
    fit = {"x": inputs, "y": labels, "epochs": epochs, "batch_size": batch_size, "verbose": 0}
    if keras.__name__ == "tf_keras":
        made = training.prune_legacy(made, model.get_compile_config(), fit, sparsity, steps)
    else:
        made = training.prune_keras_3(keras, made, fit, sparsity, steps)
    return Trained(
        made,
        training.sparsity_of(made),
        before,
        training.accuracy(made, *checked),
        training.compressed_bytes(model),
        training.compressed_bytes(made),
    )
