"""Real values ↔ the integers of a quantized tensor: real = scale · (q - zero_point)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from edgeflow.model.types import NUMPY_DTYPES, Tensor

Array = npt.NDArray[Any]


def is_quantized(tensor: Tensor) -> bool:
    """Whether the tensor holds integers that stand for real values by one scale."""
    found = tensor.quantization
    integers = tensor.dtype in NUMPY_DTYPES and NUMPY_DTYPES[tensor.dtype].kind in "iu"
    return integers and found is not None and len(found.scale) == 1 and found.scale[0] > 0


def quantized(values: Array, tensor: Tensor) -> Array:
    """Real values as the tensor holds them, as by QUANTIZE: float32 quotients rounded half away from zero, saturated.

    Only cast where the tensor has no scale.
    """
    dtype = NUMPY_DTYPES[tensor.dtype]
    if tensor.quantization is None or not is_quantized(tensor):
        return values.astype(dtype)
    limits = np.iinfo(dtype)
    quotient = (values.astype(np.float32) / np.float32(tensor.quantization.scale[0])).astype(np.float64)
    steps = np.trunc(quotient + np.copysign(0.5, quotient)) + tensor.quantization.zero_point[0]
    stored: Array = np.clip(steps, limits.min, limits.max).astype(dtype)
    return stored


def real(values: Array, tensor: Tensor) -> Array:
    """What the tensor's values stand for, in float32; as they are where it has no scale."""
    if tensor.quantization is None or not is_quantized(tensor):
        return values
    steps = values.astype(np.float64) - tensor.quantization.zero_point[0]
    return (steps * tensor.quantization.scale[0]).astype(np.float32)
