"""A `.tflite` as a source: to quantize it further, or to describe it."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from edgeflow.convert.opened import look
from edgeflow.convert.signed import signed
from edgeflow.convert.types import Port, Source, SourceSignature
from edgeflow.errors import ConversionError, ModelError

_FLOAT = ("float32", "float64", "int32", "int64", "bool", "string", "resource", "variant")


@dataclass(frozen=True)
class Read:
    content: bytes
    signatures: tuple[SourceSignature, ...]
    functions: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]
    weight_bytes: int
    quantized: tuple[str, ...]


def read(source: Source) -> Read:
    """Open it with LiteRT, by its signatures; raises ModelError where it is damaged, ConversionError where LiteRT
    cannot run it."""
    from ai_edge_litert.interpreter import Interpreter

    content = source.path.read_bytes()
    try:
        content = signed(content)
        found = look(content)
    except Exception as error:
        first = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise ModelError(f"{source.origin}: a damaged .tflite: {first}", "copy or convert it again") from None
    if found["custom"]:
        raise ConversionError(
            f"{source.origin}: LiteRT cannot run {', '.join(found['custom'])}, so nothing could be checked",
            "quantize the model it was made from",
        )
    try:
        interpreter = Interpreter(model_content=content, num_threads=1)
    except Exception as error:
        first = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise ModelError(f"{source.origin}: LiteRT cannot open it: {first}", "copy or convert it again") from None
    signatures, functions = [], {}
    for key in interpreter.get_signature_list():
        runner = interpreter.get_signature_runner(key)
        inputs = tuple(_port(name, detail) for name, detail in runner.get_input_details().items())
        outputs = tuple(_port(name, detail) for name, detail in runner.get_output_details().items())
        signatures.append(SourceSignature(key, inputs, outputs))
        functions[key] = _calling(runner)
    constants = tuple(dtype for dtype in found["constants"] if dtype not in _FLOAT)
    return Read(content, tuple(signatures), functions, len(content), constants)


def version() -> str:
    """LiteRT's."""
    return importlib.metadata.version("ai-edge-litert")


def _calling(runner: Any) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    return lambda inputs: {name: np.array(value) for name, value in runner(**inputs).items()}


def _port(name: str, detail: Mapping[str, Any]) -> Port:
    dtype = np.dtype(detail["dtype"])
    shape = detail["shape_signature"] if len(detail["shape_signature"]) else detail["shape"]
    return Port(name, "string" if dtype.kind in "SO" else dtype.name, tuple(int(n) for n in shape))
