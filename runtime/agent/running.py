"""What the agent answers to the commands of an open model: its tensors, runs, figures and conditions."""

from __future__ import annotations

import os
import struct
import time
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

from edgeflow.wire.constants import FLAG_PROFILE, UNKNOWN_BYTES, Command, DType, Reset, Side, Status

from . import interpreters, measure, opened, system
from .channel import PAYLOAD_BYTES, Channel
from .refusal import Refusal
from .store import Store, sha256_of
from .surroundings import Reading, Surroundings
from .tuning import Tuning

_REPLY_BYTES = PAYLOAD_BYTES - 64


class Running:
    """At most one model is open."""

    def __init__(self, channel: Channel, store: Store, tuning: Tuning) -> None:
        self._channel, self._store, self._tuning = channel, store, tuning
        self._readings: List[Reading] = []
        self._evicted_bytes = 0
        self._peak: Optional[int] = None
        self._model: Any = None
        self._path = self._slot = ""
        self._source: Optional[Tuple[str, opened.Options]] = None
        self._staged: Dict[int, bytearray] = {}
        self._unwritten: Set[int] = set()
        self._outputs: Dict[int, bytes] = {}
        self._samples: List[int] = []
        self._first_ns: Optional[int] = None
        self._memory: Dict[str, int] = {}
        self.handlers: Dict[int, Callable[..., Dict[str, Any]]] = {
            Command.OPEN: self._open,
            Command.MODEL_INFO: self._model_info,
            Command.SIGNATURE: self._signature,
            Command.TENSOR: self._tensor,
            Command.INPUT: self._input,
            Command.INPUT_USE: self._input_use,
            Command.INVOKE: self._invoke,
            Command.SAMPLES: self._sample_page,
            Command.OUTPUT: self._output,
            Command.OUTPUT_SAVE: self._output_save,
            Command.PROFILE: self._profile,
            Command.MEMORY: self._memory_figures,
            Command.CONDITIONS: self._conditions,
            Command.CANCEL: self._cancel,
            Command.RESET: self._reset,
            Command.TUNE: self._tune,
            Command.CONDITIONS_DURING: self._conditions_during,
        }

    def _open(
        self, source: str, signature: str, threads: int, api: str, delegate: str, shapes: str, library: str
    ) -> Dict[str, Any]:
        self.close()
        if not source:
            raise Refusal(Status.BAD_REQUEST, "name a slot or a file")
        path = os.path.expanduser(source)
        self._slot = "" if os.path.isabs(path) else source
        path = path if os.path.isabs(path) else self._store.active_model(source)
        if not os.path.isfile(path):
            raise Refusal(Status.NOT_FOUND, "no such file")
        options = opened.Options(
            threads, api, delegate, opened.parse_shapes(shapes), self._library(library) or self._store.library_of(path)
        )
        interpreters.load()
        self._memory = {}
        self._phase("import")
        start = time.perf_counter_ns()
        self._model = opened.open_model(path, options, signature, self._phase)
        init_ns = time.perf_counter_ns() - start
        self._path, self._source = path, (signature, options)
        self._stage_zeros()
        return {
            "planned_bytes": UNKNOWN_BYTES,
            "persistent_bytes": UNKNOWN_BYTES,
            "init_ticks": init_ns,
            "inputs": len(self._model.tensors(Side.INPUT)),
            "outputs": len(self._model.tensors(Side.OUTPUT)),
        }

    def _library(self, given: str) -> str:
        """`SHA256:PATH` → the path, once the file is what the host meant; nothing else is loaded as code."""
        if not given:
            return ""
        digest, _, path = given.partition(":")
        path = os.path.expanduser(path)
        if len(digest) != 64 or not os.path.isabs(path):
            raise Refusal(Status.BAD_REQUEST, "a library is named as SHA256:/PATH")
        if not os.path.isfile(path):
            raise Refusal(Status.NOT_FOUND, "no such library")
        if sha256_of(path, self._channel.heartbeat).hex() != digest:
            raise Refusal(Status.BAD_CHECKSUM, "the library's SHA-256 is another")
        return path

    def _model_info(self) -> Dict[str, Any]:
        keys = list(self._need_model().signatures)
        names = b"".join(struct.pack("<H", len(key.encode())) + key.encode() for key in keys)
        digest = sha256_of(self._path, self._channel.heartbeat)
        size = os.path.getsize(self._path)
        return {"sha256": digest, "size": size, "slot": self._slot, "signatures": len(keys), "names": names}

    def _signature(self, name: str) -> Dict[str, Any]:
        model = self._need_model()
        model.choose(name)
        assert self._source is not None
        self._source = (name, self._source[1])
        self._stage_zeros()
        return {"inputs": len(model.tensors(Side.INPUT)), "outputs": len(model.tensors(Side.OUTPUT))}

    def _tensor(self, side: int, index: int) -> Dict[str, Any]:
        tensor = self._need_tensor(side, index)
        return {
            "name": tensor.name,
            "dtype": tensor.code,
            "shape": tensor.shape,
            "scale": tensor.scale,
            "zero_point": tensor.zero_point,
            "size": tensor.size,
        }

    def _input(self, index: int, offset: int, data: bytes) -> Dict[str, Any]:
        tensor = self._need_tensor(Side.INPUT, index)
        staged = self._staged.setdefault(index, bytearray(tensor.size))
        if offset + len(data) > len(staged):
            raise Refusal(Status.BAD_OFFSET, f"the tensor has {len(staged)} bytes", tensor=index)
        staged[offset : offset + len(data)] = data
        self._unwritten.add(index)
        return {"offset": offset + len(data)}

    def _input_use(self, index: int, path: str, sha256: bytes) -> Dict[str, Any]:
        tensor = self._need_tensor(Side.INPUT, index)
        path = self._store.scratch_file(path)
        if not os.path.isfile(path):
            raise Refusal(Status.NOT_FOUND, "no such file")
        if os.path.getsize(path) != tensor.size:
            raise Refusal(Status.BAD_OFFSET, f"the tensor has {tensor.size} bytes", tensor=index)
        if sha256_of(path, self._channel.heartbeat) != sha256:
            raise Refusal(Status.BAD_CHECKSUM, "the file's SHA-256 is another")
        with open(path, "rb") as file:
            self._staged[index] = bytearray(file.read())
        self._unwritten.add(index)
        os.unlink(path)
        return {"size": tensor.size}

    def _invoke(self, **plan: int) -> Dict[str, Any]:
        model = self._need_model()
        if plan["flags"] & FLAG_PROFILE:
            raise Refusal(Status.UNSUPPORTED_OPTION, "this interpreter's Python API times no operators")
        self._write_inputs()
        self._outputs.clear()
        self._channel.heartbeat(at_once=True)
        self._evicted_bytes, self._peak = 0, None
        surroundings = Surroundings()
        self._readings = surroundings.readings

        def before_run() -> bool:
            if self._channel.cancelled():
                return True
            self._channel.heartbeat()
            surroundings.look()
            return False

        def evictor() -> Callable[[], Any]:
            self._peak = 0 if self._first_ns is None and not plan["warmup"] else system.memory_now().get("peak", 0)
            evict, self._evicted_bytes = measure.cache_evictor(system.cache_bytes())
            return evict

        def first() -> None:
            if self._first_ns is None:
                self._phase("first_invoke")

        try:
            outcome = measure.measure(model.runner(), plan, before_run, first, evictor)
        except (ValueError, RuntimeError) as error:
            raise opened.refusal_of(error, Status.RUNTIME_ERROR) from None
        if self._first_ns is None:
            self._first_ns = outcome.first_ns
        surroundings.look(at_once=True)
        self._phase("steady")
        self._samples = outcome.samples
        if outcome.cancelled:
            raise Refusal(Status.CANCELLED, f"after {len(outcome.samples)} samples")
        return {
            "samples": len(outcome.samples),
            "batch": outcome.batch,
            "warmup_runs": outcome.warmup_runs,
            "first_ticks": self._first_ns,
        }

    def _sample_page(self, first: int) -> Dict[str, Any]:
        page = self._samples[first : first + _REPLY_BYTES // 8]
        return {"total": len(self._samples), "samples": page}

    def _output(self, index: int, offset: int, length: int) -> Dict[str, Any]:
        data = self._output_bytes(index)
        if offset > len(data):
            raise Refusal(Status.BAD_OFFSET, f"the tensor has {len(data)} bytes", tensor=index)
        return {"total": len(data), "data": data[offset : offset + min(length, _REPLY_BYTES)]}

    def _output_save(self, index: int, path: str) -> Dict[str, Any]:
        path = self._store.scratch_file(path)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(path, flags, 0o600), "wb") as file:
            file.write(self._output_bytes(index))
        return {"size": os.path.getsize(path), "sha256": sha256_of(path, self._channel.heartbeat)}

    def _profile(self, first: int) -> Dict[str, Any]:
        raise Refusal(Status.UNSUPPORTED_OPTION, "this interpreter's Python API times no operators")

    def _memory_figures(self) -> Dict[str, Any]:
        figures = dict(self._memory)
        # the buffer that emptied the caches is none of the model's: the peak is that from before it
        peak = system.memory_now().get("peak") if self._peak is None else self._peak
        if peak:
            figures["peak_rss"] = peak
        return {"figures": figures}

    def _conditions(self) -> Dict[str, Any]:
        found = system.conditions()
        name, version, _ = interpreters.found()
        if name:
            found["interpreter"] = f"{name} {version}"
        if self._model is not None and self._model.delegated:
            found["delegate"] = self._model.delegated
        if self._evicted_bytes:
            found["evicted_bytes"] = str(self._evicted_bytes)
        return {"conditions": found}

    def _conditions_during(self, index: int) -> Dict[str, Any]:
        if index >= len(self._readings):
            return {"total": len(self._readings), "at_ms": 0, "conditions": {}}
        reading = self._readings[index]
        return {"total": len(self._readings), "at_ms": reading.at_ms, "conditions": reading.conditions}

    def _tune(self, settings: Dict[str, str]) -> Dict[str, Any]:
        return {"refused": self._tuning.apply(settings)}

    def _cancel(self) -> Dict[str, Any]:
        return {}

    def _reset(self, what: int) -> Dict[str, Any]:
        if what == Reset.VARIABLES:
            self._need_model()
            assert self._source is not None
            signature, options = self._source
            if not self._model.forget():
                self._model = None
                self._model = opened.open_model(self._path, options, "", lambda name: self._channel.heartbeat())
                self._model.choose(signature)
            self._unwritten = set(self._staged)
            self._outputs.clear()
        elif what == Reset.CLOSE:
            self.close()
        elif what == Reset.DEVICE:
            self._tuning.restore()  # before the reply, so that the next agent finds what was there
        else:
            raise Refusal(Status.BAD_REQUEST, f"nothing to reset by {what}")
        return {}

    def close(self) -> None:
        self._model = None
        self._source = None
        self._staged, self._unwritten = {}, set()
        self._outputs, self._samples = {}, []
        self._first_ns = None

    def _phase(self, name: str) -> None:
        now = system.memory_now()
        for figure in ("rss", "anonymous", "file"):
            if figure in now:
                self._memory[f"{figure}_{name}"] = now[figure]

    def _need_model(self) -> Any:
        if self._model is None:
            raise Refusal(Status.BAD_STATE, "no model is open")
        return self._model

    def _need_tensor(self, side: int, index: int) -> opened.Tensor:
        if side not in (Side.INPUT, Side.OUTPUT):
            raise Refusal(Status.BAD_REQUEST, f"no side {side}")
        tensors: List[opened.Tensor] = self._need_model().tensors(Side(side))
        if index >= len(tensors):
            raise Refusal(Status.NOT_FOUND, f"there are {len(tensors)} {Side(side).name.lower()}s")
        return tensors[index]

    def _stage_zeros(self) -> None:
        self._outputs.clear()
        tensors = self._model.tensors(Side.INPUT)
        self._staged = {index: bytearray(tensor.size) for index, tensor in enumerate(tensors)}
        self._unwritten = {index for index, tensor in enumerate(tensors) if tensor.code != DType.STRING}

    def _write_inputs(self) -> None:
        import numpy

        tensors = self._model.tensors(Side.INPUT)
        for index in sorted(self._unwritten):
            tensor = tensors[index]
            if tensor.code == DType.STRING:
                raise Refusal(Status.UNSUPPORTED_TYPE, "string tensors are not offered here", tensor=index)
            self._model.write(tensor, numpy.frombuffer(self._staged[index], tensor.dtype).reshape(tensor.shape))
        self._unwritten = set()

    def _output_bytes(self, index: int) -> bytes:
        tensor = self._need_tensor(Side.OUTPUT, index)
        if self._first_ns is None:
            raise Refusal(Status.BAD_STATE, "nothing has been invoked")
        if index not in self._outputs:
            if tensor.code == DType.STRING:
                raise Refusal(Status.UNSUPPORTED_TYPE, "string tensors are not offered here", tensor=index)
            self._outputs[index] = self._model.read(tensor).tobytes()
        return self._outputs[index]
