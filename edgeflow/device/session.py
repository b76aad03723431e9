"""A session: one open link, with a function for each thing a device does."""

from __future__ import annotations

import contextlib
import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from edgeflow.device.answers import Hello, Invoked, Opened, OperatorTicks, Profile, TensorInfo, known
from edgeflow.device.connection import BUILD_AGAIN, BULK_BYTES, Connection
from edgeflow.device.models import Models
from edgeflow.errors import DeviceError, DeviceStatusError, LinkError
from edgeflow.model.types import NUMPY_DTYPES
from edgeflow.progress import silent
from edgeflow.transport.base import FileChannel, Pipe
from edgeflow.wire.constants import Command, DType, Reset, Side, Slots, Status

_MAX_READINGS = 4096
_MAX_SAMPLES = 2_000_000  # the agent stops there; boards far before


class Session:
    """One device, spoken to by one caller. A context manager; leaving it closes the pipe.

    `timeout_s` bounds every silence of the device, so also a single run of a model. `models` are the models there.
    """

    def __init__(
        self,
        open_pipe: Callable[[], Pipe],
        *,
        name: str,
        peer: str = "the agent",
        files: FileChannel | None = None,
        lossy: bool = False,
        shares_files: bool = False,
        reopen: bool = True,
        timeout_s: float = 60.0,
        wait_s: float = 0.0,
        open_trial: Callable[[], Pipe] | None = None,
    ) -> None:
        """See `Connection` for the pipe, and `Models` for the files."""
        self.name, self._peer = name, f"{name.rstrip(':')}: {peer}"
        self._connection = Connection(
            open_pipe, peer=self._peer, files=files, lossy=lossy, reopen=reopen, timeout_s=timeout_s, wait_s=wait_s
        )
        self.models = Models(self._connection, shares_files=shares_files, open_trial=open_trial)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def hello(self) -> Hello:
        """What the device said of itself."""
        return self._connection.hello

    @property
    def timeout_s(self) -> float:
        """The longest silence, in seconds."""
        return self._connection.timeout_s

    def close(self) -> None:
        """End the session; the agent ends with it. Safe to call twice."""
        self._connection.close()

    def restart(self) -> None:
        """Go on with a fresh process, or a board just reset: nothing of earlier runs is left in memory."""
        self._connection.restart()

    def request(self, command: Command, **fields: Any) -> dict[str, Any]:
        """One request and its reply's fields: see `Connection.request`."""
        return self._connection.request(command, **fields)

    def open(
        self,
        source: str,
        *,
        signature: str = "",
        threads: int = 0,
        api: str = "",
        delegate: str = "",
        shapes: Mapping[str, Sequence[int]] | None = None,
        library: str = "",
    ) -> Opened:
        """Load a model; empty strings and 0 mean the device's default. `shapes` maps input name → sizes."""
        text = ";".join(f"{name}={','.join(map(str, sizes))}" for name, sizes in (shapes or {}).items())
        try:
            done = self.request(
                Command.OPEN,
                source=source,
                signature=signature,
                threads=threads,
                api=api,
                delegate=delegate,
                shapes=text,
                library=library,
            )
        except DeviceStatusError as refusal:
            if shapes and refusal.status in (Status.RUNTIME_ERROR.name, Status.UNSUPPORTED_SHAPE.name):
                refusal.exit_code, refusal.hint = 2, f"the model does not take the input shape {text}"
            if library and refusal.status == Status.BAD_REQUEST.name:
                refusal.exit_code, refusal.hint = 2, "compile it for this device; see docs/custom-operators.md"
            raise
        return Opened(
            known(done["planned_bytes"]),
            known(done["persistent_bytes"]),
            done["init_ticks"],
            self.tensors(Side.INPUT, done["inputs"]),
            self.tensors(Side.OUTPUT, done["outputs"]),
        )

    def signature(self, name: str) -> tuple[tuple[TensorInfo, ...], tuple[TensorInfo, ...]]:
        """Choose a signature of the open model, variables keep their values; returns (inputs, outputs)."""
        done = self.request(Command.SIGNATURE, name=name)
        return self.tensors(Side.INPUT, done["inputs"]), self.tensors(Side.OUTPUT, done["outputs"])

    def tensors(self, side: Side, count: int) -> tuple[TensorInfo, ...]:
        """Describe the inputs or outputs as they are now; an output's shape may be known only after a run."""
        return tuple(self._tensor(side, index) for index in range(count))

    def write_input(self, index: int, data: bytes) -> None:
        """Write all bytes of an input tensor."""
        if len(data) > BULK_BYTES and self._connection.files is not None and self.hello.slots == Slots.FILES:
            path = f"{self.hello.base}/io/input-{index}"
            self._connection.files.put(data, path, progress=silent)
            self.request(Command.INPUT_USE, index=index, path=path, sha256=hashlib.sha256(data).digest())
            return
        self._connection.send_blocks(Command.INPUT, data, index=index)

    def read_output(self, index: int) -> bytes:
        """Read all bytes of an output tensor."""
        room = self.hello.receive_bytes - 16
        described = self._tensor(Side.OUTPUT, index)
        first = self.request(Command.OUTPUT, index=index, offset=0, length=room)
        total, data = first["total"], bytearray(first["data"])
        if described.dtype.name in NUMPY_DTYPES and total != described.bytes:
            raise LinkError(f"{self._peer} has {total} bytes for output {index} of {described.bytes}", BUILD_AGAIN)
        if total > BULK_BYTES and self._connection.files is not None and self.hello.slots == Slots.FILES:
            return self._fetch_output(index, total, self._connection.files)
        while len(data) < total:
            page = self.request(Command.OUTPUT, index=index, offset=len(data), length=min(room, total - len(data)))
            if not page["data"]:
                raise LinkError(f"{self._peer} sent {len(data)} of {total} bytes of output {index}")
            data += page["data"]
        return bytes(data)

    def invoke(
        self,
        *,
        max_runs: int = 1,
        min_ms: int = 0,
        max_ms: int = 0,
        warmup: int = 0,
        warmup_ms: int = 0,
        period_us: int = 0,
        flags: int = 0,
    ) -> Invoked:
        """Run the chosen signature and fetch the samples. Interrupted, it stops the device as well."""
        plan = {
            "warmup": warmup,
            "warmup_ms": warmup_ms,
            "max_runs": max_runs,
            "min_ms": min_ms,
            "max_ms": max_ms,
            "period_us": period_us,
            "flags": flags,
        }
        runs = warmup + max_runs + 2  # each may take the timeout
        limit_s = runs * (self.timeout_s + period_us / 1e6) + (warmup_ms + min_ms) / 1000
        try:
            done = self.request(Command.INVOKE, limit_s=limit_s, **plan)
        except KeyboardInterrupt:
            with contextlib.suppress(DeviceError):
                self.request(Command.CANCEL, timeout_s=2.0)
            raise
        return Invoked(self.samples(done["samples"]), max(1, done["batch"]), done["warmup_runs"], done["first_ticks"])

    def samples(self, count: int) -> tuple[int, ...]:
        """Fetch `count` samples of the last INVOKE, in ticks."""
        if count > _MAX_SAMPLES:
            raise LinkError(f"{self._peer} claims {count} samples", BUILD_AGAIN)
        samples: list[int] = []
        while len(samples) < count:
            page = self.request(Command.SAMPLES, first=len(samples))["samples"]
            if not page:
                raise LinkError(f"{self._peer} sent {len(samples)} of {count} samples")
            samples += page
        return tuple(samples[:count])

    def profile(self) -> Profile:
        """What the operators of the last INVOKE took, which must have asked for it with FLAG_PROFILE."""
        found: list[OperatorTicks] = []
        while True:
            page = self.request(Command.PROFILE, first=len(found))
            found += [OperatorTicks(*entry) for entry in page["operators"]]
            if len(found) >= page["total"]:
                return Profile(page["runs"], tuple(found))
            if not page["operators"]:
                raise LinkError(f"{self._peer} sent {len(found)} of {page['total']} operators", BUILD_AGAIN)

    def memory(self) -> dict[str, int]:
        """Memory figures in bytes, by the protocol's names."""
        return dict(self.request(Command.MEMORY)["figures"])

    def conditions(self) -> dict[str, str]:
        """What surrounds a measurement, by the protocol's names; what is unavailable is absent."""
        return dict(self.request(Command.CONDITIONS)["conditions"])

    def conditions_during(self) -> tuple[dict[str, str], ...]:
        """The readings of the conditions that were taken during the last INVOKE, each with `at_ms`; none of a board."""
        found: list[dict[str, str]] = []
        while True:
            try:
                page = self.request(Command.CONDITIONS_DURING, index=len(found))
            except DeviceStatusError as refusal:
                if refusal.status == Status.UNKNOWN_COMMAND.name:
                    return ()
                raise
            if len(found) >= min(page["total"], _MAX_READINGS):
                return tuple(found)
            found.append({"at_ms": str(page["at_ms"]), **page["conditions"]})

    def tune(self, settings: Mapping[str, str]) -> dict[str, str]:
        """Prepare the device for measuring until the process there ends; returns why not, by setting."""
        try:
            return dict(self.request(Command.TUNE, settings=dict(settings))["refused"])
        except DeviceStatusError as refusal:
            if refusal.status == Status.UNKNOWN_COMMAND.name:
                return dict.fromkeys(settings, "the device has no operating system to set it")
            raise

    def reset(self, what: Reset) -> None:
        """Reset variables, or close the model."""
        self.request(Command.RESET, what=what)

    def _tensor(self, side: Side, index: int) -> TensorInfo:
        found = self.request(Command.TENSOR, side=side, index=index)
        try:
            dtype = DType(found["dtype"])
        except ValueError:
            raise LinkError(f"{self._peer} names an unknown data type {found['dtype']}", "update edgeflow") from None
        shape, scale, size = tuple(found["shape"]), found["scale"], found["size"]
        item = NUMPY_DTYPES.get(dtype.name)
        if not math.isfinite(scale) or min(shape, default=0) < 0 or (item and size != item.itemsize * math.prod(shape)):
            said = f"{dtype.name} {list(shape)} of {size} bytes, scale {scale:g}"
            raise LinkError(f"{self._peer} describes {side.name.lower()} {index} as {said}", BUILD_AGAIN)
        return TensorInfo(index, found["name"], dtype, shape, scale, found["zero_point"], size)

    def _fetch_output(self, index: int, total: int, files: FileChannel) -> bytes:
        path = f"{self.hello.base}/io/output-{index}"
        saved = self.request(Command.OUTPUT_SAVE, index=index, path=path)
        data = files.get(path, max_bytes=total)
        if hashlib.sha256(data).digest() != saved["sha256"]:
            raise LinkError(f"{self._peer}: output {index} was damaged on the way")
        return data
