"""A real adbd (Debian trixie's) as an Android device: in a namespace of its own, with a /data of its own.

It listens on every interface, so it gets a network namespace, where its adb server and clients run too; nothing of it
is seen outside, and everything in it ends with it. `.ci/setup` unpacks it into the virtual environment.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(sys.prefix) / "adbd" / "tree"
_PORTS = (5555, 5556)  # two devices
_START_S = 60.0
# $1 the folder with what adb and adbd need, $2 a scratch folder. The namespace sees this machine's folders and its own
# /data; what `getprop` and `uname` tell lies in front on the daemons' PATH.
_START = r"""
set -e
ip link set lo up 2>/dev/null || true
new=$2/fs
mkdir -p "$new"
mount -t tmpfs edgeflow "$new"
for entry in /*; do
  case $entry in /data) continue ;; esac
  if [ -L "$entry" ]; then cp -P "$entry" "$new$entry"
  elif [ -d "$entry" ]; then mkdir "$new$entry" && mount --rbind "$entry" "$new$entry"
  else continue; fi
done
umount -l "$new/proc" && mount -t proc proc "$new/proc"
touch "$2/ready"
for port in 5555 5556; do
  mkdir -p "$new/data/local/tmp" "$2/data-$port"
  env -i HOME=/ PATH="$2/bin:/usr/sbin:/usr/bin:/sbin:/bin" TMPDIR=/data/local/tmp ADBD_PORT=$port \
    unshare --mount sh -c '
      mount --bind "$3" "$1/data" && mkdir -p "$1/data/local/tmp" && exec chroot "$1" "$2/bin/adbd"
    ' sh "$new" "$2" "$2/data-$port" >"$2/adbd-$port.log" 2>&1 </dev/null &
done
HOME=$2 TMPDIR=$2 "$2/bin/adb-here" server nodaemon >"$2/server.log" 2>&1 </dev/null &
exec sleep 100000
"""


@dataclass(frozen=True)
class Adbd:
    """`serials` are host:port; `adb` is a program that reaches them; `data` are their /data folders on this machine."""

    serials: tuple[str, ...]
    adb: Path
    data: tuple[Path, ...]

    def shell(self, command: str, number: int = 0) -> str:
        argv = [self.adb, "-s", self.serials[number], "shell", "-T", command]
        return subprocess.run(argv, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL).stdout


def unavailable_reason() -> str | None:
    """Why no adbd can be started here, or None."""
    if not (ROOT / "complete").exists():
        return "adbd is not unpacked; .ci/adbd .venv/adbd does it"
    missing = [tool for tool in ("setpriv", "unshare", "nsenter", "chroot", "mount") if shutil.which(tool) is None]
    return f"{' and '.join(missing)} not installed" if missing else None


@contextmanager
def adbd(folder: Path) -> Iterator[Adbd]:
    """Start two of them below `folder`, connected to an adb server of their own; all end with the block."""
    (folder / "bin").mkdir(parents=True)
    loader = next((ROOT / "usr/lib64").glob("ld-linux-*"), None) or next((ROOT / "usr/lib").glob("*/ld-linux-*"))
    libraries = next((ROOT / "usr/lib").glob("*-linux-gnu*"))
    run = f"exec {loader} --library-path {libraries}:{libraries}/android {ROOT}/usr/lib/android-sdk/platform-tools"
    _program(folder / "bin/adbd", f"{run}/adbd")
    _program(folder / "bin/adb-here", f'{run}/adb "$@"')
    _program(
        folder / "bin/getprop",
        'case $1 in ro.product.model) echo "Trixie Phone" ;; ro.build.version.release) echo 14 ;; esac',
    )
    namespace = subprocess.Popen(
        [
            *("setpriv", "--pdeathsig", "KILL"),  # with the test run, however that ends
            "unshare",
            *_as_root(),
            "--mount",
            "--net",
            "--pid",
            "--fork",
            "--kill-child=KILL",
            "sh",
            "-c",
            _START,
            "adbd",
            str(ROOT),
            str(folder),
        ],
        stdin=subprocess.DEVNULL,
        stdout=(folder / "log").open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    serials = tuple(f"127.0.0.1:{port}" for port in _PORTS)
    try:
        _wait((folder / "ready").exists, namespace, folder)
        first = _first_inside(namespace.pid)
        assert first is not None
        enter = ["nsenter", "--target", first, "--net", "--mount"]
        enter += ["--user", "--preserve-credentials"] if _as_root() else []
        _program(folder / "adb", f'HOME={folder} TMPDIR={folder} exec {" ".join(enter)} {folder}/bin/adb-here "$@"')
        device = Adbd(serials, folder / "adb", tuple(folder / f"data-{port}" for port in _PORTS))
        for serial in serials:
            _wait(lambda serial=serial: _connected(device, serial), namespace, folder)
        yield device
    finally:
        namespace.kill()  # and with the first process of a process namespace all others in it
        namespace.wait()


def _as_root() -> list[str]:
    return [] if os.getuid() == 0 else ["--user", "--map-root-user"]


def _first_inside(unshare: int) -> str | None:
    """The process id, seen from here, of the first process in the namespace: unshare's child."""
    try:
        return (Path("/proc") / str(unshare) / "task" / str(unshare) / "children").read_text().split()[0]
    except (OSError, IndexError):
        return None


def _connected(device: Adbd, serial: str) -> bool:
    done = subprocess.run([device.adb, "connect", serial], capture_output=True, timeout=30, stdin=subprocess.DEVNULL)
    return b"connected to" in done.stdout


def _wait(ready, namespace: subprocess.Popen[bytes], folder: Path) -> None:
    ends = time.monotonic() + _START_S
    while not ready():
        if namespace.poll() is not None or time.monotonic() > ends:
            logs = "".join(path.read_text(errors="replace") for path in folder.glob("*log"))
            raise RuntimeError(f"adbd did not start: {logs[-2000:]}")
        time.sleep(0.05)


def _program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
