"""Keras models and SavedModel signatures as SavedModels with a fixed batch and sensible names.

Runs where TensorFlow is: in the conversion child, or in the process that made a Keras object.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeflow.errors import UsageError

SERVING = "serving_default"
Function = Callable[[Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Exported:
    """A Keras model's signature: called by input names, TensorFlow's own function, and the inputs' TensorSpecs."""

    function: Function
    concrete: Any
    inputs: tuple[Any, ...]


def export_keras(
    model: Any, folder: Path, *, keep_batch: bool, shapes: Mapping[str, Sequence[int]] | None = None
) -> Exported | None:
    """Write a Keras model (Keras 3 on TensorFlow, or tf_keras) to `folder` as a SavedModel with one signature.

    The signature's names are the model's own. Weights are held as plain variables: a Keras 3 model passed along as
    a trackable would leave them out of the `.tflite`. Gives what is behind the signature; None for a model without
    symbolic inputs (a subclassed one), which is left to Keras's own exporter.
    """
    import tensorflow as tf

    if not getattr(model, "inputs", None):
        with contextlib.redirect_stdout(io.StringIO()):  # tf_keras cannot be told to be quiet
            model.export(str(folder), **({} if _of_keras_2(model) else {"format": "tf_saved_model", "verbose": False}))
        return None
    structure = _input_structure(model)
    ends = tf.nest.flatten(structure)
    names = unique_names([end.name for end in ends])
    require_inputs(shapes or {}, names)
    specs = [
        tf.TensorSpec(sized(name, end.shape, keep_batch, shapes or {}), end.dtype, name=name)
        for end, name in zip(ends, names, strict=True)
    ]
    output_names = _output_names(model)

    def serving(*tensors: Any) -> dict[str, Any]:
        answer = model(tf.nest.pack_sequence_as(structure, list(tensors)), training=False)
        return labelled(answer, output_names)

    holder = tf.Module()
    holder.kept = [_tensorflow_variable(variable) for variable in model.variables]
    holder.serving = tf.function(serving, input_signature=specs)
    function, concrete = holder.serving, holder.serving.get_concrete_function()
    tf.saved_model.save(holder, str(folder), signatures={SERVING: concrete})
    return Exported(lambda inputs: dict(function(*(inputs[name] for name in names))), concrete, tuple(specs))


def sizes(
    loaded: Any, keys: Sequence[str], keep_batch: bool, shapes: Mapping[str, Sequence[int]]
) -> dict[str, dict[str, list[int | None]]]:
    """The input shapes of a loaded SavedModel's signatures with the batch fixed to 1, or as `shapes` has them.

    Raises UsageError for a name in `shapes` that no signature has, or a size that an input cannot have.
    """
    given = {key: loaded.signatures[key].structured_input_signature[1] for key in keys}
    require_inputs(shapes, [name for inputs in given.values() for name in inputs])
    return {
        key: {name: sized(name, spec.shape, keep_batch, shapes) for name, spec in inputs.items()}
        for key, inputs in given.items()
    }


def rebatched(function: Any, shapes: Mapping[str, Sequence[int | None]]) -> Any:
    """A `tf.function` around a signature's own that takes inputs of the given shapes, in their order."""
    import tensorflow as tf

    given, names = function.structured_input_signature[1], list(shapes)
    specs = [tf.TensorSpec(shapes[name], given[name].dtype, name=name) for name in names]
    return tf.function(_positional(function, names), input_signature=specs)


def export_rebatched(loaded: Any, shapes: Mapping[str, Mapping[str, Sequence[int | None]]], folder: Path) -> None:
    """Trace a loaded SavedModel's signatures anew with other input shapes and write them to `folder`.

    The signatures keep their names. The long way, for what `write_rebatched` cannot do.
    """
    import tensorflow as tf

    holder = tf.Module()
    holder.source = loaded
    signatures = {}
    for place, (key, inputs) in enumerate(shapes.items()):
        outer = rebatched(loaded.signatures[key], inputs)
        setattr(holder, f"signature_{place}", outer)
        signatures[key] = outer.get_concrete_function()
    tf.saved_model.save(holder, str(folder), signatures=signatures)


def weight_bytes(variables: Sequence[Any]) -> int:
    """Bytes of all variables as they stand in the source."""
    total = 0
    for variable in variables:
        size = 1
        for n in variable.shape:
            size *= int(n)
        total += size * _item_bytes(variable.dtype)
    return total


