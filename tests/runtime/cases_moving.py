"""Random cases of operators that move elements, cast them, or choose among them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tests.runtime.cases_elementwise import random_shape
from tests.runtime.cases_values import values_of
from tests.runtime.single_operator import Case, Tensor, build, constant, options

Rng = np.random.Generator
Array = np.ndarray[Any, Any]
Made = tuple[
    list[Tensor], list[Array], list[Array], Any
]  # inputs, values of those that are not constant, outputs, options


def tensor_like(values: Array, dtype: str) -> Tensor:
    """A tensor of these values' shape; int8 ones are quantized alike everywhere."""
    quantization = ((0.5,), (3,)) if dtype == "INT8" else ((), ())
    return Tensor(tuple(values.shape), dtype, *quantization)


def indices(rng: Rng, values: Any, wide: bool = True) -> Tensor:
    """A constant of int32, or of int64 now and then."""
    return constant(np.asarray(values), "INT64" if wide and rng.random() < 0.2 else "INT32")


def moved(
    rng: Rng, count: int, name: str, dtype: str, make: Callable[[Rng, Array, str], Made], low: int = 1, high: int = 5
) -> Iterator[Case]:
    """Cases of an operator whose outputs' shapes are those that `make` finds with numpy."""
    for i in range(count):
        x = values_of(rng, random_shape(rng, low, high, 5), dtype)
        inputs, values, outputs, chosen = make(rng, x, dtype)
        tensors = [tensor_like(out, dtype) for out in outputs]
        model = build(name, inputs, tensors, chosen, LEAST_VERSIONS.get(name, 1))
        shapes = [t.shape for t in inputs]
        yield Case(f"{name} {dtype} {i} {shapes} -> {[t.shape for t in tensors]}", model, tuple(values))


LEAST_VERSIONS = {"BROADCAST_TO": 2}


def squeeze(rng: Rng, x: Array, dtype: str) -> Made:
    shape = [n if rng.random() < 0.6 else 1 for n in x.shape]
    x = x.ravel()[: int(np.prod(shape))].reshape(shape)
    ones = [d for d, n in enumerate(shape) if n == 1]
    chosen = [d for d in ones if rng.random() < 0.6]
    out = np.squeeze(x, tuple(chosen)) if chosen else np.squeeze(x)
    return [tensor_like(x, dtype)], [x], [out], options("SqueezeOptions", squeezeDims=chosen)


def expand_dims(rng: Rng, x: Array, dtype: str) -> Made:
    axis = int(rng.integers(-x.ndim - 1, x.ndim + 1))
    inputs = [tensor_like(x, dtype), indices(rng, [axis], False)]
    return inputs, [x], [np.expand_dims(x, axis)], options("ExpandDimsOptions")


def transpose(rng: Rng, x: Array, dtype: str) -> Made:
    order = rng.permutation(x.ndim)
    return [tensor_like(x, dtype), indices(rng, order, False)], [x], [x.transpose(order)], options("TransposeOptions")


def slice_(rng: Rng, x: Array, dtype: str) -> Made:
    begin = np.array([int(rng.integers(n)) for n in x.shape])
    size = np.array([int(rng.integers(1, n - b + 1)) for n, b in zip(x.shape, begin, strict=True)])
    out = x[tuple(slice(b, b + s) for b, s in zip(begin, size, strict=True))]
    written = [-1 if b + s == n and rng.random() < 0.5 else s for b, s, n in zip(begin, size, x.shape, strict=True)]
    wide = "INT64" if rng.random() < 0.2 else "INT32"
    return (
        [tensor_like(x, dtype), constant(begin, wide), constant(np.array(written), wide)],
        [x],
        [out],
        options("SliceOptions"),
    )


def strided_slice(rng: Rng, x: Array, dtype: str) -> Made:
    named = int(rng.integers(1, x.ndim + 1))
    begin, end, stride = [], [], []
    masks = dict.fromkeys(("beginMask", "endMask", "shrinkAxisMask", "ellipsisMask", "newAxisMask"), 0)
    keys: list[Any] = []
    ellipsis = int(rng.integers(named)) if rng.random() < 0.2 else -1
    skipped = x.ndim - named
    d = 0
    for i in range(named):
        bit = 1 << i
        if i == ellipsis:
            begin.append(0), end.append(0), stride.append(1)
            masks["ellipsisMask"] |= bit
            keys.append(...)
            d += skipped + 1
            continue
        if ellipsis >= 0 and rng.random() < 0.1:
            begin.append(0), end.append(0), stride.append(1)
            masks["newAxisMask"] |= bit
            keys.append(None)
            d += 0
            continue
        n = x.shape[min(d, x.ndim - 1)]
        d += 1
        if rng.random() < 0.2:
            at = int(rng.integers(-n, n))
            begin.append(at), end.append(at + 1), stride.append(1)
            masks["shrinkAxisMask"] |= bit
            keys.append(at)
            continue
        step = int(rng.choice([1, 1, 2, 3, -1, -2]))
        b, e = int(rng.integers(-n - 2, n + 3)), int(rng.integers(-n - 2, n + 3))
        no_b, no_e = rng.random() < 0.4, rng.random() < 0.4
        masks["beginMask"] |= bit * no_b
        masks["endMask"] |= bit * no_e
        begin.append(b), end.append(e), stride.append(step)
        keys.append(slice(None if no_b else b, None if no_e else e, step))
    try:
        out = x[tuple(keys)]
    except IndexError:
        return strided_slice(rng, x, dtype)
    if out.size == 0 or out.ndim > 5:
        return strided_slice(rng, x, dtype)
    inputs = [tensor_like(x, dtype), *(constant(np.array(one)) for one in (begin, end, stride))]
    return inputs, [x], [np.asarray(out)], options("StridedSliceOptions", **masks)


