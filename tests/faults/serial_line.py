"""A runner behind a pseudo-terminal, as a board behind a cable that is spoiled, unplugged, or loses its power."""

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
from dataclasses import dataclass
from pathlib import Path

HANG_S = 1.5
SLOW_BYTES_PER_S = 60_000
_ROOM_BYTES = 4096  # in flight in one direction, as in a UART's driver
_TICK_S = 0.005
_TEXT = b"\r\n[boot] clock 120 MHz, wdt off\r\n"
_NOISE = 6000  # on a noisy line one byte of so many is spoiled


@dataclass(frozen=True)
class SerialFault:
    """`what` happens to the line after `after` bytes towards the board (`up`) or from it; `count` bytes of it."""

    what: str  # cut, hang, slow, duplicate, corrupt, drop, text or noise
    after: int
    up: bool
    count: int


class SerialBoard:
    """`path` is its port, also after it was plugged in again. A context manager; nothing of it remains."""

    def __init__(self, folder: Path, argv: list[str]) -> None:
        self.path = folder / "port"
        self.struck = threading.Event()
        self._argv = argv
        self._lock = threading.RLock()
        self._runner: subprocess.Popen[bytes] | None = None
        self._master = self._slave = -1
        self._up, self._down = _Way(), _Way()
        self._cut = False
        self._returns_after_s: float | None = None
        self._power_cut: str | None = None
        self._wake, self._stop = os.pipe()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> SerialBoard:
        self.plug()
        self.power_on()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._stop)
        self._thread.join()
        os.close(self._wake)
        self._returns_after_s = None
        self.power_off()
        self.unplug()

    def spoil(self, fault: SerialFault) -> None:
        """Let a fault wait for its byte."""
        with self._lock:
            way = self._up if fault.up else self._down
            way.fault, way.passed = fault, 0

    def mend(self) -> None:
        """A sound line, plugged in, at a board that is on."""
        with self._lock:
            self._up, self._down = _Way(), _Way()
            self._cut, self._returns_after_s = False, None
            if self._master < 0:
                self.plug()
            if self._runner is None or self._runner.poll() is not None or self._power_cut is not None:
                self.power_off()
                self.power_on()

    def power_on(self, cut: str | None = None, returns_after_s: float | None = None) -> None:
        """Start the runner. `cut`: at which step of the flash the power goes; it may return by itself."""
        with self._lock:
            self._power_cut, self._returns_after_s = cut, returns_after_s
            environment = {**os.environ, **({"POWER_CUT": cut} if cut else {})}
            self._runner = subprocess.Popen(
                self._argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, bufsize=0
            )
            for end in (self._runner.stdin, self._runner.stdout):
                assert end is not None
                os.set_blocking(end.fileno(), False)
            self._up.waiting.clear()

    def power_off(self, returns_after_s: float | None = None) -> None:
        """Kill the runner."""
        with self._lock:
            self._returns_after_s = returns_after_s
            if self._runner is None:
                return
            self._runner.kill()
            self._ended()

    def plug(self) -> None:
        """The port appears."""
        with self._lock:
            self._master, self._slave = pty.openpty()
            tty.setraw(self._slave)
            os.set_blocking(self._master, False)
            fresh = self.path.with_suffix(".new")
            fresh.symlink_to(os.ttyname(self._slave))
            fresh.replace(self.path)
            self._down.waiting.clear()

    def unplug(self) -> None:
        """The port vanishes; whoever has it open finds it gone."""
        with self._lock:
            if self._master >= 0:
                self.path.unlink()
                os.close(self._master)
                os.close(self._slave)
                self._master = self._slave = -1

    def steal(self, for_s: float) -> None:
        """Another program reads from the port for a while: what it gets nobody else does."""
        ends = time.monotonic() + for_s
        with contextlib.suppress(OSError):
            other = os.open(self.path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
            try:
                while (left := ends - time.monotonic()) > 0:
                    if select.select([other], [], [], left)[0]:
                        os.read(other, _ROOM_BYTES)
            finally:
                os.close(other)

    @property
    def pid(self) -> int | None:
        """The runner's process."""
        with self._lock:
            return self._runner.pid if self._runner else None

    def _ended(self) -> None:
        """Reap the runner; it comes back where its power does."""
        assert self._runner is not None and self._runner.stdin is not None and self._runner.stdout is not None
        self._runner.stdin.close()
        self._runner.stdout.close()
        self._runner.wait()
        self._runner = None
        if self._returns_after_s is not None:
            threading.Timer(self._returns_after_s, self._return).start()

    def _return(self) -> None:
        with self._lock:
            if self._returns_after_s is not None and self._runner is None:
                self.power_on()

    def _work(self) -> None:
        while True:
            with self._lock:
                port = self._master
                source = self._runner.stdout.fileno() if self._runner and self._runner.stdout else -1
                sources = [
                    end
                    for end, way in ((port, self._up), (source, self._down))
                    if end >= 0 and len(way.waiting) < _ROOM_BYTES
                ]
                busy = bool(self._up.waiting or self._down.waiting)
            try:
                ready, _, _ = select.select([self._wake, *sources], [], [], _TICK_S if busy else 0.05)
            except (OSError, ValueError):  # unplugged or switched off meanwhile
                continue
            if self._wake in ready:
                return
            with self._lock:
                self._carry(ready, port, source)

    def _carry(self, ready: list[int], port: int, source: int) -> None:
        if port in ready and port == self._master:
            with contextlib.suppress(OSError):
                self._take(self._up, os.read(port, _ROOM_BYTES))
        if self._runner and self._runner.stdout and source in ready and source == self._runner.stdout.fileno():
            with contextlib.suppress(BlockingIOError):
                data = os.read(source, _ROOM_BYTES)
                if not data:
                    self.struck.set()
                    self._ended()
                self._take(self._down, data)
        if self._runner and self._runner.stdin:
            self._up.give(self._runner.stdin.fileno())
        else:
            self._up.waiting.clear()  # nobody is there to hear it
        if self._master >= 0:
            self._down.give(self._master)
        else:
            self._down.waiting.clear()

    def _take(self, way: _Way, data: bytes) -> None:
        if self._cut:
            return
        if way.take(data):
            self.struck.set()
            self._cut = way.fault is not None and way.fault.what == "cut"


class _Way:
    """One direction: what waits, and how far its fault is."""

    def __init__(self) -> None:
        self.waiting = bytearray()
        self.fault: SerialFault | None = None
        self.passed = 0
        self._held_until = 0.0
        self._rate: float | None = None
        self._paid_until = 0.0
        self._noise: random.Random | None = None

    def take(self, data: bytes) -> bool:
        """Take bytes in; whether the fault struck."""
        fault, at = self.fault, (self.fault.after - self.passed if self.fault else 0)
        due = fault is not None and 0 <= at < len(data)
        self.passed += len(data)
        if fault is not None and due:
            data = self._spoiled(data, at, fault)
        elif self._noise is not None:
            data = self._noisy(data, self._noise)
        self.waiting += data
        return due

    def give(self, sink: int) -> None:
        now = time.monotonic()
        if now < self._held_until or not self.waiting:
            self._paid_until = max(now, self._paid_until)
            return
        count = len(self.waiting)
        if self._rate is not None:
            count = min(count, int((now - self._paid_until) * self._rate))
        if count > 0:
            with contextlib.suppress(OSError):
                sent = os.write(sink, self.waiting[:count])
                del self.waiting[:sent]
                self._paid_until += sent / self._rate if self._rate else 0.0

    def _spoiled(self, data: bytes, at: int, fault: SerialFault) -> bytes:
        match fault.what:
            case "cut":
                return data[:at]
            case "hang":
                self._held_until = time.monotonic() + HANG_S
            case "slow":
                self._rate, self._paid_until = SLOW_BYTES_PER_S, time.monotonic()
            case "duplicate":
                return data[: at + fault.count] + data[at:]
            case "corrupt":
                return data[:at] + bytes(byte ^ 0x10 for byte in data[at : at + fault.count]) + data[at + fault.count :]
            case "drop":
                return data[:at] + data[at + fault.count :]
            case "text":
                return data[:at] + _TEXT * fault.count + data[at:]
            case "noise":
                self._noise = random.Random(fault.count)
        return data

    def _noisy(self, data: bytes, draw: random.Random) -> bytes:
        spoiled = bytearray()
        for byte in data:
            match draw.randrange(3 * _NOISE):
                case 0:
                    pass
                case 1:
                    spoiled += bytes((byte, byte))
                case 2:
                    spoiled.append(byte ^ 1 << draw.randrange(8))
                case _:
                    spoiled.append(byte)
        return bytes(spoiled)
