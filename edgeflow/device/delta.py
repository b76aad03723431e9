"""Uploads that send only what differs from the release that is active on the device.

The device tells its blocks by two hashes each. This side finds them in the new bytes at any multiple of 16, where
FlatBuffers lays down the buffers of a model, and sends a recipe of copies and of bytes that are not there.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edgeflow.device.connection import Connection
from edgeflow.errors import DeviceStatusError
from edgeflow.progress import Progress
from edgeflow.transport.base import FileChannel
from edgeflow.wire.constants import UNKNOWN_BYTES, Command
from edgeflow.wire.delta import HASH_BYTES, Entry, block_size, pack_recipe, strong_hash

LEAST_BYTES = 512 * 1024  # less is sent before the device could be asked
SAMPLE_BYTES = 256 * 1024  # sent as they are, to see how fast the line is
_ASKING_S = 0.1  # what asking for hashes and finding them costs at least,
_HANDLED_BYTES_PER_S = 30e6  # and beyond that: the device hashes, this side searches
_WORTH = 0.8  # with a larger share of new bytes a recipe is not worth the copying
_GRID = 16
_ADLER = 65521
_SEGMENT = (4 << 20) // _GRID  # windows that are looked at together
_GAP_BYTES, _TRIED_BYTES = 32 * 1024, 1 << 20  # what is worth another search, and how much is tried first
_MOST_FALSE = 1000  # blocks of which only the weak hash agrees: a device that makes hashes up is not followed
_WEIGHTS = np.stack([np.ones(_GRID), np.arange(_GRID, 0, -1)], axis=1).astype(np.float32)


@dataclass(frozen=True)
class Blocks:
    """The blocks of a file of `size` bytes, by their hashes in order; what is left behind the last one has none."""

    size: int
    hashes: bytes


def send_difference(
    connection: Connection, files: FileChannel, content: bytes, path: str, offset: int, progress: Progress
) -> tuple[int, int]:
    """Bring an upload to `path` on from `offset`, as far as that is worth it: (where it ends now, the bytes sent).

    Nothing is sent where the device knows nothing of blocks or has no large release, and only a sample where the line
    is fast or the release another one. What is missing then is sent as ever.
    """
    if len(content) - offset < LEAST_BYTES or not (size := _size_before(connection)):
        return offset, 0
    end = offset + SAMPLE_BYTES
    if not pays(len(content) - end, _sample_rate(files, content, path, offset, progress)):
        return end, SAMPLE_BYTES
    try:
        entries = find_recipe(content, end, Blocks(size, _ask(connection, size)))
        new_bytes = _new_bytes(entries)
        if new_bytes > _WORTH * (len(content) - end):
            return end, SAMPLE_BYTES
        at = end
        for at in _send(connection, entries, end):
            progress("upload", at, len(content))
    except DeviceStatusError:
        return end, SAMPLE_BYTES  # what was appended since is cut off again; a full disk refuses that as well
    return at, SAMPLE_BYTES + new_bytes


def _sample_rate(files: FileChannel, content: bytes, path: str, offset: int, progress: Progress) -> float:
    """Send a sample of the upload; bytes per second from when the file is open until the device has them."""
    began = 0.0

    def show(stage: str, done: int, total: int | None) -> None:
        nonlocal began
        began = began or time.monotonic()
        progress(stage, done, len(content))

    files.put(content[: offset + SAMPLE_BYTES], path, offset=offset, progress=show)
    return SAMPLE_BYTES / max(1e-6, time.monotonic() - began)


def pays(left_bytes: int, bytes_per_s: float) -> bool:
    """Whether sending what is left takes longer than finding out what of it the device has."""
    return left_bytes / bytes_per_s > _ASKING_S + left_bytes / _HANDLED_BYTES_PER_S


def find_recipe(content: bytes, start: int, blocks: Blocks) -> list[Entry]:
    """The recipe that makes `content` from `start` on out of these blocks and of new bytes.

    Not all who write models keep to 16 bytes, but to 4: what is not found is searched with the other steps too, where
    a try finds something.
    """
    entries = find_blocks(content, start, len(content), blocks, 0)
    for shifted in range(4, _GRID, 4):
        at, found = start, entries
        entries = []
        for entry in found:
            end = at + entry.length
            tried = min(end, at + _TRIED_BYTES)
            if (
                len(entry.data) > _GAP_BYTES
                and _new_bytes(find_blocks(content, at, tried, blocks, shifted)) < tried - at
            ):
                entries += find_blocks(content, at, end, blocks, shifted)
            else:
                entries.append(entry)
            at = end
    return entries


def find_blocks(content: bytes, start: int, end: int, blocks: Blocks, shifted: int) -> list[Entry]:
    """The recipe for `content` from `start` to `end` with blocks that begin `shifted` bytes beyond a multiple of 16.

    With hashes that nothing answers to it is all new bytes.
    """
    size = block_size(blocks.size)
    known: dict[bytes, int] = {}
    for number in range(len(blocks.hashes) // HASH_BYTES):
        known.setdefault(blocks.hashes[number * HASH_BYTES : (number + 1) * HASH_BYTES], number)
    weak = np.unique(np.frombuffer(blocks.hashes, [("weak", "<u4"), ("strong", f"V{HASH_BYTES - 4}")])["weak"])
    entries: list[Entry] = []
    done, wrong = start, 0
    for found, hashes in _candidates(content, (start, end), size, weak, shifted):
        index = bisect_left(found, done)
        while index < len(found) and wrong <= _MOST_FALSE:
            position = found[index]
            block_hash = hashes[index].to_bytes(4, "little") + strong_hash(content[position : position + size])
            same = _number(block_hash, known, blocks, entries, size)
            if same is None:
                index, wrong = index + 1, wrong + 1
                continue
            _append_new(entries, content[done:position])
            last = entries[-1] if entries else None
            if last and not last.data and last.start + last.length == same * size:
                entries[-1] = Entry(last.length + size, last.start)
            else:
                entries.append(Entry(size, same * size))
            done = position + size
            index = bisect_left(found, done, index + 1)
    _append_new(entries, content[done:end])
    return entries


def _number(block_hash: bytes, known: dict[bytes, int], blocks: Blocks, entries: list[Entry], size: int) -> int | None:
    """The block with this hash; of several that are the same, the one that follows the last copy."""
    if block_hash not in known:
        return None
    if entries and not entries[-1].data:
        following = (entries[-1].start + entries[-1].length) // size
        if blocks.hashes[following * HASH_BYTES : (following + 1) * HASH_BYTES] == block_hash:
            return following
    return known[block_hash]


def _new_bytes(entries: list[Entry]) -> int:
    return sum(len(entry.data) for entry in entries)


def _append_new(entries: list[Entry], data: bytes) -> None:
    if data:
        entries.append(Entry(len(data), UNKNOWN_BYTES, data))


def _candidates(
    content: bytes, span: tuple[int, int], size: int, weak: npt.NDArray[np.uint32], shifted: int
) -> Iterator[tuple[list[int], list[int]]]:
    """Where a window's weak hash is one of `weak`: positions on the grid and the hashes there, some at a time."""
    table = np.zeros(1 << 16, np.bool_)
    table[(weak ^ (weak >> 16)) & 0xFFFF] = True
    first, end = -(-(span[0] - shifted) // _GRID), (span[1] - shifted - size) // _GRID + 1
    for at in range(first, end, _SEGMENT):
        windows = min(_SEGMENT, end - at)
        lanes = np.frombuffer(content, np.uint8, (windows - 1) * _GRID + size, at * _GRID + shifted).reshape(-1, _GRID)
        hashes = weak_hashes(lanes, size // _GRID)
        likely = np.flatnonzero(table[(hashes ^ (hashes >> 16)) & 0xFFFF])
        likely = likely[np.isin(hashes[likely], weak)]
        yield ((likely + at) * _GRID + shifted).tolist(), hashes[likely].tolist()


def weak_hashes(lanes: npt.NDArray[np.uint8], wide: int) -> npt.NDArray[np.uint32]:
    """Adler-32 (RFC 1950) of every window of `wide` lanes; `lanes` is [N, 16], the result has N - wide + 1.

    From running sums of the lanes' bytes, of their weighted sums, and of their sums times the lane's number.
    """
    sums = (lanes.astype(np.float32) @ _WEIGHTS).astype(np.int64)  # exact: at most 255 * 136
    plain, weighted = sums[:, 0], sums[:, 1]
    numbers = np.arange(len(lanes), dtype=np.int64)
    plain_, weighted_, numbered = (_windows(each, wide) for each in (plain, weighted, plain * numbers))
    length = wide * _GRID
    low = 1 + plain_
    high = length + weighted_ + (length - _GRID + _GRID * numbers[: len(plain_)]) * plain_ - _GRID * numbered
    return ((high % _ADLER) << 16 | low % _ADLER).astype(np.uint32)


def _windows(values: npt.NDArray[np.int64], wide: int) -> npt.NDArray[np.int64]:
    running = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=running[1:])
    return np.subtract(running[wide:], running[:-wide])


def _size_before(connection: Connection) -> int:
    """The size of the release that is active, 0 where there is none that is large, or nothing is known of blocks."""
    try:
        told = connection.request(Command.MODEL_BLOCKS, first=0, count=0)
    except DeviceStatusError:
        return 0
    return told["size"] if told["size"] >= LEAST_BYTES and told["block_bytes"] == block_size(told["size"]) else 0


def _ask(connection: Connection, size: int) -> bytes:
    hashes, count = b"", size // block_size(size)
    while len(hashes) < count * HASH_BYTES:
        told = connection.request(Command.MODEL_BLOCKS, first=len(hashes) // HASH_BYTES, count=count)["hashes"]
        if not told or len(told) % HASH_BYTES:
            break  # what there is will do
        hashes += told
    return hashes[: count * HASH_BYTES]


def _send(connection: Connection, entries: list[Entry], offset: int) -> Iterator[int]:
    """Send the recipe; where the upload ends, after each part."""
    parts = []
    for made, recipe in pack_recipe(entries, connection.hello.receive_bytes - 16):
        parts.append({"offset": offset, "recipe": recipe})
        offset += made
    for reply in connection.request_all(Command.MODEL_PATCH, parts):
        yield reply["offset"]
