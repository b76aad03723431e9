"""A loaded source to `.tflite` bytes: the part of the conversion child that calls the converter."""

from __future__ import annotations

import ast
import contextlib
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from edgeflow.convert.arrays import Arrays
from edgeflow.convert.loading import Loaded, short
from edgeflow.convert.options import ConverterOptions
from edgeflow.convert.origins import keras_layer, lines
from edgeflow.convert.quantizing import quantize
from edgeflow.convert.rebatched import describe
from edgeflow.convert.recipes import RECIPES, Recipe
from edgeflow.convert.signed import signed
from edgeflow.convert.survey_bytes import layer
from edgeflow.convert.worker import LOOP_CALIBRATED
from edgeflow.errors import ConversionError, UsageError
from edgeflow.progress import Progress

# tensorflow/lite/python/metrics/converter_error_data.proto, ConverterError.ErrorCode
_WHY = {
    1: "only among TensorFlow's Select (Flex) operators",
    2: "only as a custom operator",
    3: "control flow of TensorFlow 1",
    4: "a function call that could not be inlined",
}


def lower(
    loaded: Loaded, recipe: Recipe, options: ConverterOptions, samples: Arrays | None, progress: Progress
) -> bytes:
    """Convert by recipe and options; `samples` as `calibration.collect` gives them, where the recipe calibrates.

    Raises ConversionError, whose `reasons` name each unsupported operator, or UsageError for a raw option that the
    converter does not have.
    """
    if loaded.lite is not None:
        content = loaded.lite
        if loaded.quantized and recipe.weight_dtype != "float32":
            raise ConversionError(
                f"recipe {recipe.name}: the .tflite is quantized already: it holds {', '.join(loaded.quantized)}",
                "quantize the float32 .tflite it was made from",
            )
        if options != ConverterOptions():
            raise UsageError("a .tflite does not pass TensorFlow's converter", "leave the converter's options out")
    else:
        plain = recipe if recipe.engine == "converter" else RECIPES["none"]
        content = _converted(loaded, plain, options, samples, progress)
        if loaded.jax is not None:
            content = signed(content, loaded.jax.signature)
    if recipe.engine == "quantizer":
        progress("quantizing", 0, None)
        content = quantize(content, recipe, samples if recipe.needs_calibration else None, loaded.signatures[0].key)
    return content


