"""CONV_2D, int8, for Helium: runtime/core/ef_conv_2d_s8_mve.c. Weights in its order, blocks that fit the scratch."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from edgeflow.generate.ahead.tuned.mve import Dense, growth, read_dense, room, shaped, up
from edgeflow.generate.ahead.tuned.records import Geometry
from edgeflow.generate.ahead.tuned.requantize import Ints
from edgeflow.generate.ahead.tuned.site import Site
from edgeflow.generate.ahead.tuned.variant import ROW_DRIVERS, Array, Tuned

_RECORD = struct.Struct("<5Hh3hHI")
_CHANNELS_AT = 40  # of the record of conv_2d_s8: after the window and the channels of a group
_SCRATCH_BYTES = (4608, 12288)  # that blocks are cut for: at least, at most
_TILES = 32
_LARGE_BYTES = 96  # of a window, from which the interpreter's kernel is faster than those for DSP
_PIXEL_BYTES = (8, 16, 24, 32, 40, 48, 64)  # with functions of their own
_WINDOW_BYTES = {1: (16, 32, 64), 2: (16, 32)}  # of a pixel of a 3x3 window, by stride


@dataclass(frozen=True)
class Way:
    """One way to compute a convolution; `part` of the function's name, bytes of weights a channel."""

    part: str
    depth: int
    addresses: int
    weights: bytes
    filter_bytes: int


def conv_2d(site: Site) -> Tuned | str:
    """Pixels as they lie, or windows as they lie, or the bytes under each window gathered first."""
    dense = read_dense(site, _CHANNELS_AT)
    if isinstance(dense, str):
        return dense
    g = dense.geometry
    if dense.weights.shape[1] != g.kernel_h * g.kernel_w * g.in_c:
        return "several groups"
    if g.dilation_w != 1:
        return f"dilation of {g.dilation_w} along the width"
    if g.out_c % 4:
        return f"{g.out_c} output channels are no multiple of 4"
    if g.out_h * g.out_w < 4:
        return f"{g.out_h * g.out_w} output pixels"
    for make in (_pixels, _windows, _gathered):
        way = make(dense)
        if way is not None:
            break
    else:
        return "no way"
    if why := growth(site, len(way.weights) - dense.weights.size):
        return why
    cut = _cut(g, way, room(site, *_SCRATCH_BYTES))
    if cut is None:
        return "rows too wide"
    rows, tiles, chunk, scratch = cut
    clamp = dense.output
    record = g.packed() + _RECORD.pack(
        rows, tiles, chunk, way.depth, way.addresses, dense.in_zero_point, *clamp, way.filter_bytes
    )
    return Tuned(
        kernel="conv_2d_s8_mve",
        function=f"ef_conv_2d_{way.part}_s8_mve",
        record=record,
        inputs=(0, Array("int8_t", way.weights, "weights"), *shaped(dense)),
        scratch_bytes=scratch,
    )


def by_rows(site: Site) -> Tuned | str:
    """The interpreter's kernel, which takes the weights as they are and a row at a time: where windows are large."""
    dense = read_dense(site, _CHANNELS_AT)
    if isinstance(dense, str):
        return dense
    g = dense.geometry
    whole = dense.weights.shape[1] == g.kernel_h * g.kernel_w * g.in_c
    if not whole or dense.weights.shape[1] < _LARGE_BYTES or g.out_c % 4 or g.kernel_w * g.in_c < 16:
        return "small windows"
    return Tuned(
        kernel=site.node.kernel,
        function="ef_conv_2d_s8_row",
        record=site.node.record,
        inputs=tuple(range(len(site.operator.inputs))),
        drivers=ROW_DRIVERS,
    )


def _pixels(dense: Dense) -> Way | None:
    g = dense.geometry
    plain = (g.kernel_h, g.kernel_w, g.stride_h, g.stride_w) == (1, 1, 1, 1)
    if not plain or (g.in_c % 16 and g.in_c not in _PIXEL_BYTES):
        return None
    return _deep("pixels", dense.weights)


