"""QEMU as a process that ends with us, however we end, and whose last words explain why it ended."""

from __future__ import annotations

import collections
import contextlib
import logging
import shutil
import subprocess
import threading
from collections.abc import Sequence

from edgeflow.errors import LinkError, ToolchainError

_console = logging.getLogger("edgeflow.console")
_GRACE_S = 5.0
_PACKAGES = {
    "qemu-system-arm": "install QEMU's Arm emulators (Debian: apt install qemu-system-arm)",
    "qemu-system-aarch64": "install QEMU's Arm emulators (Debian: apt install qemu-system-arm)",
    "qemu-system-riscv32": "install QEMU's RISC-V emulators (Debian: apt install qemu-system-misc)",
    "qemu-img": "install QEMU's disk tools (Debian: apt install qemu-utils)",
}
_EXPECTED = "warning: nic"  # the machines' network stays unplugged
# QEMU ends with us, however we end: then the watcher's read returns. When QEMU ends first, so does the keeper.
_KEEPER = """
exec 3<&0 </dev/null
"$@" 3<&- & board=$!
exec 2>/dev/null
{ read -r _; kill -9 $board; } <&3 & watcher=$!
wait $board; status=$?
kill -9 $watcher
exit $status
"""


def find_program(name: str) -> str:
    """The path of one of QEMU's programs. Raises ToolchainError that says what to install."""
    program = shutil.which(name)
    if program is None:
        raise ToolchainError(f"{name} is not installed", _PACKAGES.get(name, "install QEMU"))
    return program


class QemuProcess:
    """A running QEMU; what it says on stderr goes to the console log."""

    def __init__(self, argv: Sequence[str], pass_fds: Sequence[int]) -> None:
        """Start `argv`, which may use the file descriptors `pass_fds`. Raises LinkError when it does not start."""
        try:
            self._process = subprocess.Popen(
                ["sh", "-c", _KEEPER, "sh", *argv],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=pass_fds,
                start_new_session=True,
            )
        except OSError as error:
            raise LinkError(f"{argv[0]} does not start: {error.strerror}") from None
        self._last_lines: collections.deque[str] = collections.deque(maxlen=5)
        self._listener = threading.Thread(target=self._move_stderr, name=f"qemu {self._process.pid}", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """The process that keeps QEMU."""
        return self._process.pid

    def wait(self, timeout_s: float) -> bool:
        """Whether QEMU ended by itself within `timeout_s`."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end(self) -> int:
        """Kill QEMU where it still runs, reap it, and return its status. Safe to call twice."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            status = self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._listener.join(_GRACE_S)
        if self._process.stderr is not None and not self._listener.is_alive():
            self._process.stderr.close()
        return status

    def why_ended(self) -> str:
        """End it and say how it ended, with the last thing it said."""
        status = self.end()
        last = f": {self._last_lines[-1]}" if self._last_lines else ""
        return f"QEMU ended with status {status}{last}"

    def _move_stderr(self) -> None:
        assert self._process.stderr is not None
        with contextlib.suppress(OSError, ValueError):
            for line in self._process.stderr:
                text = line.decode("utf-8", "replace").rstrip()
                if text and _EXPECTED not in text:
                    self._last_lines.append(text)
                    _console.info("%s", text)
