"""Sources into TensorFlow: the part of the conversion child that reads models."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edgeflow.convert import exporting, frozen, imported, jax_file, lite, sources
from edgeflow.convert.origins import keras_layers
from edgeflow.convert.rebatched import write_rebatched
from edgeflow.convert.types import Port, Source, SourceSignature
from edgeflow.errors import ConversionError, EdgeflowError, ModelError, UsageError

LEGACY_HINT = "install Keras 2 beside Keras 3: pip install 'edgeflow[legacy]'"


@dataclass(frozen=True)
class Loaded:
    """A source ready to be converted: the SavedModel to convert and the functions that give the source's outputs.

    `concrete` gives TensorFlow's function of a signature with the sizes that are converted; `layers` are the names of
    Keras's. `lite` is a source that is a `.tflite` already, `jax` one that the converter's own JAX path takes.
    """

    folder: Path
    tags: tuple[str, ...]
    signatures: tuple[SourceSignature, ...]
    functions: Mapping[str, exporting.Function]
    weight_bytes: int | None
    versions: Mapping[str, str]
    warnings: tuple[str, ...]
    lite: bytes | None = None
    jax: jax_file.Exported | None = None
    quantized: tuple[str, ...] = ()
    concrete: Callable[[str], Any] | None = None
    layers: tuple[str, ...] = ()


def load(source: Source, scratch: Path) -> Loaded:
    """Read a source; what has to be written goes to `scratch`, an empty folder."""
    imported.run(source.imports)
    match source.kind:
        case "saved-model":
            return _saved_model(source, source.path, scratch / "rebatched")
        case "keras" | "h5":
            return _keras(source, scratch)
        case "frozen-graph":
            weights = frozen.write_saved_model(source, scratch / "imported")
            return replace(_saved_model(source, scratch / "imported", scratch / "rebatched"), weight_bytes=weights)
        case "jax":
            return _jax(source, scratch)
        case "tflite":
            model = lite.read(source)
            versions = {"ai-edge-litert": lite.version()}
            ends = (model.signatures, model.functions, model.weight_bytes, versions, _free_sizes(model.signatures))
            return Loaded(source.path, (), *ends, lite=model.content, quantized=model.quantized)
        case _:
            raise UsageError(f"{source.origin}: no way to load a {source.kind}", f"give {sources.KINDS}")


def short(error: BaseException) -> str:
    """The first line of an error that says something, of bearable length."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else type(error).__name__
    return text if len(text) <= 200 else text[:200] + "…"


def _saved_model(source: Source, path: Path, scratch: Path) -> Loaded:
    import tensorflow as tf

    try:
        loaded = tf.saved_model.load(str(path), tags=list(source.tags) or None)
    except Exception as error:
        if source.tags and any(word in str(error) for word in ("MetaGraphDef", "`tags`")):
            raise UsageError(f"{source.origin}: {short(error)}", "choose tags the SavedModel has") from None
        raise ModelError(
            f"{source.origin}: TensorFlow cannot load this SavedModel: {short(error)}", "export or copy it again"
        ) from None
    keys = [key for key in loaded.signatures if not key.startswith("__saved_model_")]
    if not keys:
        raise ModelError(
            f"{source.origin}: the SavedModel has no signatures",
            "save it with tf.saved_model.save(…, signatures=…) or model.export()",
        )
    if source.signature is not None and source.signature not in keys:
        raise UsageError(
            f"{source.origin}: no signature {source.signature!r}", f"choose one of {', '.join(sorted(keys))}"
        )
    chosen = [source.signature] if source.signature is not None else _without_alias(sorted(keys), loaded.signatures)
    signatures = tuple(_signature(key, loaded.signatures[key]) for key in chosen)
    variables = {id(v): v for key in chosen for v in loaded.signatures[key].variables}
    common = (exporting.weight_bytes(list(variables.values())) or None, _versions(tf))
    tags = source.tags or ("serve",)
    functions = {key: _calling(loaded.signatures[key]) for key in chosen}
    free_batch = any(port.shape[:1] == (-1,) for signature in signatures for port in signature.inputs)
    if not source.input_shapes and (source.keep_batch or not free_batch):
        concrete = loaded.signatures.__getitem__
        free = _free_sizes(signatures)
        return Loaded(path, tags, signatures, functions, *common, free, concrete=concrete)
    sizes = exporting.sizes(loaded, chosen, source.keep_batch, dict(source.input_shapes))
    signatures = tuple(_resized(signature, sizes[signature.key]) for signature in signatures)
    if not write_rebatched(path, scratch, tags, sizes):
        exporting.export_rebatched(loaded, sizes, scratch)
        tags = ("serve",)
    return Loaded(
        scratch,
        tags,
        signatures,
        functions,
        *common,
        _free_sizes(signatures),
        concrete=lambda key: exporting.rebatched(loaded.signatures[key], sizes[key]).get_concrete_function(),
    )


