"""Objects of the caller's process, written to files that the conversion child can read."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from edgeflow.convert import exporting, jax_file
from edgeflow.convert.exporting import export_keras
from edgeflow.convert.loading import short
from edgeflow.convert.sources import KINDS, open_source
from edgeflow.convert.types import Reading, Source
from edgeflow.errors import ConversionError, EdgeflowError, UsageError


def is_keras_model(value: object) -> bool:
    """Whether this is a model of Keras 3 or tf_keras; neither is imported."""
    return any(
        kind.__name__ == "Model" and kind.__module__.split(".")[0] in ("keras", "tf_keras")
        for kind in type(value).__mro__
    )


def open_any(given: Any, folder: Path, how: Reading, example_inputs: Any = None) -> Source:
    """Open a source by its path, or write an object into `folder` as `open_object` does and open that."""
    if isinstance(given, str | os.PathLike):
        return open_source(given, how)
    return open_object(given, folder, how, example_inputs)


def open_object(given: Any, folder: Path, how: Reading, example_inputs: Any = None) -> Source:
    """Write a Keras model, TensorFlow function(s), a TensorFlow 1 session or a JAX function into `folder`, and open it.

    `example_inputs` (arrays, or what has shape and dtype, by name or in order) are needed for a JAX function and for
    a `tf.function` that was never traced. Raises UsageError for other objects, ConversionError where the object
    cannot be written.
    """
    if how.signature or how.tags:
        raise UsageError("an object has no signatures and tags to choose from", "leave them out")
    how = replace(how, unsafe_lambda=True)  # the caller's own code, already running
    if is_keras_model(given):
        if how.unroll_rnn:
            given = exporting.unrolled(given)
        path, name = _write_keras(given, folder, keep_batch=how.keep_batch)
        return replace(open_source(path, replace(how, unroll_rnn=False)), origin=f"Keras model {name}", name=name)
    named = given if isinstance(given, Mapping) and given else {exporting.SERVING: given}
    if all(_of_tensorflow(item, "eager") for item in named.values()):
        path = folder / "function"
        _write_functions(named, example_inputs, path, how)
        name = _name(next(iter(named.values())))
        return replace(open_source(path, how), origin=f"TensorFlow function {name}", name=name)
    if _of_tensorflow(given, "client.session"):
        path = folder / "graph.pb"
        how = _write_session(given, how, path)
        return replace(open_source(path, how), origin="TensorFlow session", name="session")
    if callable(given):
        path, name = folder / "function.zip", _name(given)
        jax_file.write_file(given, _by_name(given, example_inputs, name), path)
        return replace(open_source(path, how), origin=f"JAX function {name}", name=name)
    raise UsageError(
        f"a {type(given).__module__}.{type(given).__name__} cannot be converted",
        f"give {KINDS}, a Keras model, a TensorFlow or JAX function, or a session",
    )


def _write_keras(model: Any, folder: Path, *, keep_batch: bool) -> tuple[Path, str]:
    """Write a Keras model: on TensorFlow as a SavedModel, so that the child needs no layers of the caller's."""
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


def _name(given: Any) -> str:
    own = getattr(given, "__name__", None) or getattr(given, "name", None)
    name = re.sub(r"__inference_|_\d+$", "", str(own or "")).strip("<>")
    return re.sub(r"[^\w.-]", "_", name).strip("_") or "function"


def _of_tensorflow(given: object, part: str) -> bool:
    """Whether an object's class stands in that part of TensorFlow, which is not imported."""
    return any(kind.__module__.startswith(f"tensorflow.python.{part}") for kind in type(given).__mro__)


def _by_name(given: Any, example_inputs: Any, name: str) -> Mapping[str, Any]:
    """The example inputs by name; those given in order take the function's own parameter names."""
    if example_inputs is None:
        raise UsageError(f"JAX function {name}: its inputs are not known", "give example_inputs={'x': array}")
    if isinstance(example_inputs, Mapping):
        return example_inputs
    several = isinstance(example_inputs, Sequence) and not hasattr(example_inputs, "dtype")
    values = list(example_inputs) if several else [example_inputs]
    try:
        names = list(inspect.signature(given).parameters)[: len(values)]
    except (TypeError, ValueError):
        names = []
    if len(names) != len(values):
        names = [f"input_{place}" for place in range(len(values))]
    return dict(zip(names, values, strict=True))


