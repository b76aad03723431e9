"""Open a finished `.tflite` with LiteRT in a process of its own and say what is in it and what it computes.

`python -m edgeflow.convert.opened` reads one JSON request on stdin and prints one JSON answer; it may be killed by a
broken model without harm to anyone. TensorFlow is not imported.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edgeflow.convert.arrays import Arrays, read_arrays, write_arrays


def look(content: bytes) -> dict[str, Any]:
    """Operators with counts, those that compute in floating point, dtypes of constants, variables never set.

    `stateful` are operators that keep variables of their own from one run to the next.
    """
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    operator_names = {number: name for name, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)}
    type_names = {number: name for name, number in vars(schema.TensorType).items() if isinstance(number, int)}
    operators: dict[str, int] = {}
    custom: set[str] = set()
    floating: set[str] = set()
    constants: set[str] = set()
    stateful: set[str] = set()
    handles: set[str] = set()
    assigned: set[str] = set()
    for graph in model.subgraphs:
        variable_of: dict[int, str] = {}
        for tensor in graph.tensors:
            data = model.buffers[tensor.buffer].data
            if data is not None and len(data):
                constants.add(type_names[tensor.type].lower())
        for operator in graph.operators:
            code = model.operatorCodes[operator.opcodeIndex]
            name = operator_names[max(code.builtinCode, code.deprecatedBuiltinCode)]
            if name == "CUSTOM":
                name = code.customCode.decode("utf-8", "replace")
                custom.add(name)
            operators[name] = operators.get(name, 0) + 1
            if any(graph.tensors[end].isVariable for end in operator.inputs if end >= 0):
                stateful.add(name)
            ends = [graph.tensors[end].type for end in (*operator.inputs, *operator.outputs) if end >= 0]
            if name not in ("QUANTIZE", "DEQUANTIZE") and any(type_names[end].startswith("FLOAT") for end in ends):
                floating.add(name)
            if name == "VAR_HANDLE":
                variable = f"{operator.builtinOptions.container!r}/{operator.builtinOptions.sharedName!r}"
                variable_of[int(operator.outputs[0])] = variable
                handles.add(variable)
            elif name == "ASSIGN_VARIABLE":
                assigned.add(variable_of.get(int(operator.inputs[0]), ""))
    return {
        "operators": operators,
        "custom": sorted(custom),
        "floating": sorted(floating),
        "stateful": sorted(stateful),
        "constants": sorted(constants),
        "unset_variables": len(handles - assigned),
    }


def declared(content: bytes, keys: Sequence[str]) -> list[dict[str, Any]]:
    """The signatures of `keys` as the file states them, without an interpreter."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    names = {number: name.lower() for name, number in vars(schema.TensorType).items() if isinstance(number, int)}

    def end(graph: Any, mapped: Any) -> dict[str, Any]:
        tensor = graph.tensors[mapped.tensorIndex]
        shape = tensor.shapeSignature if tensor.shapeSignature is not None else tensor.shape
        steps = tensor.quantization
        single = steps is not None and steps.scale is not None and len(steps.scale) == 1 and steps.scale[0]
        return {
            "name": mapped.name.decode("utf-8", "replace"),
            "dtype": names[tensor.type],
            "shape": [int(n) for n in shape] if shape is not None else [],
            "scale": float(steps.scale[0]) if single else None,
            "zero_point": int(steps.zeroPoint[0]) if single else None,
        }

    found = []
    for signature in model.signatureDefs or []:
        key, graph = signature.signatureKey.decode("utf-8", "replace"), model.subgraphs[signature.subgraphIndex]
        if key in keys:
            inputs, outputs = (
                [end(graph, item) for item in side or []] for side in (signature.inputs, signature.outputs)
            )
            found.append({"key": key, "inputs": inputs, "outputs": outputs})
    return found


def run(interpreter: Any, key: str, samples: Arrays | None, *, fresh: bool = False) -> tuple[dict[str, Any], Arrays]:
    """Invoke a signature on real-valued samples; gives what its ends are, and real-valued outputs, stacked.

    Without samples nothing is invoked. `fresh` forgets the operators' own variables before each sample.
    """
    runner = interpreter.get_signature_runner(key)
    inputs, outputs = runner.get_input_details(), runner.get_output_details()
    rows: dict[str, list[np.ndarray[Any, Any]]] = {name: [] for name in outputs}
    given = samples or {}
    for row in range(len(next(iter(given.values()))) if given else 0 if samples is None else 1):
        if fresh and row:
            interpreter.reset_all_variables()  # a fused LSTM would go on from the sample before
        answer = runner(**{name: _quantized(array[row], inputs[name]) for name, array in given.items()})
        for name, value in answer.items():
            rows[name].append(_real(value, outputs[name]))
    ends = {"inputs": [_end(n, d) for n, d in inputs.items()], "outputs": [_end(n, d) for n, d in outputs.items()]}
    return ends, {name: np.stack(values) for name, values in rows.items() if values}


def _step(detail: Mapping[str, Any]) -> tuple[float, int] | None:
    scales = detail["quantization_parameters"]["scales"]
    if len(scales) != 1 or not scales[0]:
        return None
    return float(scales[0]), int(detail["quantization_parameters"]["zero_points"][0])


def _quantized(value: np.ndarray[Any, Any], detail: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    dtype, step = np.dtype(detail["dtype"]), _step(detail)
    if step is None or dtype.kind not in "iu":
        return value.astype(dtype)
    limits = np.iinfo(dtype)
    steps = np.clip(np.rint(value / step[0]) + step[1], limits.min, limits.max)
    return np.asarray(steps, dtype)


def _real(value: np.ndarray[Any, Any], detail: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    step = _step(detail)
    if step is None or value.dtype.kind not in "iu":
        return value
    real: np.ndarray[Any, Any] = ((value.astype(np.float64) - step[1]) * step[0]).astype(np.float32)
    return real


def _end(name: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    step = _step(detail)
    shape = detail["shape_signature"] if len(detail["shape_signature"]) else detail["shape"]
    return {
        "name": name,
        "dtype": "string" if np.dtype(detail["dtype"]).kind in "SO" else np.dtype(detail["dtype"]).name,
        "shape": [int(n) for n in shape],
        "scale": step[0] if step else None,
        "zero_point": step[1] if step else None,
    }


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    request = json.load(sys.stdin)
    path = Path(request["model"])
    answer = look(path.read_bytes())
    answer["signatures"] = []
    from ai_edge_litert.interpreter import Interpreter

    if answer["custom"]:  # no kernels for these here, so nothing can be run
        answer["signatures"] = declared(path.read_bytes(), [wanted["key"] for wanted in request["signatures"]])
        for wanted in request["signatures"]:
            write_arrays(Path(wanted["into"]), {})
    else:
        interpreter = Interpreter(model_path=str(path), num_threads=1)
        for wanted in request["signatures"]:
            samples = read_arrays(Path(wanted["samples"])) if wanted["samples"] else None
            ends, outputs = run(interpreter, wanted["key"], samples, fresh=bool(answer["stateful"]))
            write_arrays(Path(wanted["into"]), outputs)
            answer["signatures"].append({"key": wanted["key"], **ends})
    answers.write(json.dumps(answer))
    answers.close()


if __name__ == "__main__":
    main()
