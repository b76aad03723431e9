"""A program of the user's own on a device with a shell: brought there, checked by digest, run once and never orphaned.

The device's own `timeout` bounds it, and it is killed as soon as this side goes away: what watches for that reads the
standard input, which ends with the connection.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edgeflow.device.android import base_of
from edgeflow.device.connect import DEFAULT_BASE, reached
from edgeflow.device.emulator import starts_linux
from edgeflow.device.lock import hold, owner
from edgeflow.device.runner_pipe import RunnerPipe
from edgeflow.device.types import Device
from edgeflow.errors import DeviceBusyError, DeviceError, EdgeflowError, LinkError, UsageError
from edgeflow.progress import silent
from edgeflow.transport.adb import AdbTransport
from edgeflow.transport.base import Transport

_COMMAND_S = 60.0
_POLL_S = 0.5
_SLACK_S = 20.0  # beyond the device's own limit, until the host gives up
_MOST_BYTES = 4 << 20
_TIMED_OUT = 124  # what `timeout` ends with
_KILLED = 128 + 9
# machine numbers of ELF files: what `uname -m` calls them
_ELF_MACHINES = {
    62: ("x86_64",),
    183: ("aarch64", "arm64", "armv8l"),
    40: ("armv7l", "armv8l", "aarch64"),
    3: ("i686", "x86_64"),
}
_ELF_NAMES = {62: "x86-64", 183: "64-bit Arm", 40: "32-bit Arm", 3: "32-bit x86", 243: "RISC-V"}
_DIGEST = re.compile(rb"^([0-9a-f]{64}) ")
# $1 the base. Says its full path, the machine, and what runs there.
_LOOK = """
case $1 in "~/"*) base=$HOME/${1#"~/"} ;; *) base=$1 ;; esac
mkdir -p "$base/cache" && chmod 700 "$base/cache" && cd "$base" && echo "base=$PWD" || exit 1
command -v timeout >/dev/null || { echo "no program timeout on the device" >&2; exit 1; }
ls -t cache/*.tool 2>/dev/null | tail -n +5 | while read -r old; do rm -f "$old"; done
echo "machine=$(uname -m)"
if command -v getprop >/dev/null; then
  echo "os=Android $(getprop ro.build.version.release)"; echo "cpu=$(getprop ro.soc.model)"
else
  echo "os=$(. /etc/os-release 2>/dev/null && echo "$PRETTY_NAME")"
  echo "cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
fi
echo "load=$(cut -d ' ' -f 1 /proc/loadavg)"
"""
_PLACE = 'case $(sha256sum "$1.part") in "$2 "*) chmod 700 "$1.part" && mv -f "$1.part" "$1" ;; *) exit 1 ;; esac'
# $1 lock file, $2 owner, $3 how the lock is written (agent, runner), $4 seconds, then the program and its arguments.
# The lock is held by the program itself; what watches the standard input has neither. Android's shell hands no
# descriptor above 2 on that `exec` opened, only those named on a command: so 8 stands for 9 there.
_RUN = """
lock=$1 who=$2 written=$3 limit=$4
shift 4
exec 9>/dev/null
if [ "$lock" != /dev/null ] && command -v flock >/dev/null; then
  exec 9>>"$lock" || exit 1
  if ! flock -n 8 8>&9; then
    set -- $(sed -n 's/.*"owner": "\\([^" ]*\\)".*"time": \\([0-9]*\\).*/\\1 \\2/p
                     s/^\\([^ {]*\\) \\([0-9]*\\)$/\\1 \\2/p' "$lock")
    now=$(date +%s)
    echo "busy ${1:-?} $((now - ${2:-now}))" >&2
    exit 75
  fi
  case $written in
    agent) echo "{\\"owner\\": \\"$who\\", \\"time\\": $(date +%s)}" >"$lock" ;;
    *) echo "$who $(date +%s)" >"$lock" ;;
  esac
fi
exec 3<&0
timeout -k 2 "$limit" sh -c 'echo $$ >"$1.pid"; exec "$@"' tool "$@" </dev/null 2>&1 3<&- 8>&9 &
guarded=$!
(
  exec 9>&- >/dev/null 2>&1
  cat <&3
  kill -KILL "$(cat "$1.pid")" "$guarded"
) &
watching=$!
exec 3<&-
wait "$guarded"
status=$?
kill "$watching" 2>/dev/null
rm -f "$1.pid"
[ ! -e "$lock" ] || : >"$lock"
echo
echo "edgeflow-status $status"
"""


@dataclass(frozen=True)
class Program:
    """A program file of the user's."""

    path: Path
    content: bytes
    sha256: str


@dataclass(frozen=True)
class Surroundings:
    """Where it runs: `machine` is `uname -m`; what the device does not tell is empty."""

    machine: str
    os: str
    cpu: str
    load: str


@dataclass(frozen=True)
class Ran:
    """What a program printed, its errors in between, and on what it ran; it ended with status 0."""

    output: str
    surroundings: Surroundings