def _write_functions(named: Mapping[str, Any], example_inputs: Any, folder: Path, how: Reading) -> None:
    import tensorflow as tf

    holder = tf.Module()
    kept: list[Any] = []
    signatures = {}
    for place, (key, given) in enumerate(named.items()):
        concrete = _concrete(given, example_inputs)
        structure = concrete.structured_input_signature
        ends = tf.nest.flatten(structure) if structure is not None else list(concrete.inputs)
        if not all(hasattr(end, "dtype") and hasattr(end, "shape") for end in ends):
            raise UsageError(f"TensorFlow function {key}: takes more than tensors", "wrap it in one that takes tensors")
        own = [getattr(end, "name", None) or f"input_{n}" for n, end in enumerate(ends)]
        names = exporting.unique_names(own)
        shapes = {name: shape for name, shape in how.input_shapes if name in names}
        specs = [
            tf.TensorSpec(exporting.sized(name, end.shape, how.keep_batch, shapes), end.dtype, name=name)
            for name, end in zip(names, ends, strict=True)
        ]
        outer = tf.function(_calling(concrete, structure), input_signature=specs)
        # captured variables, a Keras model's too, must be held as they are: else they are left out of the model
        kept += list(concrete.graph.variables)
        setattr(holder, f"function_{place}", outer)
        signatures[key] = outer
    holder.kept = kept
    try:
        traced = {key: outer.get_concrete_function() for key, outer in signatures.items()}
        lines = tf.saved_model.SaveOptions(save_debug_info=True)  # to name the caller's own lines in errors
        tf.saved_model.save(holder, str(folder), signatures=traced, options=lines)
    except EdgeflowError:
        raise
    except Exception as error:
        raise ConversionError(
            f"the TensorFlow function cannot be written: {short(error)}", "does it run when you call it?"
        ) from None


def _calling(concrete: Any, structure: Any) -> Any:
    import tensorflow as tf

    def call(*tensors: Any) -> dict[str, Any]:
        if structure is None:
            answer = concrete(*tensors)
        else:
            args, kwargs = tf.nest.pack_sequence_as(structure, list(tensors))
            answer = concrete(*args, **kwargs)
        return exporting.labelled(answer, [])

    return call


def _concrete(given: Any, example_inputs: Any) -> Any:
    if not hasattr(given, "get_concrete_function"):
        return given
    import tensorflow as tf

    if example_inputs is None:
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
    else:
        named = isinstance(example_inputs, Mapping)
        args = [] if named else [tf.TensorSpec(v.shape, v.dtype) for v in example_inputs]
        kwargs = {n: tf.TensorSpec(v.shape, v.dtype, name=n) for n, v in example_inputs.items()} if named else {}
    try:
        return given.get_concrete_function(*args, **kwargs)
    except Exception as error:
        raise UsageError(
            f"TensorFlow function {_name(given)}: cannot be traced: {short(error)}",
            "give it an input_signature, pass a concrete function, or example_inputs",
        ) from None


def _write_session(session: Any, how: Reading, path: Path) -> Reading:
    """Freeze a session's graph up to the outputs that `how` names."""
    import tensorflow as tf

    if not how.output_arrays:
        raise UsageError("which tensors of the session are the outputs?", "give output_arrays=[…], names or tensors")
    nodes = [name.partition(":")[0] for name in how.output_arrays]
    try:
        frozen = tf.compat.v1.graph_util.convert_variables_to_constants(session, session.graph.as_graph_def(), nodes)
    except Exception as error:
        raise ConversionError(
            f"the session's graph cannot be frozen: {short(error)}", "are its variables initialized?"
        ) from None
    path.write_bytes(frozen.SerializeToString(deterministic=True))
    return replace(how, kind="frozen-graph")


def _backend(model: Any) -> str:
    if any(kind.__module__.split(".")[0] == "tf_keras" for kind in type(model).__mro__):
        return "tensorflow"
    import keras

    return str(keras.backend.backend())
