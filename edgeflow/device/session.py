"""A session: one open link, with a function for each thing a device does."""

from __future__ import annotations

import contextlib
import hashlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from edgeflow.device.answers import Hello, Invoked, Opened, OperatorTicks, Profile, TensorInfo, Uploaded, known
from edgeflow.device.custom_operators import CustomOperators
from edgeflow.device.link import Blocks, Link
from edgeflow.errors import DeviceBusyError, DeviceError, DeviceStatusError, LinkError, UsageError
from edgeflow.model.types import NUMPY_DTYPES, Model
from edgeflow.progress import Progress, silent
from edgeflow.transport.base import FileChannel, Pipe
from edgeflow.wire import message
from edgeflow.wire.constants import VERSION, Command, DType, Reset, Side, Slots, Status, Upload

BULK_BYTES = 64 * 1024  # more than this goes through the file channel where there is one
_HELLO_S = 60.0  # a small board under an emulator imports Python for 20 s
_HELLO_REPEAT_S = 0.5
_MAX_BYTES = 2**32 - 2
_HANDOVER_S = 10.0  # until an agent whose pipe was closed has let go of the device
_MAX_READINGS = 4096
_BUSY_POLL_S = 0.3
_HEARTBEATS_S = 600.0  # the least that a device may take to hash or load, whatever the timeout is
_HEARTBEAT_TIMEOUTS = 10
_BUILD_AGAIN = "build and flash the runner again, or update edgeflow"
_MAX_SAMPLES = 2_000_000  # the agent stops there; boards far before


