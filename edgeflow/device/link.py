"""Requests and replies over a pipe: sequence numbers, deadlines, windows, and repetition where bytes get lost."""

from __future__ import annotations

import logging
import re
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from edgeflow.device.pace import Pace
from edgeflow.device.refusals import refusal_error
from edgeflow.errors import DeviceStatusError, LinkError
from edgeflow.progress import Progress
from edgeflow.transport.base import Pipe
from edgeflow.wire import frame, message
from edgeflow.wire.constants import Command, Status

_console = logging.getLogger("edgeflow.console")
_READ_BYTES = 256 * 1024
_POLL_S = 0.5
_FIRST_REPEAT_S = 1.0
_LONGEST_REPEAT_S = 8.0
_SLOW = "raise --timeout for slow models, or reset the device"
_TROUBLES = 200  # losses of blocks in one upload, beyond one for every _TROUBLE_BYTES of it
_TROUBLE_BYTES = 16


@dataclass(frozen=True)
class Blocks:
    """Bytes for MODEL_CHUNK or INPUT (then `index` is the tensor), from `start` on, `window` of them unanswered."""

    command: Command
    data: bytes
    start: int
    block_bytes: int
    window: int
    index: int | None = None

    def payload(self, at: int, end: int) -> bytes:
        """The request that carries bytes `at` to `end`."""
        fields = {} if self.index is None else {"index": self.index}
        return message.pack_request(self.command, offset=at, data=self.data[at:end], **fields)


