"""Top-1 accuracy of a classifier on labelled samples, on this machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from edgeflow.errors import UsageError


def top1_accuracy(model: Path, samples: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> float:
    """Share of `samples` (N, …, float32) whose largest output is at the index `labels` (N,) gives.

    The model has one input of batch 1 and one output; float samples are quantized for an integer input with its
    scale and zero point, rounded to the nearest even value and saturated. It runs on LiteRT's own kernels, without
    delegates. Raises UsageError on other models.
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    kernels = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = Interpreter(model_path=str(model), num_threads=1, experimental_op_resolver_type=kernels)
    interpreter.allocate_tensors()
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
    if len(inputs) != 1 or len(outputs) != 1 or tuple(inputs[0]["shape"]) != (1, *samples.shape[1:]):
        raise UsageError(
            f"{model}: accuracy needs one input of shape {(1, *samples.shape[1:])} and one output",
            "edgeflow inspect shows what the model has",
        )
    dtype = np.dtype(inputs[0]["dtype"])
    values: npt.NDArray[np.generic] = samples
    if dtype.kind in "iu":
        scale, zero_point = inputs[0]["quantization"]
        limits = np.iinfo(dtype)
        values = np.clip(np.rint(samples / scale) + zero_point, limits.min, limits.max).astype(dtype)
    right = 0
    for value, label in zip(values, labels, strict=True):
        interpreter.set_tensor(inputs[0]["index"], value[None])
        interpreter.invoke()
        right += int(interpreter.get_tensor(outputs[0]["index"]).argmax() == label)
    return right / len(labels)