def _keras(source: Source, scratch: Path) -> Loaded:
    model, versions = _read_keras(source)  # looks at the file first, before it imports TensorFlow
    folder = scratch / "exported"
    try:
        exported = exporting.export_keras(model, folder, keep_batch=source.keep_batch, shapes=dict(source.input_shapes))
    except EdgeflowError:
        raise
    except Exception as error:
        raise ConversionError(
            f"{source.origin}: cannot be exported: {short(error)}", "build the model with fixed input shapes first"
        ) from None
    weights, layers = exporting.weight_bytes(model.weights), keras_layers(model)
    if exported is None:
        written = _saved_model(source, folder, scratch / "rebatched")
        return replace(written, weight_bytes=weights, versions=versions, layers=layers)
    key, concrete = exporting.SERVING, exported.concrete
    inputs = tuple(_port(spec.name, spec) for spec in exported.inputs)
    signatures = (SourceSignature(key, tuple(sorted(inputs, key=lambda port: port.name)), _outputs(concrete)),)
    return Loaded(
        folder,
        ("serve",),
        signatures,
        {key: exported.function},
        weights,
        versions,
        _free_sizes(signatures),
        concrete=lambda _: concrete,
        layers=layers,
    )


def _jax(source: Source, scratch: Path) -> Loaded:
    import tensorflow as tf

    folder = scratch / "imported"
    exported = jax_file.write_saved_model(source, folder, with_jax=source.jax_route == "converter")
    loaded = _saved_model(source, folder, scratch / "rebatched")
    return replace(loaded, jax=exported, versions={**_versions(tf), **exported.versions}) if exported else loaded


def _read_keras(source: Source) -> tuple[Any, dict[str, str]]:
    """Load by the Keras generation that wrote the file; Keras 3 also reads simple Keras 2 `.h5` files."""
    old = _old_h5(source) if source.kind == "h5" else sources.keras_major(source.path) == 2
    legacy = importlib.util.find_spec("tf_keras") is not None
    if old and source.kind == "keras" and not legacy:
        raise ConversionError(f"{source.origin}: written by Keras 2", LEGACY_HINT)
    try:
        model, versions = _by_tf_keras(source) if old and legacy else _by_keras(source)
        return exporting.unrolled(model) if source.unroll_rnn else model, versions
    except EdgeflowError:
        raise
    except Exception as error:
        if old and not legacy:
            raise ConversionError(f"{source.origin}: Keras 3 cannot read this Keras 2 file", LEGACY_HINT) from None
        raise _unreadable(source, error) from None


def _unreadable(source: Source, error: Exception) -> EdgeflowError:
    text = str(error)
    if "Lambda" in text and ("unsafe" in text or "safe_mode" in text):
        return sources.refuse_lambda(source.origin)
    if "Could not locate class" in text or "Unknown layer" in text:
        return ConversionError(
            f"{source.origin}: holds a layer of the author's own: {short(error)}",
            "name the module that defines it with --import MODULE, or call edgeflow.convert(model)",
        )
    return ModelError(f"{source.origin}: Keras cannot load it: {short(error)}", "copy or save the file again")