def tile(rng: Rng, x: Array, dtype: str) -> Made:
    multiples = rng.integers(1, 4, size=x.ndim)
    return [tensor_like(x, dtype), indices(rng, multiples)], [x], [np.tile(x, multiples)], options("TileOptions")


def broadcast_to(rng: Rng, x: Array, dtype: str) -> Made:
    shape = [n if rng.random() < 0.6 else 1 for n in x.shape]
    x = x.ravel()[: int(np.prod(shape))].reshape(shape)
    wanted = [n if n != 1 or rng.random() < 0.3 else int(rng.integers(1, 5)) for n in shape]
    wanted = [int(n) for n in rng.integers(1, 4, size=int(rng.integers(0, 6 - x.ndim)))] + wanted
    return (
        [tensor_like(x, dtype), indices(rng, wanted)],
        [x],
        [np.broadcast_to(x, wanted)],
        options("BroadcastToOptions"),
    )


def _blocks(rng: Rng, dtype: str) -> tuple[Array, int]:
    block = int(rng.integers(1, 4))
    n, h, w, c = (int(v) for v in rng.integers(1, 5, size=4))
    return values_of(rng, (n, h * block, w * block, c), dtype), block


def _to_depth(x: Array, block: int) -> Array:
    n, h, w, c = x.shape
    parts = x.reshape(n, h // block, block, w // block, block, c).transpose(0, 1, 3, 2, 4, 5)
    return np.ascontiguousarray(parts).reshape(n, h // block, w // block, block * block * c)


def space_to_depth(rng: Rng, x: Array, dtype: str) -> Made:
    x, block = _blocks(rng, dtype)
    return [tensor_like(x, dtype)], [x], [_to_depth(x, block)], options("SpaceToDepthOptions", blockSize=block)


def depth_to_space(rng: Rng, x: Array, dtype: str) -> Made:
    out, block = _blocks(rng, dtype)
    x = _to_depth(out, block)
    return [tensor_like(x, dtype)], [x], [out], options("DepthToSpaceOptions", blockSize=block)


def mirror_pad(rng: Rng, x: Array, dtype: str) -> Made:
    symmetric = int(rng.integers(2))
    pads = np.array([[int(rng.integers(0, n + symmetric)) for _ in range(2)] for n in x.shape])
    out = np.pad(x, pads, "symmetric" if symmetric else "reflect")
    return [tensor_like(x, dtype), indices(rng, pads)], [x], [out], options("MirrorPadOptions", mode=symmetric)


def split(rng: Rng, x: Array, dtype: str) -> Made:
    axis = int(rng.integers(x.ndim))
    parts = int(rng.integers(1, 5))
    x = np.concatenate([x] * parts, axis=axis)
    written = axis - x.ndim if rng.random() < 0.3 else axis
    inputs = [constant(np.array([written] if rng.random() < 0.5 else written)), tensor_like(x, dtype)]
    return inputs, [x], np.split(x, parts, axis), options("SplitOptions", numSplits=parts)


def split_v(rng: Rng, x: Array, dtype: str) -> Made:
    axis = int(rng.integers(x.ndim))
    n = x.shape[axis]
    cuts = sorted(rng.permutation(np.arange(1, n))[: int(rng.integers(0, n))])
    outs = np.split(x, cuts, axis)
    sizes = [out.shape[axis] for out in outs]
    if rng.random() < 0.3:
        sizes[int(rng.integers(len(sizes)))] = -1
    inputs = [tensor_like(x, dtype), indices(rng, sizes), constant(np.array([axis]))]
    return inputs, [x], outs, options("SplitVOptions", numSplits=len(outs))


def unpack(rng: Rng, x: Array, dtype: str) -> Made:
    axis = int(rng.integers(x.ndim))
    outs = [np.take(x, i, axis) for i in range(x.shape[axis])]
    written = axis - x.ndim if rng.random() < 0.3 else axis
    return [tensor_like(x, dtype)], [x], outs, options("UnpackOptions", num=len(outs), axis=written)


def pack(rng: Rng, x: Array, dtype: str) -> Made:
    number = int(rng.integers(1, 5))
    values = [x, *(values_of(rng, x.shape, dtype) for _ in range(number - 1))]
    axis = int(rng.integers(-x.ndim - 1, x.ndim + 1))
    chosen = options("PackOptions", valuesCount=number, axis=axis)
    return [tensor_like(x, dtype)] * number, values, [np.stack(values, axis)], chosen


def gather(rng: Rng, x: Array, dtype: str) -> Made:
    batch = int(rng.integers(0, x.ndim)) if rng.random() < 0.4 else 0
    axis = int(rng.integers(batch, x.ndim))
    tail = tuple(int(n) for n in rng.integers(1, 4, size=int(rng.integers(0, 3)) if x.ndim < 5 else 1))
    shape = x.shape[:batch] + tail
    chosen = rng.integers(0, x.shape[axis], size=shape)
    out = np.stack(
        [
            np.take(part, at, axis - batch)
            for part, at in zip(x.reshape(-1, *x.shape[batch:]), chosen.reshape(-1, *tail), strict=True)
        ]
    ).reshape(x.shape[:axis] + tail + x.shape[axis + 1 :])
    kind = str(rng.choice(["INT32", "INT64"]))
    made = Tensor(shape, kind)
    values = [x, chosen.astype(np.int32 if kind == "INT32" else np.int64)]
    if rng.random() < 0.5:
        made = made.holding(values.pop())
    return [tensor_like(x, dtype), made], values, [out], options("GatherOptions", axis=axis, batchDims=batch)


MOVES: dict[str, tuple[Callable[[Rng, Array, str], Made], int, int]] = {  # operator → cases, least and greatest rank
    "SQUEEZE": (squeeze, 1, 5),
    "EXPAND_DIMS": (expand_dims, 1, 5),
    "TRANSPOSE": (transpose, 1, 6),
    "SLICE": (slice_, 1, 5),
    "STRIDED_SLICE": (strided_slice, 1, 5),
    "TILE": (tile, 1, 5),
    "BROADCAST_TO": (broadcast_to, 1, 5),
    "SPACE_TO_DEPTH": (space_to_depth, 4, 4),
    "DEPTH_TO_SPACE": (depth_to_space, 4, 4),
    "MIRROR_PAD": (mirror_pad, 1, 4),
    "SPLIT": (split, 1, 4),
    "SPLIT_V": (split_v, 1, 4),
    "UNPACK": (unpack, 1, 5),
    "PACK": (pack, 1, 4),
    "GATHER": (gather, 1, 5),
}


def shape(rng: Rng, count: int, dtype: str) -> Iterator[Case]:
    """SHAPE of any tensor as int32 or int64."""
    for i in range(count):
        x = values_of(rng, random_shape(rng, 1, 5, 5), dtype)
        kind = str(rng.choice(["INT32", "INT64"]))
        number = 2 if kind == "INT32" else 4
        model = build(
            "SHAPE", [tensor_like(x, dtype)], [Tensor((x.ndim,), kind)], options("ShapeOptions", outType=number)
        )
        yield Case(f"SHAPE {dtype} {i} {x.shape}", model, (x,))


def cast(rng: Rng, count: int, source: str) -> Iterator[Case]:
    """CAST to every type; floats within what the type holds, where C says what the result is."""
    for i in range(count):
        kind = str(rng.choice(["FLOAT32", "INT8", "UINT8", "INT16", "INT32", "INT64", "BOOL"]))
        x = values_of(rng, random_shape(rng, 1, 4, 6), source)
        if source == "FLOAT32":
            limits = {"INT8": (-128, 127), "UINT8": (0, 255), "INT16": (-32768, 32767)}.get(kind, (-1e6, 1e6))
            x = np.clip(x, *limits).astype(np.float32)
        plain = Tensor(tuple(x.shape), source), Tensor(tuple(x.shape), kind)
        yield Case(
            f"CAST {source} {kind} {i} {x.shape}", build("CAST", [plain[0]], [plain[1]], options("CastOptions")), (x,)
        )


def select(rng: Rng, count: int, dtype: str) -> Iterator[Case]:
    """SELECT_V2 with broadcasting of all three."""
    for i in range(count):
        full = random_shape(rng, 1, 4, 5)
        shapes = [tuple(n if rng.random() < 0.7 else 1 for n in full)[int(rng.integers(len(full))) :] for _ in range(3)]
        if rng.random() < 0.4:
            shapes = [full] * 3
        out = np.broadcast_shapes(*shapes)
        values = [rng.integers(0, 2, size=shapes[0]).astype(bool), *(values_of(rng, s, dtype) for s in shapes[1:])]
        tensors = [Tensor(shapes[0], "BOOL"), *(tensor_like(v, dtype) for v in values[1:])]
        y = tensor_like(np.zeros(out), dtype)
        yield Case(
            f"SELECT_V2 {dtype} {i} {shapes}", build("SELECT_V2", tensors, [y], options("SelectV2Options")), (*values,)
        )