class Session:
    """One device, spoken to by one caller. A context manager; leaving it closes the pipe.

    `timeout_s` bounds every silence of the device, so also a single run of a model.
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
        """`open_trial`: a pipe to slots for models that are only tried, where those of deployments are kept from it.

        `reopen`: a new pipe is a fresh process (else a restart resets the board); `shares_files`: `local:`.

        `wait_s` is how long to try again while another session holds the device.
        """
        self.name = name
        self.timeout_s = timeout_s
        self._open_trial = open_trial
        self._open_pipe, self._peer = open_pipe, f"{name.rstrip(':')}: {peer}"
        self._files, self._lossy, self._shares_files, self._reopen = files, lossy, shares_files, reopen
        self.hello: Hello
        self._connect(wait_s)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session; the agent ends with it. Safe to call twice."""
        self._link.close()

    def restart(self) -> None:
        """Go on with a fresh process, or a board just reset: nothing of earlier runs is left in memory.

        A board whose slots lie in RAM would lose them: there the model is only closed.
        """
        if self._reopen:
            self._link.close()
            self._connect(_HANDOVER_S)
            return
        try:
            self.request(Command.RESET, what=Reset.CLOSE if self.hello.slots == Slots.RAM else Reset.DEVICE)
        except DeviceStatusError:
            self.request(Command.RESET, what=Reset.CLOSE)
        self.hello = self._say_hello()

    def request(
        self, command: Command, *, timeout_s: float | None = None, limit_s: float | None = None, **fields: Any
    ) -> dict[str, Any]:
        """One request and its reply's fields; `limit_s` bounds how long heartbeats may hold it open.

        Raises DeviceStatusError on a refusal, LinkError on a broken link, UsageError on values too large to send.
        """
        try:
            payload = message.pack_request(command, **fields)
        except message.MessageError as error:
            raise UsageError(f"{command.name}: {error}", "use shorter names and smaller numbers") from None
        silence_s = timeout_s or self.timeout_s
        limit_s = limit_s or max(_HEARTBEATS_S, _HEARTBEAT_TIMEOUTS * silence_s)
        return self._read(command, self._link.request(command, payload, timeout_s=silence_s, limit_s=limit_s))

    # models

    def place(self, model: Model, *, progress: Progress = silent) -> str:
        """Make sure the model's bytes are on the device without deploying them; returns OPEN's source."""
        sha256 = bytes.fromhex(model.sha256)
        if self.hello.slots == Slots.NONE:
            found = self.request(Command.MODEL_INFO)["sha256"]
            if found == sha256:
                return ""
            names = f"model {found.hex()[:12]}, not {model.sha256[:12]} ({model.name})"
            raise DeviceError(f"{self._peer} holds {names}", "build and flash the firmware with this model")
        if self.hello.slots == Slots.FILES and self._files is not None:
            return self._place_file(model, sha256, self._files, progress)
        if self._open_trial is not None and not self._has(model):
            self._link.close()
            self._open_pipe, self._open_trial = self._open_trial, None
            self._connect(_HANDOVER_S)
        for slot, (_, digest) in self.slots().items():
            if digest == model.sha256:
                return slot
        slot = f"try-{model.sha256[:16]}"
        uploaded = self.upload(slot, model.content, progress=progress)
        if self.hello.slots == Slots.FILES and not uploaded.active:
            self.activate(slot, uploaded.release)  # a slot of its own; a board opens what is only committed
        return slot

    def place_library(self, library: CustomOperators | None, *, progress: Progress = silent) -> str:
        """Make sure a library of custom operators is on the device; returns what OPEN calls it, "" for none."""
        if library is None:
            return ""
        if self.hello.slots != Slots.FILES or self._files is None:
            raise DeviceError(
                f"{self._peer} loads no libraries", "link the kernels into its firmware; see docs/custom-operators.md"
            )
        sha256 = bytes.fromhex(library.sha256)
        cached = f"{self.hello.base}/cache/{library.sha256}.so"
        found = self._place(cached, library.path, library.content, sha256, self._files, progress)
        return f"{library.sha256}:{found}"

    def upload(
        self,
        slot: str,
        content: bytes,
        *,
        manifest: bytes = b"",
        signature: bytes = b"",
        library: CustomOperators | None = None,
        progress: Progress = silent,
    ) -> Uploaded:
        """Bring a model into a slot as a release, verified on the device, from where an earlier try stopped.

        Nothing is sent when the device has the same bytes. The release is not active yet: see `activate`.
        Where releases are files, `manifest` becomes the release's manifest.json, with its `signature` and `library`
        beside it; the library is checked against what the manifest lists.
        """
        if len(content) > _MAX_BYTES:
            raise DeviceError("a model is limited to 4 GiB")
        digest = hashlib.sha256(content).digest()
        for last_try in (False, True):
            begun = self.request(Command.MODEL_BEGIN, slot=slot, size=len(content), sha256=digest)
            if begun["state"] != Upload.SEND:
                release = PurePosixPath(begun["path"]).parent.name
                if not release:  # a board: the one that was committed last need not be this one
                    found = self.slots(slot).items()
                    release = next((name for name, (_, sha256) in found if sha256 == digest.hex()), "")
                return Uploaded(release, begun["path"], active=begun["state"] == Upload.ACTIVE, sent=0)
            offset = min(begun["offset"], len(content))
            if begun["path"] and self._files is not None and len(content) > BULK_BYTES:
                self._files.put(content, begun["path"], offset=offset, progress=progress)
            else:
                self._send_blocks(Command.MODEL_CHUNK, content, start=offset, progress=progress)
            if manifest and begun["path"] and self._files is not None and self.hello.slots == Slots.FILES:
                self._files.put(manifest, f"{begun['path']}.json", progress=silent)
                if signature:
                    self._files.put(signature, f"{begun['path']}.json.sig", progress=silent)
                if library is not None:
                    self._files.put(library.content, f"{begun['path']}.so", progress=silent)
            try:
                done = self.request(Command.MODEL_COMMIT)
            except DeviceStatusError as refusal:
                if refusal.status != Status.BAD_CHECKSUM.name or last_try or not offset:
                    raise
                continue  # what an earlier try left was damaged; the device has dropped it
            return Uploaded(done["release"], done["path"], active=False, sent=len(content) - offset)
        raise AssertionError("the last try returns or raises")

    def activate(self, slot: str, release: str = "") -> tuple[str, str]:
        """Let the device try a release ("" the one just uploaded) and make it active: (release, the previous one)."""
        done = self.request(Command.MODEL_ACTIVATE, slot=slot, release=release)
        return done["release"], done["previous"]

    def slots(self, slot: str = "") -> dict[str, tuple[str, str]]:
        """Name → (state, SHA-256) of the slots, or of one slot's releases, newest first."""
        entries = self.request(Command.SLOTS, slot=slot)["entries"].items()
        return {name: (value.partition(" ")[0], value.partition(" ")[2]) for name, value in entries}

    def read_file(self, path: str, *, max_bytes: int) -> bytes | None:
        """Read a small file below the device's base; None where it is missing or there is no file channel."""
        if self._files is None:
            return None
        try:
            return self._files.get(path, max_bytes=max_bytes)
        except LinkError:
            raise
        except DeviceError:
            return None

    # running

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
        if len(data) > BULK_BYTES and self._files is not None and self.hello.slots == Slots.FILES:
            path = f"{self.hello.base}/io/input-{index}"
            self._files.put(data, path, progress=silent)
            self.request(Command.INPUT_USE, index=index, path=path, sha256=hashlib.sha256(data).digest())
            return
        self._send_blocks(Command.INPUT, data, index=index)

    def read_output(self, index: int) -> bytes:
        """Read all bytes of an output tensor."""
        room = self.hello.receive_bytes - 16
        described = self._tensor(Side.OUTPUT, index)
        first = self.request(Command.OUTPUT, index=index, offset=0, length=room)
        total, data = first["total"], bytearray(first["data"])
        if described.dtype.name in NUMPY_DTYPES and total != described.bytes:
            raise LinkError(f"{self._peer} has {total} bytes for output {index} of {described.bytes}", _BUILD_AGAIN)
        if total > BULK_BYTES and self._files is not None and self.hello.slots == Slots.FILES:
            return self._fetch_output(index, total, self._files)
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
            raise LinkError(f"{self._peer} claims {count} samples", _BUILD_AGAIN)
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
                raise LinkError(f"{self._peer} sent {len(found)} of {page['total']} operators", _BUILD_AGAIN)

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

    def _connect(self, wait_s: float) -> None:
        deadline = time.monotonic() + wait_s
        while True:
            self._link = Link(self._open_pipe(), self._peer, lossy=self._lossy)
            try:
                self.hello = self._say_hello()
                return
            except DeviceBusyError:
                self._link.close()
                if time.monotonic() >= deadline:
                    raise
                time.sleep(_BUSY_POLL_S)
            except BaseException:
                self._link.close()
                raise

    def _say_hello(self) -> Hello:
        timeout_s = max(_HELLO_S, self.timeout_s)
        reply = self._link.request(Command.HELLO, b"", timeout_s=timeout_s, repeat_s=_HELLO_REPEAT_S)
        if not reply or reply[0] != VERSION:
            raise LinkError(
                f"{self._peer} speaks version {reply[0] if reply else '?'} of the link protocol, edgeflow {VERSION}",
                _BUILD_AGAIN,
            )
        try:
            return Hello.read(self._read(Command.HELLO, reply))
        except ValueError as error:
            raise LinkError(f"{self._peer} introduced itself wrongly: {error}") from None

    def _read(self, command: Command, reply: bytes) -> dict[str, Any]:
        try:
            return message.unpack_reply(command, reply)
        except message.MessageError as error:
            raise LinkError(f"{self._peer} answered {command.name} with nonsense: {error}", "update edgeflow") from None

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
            raise LinkError(f"{self._peer} describes {side.name.lower()} {index} as {said}", _BUILD_AGAIN)
        return TensorInfo(index, found["name"], dtype, shape, scale, found["zero_point"], size)

    def _send_blocks(
        self, command: Command, data: bytes, *, start: int = 0, index: int | None = None, progress: Progress = silent
    ) -> None:
        size = min(self.hello.receive_bytes, BULK_BYTES) - 16
        blocks = Blocks(command, data, start, size, self.hello.window, index)
        self._link.send_blocks(blocks, timeout_s=self.timeout_s, progress=progress)

    def _has(self, model: Model) -> bool:
        return any(digest == model.sha256 for _, digest in self.slots().values())

    def _place_file(self, model: Model, sha256: bytes, files: FileChannel, progress: Progress) -> str:
        cached = f"{self.hello.base}/cache/{model.sha256}.tflite"
        return self._place(cached, model.path, model.content, sha256, files, progress)

    def _place(
        self, cached: str, own: Path, content: bytes, sha256: bytes, files: FileChannel, progress: Progress
    ) -> str:
        """Where a file of this machine is on the device, brought there unless the device has the same bytes."""
        for path in [*([str(own.resolve())] if self._shares_files else []), cached]:
            try:
                self.request(Command.MODEL_USE, path=path, sha256=sha256)
                return path
            except DeviceStatusError as refusal:
                if refusal.status not in (Status.NOT_FOUND.name, Status.BAD_CHECKSUM.name):
                    raise
        files.put(content, cached, progress=progress)
        self.request(Command.MODEL_USE, path=cached, sha256=sha256)
        return cached

    def _fetch_output(self, index: int, total: int, files: FileChannel) -> bytes:
        path = f"{self.hello.base}/io/output-{index}"
        saved = self.request(Command.OUTPUT_SAVE, index=index, path=path)
        data = files.get(path, max_bytes=total)
        if hashlib.sha256(data).digest() != saved["sha256"]:
            raise LinkError(f"{self._peer}: output {index} was damaged on the way")
        return data