def _by_keras(source: Source) -> tuple[Any, dict[str, str]]:
    import keras
    import tensorflow as tf

    custom = imported.classes(source.imports, keras.layers.Layer)
    model = keras.models.load_model(
        str(source.path), custom_objects=custom, compile=False, safe_mode=not source.unsafe_lambda
    )
    return model, {**_versions(tf), "keras": str(keras.__version__)}


def _by_tf_keras(source: Source) -> tuple[Any, dict[str, str]]:
    import tensorflow as tf
    import tf_keras

    custom = imported.classes(source.imports, tf_keras.layers.Layer)
    model = tf_keras.models.load_model(
        str(source.path), custom_objects=custom, compile=False, safe_mode=not source.unsafe_lambda
    )
    return model, {**_versions(tf), "tf-keras": str(tf_keras.__version__)}


def _old_h5(source: Source) -> bool:
    """Check an `.h5` file and say whether Keras 1 or 2 wrote it."""
    import h5py

    try:
        with h5py.File(source.path, "r") as file:
            config, version = file.attrs.get("model_config"), file.attrs.get("keras_version", "2")
    except Exception as error:
        raise ModelError(f"{source.origin}: truncated or damaged HDF5 file: {short(error)}", "copy it again") from None
    if config is None:
        raise ModelError(
            f"{source.origin}: holds no model description, perhaps only weights",
            "save the whole model, not its weights",
        )
    if not source.unsafe_lambda and sources.text_names_lambda(_text(config)):
        raise sources.refuse_lambda(source.origin)
    return not _text(version).startswith("3")


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _versions(tf: Any) -> dict[str, str]:
    return {"tensorflow": str(tf.__version__)}


def _calling(function: Any) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    return lambda inputs: dict(function(**inputs))


def _port(name: str, spec: Any) -> Port:
    if spec.shape.rank is None:
        raise ConversionError(f"{name}: its rank is unknown", "give the input a shape when exporting the model")
    return Port(name, str(spec.dtype.name), _sizes(spec.shape))


def _signature(key: str, function: Any) -> SourceSignature:
    inputs = function.structured_input_signature[1]
    return SourceSignature(key, tuple(_port(name, inputs[name]) for name in sorted(inputs)), _outputs(function))


def _outputs(function: Any) -> tuple[Port, ...]:
    outputs = function.structured_outputs
    named = outputs if isinstance(outputs, Mapping) else {f"output_{i}": o for i, o in enumerate(outputs or ())}
    return tuple(
        Port(str(name), str(end.dtype.name), () if end.shape.rank is None else _sizes(end.shape))
        for name, end in named.items()
    )


def _sizes(shape: Any) -> tuple[int, ...]:
    return tuple(-1 if n is None else int(n) for n in shape)


def _resized(signature: SourceSignature, sizes: Mapping[str, Sequence[int | None]]) -> SourceSignature:
    return replace(signature, inputs=tuple(replace(p, shape=_sizes(sizes[p.name])) for p in signature.inputs))


def _without_alias(keys: list[str], functions: Mapping[str, Any]) -> list[str]:
    """Keras exports one function as both `serve` and `serving_default`; the second is enough."""
    alias, kept = "serve", exporting.SERVING
    if alias in keys and kept in keys:
        one, other = _signature(alias, functions[alias]), _signature(kept, functions[kept])
        if (one.inputs, one.outputs) == (other.inputs, other.outputs):
            return [key for key in keys if key != alias]
    return keys


def _free_sizes(signatures: Sequence[SourceSignature]) -> tuple[str, ...]:
    return tuple(
        f"input {port} keeps a free size: microcontrollers need it fixed"
        for signature in signatures
        for port in signature.inputs
        if -1 in port.shape
    )
