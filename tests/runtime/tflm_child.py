"""Runs a batch of models in TensorFlow Lite Micro; usage and files as those of litert_child.py."""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

import numpy as np
from tflite_micro.python.tflite_micro import runtime

ARENA_BYTES = 1 << 20


def run(model: bytes, inputs: tuple[np.ndarray, ...], outputs: int) -> list[np.ndarray] | str:
    """The outputs, or why the package refuses."""
    try:
        interpreter = runtime.Interpreter.from_bytes(model, arena_size=ARENA_BYTES)
        for position, value in enumerate(inputs):
            interpreter.set_input(value, position)
        interpreter.invoke()
        return [interpreter.get_output(position).copy() for position in range(outputs)]
    except (ValueError, RuntimeError) as error:
        return str(error)


def main(batch: str, results: str, first: int) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    with Path(batch).open("rb") as source:
        cases = pickle.load(source)
    with Path(results).open("ab") as sink:
        for model, inputs, _ in cases[first:]:
            pickle.dump(run(model, inputs, len(inputs)), sink)  # as many outputs as inputs in every case here
            sink.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
