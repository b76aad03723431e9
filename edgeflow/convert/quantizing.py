"""Quantization of a finished float `.tflite` by ai-edge-quantizer: int4, blocks, operators kept in float."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import sys
from typing import Any

import numpy as np

from edgeflow.convert.arrays import Arrays
from edgeflow.convert.recipes import Recipe
from edgeflow.errors import ConversionError, UsageError

_HIDDEN = ("DEQUANTIZE", "QUANTIZE")


def quantize(content: bytes, recipe: Recipe, samples: Arrays | None, key: str) -> bytes:
    """Quantize float model `content` by `recipe`; `samples` calibrate signature `key` where the recipe needs them.

    Raises UsageError where `keep_float` matches nothing, ConversionError where the quantizer refuses the model.
    """
    if importlib.util.find_spec("ai_edge_quantizer") is None:
        raise ConversionError(
            f"recipe {recipe.name} needs ai-edge-quantizer, which is not installed",
            "pip install 'edgeflow[quantizer]'",
        )
    with contextlib.redirect_stdout(sys.stderr):  # it reports sizes on stdout
        from ai_edge_quantizer import quantizer

        engine = quantizer.Quantizer(bytearray(content))
        _configure(engine, recipe, content)
        try:
            calibrated = None
            if engine.need_calibration:
                given = samples or {}
                count = len(next(iter(given.values()), ()))
                rows = [{name: np.ascontiguousarray(a[row]) for name, a in given.items()} for row in range(count)]
                calibrated = engine.calibrate({key: rows}, num_threads=1)
            return bytes(engine.quantize(calibrated).quantized_model)
        except Exception as error:
            raise ConversionError(
                f"recipe {recipe.name}: the quantizer failed: {str(error)[:200]}",
                "keep the operators it names in float with --keep-float REGEX, or try another recipe",
            ) from None


def _configure(engine: Any, recipe: Recipe, content: bytes) -> None:
    from ai_edge_quantizer import qtyping
    from ai_edge_quantizer.algorithm_manager import AlgorithmName

    every, names, sizes = ".*", qtyping.TFLOperationName, qtyping.QuantGranularity
    grain = sizes.CHANNELWISE if recipe.per_channel else sizes.TENSORWISE
    bits = {"int4": 4, "int8": 8}.get(recipe.weight_dtype, 16)
    if recipe.activation_dtype != "float32":
        width = 8 if recipe.activation_dtype == "int8" else 16
        engine.add_static_config(every, names.ALL_SUPPORTED, width, bits, grain)
    elif recipe.weight_dtype == "float16":
        halves = qtyping.TensorQuantizationConfig(num_bits=16, dtype=qtyping.TensorDataType.FLOAT)
        config = qtyping.OpQuantizationConfig(weight_tensor_config=halves, explicit_dequantize=True)
        engine.update_quantization_recipe(every, names.ALL_SUPPORTED, config, AlgorithmName.FLOAT_CASTING)
    else:
        engine.add_dynamic_config(every, names.ALL_SUPPORTED, bits, grain)
    operators = _operators(content)
    if recipe.block_size:
        blocks = sizes(f"BLOCKWISE_{recipe.block_size}")
        for name, scope, across in operators:
            if name == "FULLY_CONNECTED" and across and across % recipe.block_size == 0:
                engine.add_dynamic_config(_exactly(scope), names.FULLY_CONNECTED, bits, blocks)
    if recipe.activation_dtype != "float32":
        for end, dtype in ((names.INPUT, recipe.io_dtype), (names.OUTPUT, recipe.outputs)):
            if dtype == "float32":
                engine.update_quantization_recipe(every, end, None, AlgorithmName.NO_QUANTIZE)
    for pattern in recipe.keep_float:
        kept = [scope for name, scope, _ in operators if re.search(pattern, name) or re.search(pattern, scope)]
        if not kept:
            found = ", ".join(dict.fromkeys(name for name, _, _ in operators))
            raise UsageError(f"keep-float {pattern!r} matches no operator or tensor", f"the operators are {found}")
        for scope in dict.fromkeys(kept):
            engine.update_quantization_recipe(_exactly(scope), names.ALL_SUPPORTED, None, AlgorithmName.NO_QUANTIZE)


def _exactly(scope: str) -> str:
    return f"^{re.escape(scope)}$"


def _operators(content: bytes) -> list[tuple[str, str, int]]:
    """Each operator's name, its scope as the quantizer writes it, and the last size of its constant weights or 0."""
    from ai_edge_litert import schema_py_generated as schema
    from ai_edge_quantizer.utils.tfl_flatbuffer_utils import get_op_scope

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    names = {number: name for name, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)}
    found = []
    for graph in model.subgraphs:
        for operator in graph.operators:
            code = model.operatorCodes[operator.opcodeIndex]
            name = names[max(code.builtinCode, code.deprecatedBuiltinCode)]
            across = 0
            if name == "FULLY_CONNECTED":
                weights = graph.tensors[operator.inputs[1]]
                data = model.buffers[weights.buffer].data
                across = int(weights.shape[-1]) if data is not None and len(data) else 0
            if name not in _HIDDEN:
                found.append((name, get_op_scope(operator, graph.tensors), across))
    return found