def read_program(path: Path) -> Program:
    """Read a program. Raises UsageError where it is missing, or nothing that can be run."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "give the file of the program itself") from None
    if not content.startswith((b"\x7fELF", b"#!")):
        raise UsageError(f"{path} is no program for Linux or Android", "give the file that was built for the device")
    return Program(path, content, hashlib.sha256(content).hexdigest())


def run_program(
    device: Device,
    program: Program,
    model: bytes,
    arguments: Sequence[str],
    *,
    limit_s: int,
    wait_s: float = 0.0,
) -> Ran:
    """Run a program with a model's path (in place of `{model}` in `arguments`) and return what it printed.

    Raises UsageError when it is for another machine, DeviceError and its kinds, EdgeflowError when it fails.
    """
    ends = time.monotonic() + wait_s
    while True:
        try:
            with _transport(device, wait_s) as transport:
                return _run(device, transport, program, model, arguments, limit_s)
        except DeviceBusyError:
            if time.monotonic() >= ends:
                raise
            time.sleep(_POLL_S)


@contextmanager
def _transport(device: Device, wait_s: float) -> Iterator[Transport]:
    match device.address.scheme:
        case "adb":
            with hold(device), contextlib.closing(AdbTransport(device.address)) as transport:
                yield transport
        case _ if device.address.scheme in ("ssh", "local") or starts_linux(device):
            with reached(device, wait_s=wait_s) as found:
                yield found
        case _:
            raise UsageError(
                f"{device.name} runs no programs of yours", "that works on adb:// and ssh:// devices, and on local:"
            )


def _run(
    device: Device, transport: Transport, program: Program, model: bytes, arguments: Sequence[str], limit_s: int
) -> Ran:
    shell = transport.shell
    assert shell is not None
    android = device.address.scheme == "adb"
    base = base_of(device) if android else device.base or DEFAULT_BASE
    looked = shell.run(["sh", "-c", _LOOK, "edgeflow-look", base], timeout_s=_COMMAND_S)
    told = dict(line.partition("=")[::2] for line in looked.stdout.decode("utf-8", "replace").splitlines())
    if looked.status != 0 or "base" not in told:
        why = (looked.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"])[-1]
        raise DeviceError(f"{device.name}: nothing can be run below {base}: {why}", "set base in the device book")
    base, machine = told["base"], told.get("machine", "")
    _check_machine(program, machine, device.name)
    tool = _placed(device, transport, program.content, f"{base}/cache/{program.sha256}.tool")
    digest = hashlib.sha256(model).hexdigest()
    place = _placed(device, transport, model, f"{base}/cache/{digest}.tflite")
    argv = [tool, *(argument.replace("{model}", place) for argument in arguments)]
    lock = ["/dev/null", owner(), "none"] if device.address.scheme == "local" else []
    lock = lock or [f"{base}/.lock", owner(), "runner" if android else "agent"]
    started = shell.start(["sh", "-c", _RUN, "edgeflow-run", *lock, str(limit_s), *argv])
    pipe = RunnerPipe(started, device.name)
    try:
        output, status = _collected(pipe, device.name, limit_s)
    finally:
        pipe.close()
    if status != 0:
        raise _failure(program, machine, device.name, output, status, limit_s)
    return Ran(output, Surroundings(machine, told.get("os", ""), told.get("cpu", ""), told.get("load", "")))


def _check_machine(program: Program, machine: str, name: str) -> None:
    """ELF files say what they are for."""
    if not program.content.startswith(b"\x7fELF") or len(program.content) < 20:
        return
    number = int.from_bytes(program.content[18:20], "little")
    if machine not in _ELF_MACHINES.get(number, ()):
        kind = _ELF_NAMES.get(number, f"ELF machine {number}")
        raise UsageError(f"{program.path} is for {kind}, {name} is {machine}", "give the build for that machine")


def _placed(device: Device, transport: Transport, content: bytes, place: str) -> str:
    """The file on the device, brought there unless it has the same bytes."""
    shell, files = transport.shell, transport.files
    assert shell is not None and files is not None
    sha256 = hashlib.sha256(content).hexdigest()
    there = _DIGEST.match(shell.run(["sha256sum", place], timeout_s=_COMMAND_S).stdout)
    if there is None or there[1].decode() != sha256:
        files.put(content, f"{place}.part", progress=silent)
        argv = ["sh", "-c", _PLACE, "edgeflow-place", place, sha256]
        if shell.run(argv, timeout_s=_COMMAND_S).status != 0:
            raise DeviceError(f"{device.name}: {place} was damaged on the way", "try again")
    return place


def _collected(pipe: RunnerPipe, name: str, limit_s: int) -> tuple[str, int]:
    """What was printed before the last line, and the status that it tells."""
    output = bytearray()
    ends = time.monotonic() + limit_s + _SLACK_S
    while True:
        found = re.search(rb"\nedgeflow-status (\d{1,3})\n$", output)
        if found:
            return bytes(output[: found.start()]).decode("utf-8", "replace"), int(found[1])
        if len(output) > _MOST_BYTES:
            raise EdgeflowError(
                f"{name}: the program printed more than {_MOST_BYTES >> 20} MiB", "is it the right one?"
            )
        if time.monotonic() >= ends:
            raise LinkError(f"{name}: no word for {limit_s + _SLACK_S:g} s", "reset the device")
        output += pipe.read(1 << 16, _POLL_S)


def _failure(program: Program, machine: str, name: str, output: str, status: int, limit_s: int) -> EdgeflowError:
    title = program.path.name
    last = next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "")
    said = "".join(c if c.isprintable() else "·" for c in last)[:100]
    if status == _TIMED_OUT or (status == _KILLED and not said):
        return EdgeflowError(
            f"{name}: {title} did not end within {limit_s} s", "raise --timeout, or ask for fewer runs"
        )
    if status in (126, 127):
        return UsageError(
            f"{name}: {title} cannot be started there: {said or f'status {status}'}",
            f"give the build for {machine} and for that system (Android and Linux differ)",
        )
    if status > 128:
        return EdgeflowError(f"{name}: {title} crashed with signal {status - 128}", "try its other builds")
    why = f"{said}" if said else "it said nothing"
    return EdgeflowError(
        f"{name}: {title} ended with status {status}: {why}", "run it by hand on the device to see more"
    )
