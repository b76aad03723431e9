"""What the agent answers to the commands of deployments: bring, try, switch, list, trust."""

from __future__ import annotations

import os
from typing import Any, Callable, Dict

from edgeflow.wire.constants import Command, DType, Pin, Side, Status

from .channel import Channel
from .delta import Delta
from .refusal import Refusal
from .store import Store, sha256_of
from .switching import Switching
from .upload import Uploads


class Deploying:
    """The releases of a store, over a channel. `close` closes the model that is open for measuring."""

    def __init__(self, channel: Channel, store: Store, close: Callable[[], None]) -> None:
        self._channel, self._store, self._close = channel, store, close
        self._uploads = Uploads(store)
        self._switching = Switching(store, channel.heartbeat)
        self.handlers: Dict[int, Callable[..., Dict[str, Any]]] = {
            Command.MODEL_BEGIN: self._model_begin,
            Command.MODEL_CHUNK: self._model_chunk,
            Command.MODEL_COMMIT: self._model_commit,
            Command.MODEL_USE: self._model_use,
            Command.BUNDLE: self._bundle,
            Command.MODEL_ACTIVATE: self._model_activate,
            Command.MODEL_TRY: self._model_try,
            Command.MODEL_ACCEPT: self._model_accept,
            Command.APP: self._app,
            Command.TRUST: self._trust,
            Command.SLOTS: self._slots,
            **Delta(self._uploads, channel.heartbeat).handlers,
        }

    def recover(self) -> None:
        """What an agent that did not end well, or the machine, has left half done."""
        self._switching.recover()

    def give_up(self) -> None:
        """The session ends: a release that nobody accepted goes."""
        self._switching.give_up()

    def _bundle(self, slot: str, identity: bytes, app: bytes, app_bytes: int) -> Dict[str, Any]:
        return {"app_offset": self._uploads.announce(slot, identity, app, app_bytes)}

    def _model_begin(self, slot: str, size: int, sha256: bytes) -> Dict[str, Any]:
        state, offset, path = self._uploads.begin(slot, size, sha256, self._channel.heartbeat)
        return {"state": state, "offset": offset, "path": path}

    def _model_chunk(self, offset: int, data: bytes) -> Dict[str, Any]:
        return {"offset": self._uploads.chunk(offset, data)}

    def _model_commit(self) -> Dict[str, Any]:
        release, path = self._uploads.commit(self._channel.heartbeat)
        return {"release": release, "path": path}

    def _model_use(self, path: str, sha256: bytes) -> Dict[str, Any]:
        path = os.path.expanduser(path)
        if not os.path.isabs(path) or not os.path.isfile(path):
            raise Refusal(Status.NOT_FOUND, "no such file")
        if sha256_of(path, self._channel.heartbeat) != sha256:
            raise Refusal(Status.BAD_CHECKSUM, "the file's SHA-256 is another")
        self._store.prune_cache(path)
        return {"size": os.path.getsize(path)}

    def _model_activate(self, slot: str, release: str) -> Dict[str, Any]:
        release, previous = self._switching.activate(slot, release, self._try_out, 0.0)
        return {"release": release, "previous": previous}

    def _model_try(self, slot: str, release: str, hold_s: int) -> Dict[str, Any]:
        release, previous = self._switching.activate(slot, release, self._try_out, max(1.0, float(hold_s)))
        return {"release": release, "previous": previous}

    def _model_accept(self, slot: str, good: int) -> Dict[str, Any]:
        return {"release": self._switching.accept(slot, bool(good))}

    def _app(self, slot: str) -> Dict[str, Any]:
        return {"app": self._switching.app(slot)}

    def _try_out(self, path: str) -> None:
        """Load and run once, with zeros."""
        from . import opened  # as in server.py: a host that only asks what is there does not wait for it

        self._close()
        model = opened.open_model(
            path,
            opened.Options(0, "", "", {}, self._store.library_of(path)),
            "",
            lambda name: self._channel.heartbeat(),
        )
        import numpy

        for tensor in model.tensors(Side.INPUT):
            if tensor.code != DType.STRING:
                model.write(tensor, numpy.zeros(tensor.shape, tensor.dtype))
        try:
            model.runner()()
        except (ValueError, RuntimeError) as error:
            raise opened.refusal_of(error, Status.RUNTIME_ERROR) from None

    def _trust(self, key: str, comment: str, what: int) -> Dict[str, Any]:
        if what == Pin.ADD:
            self._store.trust.add(key, comment)
        elif what == Pin.REMOVE:
            self._store.trust.remove(key)
        elif what != Pin.LIST:
            raise Refusal(Status.BAD_REQUEST, f"nothing to do by {what}")
        keys = self._store.trust.keys()
        return {"pinned": keys is not None, "keys": keys or {}}

    def _slots(self, slot: str) -> Dict[str, Any]:
        return {"entries": self._store.slots(slot, self._channel.heartbeat)}
