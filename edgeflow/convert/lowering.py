"""A loaded source to `.tflite` bytes: the part of the conversion child that calls the converter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from edgeflow.convert.arrays import Arrays
from edgeflow.convert.loading import Loaded, short
from edgeflow.convert.recipes import Recipe
from edgeflow.errors import ConversionError
from edgeflow.progress import Progress

# tensorflow/lite/python/metrics/converter_error_data.proto, ConverterError.ErrorCode
_WHY = {
    1: "only among TensorFlow's Select (Flex) operators",
    2: "only as a custom operator",
    3: "control flow of TensorFlow 1",
    4: "a function call that could not be inlined",
}


def lower(loaded: Loaded, recipe: Recipe, samples: Arrays | None, progress: Progress) -> bytes:
    """Convert by recipe; `samples` as `calibration.collect` gives them, where the recipe calibrates.

    Raises ConversionError; `reasons` names each unsupported operator.
    """
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_saved_model(
        str(loaded.folder), signature_keys=[s.key for s in loaded.signatures], tags=set(loaded.tags)
    )
    match recipe.weight_dtype:
        case "float32":
            pass
        case "float16":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.target_spec.supported_types = [tf.float16]
        case "int8":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        case _:
            raise ConversionError(f"recipe {recipe.name}: weights cannot become {recipe.weight_dtype}")
    if recipe.needs_calibration:
        given = samples or {}
        count = len(next(iter(given.values()), ()))

        def rows() -> Iterator[Arrays]:
            for row in range(count):
                progress("calibrating", row, count)
                yield {name: np.ascontiguousarray(array[row]) for name, array in given.items()}
            progress("calibrating", count, count)

        converter.representative_dataset = rows
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.as_dtype(recipe.io_dtype)
    try:
        return bytes(converter.convert())
    except Exception as error:
        raise _explained(error, recipe) from None


def _explained(error: Exception, recipe: Recipe) -> ConversionError:
    operators = _operators(error)
    if operators:
        names = ", ".join(dict.fromkeys(name for name, _ in operators))
        return ConversionError(
            f"TensorFlow Lite has no {names}",
            "replace these operators in the model by ones TensorFlow Lite has",
            [f"{name}: {_WHY.get(code, 'cannot be converted')}" for name, code in operators],
        )
    text = str(error)
    if blocked := re.search(r"not yet supported for op: '?\"?([\w.]+)", text):
        return ConversionError(
            f"recipe {recipe.name}: {blocked[1]} cannot be quantized",
            "choose --quantize dynamic or float16, or replace that operator",
        )
    if "element_shape to be static" in text:
        return ConversionError(
            "a recurrent layer with a free batch cannot be converted", "let the batch be fixed: leave --keep-batch out"
        )
    return ConversionError(
        f"recipe {recipe.name}: the converter failed: {short(error)}",
        "try --quantize none to see whether it is the recipe",
    )


def _operators(error: Exception) -> list[tuple[str, int]]:
    """(operator, error code) of all that the converter could not translate, without repetition."""
    found: dict[tuple[str, int], None] = {}
    details: Any = getattr(error, "errors", ())
    for item in details or ():
        name = str(getattr(getattr(item, "operator", None), "name", ""))
        if name:
            found[name.removeprefix("tf."), int(item.error_code)] = None
    text = str(error)
    for label, code in (("TF Select ops", 1), ("Custom ops", 2)):
        if listed := re.search(rf"{label}: ([^\n]+)", text):
            for name in re.split(r",\s*", listed[1].strip()):
                if not any(known == name for known, _ in found):
                    found[name, code] = None
    precise = [(name, code) for name, code in found if code in _WHY]
    return sorted(precise or found)
