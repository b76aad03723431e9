"""Run `.tflite` models with LiteRT in a process of its own, which a broken model may take down.

`python -m edgeflow.validate.execute` reads one JSON request on stdin and prints one JSON answer:
`{"do": "run", …}` invokes one model on raw samples, `{"do": "layers", …}` two models side by side, operator by
operator. Kernels are LiteRT's own, without delegates unless a run asks for others, and those of a library of custom
operators. Samples are independent of each other: no state is carried from one to the next.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from edgeflow.convert.arrays import Arrays, read_arrays, write_arrays
from edgeflow.resources import runtime_dir
from edgeflow.wire.constants import Side

Call = Callable[..., Any]  # inputs by name → outputs by name


KERNELS = {"optimized": "BUILTIN_WITHOUT_DEFAULT_DELEGATES", "reference": "BUILTIN_REF", "default": "AUTO"}


def _interpreter(content: Path | bytes, *, preserve: bool = False, kernels: str = "optimized") -> Any:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    given = {"model_path": str(content)} if isinstance(content, Path) else {"model_content": content}
    return Interpreter(
        **given,
        num_threads=1,
        experimental_op_resolver_type=OpResolverType[KERNELS[kernels]],
        experimental_preserve_all_tensors=preserve,
    )


def run(request: Mapping[str, Any]) -> dict[str, Any]:
    """Invoke `model` on raw `samples` ([n, *shape] by input name) and write its raw outputs, stacked, `into` a file."""
    samples = read_arrays(Path(request["samples"]))
    forget = forgetting(Path(request["model"]))
    start = _with_library if request.get("library") else _with_interpreter
    call, reset = start(request, samples)
    rows: dict[str, list[np.ndarray[Any, Any]]] = {}
    for row in range(len(next(iter(samples.values())))):
        if row and forget == "tensors" and reset is not None:
            reset()
        elif row and forget:
            call, reset = start(request, samples)
        for name, value in call(**{name: array[row] for name, array in samples.items()}).items():
            rows.setdefault(name, []).append(np.array(value))
    write_arrays(Path(request["into"]), {name: np.stack(values) for name, values in rows.items()})
    return {}


def forgetting(path: Path) -> str:
    """What carries state from run to run: `resources` (only a new interpreter forgets them), `tensors`, or nothing."""
    from edgeflow.model.read import load_model

    graphs = load_model(path).subgraphs
    if any(operator.name == "VAR_HANDLE" for graph in graphs for operator in graph.operators):
        return "resources"
    return "tensors" if any(tensor.is_variable for graph in graphs for tensor in graph.tensors) else ""


def _with_interpreter(request: Mapping[str, Any], samples: Arrays) -> tuple[Call, Callable[[], None] | None]:
    interpreter = _interpreter(Path(request["model"]), kernels=request["kernels"])
    if request["key"]:
        return interpreter.get_signature_runner(request["key"]), interpreter.reset_all_variables
    return _by_index(interpreter, request["inputs"], request["outputs"]), interpreter.reset_all_variables


def _with_library(request: Mapping[str, Any], samples: Arrays) -> tuple[Call, Callable[[], None] | None]:
    """The agent's own way to run custom operators."""
    sys.path.insert(0, str(runtime_dir()))
    from agent.custom import CustomModel  # type: ignore[import-not-found]  # it lies among the files for devices
    from agent.opened import Options  # type: ignore[import-not-found]  # likewise

    shapes = {name: list(array.shape[1:]) for name, array in samples.items() if array.ndim > 1}
    options = Options(1, "", "none", shapes, request["library"])
    model = CustomModel(request["model"], options, request["key"], lambda name: None)

    def call(**arrays: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
        for place, tensor in enumerate(model.tensors(Side.INPUT)):
            model.write(tensor, arrays[tensor.name if request["key"] else str(place)])
        model.runner()()
        found = model.tensors(Side.OUTPUT)
        return {t.name if request["key"] else str(place): model.read(t) for place, t in enumerate(found)}

    return call, None


def _by_index(interpreter: Any, inputs: Mapping[str, int], outputs: Mapping[str, int]) -> Call:
    """A call like a signature's for a model that has none."""

    def call(**arrays: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
        feed(interpreter, {inputs[name]: array for name, array in arrays.items()})
        interpreter.invoke()
        return {name: interpreter.get_tensor(index) for name, index in outputs.items()}

    return call


def feed(interpreter: Any, arrays: Mapping[int, np.ndarray[Any, Any]]) -> None:
    """Set inputs by tensor index, resizing those whose shape differs, and allocate."""
    shapes = {detail["index"]: tuple(detail["shape"]) for detail in interpreter.get_input_details()}
    for index, array in arrays.items():
        if shapes[index] != array.shape:
            interpreter.resize_tensor_input(index, array.shape)
    interpreter.allocate_tensors()
    for index, array in arrays.items():
        interpreter.set_tensor(index, array)


def layers(request: Mapping[str, Any]) -> dict[str, Any]:
    """Sums of squares of signal and error for each pair of operators; see `layers.py` for the request's making."""
    from ai_edge_litert import schema_py_generated as schema

    from edgeflow.model.alone import alone
    from edgeflow.model.read import load_model
    from edgeflow.validate.isolated import Sums, compare

    paths = {side: Path(request[side]["model"]) for side in ("float", "quantized")}
    models = {side: load_model(path) for side, path in paths.items()}
    running = {side: _interpreter(path, preserve=True) for side, path in paths.items()}
    samples: dict[str, Arrays] = {side: read_arrays(Path(request[side]["samples"])) for side in paths}
    pairs = [(int(a), int(b)) for a, b in request["pairs"]]
    reached = {pair: Sums() for pair in pairs}
    own = {pair: Sums() for pair in pairs}
    singles: dict[tuple[int, int], Any] = {}
    whole = schema.ModelT.InitFromPackedBuf(models["float"].content, 0)
    for pair in pairs:
        made = alone(models["float"], whole, pair[0])
        if made is not None:
            singles[pair] = _interpreter(made)
            singles[pair].allocate_tensors()
    for row in range(len(next(iter(samples["float"].values())))):
        for side, path in paths.items():
            if row and forgetting(path) == "resources":
                running[side] = _interpreter(path, preserve=True)
            interpreter = running[side]
            interpreter.allocate_tensors()
            interpreter.reset_all_variables()
            feed(interpreter, {int(index): array[row] for index, array in samples[side].items()})
            interpreter.invoke()
        for pair in pairs:
            compare(models, running, singles.get(pair), pair, reached[pair], own[pair])
    return {
        "layers": [
            {"float": a, "quantized": b, "reached": reached[a, b].to_json(), "own": own[a, b].to_json()}
            for a, b in pairs
        ]
    }


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    request = json.load(sys.stdin)
    try:
        value = {"run": run, "layers": layers}[request["do"]](request)
    except Exception as error:  # LiteRT's own refusals are ValueError and RuntimeError with a sentence
        value = {"error": " ".join(str(error).split())[:300] or type(error).__name__}
    answers.write(json.dumps(value))
    answers.close()


if __name__ == "__main__":
    main()
