"""What a machine with a shell has and lacks, asked without bringing anything there."""

from __future__ import annotations

from dataclasses import dataclass

from edgeflow.device.probe import target_of
from edgeflow.errors import DeviceError
from edgeflow.transport.base import Shell

_TIMEOUT_S = 120.0  # an emulated board takes 20 s to start Python
_OLDEST_PYTHON = (3, 9)
_WANTED_BYTES = 64 << 20  # interpreter and numpy are there already: room for models and their uploads
# $1 is the base, $2 the Python that will run the agent where that is known, else it is the first one found.
# The answer is one `key=value` a line.
_SCRIPT = """
case $1 in "~/"*) base=$HOME/${1#"~/"} ;; *) base=$1 ;; esac
echo "base=$base"
echo "machine=$(uname -m)"
echo "kernel=$(uname -r)"
echo "os=$(. /etc/os-release 2>/dev/null && echo "$PRETTY_NAME")"
[ -r /proc/device-tree/model ] && echo "model=$(tr -d '\\000' < /proc/device-tree/model)"
there=$base
while [ ! -d "$there" ] && [ "$there" != / ] && [ "$there" != . ]; do there=$(dirname "$there"); done
[ -w "$there" ] && echo "writable=yes"
echo "free_kib=$(df -Pk "$there" 2>/dev/null | awk 'NR == 2 { print $4 }')"
for python in ${2:+"$2"} "$base/venv/bin/python3" python3 /usr/bin/python3 /usr/local/bin/python3; do
  command -v "$python" >/dev/null 2>&1 || continue
  echo "python=$(command -v "$python")"
  "$python" -c '
import os, struct, sys
print("python_version=%d.%d.%d" % sys.version_info[:3])
print("pointer_bits=%d" % (8 * struct.calcsize("P")))
try:
    print("glibc=%s" % os.confstr("CS_GNU_LIBC_VERSION").partition(" ")[2])
except (AttributeError, OSError, ValueError):
    pass
sys.path.insert(0, sys.argv[1] + "/python/cp%d%d" % sys.version_info[:2])
from importlib import metadata, util
for key, module, name in (("numpy", "numpy", "numpy"), ("litert", "ai_edge_litert", "ai-edge-litert"),
                          ("tflite-runtime", "tflite_runtime", "tflite-runtime")):
    if util.find_spec(module) is not None:
        try:
            print("%s=%s" % (key, metadata.version(name)))
        except Exception:
            print("%s=?" % key)
' "$base" 2>/dev/null
  break
done
"""


@dataclass(frozen=True)
class Lack:
    """Something that stands in the way, and what to do about it."""

    what: str
    remedy: str


@dataclass(frozen=True)
class Survey:
    """A machine as it is. Versions and names are None where there is none; `free_bytes` is at the base folder."""

    target: str | None
    board: str | None
    machine: str | None
    model: str | None
    os: str | None
    kernel: str | None
    python: str | None
    python_version: str | None
    runtime: str | None
    runtime_version: str | None
    numpy_version: str | None
    glibc: str | None
    pointer_bits: int | None
    base: str
    free_bytes: int | None
    lacks: tuple[Lack, ...]


def survey(shell: Shell, name: str, base: str, *, python: str = "") -> Survey:
    """Ask the machine behind `shell`; `name` is its name in messages, `python` the one the agent will run with.

    Raises DeviceError when it cannot answer.
    """
    done = shell.run(["sh", "-c", _SCRIPT, "edgeflow-survey", base, python], timeout_s=_TIMEOUT_S)
    said = _read(done.stdout)
    if "machine" not in said:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise DeviceError(
            f"{name}: its shell does not answer (status {done.status}{': ' + last[0] if last else ''})",
            "log in by hand: the account needs a POSIX shell and may not be restricted to one command",
        )
    model = said.get("model")
    target, board = target_of(said["machine"], said.get("pointer_bits", ""), model or "")
    runtime = next((kind for kind in ("litert", "tflite-runtime") if kind in said), None)
    free, bits = said.get("free_kib", ""), said.get("pointer_bits", "")
    return Survey(
        target=target,
        board=board,
        machine=said["machine"],
        model=model,
        os=said.get("os"),
        kernel=said.get("kernel"),
        python=said.get("python"),
        python_version=said.get("python_version"),
        runtime=runtime,
        runtime_version=said.get(runtime) if runtime else None,
        numpy_version=said.get("numpy"),
        glibc=said.get("glibc"),
        pointer_bits=int(bits) if bits in ("32", "64") else None,
        base=said.get("base", base),
        free_bytes=int(free) * 1024 if free.isdecimal() else None,
        lacks=_lacks(said, runtime, name),
    )


def _read(output: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in output.decode("utf-8", "replace").splitlines():
        key, equals, value = line.partition("=")
        text = "".join(c if c.isprintable() else " " for c in value).strip()[:512]
        if equals and text and key not in found:
            found[key] = text
    return found


def _lacks(said: dict[str, str], runtime: str | None, name: str) -> tuple[Lack, ...]:
    lacks = []
    base, version = said.get("base", ""), said.get("python_version", "")
    numbers = tuple(int(part) for part in version.split(".") if part.isdecimal())[:2]
    if "python" not in said or not numbers:
        lacks.append(Lack("no python3", "on the device: apt-get install python3 (3.9 or newer)"))
    elif numbers < _OLDEST_PYTHON:
        lacks.append(Lack(f"Python {version} is too old", "install Python 3.9 or newer on the device"))
    elif runtime is None or "numpy" not in said:
        lacks.append(Lack(*_no_interpreter(said, name)))
    if "writable" not in said:
        lacks.append(Lack(f"{base} cannot be written", "set `base` in the device book to a folder of that user"))
    free = said.get("free_kib", "")
    if free.isdecimal() and int(free) * 1024 < _WANTED_BYTES:
        lacks.append(Lack(f"only {int(free) // 1024} MiB are free at {base}", "free some space, or set another `base`"))
    return tuple(lacks)


def _no_interpreter(said: dict[str, str], name: str) -> tuple[str, str]:
    what = "no interpreter" if "numpy" in said else "no interpreter and no numpy"
    if said.get("machine", "").startswith("armv6"):
        return what, "none is published for ARMv6; use a board with ARMv7 or later"
    return what, f"edgeflow devices provision {name} brings one there; the device needs no internet for that"
