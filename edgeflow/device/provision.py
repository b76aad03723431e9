"""An interpreter onto a device that has none: pushed as one archive, unpacked beside the agent, tried."""

from __future__ import annotations

import posixpath
import struct
from dataclasses import dataclass
from pathlib import Path

from edgeflow.device.connect import session_on
from edgeflow.device.interpreters import choose
from edgeflow.device.survey import Survey
from edgeflow.device.types import Device
from edgeflow.device.wheels import Packed, fetch, pack
from edgeflow.errors import DeviceError, MismatchError
from edgeflow.model.types import Model
from edgeflow.progress import Progress, silent
from edgeflow.transport.base import Shell, Transport

FOLDER = "python"  # below the base; the agent looks there
_INSTALL_S = 600.0  # an emulated board unpacks some minutes
_SPARE = 1.1
# argv: folder, tag, archive, its SHA-256. What is there stays until the new one is whole; the switch is one rename.
_UNPACK = """
import hashlib, os, shutil, sys, zipfile
folder, tag, archive, wanted = sys.argv[1:]
digest = hashlib.sha256()
with open(archive, "rb") as file:
    for block in iter(lambda: file.read(1 << 20), b""):
        digest.update(block)
if digest.hexdigest() != wanted:
    os.unlink(archive)
    sys.exit("damaged on the way")
name = "%s-%s" % (tag, wanted[:12])
new, part, link = (os.path.join(folder, entry) for entry in (name, name + ".part", tag + ".new"))
shutil.rmtree(part, ignore_errors=True)
with zipfile.ZipFile(archive) as packed:
    packed.extractall(part)
os.sync()
shutil.rmtree(new, ignore_errors=True)
os.rename(part, new)
if os.path.lexists(link):
    os.unlink(link)
os.symlink(name, link)
os.replace(link, os.path.join(folder, tag))
os.unlink(archive)
for other in os.listdir(folder):
    if other.startswith(tag + "-") and other != name:
        shutil.rmtree(os.path.join(folder, other), ignore_errors=True)
os.sync()
"""
_PREPARE = 'mkdir -p -- "$1" && chmod 700 -- "$1" && { [ ! -d "$1/$2" ] || echo there; }'


@dataclass(frozen=True)
class Installed:
    """What lies on the device now, where, and how many bytes had to be sent."""

    runtime: str
    distributions: tuple[str, ...]
    folder: str
    sent_bytes: int


@dataclass(frozen=True)
class Tried:
    """The test inference: the interpreter that ran it, as the agent names it."""

    runtime: str
    version: str


def install(
    device: Device,
    transport: Transport,
    found: Survey,
    *,
    own: Path | None = None,
    progress: Progress = silent,
) -> Installed:
    """Fetch the wheels that suit the device as `found`, and unpack them on it. Nothing there needs pip or a network.

    Raises DeviceError when there is no interpreter for it or it has no room, and what `fetch` raises.
    """
    shell, files = transport.shell, transport.files
    if shell is None or files is None:
        raise DeviceError(f"{device.name} is no Linux device: it needs no interpreter")
    wheels = choose(found, device.name, own_wheels=own is not None)
    if wheels.packages:
        raise DeviceError(
            f"{device.name} lacks {' and '.join(wheels.packages)}, of which there are no wheels for {wheels.machine}",
            f"on the device: apt-get install {' '.join(wheels.packages)}; or give wheels of your own with --wheels DIR",
        )
    packed = pack(fetch(wheels, own, progress=progress), wheels.leave_out)
    folder = posixpath.join(found.base, FOLDER)
    name = f"{wheels.tag}-{packed.sha256[:12]}"
    prepared = shell.run(["sh", "-c", _PREPARE, "edgeflow-provision", folder, name], timeout_s=_INSTALL_S)
    if prepared.status != 0:
        raise DeviceError(
            f"{device.name}: {folder} cannot be made: {_last_line(prepared.stderr)}",
            "set `base` in the device book to a folder that may be written",
        )
    there = b"there" in prepared.stdout
    if not there:
        _check_room(device, found, packed)
        archive = posixpath.join(folder, f"{packed.sha256[:12]}.zip")
        files.put(packed.content, archive, progress=progress)
        progress("unpack", 0, None)
        _unpack(device, shell, found, (folder, wheels.tag, archive, packed.sha256))
    return Installed(wheels.runtime, packed.distributions, f"{folder}/{name}", 0 if there else len(packed.content))


def try_out(device: Device, transport: Transport, *, timeout_s: float) -> Tried:
    """Run a model of one addition there. Raises DeviceError when it does not run, MismatchError when it is wrong."""
    model = _doubling()
    values = (1.5, -2.0, 0.0, 1e6)
    with session_on(device, transport, timeout_s=timeout_s) as session:
        opened = session.open(session.models.place(model))
        session.write_input(opened.inputs[0].index, struct.pack("<4f", *values))
        session.invoke(max_runs=1)
        found = struct.unpack("<4f", session.read_output(opened.outputs[0].index))
        if found != tuple(2 * value for value in values):
            raise MismatchError(
                f"{device.name}: the interpreter doubles {values} to {found}",
                f"edgeflow devices provision {device.name} --force brings it there again",
            )
        return Tried(session.hello.runtime, session.hello.runtime_version)


def _check_room(device: Device, found: Survey, packed: Packed) -> None:
    needed = int(_SPARE * (len(packed.content) + packed.unpacked_bytes))
    if found.free_bytes is not None and found.free_bytes < needed:
        raise DeviceError(
            f"{device.name}: {found.free_bytes >> 20} MiB are free at {found.base}, {needed >> 20} MiB are needed",
            "free some space there, or set `base` in the device book to another file system",
        )


def _unpack(device: Device, shell: Shell, found: Survey, arguments: tuple[str, ...]) -> None:
    done = shell.run([found.python or "python3", "-I", "-c", _UNPACK, *arguments], timeout_s=_INSTALL_S)
    if done.status != 0:
        raise DeviceError(f"{device.name}: the wheels were not unpacked: {_last_line(done.stderr)}", "try again")


def _last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return "".join(c for c in lines[-1] if c.isprintable()) if lines else "no reason given"


def _doubling() -> Model:
    """x + x for four floats."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    from edgeflow.model.read import read_model

    def tensor(name: str) -> schema.TensorT:
        made = schema.TensorT()
        made.name, made.shape, made.type, made.buffer = name.encode(), [4], schema.TensorType.FLOAT32, 0
        return made

    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.ADD
    code.version = 1
    node = schema.OperatorT()
    node.opcodeIndex, node.inputs, node.outputs = 0, [0, 0], [1]
    node.builtinOptionsType, node.builtinOptions = schema.BuiltinOptions.AddOptions, schema.AddOptionsT()
    graph = schema.SubGraphT()
    graph.tensors, graph.operators = [tensor("x"), tensor("twice")], [node]
    graph.inputs, graph.outputs, graph.name = [0], [1], b"main"
    whole = schema.ModelT()
    whole.version, whole.operatorCodes, whole.subgraphs = 3, [code], [graph]
    whole.buffers, whole.description = [schema.BufferT()], b"edgeflow devices provision"
    builder = flatbuffers.Builder(1024)
    builder.Finish(whole.Pack(builder), file_identifier=b"TFL3")
    content = bytes(builder.Output())
    return read_model(content, Path("doubling.tflite"))