def _windows(dense: Dense) -> Way | None:
    g = dense.geometry
    if (g.kernel_h, g.kernel_w, g.dilation_h) != (3, 3, 1) or g.stride_h != g.stride_w or g.out_w < 4:
        return None
    if g.in_c not in _WINDOW_BYTES.get(g.stride_w, ()):
        return None
    # [channels / 2][ky][16 channels][kx][2][16]
    w = dense.weights.reshape(g.out_c // 2, 2, 3, 3, g.in_c // 16, 16).transpose(0, 2, 4, 3, 1, 5)
    if g.stride_w == 2:
        w = w[:, :, :, [0, 2, 1]]
    part = f"windows_{g.in_c}" if g.stride_w == 1 else f"windows_{g.in_c}_s2"
    return Way(part, g.in_c, 1, _bytes(w), 9 * g.in_c)


def _gathered(dense: Dense) -> Way | None:
    return _deep("gathered", dense.weights)


def _deep(how: str, weights: Ints) -> Way:
    """Weights [C, K] with zeros up to a depth that there is a function for."""
    channels, real = weights.shape
    depth = next((size for size in _PIXEL_BYTES if size >= real), up(real, 16))
    padded = np.zeros((channels, depth), np.int64)
    padded[:, :real] = weights
    if depth <= 16 or depth == 32:
        return Way(f"{how}_{depth}", depth, 1, _bytes(padded), depth)
    steps = depth // 16 * 16
    pairs = padded.reshape(channels // 2, 2, depth)
    first = pairs[:, :, :steps].reshape(channels // 2, 2, steps // 16, 16).transpose(0, 2, 1, 3)
    laid = np.concatenate([first.reshape(channels // 2, -1), pairs[:, :, steps:].reshape(channels // 2, -1)], axis=1)
    if depth in _PIXEL_BYTES:
        return Way(f"{how}_{depth}", depth, 2, _bytes(laid), depth)
    step = next(size for size in (128, 64, 16) if depth % size == 0)
    return Way(f"{how}_by_{step}", depth, 4, _bytes(laid), depth)


def _cut(g: Geometry, way: Way, room_bytes: int) -> tuple[int, int, int, int] | None:
    """Rows of a band, tiles of a block, channels at a time, bytes of scratch: not above `room_bytes` if possible."""
    whole = way.part.startswith("pixels")
    if whole:
        tiles = min(_TILES, -(-g.batches * g.in_h * g.in_w // 4))
        return 1, tiles, *_chunk(g, way, 1, tiles, room_bytes)
    fitting: list[tuple[int, int]] = []
    for rows in range(1, g.out_h + 1):
        tiles = _tiles(g, way, rows)
        if tiles > _TILES and fitting:
            break
        rest = g.out_h % rows
        if not way.part.startswith("windows") and (rows * g.out_w < 4 or (rest and rest * g.out_w < 4)):
            continue
        fitting.append((rows, tiles))
    if not fitting:
        return None
    small = [cut for cut in fitting if _scratch(g, way, *cut, 4) <= room_bytes] or fitting[:1]
    # as few bands as the greatest allows, and these of one size
    bands = -(-g.out_h // small[-1][0])
    rows, tiles = next(cut for cut in small if -(-g.out_h // cut[0]) <= bands)
    chunk, scratch = _chunk(g, way, rows, tiles, room_bytes)
    return (rows, tiles, chunk, scratch) if max(tiles, scratch) < 2**16 else None


def _tiles(g: Geometry, way: Way, rows: int) -> int:
    return rows * -(-g.out_w // 4) if way.part.startswith("windows") else -(-rows * g.out_w // 4)


def _chunk(g: Geometry, way: Way, rows: int, tiles: int, room_bytes: int) -> tuple[int, int]:
    chunk = 4
    while chunk + 4 <= g.out_c and _scratch(g, way, rows, tiles, chunk + 4) <= room_bytes:
        chunk += 4
    return chunk, _scratch(g, way, rows, tiles, chunk)


def _scratch(g: Geometry, way: Way, rows: int, tiles: int, chunk: int) -> int:
    """As ef_conv_2d_s8_mve.h has it."""
    parts = [tiles * chunk * 16, (tiles + 1) * way.addresses * 4, tiles * 4]
    gathered = way.part.startswith("gathered")
    if not way.part.startswith("pixels") and not (gathered and (g.kernel_h, g.kernel_w) == (1, 1) and g.in_c % 16 == 0):
        deep = (rows - 1) * g.stride_h + (g.kernel_h - 1) * g.dilation_h + 1
        parts.append(deep * ((g.out_w - 1) * g.stride_w + g.kernel_w) * g.in_c + 16)
    if gathered:
        parts.append(rows * g.out_w * way.depth + 16)
    return sum(up(part, 16) for part in parts)


def _bytes(values: Ints) -> bytes:
    return bytes(values.astype("<i1").tobytes())