class Link:
    """One open pipe. `peer` names who answers in messages ("pi4: the agent").

    A reliable pipe keeps or breaks; on a `lossy` one an unanswered request is sent again.
    """

    def __init__(self, pipe: Pipe, peer: str, *, lossy: bool = False, largest_payload: int = 64 * 1024) -> None:
        self._pipe, self._peer, self._lossy = pipe, peer, lossy
        self._splitter = frame.Splitter(2 * largest_payload + 1024)
        self._seq = 0
        self._replies: dict[int, tuple[int, bytes]] = {}
        self._waiting: set[int] = set()
        self._heard_at = 0.0
        self._last_console = ""

    def close(self) -> None:
        """End the pipe."""
        self._pipe.close()

    def request(
        self,
        command: Command,
        payload: bytes,
        *,
        timeout_s: float,
        limit_s: float | None = None,
        repeat_s: float | None = None,
    ) -> bytes:
        """Send and wait for the one reply; `timeout_s` is the longest silence, `limit_s` the longest with heartbeats.

        On a lossy link the request is repeated after each `repeat_s` of silence, by default after 1, 2, 4, 8, 8…
        seconds, also when heartbeats came before: the last reply can be lost as well.
        Raises DeviceStatusError on a refusal, LinkError when the pipe ends or stays silent.
        """
        with self._blamed(command):
            seq = self._send(command, payload, timeout_s)
            self._heard_at = written_at = time.monotonic()
            busy_s = limit_s or timeout_s
            ends = written_at + busy_s
            pause = repeat_s or _FIRST_REPEAT_S
            while seq not in self._replies:
                now = time.monotonic()
                if now >= self._heard_at + timeout_s:
                    raise self._silent(command, timeout_s)
                if now >= ends:
                    raise LinkError(f"{self._peer} has been busy with {command.name} for {busy_s:g} s", _SLOW)
                if self._lossy and now >= max(self._heard_at, written_at) + pause:
                    self._write(seq, command, payload, timeout_s)
                    written_at = time.monotonic()
                    pause = pause if repeat_s else min(2 * pause, _LONGEST_REPEAT_S)
                limit = max(self._heard_at, written_at) + (pause if self._lossy else timeout_s)
                self._receive(min(_POLL_S, max(0.01, limit - now)))
            return self._take(seq, command)

    def request_all(
        self, command: Command, payloads: Sequence[bytes], *, window: int, timeout_s: float
    ) -> Iterator[bytes]:
        """The replies to several requests, a window of them unanswered; nothing is repeated, so not on a lossy link."""
        with self._blamed(command):
            waiting: deque[int] = deque()
            self._heard_at = time.monotonic()
            for payload in payloads:
                if len(waiting) >= max(1, window):
                    yield self._reply_to(waiting.popleft(), command, timeout_s)
                waiting.append(self._send(command, payload, timeout_s))
            while waiting:
                yield self._reply_to(waiting.popleft(), command, timeout_s)

    def _reply_to(self, seq: int, command: Command, timeout_s: float) -> bytes:
        while seq not in self._replies:
            if time.monotonic() >= self._heard_at + timeout_s:
                raise self._silent(command, timeout_s)
            self._receive(_POLL_S)
        return self._take(seq, command)

    def send_blocks(self, blocks: Blocks, *, timeout_s: float, progress: Progress) -> None:
        """Send them all, a window of them unanswered; on a lossy link again from where something was lost."""
        pace = Pace(blocks.block_bytes)
        at, self._heard_at = blocks.start, time.monotonic()
        bearable = _TROUBLES + len(blocks.data) // _TROUBLE_BYTES  # smallest blocks, each lost several times
        with self._blamed(blocks.command):
            while at < len(blocks.data):
                at = self._send_until_trouble(blocks, at, pace, timeout_s, progress)
                bearable -= 1
                if pace.failures and time.monotonic() >= self._heard_at + timeout_s:
                    raise self._silent(blocks.command, timeout_s)
                if pace.hopeless or bearable < 0:
                    raise LinkError(
                        f"{self._peer} loses one block after another, at byte {at} of {len(blocks.data)}",
                        "check the cable, or use a lower baud rate",
                    )

    def _send_until_trouble(self, blocks: Blocks, start: int, pace: Pace, timeout_s: float, progress: Progress) -> int:
        """Send until the end or the first loss; returns the offset to go on from."""
        sent: dict[int, tuple[int, float]] = {}  # sequence number: end offset, when
        done = at = start
        while done < len(blocks.data):
            while at < len(blocks.data) and len(sent) < max(1, blocks.window):
                end = min(len(blocks.data), at + pace.block_bytes)
                sent[self._send(blocks.command, blocks.payload(at, end), timeout_s)] = (end, time.monotonic())
                at = end
            seq = self._wait_for_any(sent, pace.silence_s if self._lossy else timeout_s)
            if seq is None:
                if not self._lossy:
                    raise self._silent(blocks.command, timeout_s)
                pace.silent()
                break
            overtaken = seq != next(iter(sent))  # replies come in order: what was sent before is lost, or its reply
            try:
                self._take(seq, blocks.command)
            except DeviceStatusError as refusal:
                expected = re.search(r"\d+", refusal.message.rpartition(":")[2])
                if not self._lossy or refusal.status != Status.BAD_OFFSET.name or expected is None:
                    raise
                pace.lost()
                done = min(len(blocks.data), int(expected.group()))
                break
            if overtaken and blocks.command != Command.MODEL_CHUNK:
                pace.lost()
                break
            pace.arrived(time.monotonic() - sent[seq][1])
            done = sent[seq][0]  # a model's blocks are stored in order only: all before this one have arrived
            for earlier in [*sent][: [*sent].index(seq) + 1]:
                self._forget([earlier])
                del sent[earlier]
            progress("upload", done, len(blocks.data))
        self._forget(sent)
        return done

    def _wait_for_any(self, sent: Iterable[int], timeout_s: float) -> int | None:
        """The first of the sequence numbers that is answered, None when none is within `timeout_s`."""
        deadline = time.monotonic() + timeout_s
        while True:
            for seq in sent:
                if seq in self._replies:
                    return seq
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self._receive(min(_POLL_S, left))

    def _forget(self, sent: Iterable[int]) -> None:
        for seq in sent:
            self._waiting.discard(seq)
            self._replies.pop(seq, None)

    def _send(self, command: Command, payload: bytes, timeout_s: float) -> int:
        self._seq = (self._seq + 1) % 256
        self._replies.pop(self._seq, None)
        self._waiting.add(self._seq)
        self._write(self._seq, command, payload, timeout_s)
        return self._seq

    def _write(self, seq: int, command: Command, payload: bytes, timeout_s: float) -> None:
        self._pipe.write(frame.encode(seq, command, payload), timeout_s)

    def _receive(self, timeout_s: float) -> None:
        """Take in what arrives within `timeout_s`; replies that nobody waits for are dropped."""
        for item in self._splitter.feed(self._pipe.read(_READ_BYTES, timeout_s)):
            if isinstance(item, bytes):
                self._say(item)
                continue
            seq, status, payload = item
            if seq not in self._waiting:
                continue
            self._heard_at = time.monotonic()
            if status != Status.RUNNING:
                self._replies[seq] = (status, payload)

    def _take(self, seq: int, command: Command) -> bytes:
        status, payload = self._replies.pop(seq)
        self._waiting.discard(seq)
        if status == Status.OK:
            return payload
        raise refusal_error(self._peer, command, status, payload)

    def _say(self, text: bytes) -> None:
        for line in text.decode("utf-8", "replace").splitlines():
            if line.strip():
                self._last_console = line.strip()
                _console.info("%s", line.rstrip())

    def _silent(self, command: Command, timeout_s: float) -> LinkError:
        said = f"; the last it printed: {self._last_console[:200]}" if self._last_console else ""
        return LinkError(f"{self._peer} did not answer {command.name} for {timeout_s:g} s{said}", _SLOW)

    @contextmanager
    def _blamed(self, command: Command) -> Iterator[None]:
        """Say who and what when the pipe ends, and leave no request waiting."""
        try:
            yield
        except LinkError as error:
            self._say(self._splitter.flush())
            if error.message.startswith(self._peer):
                raise
            hint = error.hint or "see what edgeflow inspect says of the model; the device may be out of memory"
            raise LinkError(f"{self._peer} died while answering {command.name}: {error.message}", hint) from None
        finally:
            self._waiting.clear()
