"""What one operator costs: multiply-accumulates for the shapes in the file, and bytes of its constants.

A MAC is one multiplication of an input with a weight and its addition; biases, activations, requantization and
element-wise operators count nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Final

from edgeflow.model.types import Tensor

Tensors = Sequence[Tensor | None]


def _size(tensor: Tensor | None) -> int:
    return prod(tensor.shape) if tensor else 0


def _at(tensors: Tensors, number: int) -> Tensor | None:
    return tensors[number] if number < len(tensors) else None


def _convolution(inputs: Tensors, outputs: Tensors) -> int:
    """Filter [O, H, W, I / groups] or [O, I]: each output element takes one filter's products."""
    weights = _at(inputs, 1)
    if weights is None or not weights.shape or weights.shape[0] == 0:
        return 0
    return _size(_at(outputs, 0)) * prod(weights.shape[1:])


def _depthwise(inputs: Tensors, outputs: Tensors) -> int:
    """Filter [1, H, W, C]: each output element takes H · W products."""
    weights = _at(inputs, 1)
    if weights is None or len(weights.shape) != 4:
        return 0
    return _size(_at(outputs, 0)) * weights.shape[1] * weights.shape[2]


def _convolution_3d(inputs: Tensors, outputs: Tensors) -> int:
    """Filter [D, H, W, I, O]."""
    weights = _at(inputs, 1)
    if weights is None or len(weights.shape) != 5:
        return 0
    return _size(_at(outputs, 0)) * prod(weights.shape[:4])


def _transposed(inputs: Tensors, outputs: Tensors) -> int:
    """Inputs (output shape, filter [O, H, W, I], input): each input element is scattered O · H · W times."""
    weights = _at(inputs, 1)
    if weights is None or len(weights.shape) != 4:
        return 0
    return _size(_at(inputs, 2)) * prod(weights.shape[:3])


def _transposed_3d(inputs: Tensors, outputs: Tensors) -> int:
    """Inputs (output shape, filter [D, H, W, O, I], input)."""
    weights = _at(inputs, 1)
    if weights is None or len(weights.shape) != 5:
        return 0
    return _size(_at(inputs, 2)) * prod(weights.shape[:4])


def _matrices(inputs: Tensors, outputs: Tensors) -> int:
    """Output [..., M, N]; the inner size follows from the left input's two last dimensions, transposed or not."""
    left, output = _at(inputs, 0), _at(outputs, 0)
    if left is None or output is None or len(left.shape) < 2 or len(output.shape) < 2 or output.shape[-2] == 0:
        return 0
    return _size(output) * (prod(left.shape[-2:]) // output.shape[-2])


def _svdf(inputs: Tensors, outputs: Tensors) -> int:
    """Per row of the batch: feature weights [F, I] and time weights [F, memory]."""
    source = _at(inputs, 0)
    if source is None or not source.shape:
        return 0
    return source.shape[0] * (_size(_at(inputs, 1)) + _size(_at(inputs, 2)))


def _recurrent(inputs: Tensors, outputs: Tensors) -> int:
    """Every constant matrix is applied once a step and batch row; peephole vectors are left out."""
    source = _at(inputs, 0)
    if source is None or not source.shape or source.shape[-1] == 0:
        return 0
    steps = _size(source) // source.shape[-1]
    return steps * sum(
        _size(tensor) for tensor in inputs[1:] if tensor and tensor.is_constant and len(tensor.shape) == 2
    )


_MACS: Final[dict[str, Callable[[Tensors, Tensors], int]]] = {
    "CONV_2D": _convolution,
    "FULLY_CONNECTED": _convolution,
    "DEPTHWISE_CONV_2D": _depthwise,
    "CONV_3D": _convolution_3d,
    "TRANSPOSE_CONV": _transposed,
    "CONV_3D_TRANSPOSE": _transposed_3d,
    "BATCH_MATMUL": _matrices,
    "SVDF": _svdf,
    "LSTM": _recurrent,
    "RNN": _recurrent,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _recurrent,
    "UNIDIRECTIONAL_SEQUENCE_RNN": _recurrent,
    "BIDIRECTIONAL_SEQUENCE_LSTM": _recurrent,
    "BIDIRECTIONAL_SEQUENCE_RNN": _recurrent,
}


def macs(name: str, inputs: Tensors, outputs: Tensors) -> int:
    """MACs of one invoke of an operator; 0 for one without weights or matrix products. Absent inputs are None."""
    count = _MACS.get(name)
    return count(inputs, outputs) if count else 0


def weight_bytes(inputs: Tensors) -> int:
    """Bytes of the constants an operator reads; one shared by several operators counts for each."""
    return sum(tensor.constant_bytes for tensor in inputs if tensor)