def _of_keras_2(model: Any) -> bool:
    return any(kind.__module__.startswith("tf_keras.") for kind in type(model).__mro__)


def _input_structure(model: Any) -> Any:
    """The model's symbolic inputs as its call takes them; a Keras 3 Sequential only tells them as a list."""
    try:
        return model.input
    except (AttributeError, ValueError):
        return model.inputs[0] if len(model.inputs) == 1 else list(model.inputs)


def _output_names(model: Any) -> list[str]:
    """The model's output names; a Keras 3 Sequential has none, so its last layer's name stands in."""
    names = getattr(model, "output_names", None)
    if names:
        return list(names)
    return [model.layers[-1].name] if getattr(model, "layers", None) else []


def _tensorflow_variable(variable: Any) -> Any:
    """The tf.Variable behind a Keras 3 variable; those of tf_keras are tf.Variables, whose `value` is a method."""
    inner = getattr(variable, "value", variable)
    return variable if callable(inner) else inner


def _positional(function: Any, names: Sequence[str]) -> Callable[..., dict[str, Any]]:
    def call(*tensors: Any) -> dict[str, Any]:
        return dict(function(**dict(zip(names, tensors, strict=True))))

    return call


def require_inputs(shapes: Mapping[str, Sequence[int]], names: Sequence[str]) -> None:
    """Raise UsageError where a shape is given for an input that is not there."""
    if unknown := [name for name in shapes if name not in names]:
        raise UsageError(f"no input {unknown[0]!r} to give a shape", f"the inputs are {', '.join(names)}")


def unrolled(model: Any) -> Any:
    """The same Keras model with its recurrent layers built without a loop, the weights carried over."""
    if _of_keras_2(model):
        import tf_keras as keras
    else:
        import keras

    def copy(layer: Any) -> Any:
        config = layer.get_config()
        if "unroll" in config:
            config["unroll"] = True
        return type(layer).from_config(config)

    made = keras.models.clone_model(model, clone_function=copy)
    made.set_weights(model.get_weights())
    return made


def sized(
    name: str, shape: Sequence[int | None], keep_batch: bool, shapes: Mapping[str, Sequence[int]]
) -> list[int | None]:
    """An input's shape: as asked for, else its own with the batch fixed."""
    wanted = shapes.get(name)
    if wanted is None:
        return _batched(shape, keep_batch)
    fits = len(wanted) == len(shape) and all(n in (None, w) for n, w in zip(shape, wanted, strict=True))
    if not fits:
        own = ", ".join("?" if n is None else str(n) for n in shape)
        raise UsageError(f"input {name} is [{own}], which cannot be {list(wanted)}", "only free sizes can be chosen")
    return list(wanted)


def _batched(shape: Sequence[int | None], keep_batch: bool) -> list[int | None]:
    sizes = [None if n is None else int(n) for n in shape]
    if sizes and sizes[0] is None and not keep_batch:
        sizes[0] = 1
    return sizes


def labelled(answer: Any, output_names: Sequence[str]) -> dict[str, Any]:
    """Outputs by name: a mapping's own keys, else the model's output names, else their places."""
    if isinstance(answer, Mapping):
        flat = {str(key): value for key, value in answer.items()}
        if not any(isinstance(value, Mapping | list | tuple) for value in flat.values()):
            return dict(zip(unique_names(list(flat)), flat.values(), strict=True))
    import tensorflow as tf

    values = tf.nest.flatten(answer)
    fitting = len(output_names) == len(values)
    names = list(output_names) if fitting else [f"output_{place}" for place in range(len(values))]
    return dict(zip(unique_names(names), values, strict=True))


def unique_names(names: Sequence[str]) -> list[str]:
    """Names made of letters, digits and underscores, each different."""
    seen: list[str] = []
    for name in names:
        clean = re.sub(r"\W", "_", name.split(":")[0], flags=re.ASCII) or "tensor"
        clean = clean if clean[0].isalpha() else f"tensor_{clean}"
        unique, number = clean, 1
        while unique in seen:
            unique, number = f"{clean}_{number}", number + 1
        seen.append(unique)
    return seen


def _item_bytes(dtype: Any) -> int:
    import tensorflow as tf

    return int(tf.as_dtype(dtype).size)
