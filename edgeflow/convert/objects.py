"""Keras objects of the caller's process, written to files that the conversion child can read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from edgeflow.convert.exporting import export_keras
from edgeflow.convert.loading import short
from edgeflow.convert.sources import KINDS
from edgeflow.errors import ConversionError, UsageError


def is_keras_model(value: object) -> bool:
    """Whether this is a model of Keras 3 or tf_keras; neither is imported."""
    return any(
        kind.__name__ == "Model" and kind.__module__.split(".")[0] in ("keras", "tf_keras")
        for kind in type(value).__mro__
    )


def write_object(model: Any, folder: Path, *, keep_batch: bool) -> tuple[Path, str]:
    """Write a Keras model into `folder` and give what was written and the model's name.

    A model on TensorFlow becomes a SavedModel, so that layers of the caller's own need no class in the child; one
    on another backend becomes a `.keras` file. Raises UsageError for other objects, ConversionError where the model
    cannot be written.
    """
    if not is_keras_model(model):
        raise UsageError(
            f"a {type(model).__module__}.{type(model).__name__} cannot be converted", f"give {KINDS}, or a Keras model"
        )
    name = re.sub(r"[^\w.-]", "_", str(getattr(model, "name", ""))) or "model"
    try:
        if _backend(model) != "tensorflow":
            path = folder / "model.keras"
            model.save(str(path))
        else:
            path = folder / "model"
            export_keras(model, path, keep_batch=keep_batch)
    except Exception as error:
        raise ConversionError(
            f"Keras model {name}: cannot be written: {short(error)}", "call it once or give it an Input, then try again"
        ) from None
    return path, name


def _backend(model: Any) -> str:
    if any(kind.__module__.split(".")[0] == "tf_keras" for kind in type(model).__mro__):
        return "tensorflow"
    import keras

    return str(keras.backend.backend())
