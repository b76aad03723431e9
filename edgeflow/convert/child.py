"""The conversion child: the only process in which edgeflow imports TensorFlow.

`python -m edgeflow.convert.child FOLDER IDLE_S` reads one JSON request a line on stdin and answers with lines on its
original stdout: any number of `{"progress": [stage, done, total]}`, then `{"value": …}` or `{"error": …}`. Whatever
libraries print goes to stderr, which the parent points at a log. It ends when stdin does, even in the middle of a
conversion, and after IDLE_S seconds without a request. FOLDER is its own to write in.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from edgeflow.convert.arrays import Arrays, read_arrays, write_arrays
from edgeflow.convert.loading import Loaded, load, short
from edgeflow.convert.lowering import lower
from edgeflow.convert.options import ConverterOptions
from edgeflow.convert.recipes import Recipe
from edgeflow.convert.survey import gpu_findings, survey
from edgeflow.convert.types import Source
from edgeflow.errors import ConversionError, EdgeflowError
from edgeflow.progress import Progress


class Child:
    """Keeps the last source loaded and its outputs, so that several recipes share the work."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ""
        self._loaded: Loaded | None = None
        self._loads = 0

    def answer(self, request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        actions: dict[str, Callable[[Mapping[str, Any], Progress], dict[str, Any]]] = {
            "load": self._load,
            "outputs": self._outputs,
            "convert": self._convert,
            "survey": lambda request, progress: survey(self._source(request, progress)),
            "gpu": lambda request, _: gpu_findings(Path(request["model"])),
        }
        if "folder" in request:
            with contextlib.suppress(OSError):  # gone meanwhile: only names in messages grow longer
                os.chdir(request["folder"])
        return actions[request["do"]](request, progress)

    def _load(self, request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        loaded = self._source(request, progress)
        return {
            "signatures": [asdict(signature) for signature in loaded.signatures],
            "weight_bytes": loaded.weight_bytes,
            "versions": dict(loaded.versions),
            "warnings": list(loaded.warnings),
        }

    def _outputs(self, request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        """Run the source on samples, one after the other, and write its outputs stacked."""
        loaded = self._source(request, progress)
        samples = read_arrays(Path(request["samples"]))
        count = int(request["count"]) if samples else 1  # as `opened.run` runs a signature without inputs
        rows: dict[str, list[np.ndarray[Any, Any]]] = {}
        for row in range(count):
            progress("running the source", row, count)
            inputs = {name: array[row] for name, array in samples.items()}
            try:
                answer = _run(loaded, request["signature"], inputs)
            except Exception as error:
                raise ConversionError(
                    f"{request['source']['origin']}: the source does not run on sample {row}: {short(error)}",
                    "look at the data: are its values what the model takes?",
                ) from None
            for name, value in answer.items():
                rows.setdefault(name, []).append(value)
        progress("running the source", count, count)
        write_arrays(Path(request["into"]), {name: np.stack(values) for name, values in rows.items()})
        return {}

    def _convert(self, request: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        loaded = self._source(request, progress)
        samples = read_arrays(Path(request["samples"])) if request["samples"] else None
        progress("converting", 0, None)
        recipe = Recipe(**_with_tuples(request["recipe"]))
        content = lower(loaded, recipe, ConverterOptions(**_with_tuples(request["options"])), samples, progress)
        progress("converting", 1, 1)
        Path(request["into"]).write_bytes(content)
        return {}

    def _source(self, request: Mapping[str, Any], progress: Progress) -> Loaded:
        given = request["source"]
        key = json.dumps(given, sort_keys=True)
        if self._loaded is None or key != self._key:
            self._loaded = None
            stage = "loading" if "tensorflow" in sys.modules else "starting TensorFlow"
            progress(stage, 0, None)
            self._loads += 1
            scratch = self._folder / f"load{self._loads}"
            shutil.rmtree(self._folder / f"load{self._loads - 1}", ignore_errors=True)
            scratch.mkdir()
            source = Source(**{**_with_tuples(given), "path": Path(given["path"])})
            if source.imports and request["folder"] not in sys.path:
                sys.path.insert(0, request["folder"])
            self._loaded = load(source, scratch)
            self._key = key
            progress(stage, 1, 1)
        return self._loaded


def _with_tuples(given: Mapping[str, Any]) -> dict[str, Any]:
    """JSON's lists as the tuples they were, one inside another too."""

    def tuples(value: Any) -> Any:
        return tuple(map(tuples, value)) if isinstance(value, list) else value

    return {name: tuples(value) for name, value in given.items()}


def _run(loaded: Loaded, key: str, inputs: Arrays) -> dict[str, np.ndarray[Any, Any]]:
    function = loaded.functions[key]
    if loaded.lite is not None:
        return function(inputs)
    import tensorflow as tf

    answer = function({name: tf.constant(value) for name, value in inputs.items()})
    return {name: np.asarray(value.numpy()) for name, value in answer.items()}


def _failure(error: BaseException) -> dict[str, Any]:
    if isinstance(error, MemoryError):
        error = ConversionError("not enough memory for this conversion", "close other programs or use fewer samples")
    if not isinstance(error, EdgeflowError):
        error = ConversionError(
            f"the conversion failed: {type(error).__name__}: {short(error)}",
            "if the model runs in TensorFlow, please report this with the conversion's options",
        )
    return {
        "type": type(error).__name__,
        "message": error.message,
        "hint": error.hint,
        "reasons": list(error.reasons),
    }


def serve(folder: Path, idle_s: float, requests: Any, answers: Any) -> None:
    """Answer requests until there are no more; see the module's text for the form of both."""
    waiting: queue.Queue[bytes] = queue.Queue()

    def listen() -> None:
        for line in requests:
            waiting.put(line)
        shutil.rmtree(folder, ignore_errors=True)  # a parent that was killed cannot
        os._exit(0)  # the parent is gone or wants no more: stop at once, whatever runs

    threading.Thread(target=listen, daemon=True).start()

    def say(message: Mapping[str, Any]) -> None:
        answers.write(json.dumps(message).encode() + b"\n")
        answers.flush()

    def progress(stage: str, done: int, total: int | None) -> None:
        say({"progress": [stage, done, total]})

    child = Child(folder)
    while True:
        try:
            line = waiting.get(timeout=idle_s)
        except queue.Empty:
            shutil.rmtree(folder, ignore_errors=True)
            return
        try:
            value = child.answer(json.loads(line), progress)
        except Exception as error:
            say({"error": _failure(error)})
        else:
            say({"value": value})


def main() -> None:
    warnings.simplefilter("ignore")  # the log's last lines are for what went wrong
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests = os.fdopen(os.dup(0), "rb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    serve(Path(sys.argv[1]), float(sys.argv[2]), requests, answers)
    os._exit(0)  # TensorFlow's own shutdown takes seconds and has nothing to save


if __name__ == "__main__":
    main()
