"""What the agent answers to each command."""

from __future__ import annotations

import contextlib
import errno
from typing import TYPE_CHECKING, Any, Callable, Dict, Optional, Tuple

from edgeflow.wire import message
from edgeflow.wire.constants import UNKNOWN_BYTES, VERSION, Command, Reset, Slots, Status

from . import interpreters, system
from .channel import PAYLOAD_BYTES, Channel
from .deploying import Deploying
from .refusal import Refusal
from .store import Store
from .tuning import Tuning

if TYPE_CHECKING:
    from .running import Running

_WINDOW = 8
# never done twice
_ONCE = (Command.INVOKE, Command.MODEL_COMMIT, Command.MODEL_ACTIVATE, Command.MODEL_TRY, Command.RESET)


class Server:
    """One session: at most one model is open."""

    def __init__(self, channel: Channel, store: Store, tuning: Tuning) -> None:
        self._channel, self._store, self._tuning = channel, store, tuning
        self._running: Optional[Running] = None
        deploying = Deploying(channel, store, self._close)
        deploying.recover()
        channel.at_end.append(deploying.give_up)
        self._handlers = {Command.HELLO: self._hello, **deploying.handlers}

    def serve(self) -> None:
        """Answer for ever; the channel ends the process when the host goes away."""
        last: Optional[Tuple[int, int, Status, bytes]] = None
        while True:
            seq, code, payload = self._channel.next_request()
            if last is not None and last[:2] == (seq, code) and code in _ONCE:
                self._channel.reply(seq, last[2], last[3])  # its answer was lost
                continue
            status, reply = self._answer(code, payload)
            last = None if code == Command.HELLO else (seq, code, status, reply)
            self._channel.reply(seq, status, reply)
            if code == Command.RESET and status == Status.OK and payload == bytes((Reset.DEVICE,)):
                self._channel.end()  # the host starts it again

    def _handler(self, code: int) -> Optional[Callable[..., Dict[str, Any]]]:
        """What answers a command; each agent compiles its sources, so what runs models waits until it is needed."""
        if code not in self._handlers and self._running is None:
            from .running import Running

            self._running = Running(self._channel, self._store, self._tuning)
            self._handlers.update(self._running.handlers)
        return self._handlers.get(code)

    def _close(self) -> None:
        if self._running is not None:
            self._running.close()

    def _answer(self, code: int, payload: bytes) -> Tuple[Status, bytes]:
        handler = self._handler(code)
        if handler is None:
            return Status.UNKNOWN_COMMAND, message.pack_refusal(f"the agent has no command 0x{code:02x}")
        command = Command(code)
        try:
            return Status.OK, message.pack_reply(command, **handler(**message.unpack_request(command, payload)))
        except Refusal as no:
            return no.status, message.pack_refusal(no.text, no.operator, no.tensor)
        except message.MessageError as error:
            return Status.BAD_REQUEST, message.pack_refusal(str(error))
        except MemoryError:
            return Status.TOO_LARGE, message.pack_refusal("out of memory")
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            text = f"{error.strerror}: {error.filename or ''}"
            return Status.TOO_LARGE if full else Status.IO_ERROR, message.pack_refusal(text)
        except Exception as error:  # whatever a library throws, the request is answered
            return Status.RUNTIME_ERROR, message.pack_refusal(f"{type(error).__name__}: {error}")

    def _hello(self) -> Dict[str, Any]:
        runtime, version, _ = interpreters.found()
        with contextlib.suppress(OSError):  # a full or read-only disk is refused when something is to be written
            self._store.make_scratch()
        return {
            "version": VERSION,
            "window": _WINDOW,
            "slots": Slots.FILES,
            "slot_count": 0,
            "receive_bytes": PAYLOAD_BYTES,
            "ticks_hz": 1_000_000_000,
            "arena_bytes": UNKNOWN_BYTES,
            "slot_bytes": 0,
            "board": system.board_model(),
            "runtime": runtime,
            "runtime_version": version,
            "kernels": "",
            "os": system.os_name(),
            "cpu": system.cpu_model(),
            "base": self._store.base,
            "operators": b"",
        }
