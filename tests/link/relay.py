"""A serial line between a pseudo-terminal and a runner: paced, damaged and cut as a test wants."""

from __future__ import annotations

import contextlib
import os
import pty
import random
import select
import subprocess
import threading
import time
import tty
from collections.abc import Callable, Sequence
from pathlib import Path

Damage = Callable[[bytes], bytes]  # what becomes of the bytes of one frame, its closing zero included
_ROOM_BYTES = 4096  # in flight in one direction, as in a UART's driver
_TICK_S = 0.002


def untouched(piece: bytes) -> bytes:
    return piece


def damaged_frames(share: float, seed: int) -> Damage:
    """One byte of that share of the frames is dropped, flipped or doubled."""
    draw = random.Random(seed)

    def damage(piece: bytes) -> bytes:
        if len(piece) < 2 or draw.random() >= share:
            return piece
        return _spoil(piece, draw.randrange(len(piece)), draw)

    return damage


def damaged_bytes(share: float, seed: int) -> Damage:
    """That share of all bytes is dropped, flipped or doubled."""
    draw = random.Random(seed)

    def damage(piece: bytes) -> bytes:
        for at in reversed(range(len(piece))):
            if draw.random() < share:
                piece = _spoil(piece, at, draw)
        return piece

    return damage


def _spoil(piece: bytes, at: int, draw: random.Random) -> bytes:
    match draw.randrange(3):
        case 0:
            return piece[:at] + piece[at + 1 :]
        case 1:
            return piece[:at] + bytes([piece[at] ^ 1 << draw.randrange(8)]) + piece[at + 1 :]
        case _:
            return piece[: at + 1] + piece[at:]


class Relay:
    """A runner behind `path`, a port to be opened. A context manager; the runner ends with it."""

    def __init__(
        self, argv: Sequence[str | Path], *, bytes_per_s: float | None = None, damage: Sequence[Damage] = ()
    ) -> None:
        """`damage`: what happens to frames on their way to the runner and back."""
        self._runner_side, runner_port = pty.openpty()
        self._host_side, self._host_port = pty.openpty()
        for end in (runner_port, self._host_port):
            tty.setraw(end)
        for end in (self._runner_side, self._host_side):
            os.set_blocking(end, False)  # a side that does not read must not stop the other
        self.path = os.ttyname(self._host_port)
        self.process = subprocess.Popen(argv, stdin=runner_port, stdout=runner_port, start_new_session=True)
        os.close(runner_port)
        there, back = damage or (untouched, untouched)
        self._ways = (
            _Way(self._host_side, self._runner_side, bytes_per_s, there),
            _Way(self._runner_side, self._host_side, bytes_per_s, back),
        )
        self._wake, self._stop = os.pipe()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    @property
    def carried_bytes(self) -> int:
        """Bytes that went to the runner."""
        return self._ways[0].carried

    def cut_after(self, more_bytes: int) -> None:
        """Let the line carry that many bytes more to the runner, then nothing any more, in both directions."""
        self._ways[0].limit = self._ways[0].carried + more_bytes

    def mend(self) -> None:
        """Carry again; what was sent meanwhile is gone."""
        self._ways[0].limit = None

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._stop)
        self._thread.join()
        for end in (self._wake, self._runner_side, self._host_side, self._host_port):
            os.close(end)
        self.process.kill()
        self.process.wait()

    def _work(self) -> None:
        there = self._ways[0]
        while True:
            wanted = [self._wake, *(way.source for way in self._ways if way.has_room)]
            busy = any(way.waiting for way in self._ways)
            ready, _, _ = select.select(wanted, [], [], _TICK_S if busy else 1.0)
            if self._wake in ready:
                return
            cut = there.limit is not None and there.carried >= there.limit
            for way in self._ways:
                if way.source in ready:
                    way.take(drop=cut)
                way.give()


class _Way:
    """One direction."""

    def __init__(self, source: int, sink: int, bytes_per_s: float | None, damage: Damage) -> None:
        self.source, self._sink, self._rate, self._damage = source, sink, bytes_per_s, damage
        self.waiting = bytearray()
        self._piece = bytearray()
        self.carried = 0
        self.limit: int | None = None
        self._paid_until = 0.0

    @property
    def has_room(self) -> bool:
        return len(self.waiting) < _ROOM_BYTES

    def take(self, *, drop: bool) -> None:
        with contextlib.suppress(OSError):
            data = os.read(self.source, _ROOM_BYTES)
            if drop:
                return
            if not self.waiting:
                self._paid_until = max(self._paid_until, time.monotonic())  # an idle line saves nothing up
            if self._damage is untouched:
                self.waiting += data
                return
            for byte in data:  # a frame is damaged as a whole, so it waits for its end
                self._piece.append(byte)
                if byte == 0:
                    self.waiting += self._damage(bytes(self._piece))
                    self._piece.clear()

    def give(self) -> None:
        now = time.monotonic()
        count = len(self.waiting)
        if self._rate is not None:
            count = min(count, int((now - self._paid_until) * self._rate))
        if self.limit is not None:
            count = min(count, max(0, self.limit - self.carried))
        if count == 0:
            return
        with contextlib.suppress(OSError):
            sent = os.write(self._sink, self.waiting[:count])
            del self.waiting[:sent]
            self.carried += sent
            if self._rate is not None:
                self._paid_until += sent / self._rate
        if self.limit is not None and self.carried >= self.limit:
            self.waiting.clear()