def _converted(
    loaded: Loaded, recipe: Recipe, options: ConverterOptions, samples: Arrays | None, progress: Progress
) -> bytes:
    import tensorflow as tf

    if loaded.jax is not None:
        converter = tf.lite.TFLiteConverter.experimental_from_jax([loaded.jax.call], [list(loaded.jax.inputs)])
    else:
        keys = [signature.key for signature in loaded.signatures]
        with _loaded_already(loaded):
            converter = tf.lite.TFLiteConverter.from_saved_model(
                str(loaded.folder), signature_keys=keys, tags=set(loaded.tags)
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

        def rows() -> Iterator[Any]:
            for row in range(count):
                progress("calibrating", row, count)
                sample = {name: np.ascontiguousarray(array[row]) for name, array in given.items()}
                yield sample if loaded.jax is None else [sample[name] for name, _ in loaded.jax.inputs]
            progress("calibrating", count, count)

        converter.representative_dataset = rows
        converter.target_spec.supported_ops = _operator_sets(recipe)
        converter.inference_input_type = tf.as_dtype(recipe.io_dtype)
        converter.inference_output_type = tf.as_dtype(recipe.outputs)
        converter._experimental_disable_per_channel = not recipe.per_channel
        if loaded.jax is None and _has_loop(loaded.folder):
            print(LOOP_CALIBRATED, file=sys.stderr, flush=True)  # noqa: T201 - stderr is the child's log
    _set(converter, options)
    try:
        with _loaded_already(loaded):
            return bytes(converter.convert())
    except Exception as error:
        raise _explained(error, recipe, loaded) from None


@contextlib.contextmanager
def _loaded_already(loaded: Loaded) -> Iterator[None]:
    """Keep the converter from loading a SavedModel twice more in Python, where it only looks up signatures' names.

    Its C++ reads the files by itself, debug info too. A converter that is built otherwise is left as it is.
    """
    from tensorflow.core.framework import graph_debug_info_pb2
    from tensorflow.lite.python import lite as module

    known = SimpleNamespace(
        signatures={signature.key: None for signature in loaded.signatures},
        graph_debug_info=graph_debug_info_pb2.GraphDebugInfo(),
    )
    own = getattr(module, "_load", None)
    if own is None or loaded.jax is not None:
        yield
        return
    module._load = lambda *_, **__: known
    try:
        yield
    finally:
        module._load = own


def _has_loop(folder: Path) -> bool:
    model = describe(folder)
    graphs = [graph.graph_def for graph in model.meta_graphs]
    nodes = [node for graph in graphs for part in (graph, *graph.library.function) for node in _nodes(part)]
    return any(node.op in ("While", "StatelessWhile") for node in nodes)


def _nodes(part: Any) -> Any:
    return part.node_def if hasattr(part, "node_def") else part.node


def _operator_sets(recipe: Recipe) -> list[Any]:
    import tensorflow as tf

    sets = tf.lite.OpsSet
    if recipe.activation_dtype == "int16":
        return [sets.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8]
    return [sets.TFLITE_BUILTINS_INT8, *([sets.TFLITE_BUILTINS] if recipe.float_fallback else [])]


def _set(converter: Any, options: ConverterOptions) -> None:
    """What the user asked for, over what the recipe set."""
    import tensorflow as tf

    if options.optimizations:
        converter.optimizations = [tf.lite.Optimize[name] for name in options.optimizations]
    if options.supported_ops:
        asked = [tf.lite.OpsSet[name] for name in options.supported_ops]
        keep = list(converter.target_spec.supported_ops) if asked == [tf.lite.OpsSet.SELECT_TF_OPS] else []
        converter.target_spec.supported_ops = [*keep, *asked]
    if options.supported_types:
        converter.target_spec.supported_types = [tf.as_dtype(name) for name in options.supported_types]
    if options.select_user_tf_ops:
        converter.target_spec.experimental_select_user_tf_ops = list(options.select_user_tf_ops)
    if options.supported_backends:
        converter.target_spec.experimental_supported_backends = list(options.supported_backends)
    converter.allow_custom_ops = options.allow_custom_ops
    converter.exclude_conversion_metadata = options.exclude_conversion_metadata
    converter.experimental_new_quantizer = options.new_quantizer
    converter.experimental_enable_resource_variables = options.resource_variables
    for name, value in options.raw:
        _set_raw(converter, name, value)


_NOT_RAW = ("representative_dataset", "target_spec", "saved_model_dir", "convert", "experimental_new_converter")


def _set_raw(converter: Any, name: str, text: str) -> None:
    """Set an attribute by name; `target_spec.NAME` reaches one level down."""
    holder, last = (converter.target_spec, name[12:]) if name.startswith("target_spec.") else (converter, name)
    there = vars(holder)
    if last not in there or name in _NOT_RAW:
        known = ", ".join(sorted(key for key in there if _plain(there[key]) and key not in _NOT_RAW))
        raise UsageError(f"the installed converter has no option {name!r} to set", f"it has {known}")
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        value = text
    before = there[last]
    if isinstance(before, bool) and not isinstance(value, bool):
        raise UsageError(f"{name}: {text!r} is neither True nor False", f"write {name}=True or {name}=False")
    if not _plain(before):
        raise UsageError(f"{name} holds a {type(before).__name__}, which no text can give", "use the flag of its own")
    setattr(holder, last, value)


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def _explained(error: Exception, recipe: Recipe, loaded: Loaded | None = None) -> ConversionError:
    operators, text = _operators(error), str(error)
    places = _places(error, loaded)
    told = [f"{name}: {_WHY.get(code, 'cannot be converted')}{places.get(name, '')}" for name, code in operators]
    if "element_shape to be static" in text or any(name == "TensorListReserve" for name, _ in operators):
        return ConversionError(
            "a recurrent layer whose batch is free, or was when it was exported, cannot be converted",
            "give the .keras file and leave --keep-batch out, or export it with a batch of 1",
            told,
        )
    if operators:
        names = ", ".join(dict.fromkeys(name for name, _ in operators))
        return ConversionError(
            f"TensorFlow Lite has no {names}",
            _way_out([code for _, code in operators]),
            told,
        )
    if blocked := re.search(r"not yet supported for op: '?\"?([\w.]+)", text):
        return ConversionError(
            f"recipe {recipe.name}: {blocked[1]} cannot be quantized",
            "choose --quantize dynamic or float16, or replace that operator",
        )
    return ConversionError(
        f"recipe {recipe.name}: the converter failed: {short(error)}",
        "try --quantize none to see whether it is the recipe",
    )


def _way_out(codes: Sequence[int]) -> str:
    """What to do about operators that TensorFlow Lite lacks."""
    way = "replace these operators in the model by ones TensorFlow Lite has"
    if all(code == 1 for code in codes):
        return f"{way}; for Android, --select-tf-ops takes TensorFlow's own along"
    return f"{way}, or pass --allow-custom-ops and bring kernels for them"


def _places(error: Exception, loaded: Loaded | None) -> dict[str, str]:
    """`, in layer NAME (file:line)` by operator, as far as it is known."""
    nodes: dict[str, str] = {}
    for item in getattr(error, "errors", None) or ():
        calls: Any = getattr(getattr(item, "location", None), "call", ())
        if node := next((call.name.partition("@")[0] for call in calls if call.name), ""):
            nodes.setdefault(item.operator.name.removeprefix("tf."), node)
    if loaded is None or loaded.concrete is None or not nodes:
        return {name: f", in {layer(node)}" for name, node in nodes.items()}
    where: dict[str, str] = {}
    for signature in loaded.signatures:
        where |= lines(loaded.concrete(signature.key), loaded.folder)
    places = {}
    for name, node in nodes.items():
        inside, line = keras_layer(node, loaded.layers), where.get(node)
        places[name] = f", in {f'layer {inside}' if inside else layer(node)}" + (f" ({line})" if line else "")
    return places


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
