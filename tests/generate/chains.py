"""Random int8 models of window operators, poolings and residual additions, as image models have them."""

from __future__ import annotations

from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.runtime.graphs import Node, graph_model, packed, tensor


class _Chain:
    """The model while it grows; `sizes` are height, width, channels of each tensor that is no constant."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.tensors: list[Any] = []
        self.nodes: list[Node] = []
        self.buffers: list[bytes] = []
        self.sizes: dict[int, tuple[int, int, int]] = {}

    def add(self, size: tuple[int, int, int]) -> int:
        self.tensors.append(tensor((1, *size), "INT8", 0.5))
        self.sizes[len(self.tensors) - 1] = size
        return len(self.tensors) - 1

    def constant(self, shape: tuple[int, ...], values: np.ndarray[Any, Any], scale: float) -> int:
        self.buffers.append(values.tobytes())
        kind = "INT8" if values.dtype == np.int8 else "INT32"
        self.tensors.append(tensor(shape, kind, scale, len(self.buffers)))
        return len(self.tensors) - 1

    def window(self, x: int, depthwise: bool) -> int | None:
        rng, (h, w, c) = self.rng, self.sizes[x]
        k, s, same = int(rng.integers(1, 4)), int(rng.integers(1, 3)), bool(rng.random() < 0.7)
        out_c = c if depthwise else int(rng.choice([1, 3, 4, 8, 12]))
        oh, ow = (-(-h // s), -(-w // s)) if same else ((h - k) // s + 1, (w - k) // s + 1)
        if oh < 1 or ow < 1:
            return None
        shape = (1, k, k, c) if depthwise else (out_c, k, k, c)
        weights = self.constant(shape, rng.integers(-127, 128, size=shape, dtype=np.int8), 0.01)
        bias = self.constant((out_c,), rng.integers(-2000, 2000, size=out_c, dtype=np.int32), 0.005)
        out = self.add((oh, ow, out_c))
        options = schema.DepthwiseConv2DOptionsT() if depthwise else schema.Conv2DOptionsT()
        options.padding = schema.Padding.SAME if same else schema.Padding.VALID
        options.strideH = options.strideW = s
        options.dilationHFactor = options.dilationWFactor = 1
        options.fusedActivationFunction = int(rng.choice([0, 1, 3]))
        if depthwise:
            options.depthMultiplier = 1
        self.nodes.append(Node("DEPTHWISE_CONV_2D" if depthwise else "CONV_2D", (x, weights, bias), (out,), options))
        return out

    def pool(self, x: int, *, whole: bool) -> int:
        h, w, c = self.sizes[x]
        options = schema.Pool2DOptionsT()
        options.filterHeight, options.filterWidth = (h, w) if whole else (min(2, h), min(2, w))
        options.strideH = options.strideW = 1 if whole else 2
        options.padding = schema.Padding.VALID
        options.fusedActivationFunction = 0
        size = (1, 1, c) if whole else ((h - min(2, h)) // 2 + 1, (w - min(2, w)) // 2 + 1, c)
        out = self.add(size)
        name = "AVERAGE_POOL_2D" if whole or self.rng.random() < 0.5 else "MAX_POOL_2D"
        self.nodes.append(Node(name, (x,), (out,), options))
        return out

    def mean(self, x: int, axes: tuple[int, ...], *, keep: bool) -> int:
        out_shape = [1 if d in axes else n for d, n in enumerate((1, *self.sizes[x])) if keep or d not in axes]
        self.tensors.append(tensor(tuple(out_shape), "INT8", 0.4))
        out = len(self.tensors) - 1
        options = schema.ReducerOptionsT()
        options.keepDims = keep
        axis = self.constant((len(axes),), np.array(axes, np.int32), 1.0)
        self.tensors[axis].quantization = None
        self.nodes.append(Node("MEAN", (x, axis), (out,), options))
        return out

    def addition(self, x: int, before: list[int]) -> int | None:
        kin = [t for t in before if self.sizes[t] == self.sizes[x] and t != x]
        if not kin:
            return None
        out = self.add(self.sizes[x])
        pair = (x, int(self.rng.choice(kin)))
        self.nodes.append(Node("ADD", pair if self.rng.random() < 0.5 else pair[::-1], (out,), schema.AddOptionsT()))
        return out


def random_chain(rng: np.random.Generator, *, mean: bool = False) -> bytes:
    """A model of 2 to 9 operators over images of up to 24 x 9; with `mean` the last one is a MEAN."""
    chain = _Chain(rng)
    x = chain.add((int(rng.integers(3, 25)), int(rng.integers(2, 10)), int(rng.choice([1, 3, 4]))))
    before = [x]
    for _ in range(int(rng.integers(2, 9))):
        match int(rng.integers(6)):
            case 0 | 1:
                made = chain.window(x, depthwise=False)
            case 2:
                made = chain.window(x, depthwise=True)
            case 3:
                made = chain.addition(x, before)
            case 4 if min(chain.sizes[x][:2]) > 3:
                made = chain.pool(x, whole=False)
            case _:
                made = None
        if made is not None:
            before.append(made)
            x = made
    if mean:
        axes = (1, 2) if rng.random() < 0.8 else ((2, 3), (1,), (2, -2))[int(rng.integers(3))]
        x = chain.mean(x, tuple(axis % 4 for axis in axes), keep=bool(rng.random() < 0.5))
    elif rng.random() < 0.5 or not chain.nodes:
        x = chain.pool(x, whole=True)
    return packed(graph_model(chain.tensors, chain.nodes, [0], [x], chain.buffers))
