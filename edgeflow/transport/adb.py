"""Android devices through the user's own `adb`: commands, programs as pipes, files.

Every call names the device by serial number; `adb` finds its server by itself (ANDROID_ADB_SERVER_PORT and the like).
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from edgeflow.errors import DeviceError, LinkError
from edgeflow.progress import Progress
from edgeflow.transport.address import Address
from edgeflow.transport.base import Completed, Pipe
from edgeflow.transport.local import LocalShell, ProcessPipe

_CONNECT_S = 20.0
_TRANSFER_S = 600.0
_INSTALL = "install Android's platform-tools (Debian: apt-get install adb), or set EDGEFLOW_ADB to the program"
# what adb says of a device that it cannot use: (words of its answer, what they mean, what to do)
_STATES = (
    ("unauthorized", "has not allowed this computer yet", "unlock it and accept the question that it shows"),
    ("authorizing", "is still deciding about this computer", "try again in a few seconds"),
    ("offline", "is offline", "replug it, or adb reconnect"),
    ("no permissions", "may not be opened by this user", "see developer.android.com: udev rules for adb"),
    ("not found", "is not there", "adb devices lists what is; is USB debugging on?"),
    ("more than one", "is not the only one", "name it by serial number: adb devices"),
)


class AdbTransport:
    """One device by its serial number, or by host:port, to which `adb` is then connected first.

    Raises DeviceError when adb is missing, or has no such device in a state to work with.
    """

    def __init__(self, address: Address, *, timeout_s: float = _CONNECT_S) -> None:
        self._serial, self._address = address.where, str(address)
        self._adb = find_adb()
        self._local = LocalShell()
        if ":" in self._serial:
            done = self._call("connect", self._serial, timeout_s=timeout_s)
            if b"connected to" not in done.stdout:  # it exits with 0 whatever happened
                raise self._refused(done)
        done = self._call("-s", self._serial, "get-state", timeout_s=timeout_s)
        if done.status != 0 or done.stdout.strip() != b"device":
            raise self._refused(done)
        done = self._call("-s", self._serial, "features", timeout_s=timeout_s)
        if b"shell_v2" not in done.stdout.split():
            raise DeviceError(
                f"{self._address}: its adb gives no exit status (before Android 7)",
                "use a device with Android 7 or newer",
            )

    @property
    def shell(self) -> AdbTransport:
        return self

    @property
    def files(self) -> AdbTransport:
        return self

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Completed:
        """Run to completion. Raises DeviceError when `timeout_s` passed, LinkError when the device went away."""
        done = self._call("-s", self._serial, "shell", "-T", shlex.join(argv), timeout_s=timeout_s, stdin=stdin)
        if done.status == 1 and _is_gone(done.stderr):
            raise LinkError(f"{self._address}: {_last_line(done.stderr)}", "check the cable and try again")
        return done

    def start(self, argv: Sequence[str]) -> Pipe:
        """Start a program whose stdin and stdout are the pipe.

        It takes the shell's place there, so that it is what gets the hang-up when this side goes away.
        """
        return ProcessPipe([self._adb, "-s", self._serial, "shell", "-T", f"exec {shlex.join(argv)}"])

    def put(self, data: bytes | Path, remote: str, *, offset: int = 0, progress: Progress) -> None:
        """Push a whole file; adb cannot go on where a push broke. The caller verifies the digest."""
        if isinstance(data, Path):
            self._push(data, remote)
            size = data.stat().st_size
        else:
            with tempfile.TemporaryDirectory(prefix="edgeflow-") as folder:
                path = Path(folder) / "data"
                path.write_bytes(data)
                self._push(path, remote)
            size = len(data)
        progress("upload", size, size)

    def get(self, remote: str, *, max_bytes: int) -> bytes:
        """Read a whole remote file."""
        done = self.run(["head", "-c", str(max_bytes + 1), remote], timeout_s=_TRANSFER_S)
        if done.status != 0:
            raise DeviceError(f"{self._address}: {remote}: {_last_line(done.stderr)}", "look at the file on the device")
        if len(done.stdout) > max_bytes:
            raise DeviceError(f"{self._address}: {remote} is larger than {max_bytes} bytes")
        return done.stdout

    def open(self) -> Pipe:
        raise LinkError("adb has no link of its own", "start the runner through the shell")

    def close(self) -> None:
        """Nothing is held: adb's server keeps the connection."""

    def _push(self, path: Path, remote: str) -> None:
        done = self._call("-s", self._serial, "push", str(path), remote, timeout_s=_TRANSFER_S)
        if done.status != 0:
            said = _last_line(done.stderr or done.stdout)
            kind = LinkError if _is_gone(done.stderr + done.stdout) else DeviceError
            raise kind(f"{self._address}: writing {remote}: {said}", "check free space and rights on the device")

    def _call(self, *words: str, timeout_s: float, stdin: bytes = b"") -> Completed:
        return self._local.run([self._adb, *words], timeout_s=timeout_s, stdin=stdin)

    def _refused(self, done: Completed) -> DeviceError:
        said = _last_line(done.stderr or done.stdout)
        state = done.stdout.decode("utf-8", "replace").strip()
        for words, meaning, remedy in _STATES:
            if words in said or words in state:
                return DeviceError(f"{self._address} {meaning} (adb: {said})", remedy)
        return DeviceError(f"{self._address}: adb does not reach it: {said}", "adb devices shows what it sees")


def find_adb() -> str:
    """adb's path: EDGEFLOW_ADB, else on PATH, else in the Android SDK. Raises DeviceError."""
    chosen = os.environ.get("EDGEFLOW_ADB")
    if chosen:
        if shutil.which(chosen) is None:
            raise DeviceError(f"EDGEFLOW_ADB names no program that can be run: {chosen}", _INSTALL)
        return chosen
    sdks = [os.environ.get(name) for name in ("ANDROID_HOME", "ANDROID_SDK_ROOT")]
    places = [Path(sdk) / "platform-tools" for sdk in sdks if sdk] + [
        Path.home() / "Android" / "Sdk" / "platform-tools"
    ]
    found = shutil.which("adb") or next(filter(None, (shutil.which("adb", path=str(place)) for place in places)), None)
    if found is None:
        raise DeviceError("adb is not installed here", _INSTALL)
    return found


def _is_gone(said: bytes) -> bool:
    text = said.strip()
    return text.startswith((b"error: ", b"adb: error: failed to get feature")) and any(
        word in text
        for word in (b"not found", b"offline", b"closed", b"unauthorized", b"no devices", b"cannot connect")
    )


def _last_line(output: bytes) -> str:
    with contextlib.suppress(IndexError):
        return output.decode("utf-8", "replace").strip().splitlines()[-1].removeprefix("error: ")
    return "no reason given"
