"""JAX functions as a file: the StableHLO module, what goes in and out of it, and JAX's own serialized form."""

from __future__ import annotations

import importlib.metadata
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edgeflow.convert.exporting import SERVING, unique_names
from edgeflow.convert.types import Port, Source, SourceSignature
from edgeflow.errors import ConversionError, ModelError

JAX_HINT = "pip install 'edgeflow[jax]'"


@dataclass(frozen=True)
class Exported:
    """A JAX function for the converter's own JAX path: what to call, its inputs as (name, zeros), its ends in order."""

    call: Callable[..., Any]
    inputs: tuple[tuple[str, Any], ...]
    signature: SourceSignature
    versions: dict[str, str]


def write_file(function: Callable[..., Any], inputs: Mapping[str, Any], path: Path) -> None:
    """Export `function`, called with `inputs` in their order (arrays, or anything with shape and dtype), to `path`.

    Raises ConversionError where JAX is missing or cannot trace the function.
    """
    try:
        import jax
        from jax import export
    except ImportError:
        raise ConversionError("JAX is not installed", JAX_HINT) from None
    shaped: Any = jax.ShapeDtypeStruct
    try:
        given = [shaped(np.shape(value), value.dtype) for value in inputs.values()]
        exported = export.export(jax.jit(function), platforms=["cpu"])(*given)
    except Exception as error:
        first = (str(error).splitlines() or [""])[0][:200]
        raise ConversionError(
            f"the JAX function cannot be exported: {first}", "do the example inputs have the right names and shapes?"
        ) from None
    described = {
        "inputs": _described(unique_names(list(inputs)), exported.in_avals),
        "outputs": _described(_output_names(exported), exported.out_avals),
        "kept": list(exported.module_kept_var_idx),
        "version": exported.calling_convention_version,
        "versions": {"jax": importlib.metadata.version("jax")},
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (
            ("exported.json", json.dumps(described).encode()),
            ("module", bytes(exported.mlir_module_serialized)),
            ("exported", bytes(exported.serialize())),
        ):
            archive.writestr(zipfile.ZipInfo(name), content)  # without the time, so that the same gives the same


def write_saved_model(source: Source, folder: Path, *, with_jax: bool) -> Exported | None:
    """Write the file's function as a SavedModel; with `with_jax` also give it back as a JAX function."""
    import tensorflow as tf
    from tensorflow.compiler.tf2xla.python import xla

    try:
        with zipfile.ZipFile(source.path) as archive:
            told = json.loads(archive.read("exported.json"))
            module, whole = archive.read("module"), archive.read("exported")
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        raise ModelError(f"{source.origin}: not a whole export of a JAX function", "export it again") from None
    names = [end["name"] for end in told["inputs"]]
    outputs = told["outputs"]

    def serving(*tensors: Any) -> dict[str, Any]:
        results = xla.call_module(
            [tensors[place] for place in told["kept"]],
            version=told["version"],
            module=module,
            Tout=[tf.as_dtype(end["dtype"]) for end in outputs],
            Sout=[end["shape"] for end in outputs],
            platforms=["CPU"],
        )
        return {end["name"]: value for end, value in zip(outputs, results, strict=True)}

    holder = tf.Module()
    specs = [tf.TensorSpec(end["shape"], tf.as_dtype(end["dtype"]), name=end["name"]) for end in told["inputs"]]
    holder.serving = tf.function(serving, input_signature=specs)
    tf.saved_model.save(holder, str(folder), signatures={SERVING: holder.serving.get_concrete_function()})
    if not with_jax:
        return None
    try:
        from jax import export
    except ImportError:
        raise ConversionError("JAX is not installed", JAX_HINT) from None
    zeros = [np.zeros(end["shape"], end["dtype"]) for end in told["inputs"]]
    call = export.deserialize(bytearray(whole)).call
    signature = SourceSignature(SERVING, _ports(told["inputs"]), _ports(outputs))
    return Exported(call, tuple(zip(names, zeros, strict=True)), signature, dict(told["versions"]))


def _ports(ends: Sequence[Mapping[str, Any]]) -> tuple[Port, ...]:
    return tuple(Port(end["name"], end["dtype"], tuple(end["shape"])) for end in ends)


def _described(names: Sequence[str], ends: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "dtype": str(end.dtype), "shape": [int(n) for n in end.shape]}
        for name, end in zip(names, ends, strict=True)
    ]


def _output_names(exported: Any) -> list[str]:
    """A mapping's keys in JAX's order, else places."""
    import jax

    count = len(exported.out_avals)
    shape = jax.tree_util.tree_unflatten(exported.out_tree, range(count))
    if isinstance(shape, dict) and all(isinstance(place, int) for place in shape.values()):
        return unique_names([str(key) for key, _ in sorted(shape.items(), key=lambda item: item[1])])
    return [f"output_{place}" for place in range(count)]
