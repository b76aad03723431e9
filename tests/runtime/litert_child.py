"""Runs a batch of models in LiteRT's reference kernels; started by `oracle.py` because LiteRT can crash.

Usage: `python litert_child.py BATCH RESULTS FIRST`. BATCH is a pickle of (model bytes, inputs, optimized)
triples, RESULTS is appended to, one pickle per case from number FIRST on, so that a crash loses one case only.
"""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType


def run(model: bytes, inputs: tuple[np.ndarray, ...], optimized: bool = False) -> list[np.ndarray] | str:
    """The outputs, or why LiteRT refuses; by its optimized kernels where it has no reference kernel."""
    kernels = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES if optimized else OpResolverType.BUILTIN_REF
    try:
        interpreter = Interpreter(model_content=model, num_threads=1, experimental_op_resolver_type=kernels)
        interpreter.allocate_tensors()
        for detail, value in zip(interpreter.get_input_details(), inputs, strict=True):
            interpreter.set_tensor(detail["index"], value)
        interpreter.invoke()
        return [interpreter.get_tensor(detail["index"]).copy() for detail in interpreter.get_output_details()]
    except (ValueError, RuntimeError) as error:
        return str(error)


def main(batch: str, results: str, first: int) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    with Path(batch).open("rb") as source:
        cases = pickle.load(source)
    with Path(results).open("ab") as sink:
        for model, inputs, optimized in cases[first:]:
            pickle.dump(run(model, inputs, optimized), sink)
            sink.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
