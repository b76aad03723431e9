"""The emulated board that faults strike: always in the same state before, looked into and meddled with from inside.

QEMU keeps that state as a snapshot in the disk's overlay: memory, devices and disk come back within a second or two. A
small program in the guest, root's, does what a fault needs there; it listens on a second forwarded port.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from edgeflow.device.book import find_device
from edgeflow.device.emulator import linux_machine
from edgeflow.errors import LinkError
from edgeflow.transport.qemu_linux import QemuLinux

_MINIMAL = "start=/usr/local/sbin/minimal-init"  # up in a third of systemd's time
_SNAPSHOTS = ("before-0", "before-1", "before-2")  # of the same state: now and then one does not go on
_BETWEEN_S = 0.4
_AGAIN = 3
_PORT = 7777
_FORWARDED = re.compile(rf"TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s+\S+\s+{_PORT}\b")
_INSIDE_S = 60.0
_GOES_ON_S = 25.0
_ENDS_S = 30.0
_START_S = 600.0
# takes one line, the JSON of a Python source, and answers with the JSON of its `answer`
_INSIDE = f"""
import json, os, socket
server = socket.create_server(("", {_PORT}))
if os.fork():
    os._exit(0)
os.setsid()
for standard in range(3):
    os.dup2(os.open(os.devnull, os.O_RDWR), standard)
while True:
    line, _ = server.accept()
    try:
        with line, line.makefile("rw") as talk:
            told = {{}}
            try:
                exec(json.loads(talk.readline()), told)
            except Exception as error:
                told = {{"answer": {{"error": repr(error)}}}}
            talk.write(json.dumps(told.get("answer")) + "\\n")
    except (OSError, ValueError):
        pass  # the line broke, or the disk cannot be written
"""


class StuckError(AssertionError):
    """The guest does not answer although it is switched on and plugged in."""


class FaultBoard:
    """A board on a disk of its own. `start` and `remember` first; then `restore` before each fault.

    `disk` is a copy's source: an overlay of a board that was switched off; without one the disk is the image's.
    """

    def __init__(self, name: str, *, disk: Path | None = None) -> None:
        machine, self._disk = linux_machine(find_device(f"qemu:arm64-virt/{name}"), fresh=True)
        self._machine = replace(machine, command_line=f"{machine.command_line} {_MINIMAL}", start_s=_START_S)
        if disk is not None:
            self._disk.overlay.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(disk, self._disk.overlay)
        self._running: QemuLinux | None = None
        self._port, self._snapshot = 0, ""

    @property
    def running(self) -> QemuLinux:
        assert self._running is not None, "the board is off"
        return self._running

    def start(self) -> None:
        """Switch it on, from what is on its disk."""
        self._running = QemuLinux(self._machine, self._disk)
        self._wake()

    def remember(self) -> None:
        """What it is now is what `restore` brings back."""
        self.running.hang_up()
        for name in _SNAPSHOTS:
            time.sleep(_BETWEEN_S)
            self._monitor(f"savevm {name}")
        for name in _SNAPSHOTS:
            self._snapshot = name
            if self._goes_on():
                return
        raise AssertionError("the guest goes on from no snapshot")

    def restore(self) -> None:
        """Bring back its memory and disk, in a QEMU that may be a new one."""
        if self._running is None:
            self._running = QemuLinux(self._machine, self._disk)
        self.running.hang_up()
        assert any(self._goes_on() for _ in range(_AGAIN)), "the guest does not go on from its snapshot"

    def cut_power(self) -> None:
        """What the guest has not written to its disk by now is lost."""
        self.running.monitor.execute("system_reset")

    def end(self) -> None:
        """QEMU itself ends; so does whatever was connected."""
        self.running.monitor.execute("quit")

    def stop(self) -> None:
        """Nothing happens in it any more, and nobody is told."""
        self.running.monitor.execute("stop")

    def go_on(self) -> None:
        """The end of `stop`."""
        self.running.monitor.execute("cont")

    def cable(self, *, plugged: bool) -> None:
        """Plug in the network, or pull it: packets are lost on both ways."""
        self.running.monitor.execute("set_link", name="net", up=plugged)

    def slow_down(self, interval_us: int) -> None:
        """Packets leave in bursts, once in the interval; 0 ends it."""
        if interval_us:
            more = {"qom-type": "filter-buffer", "id": "slow", "netdev": "net", "interval": interval_us}
            self.running.monitor.execute("object-add", **more)
        else:
            self.running.monitor.execute("object-del", id="slow")

    def wait_until_up(self, *, gone: bool) -> None:
        """Until it has started again after a power cut, or in a new QEMU where the old one is `gone`."""
        if gone:
            self.close()
            self.start()
        else:
            self.running.hang_up()
            self._wake()

    def inside(self, source: str, *, timeout_s: float = _INSIDE_S, **values: Any) -> Any:
        """Run Python in the guest as root, with `values` as its variables; what it calls `answer`.

        Raises StuckError when nothing comes back, AssertionError with what went wrong in it.
        """
        names = "".join(f"{name} = {value!r}\n" for name, value in values.items())
        try:
            with (
                socket.create_connection(("127.0.0.1", self._port), timeout=timeout_s) as line,
                line.makefile("rw") as talk,
            ):
                talk.write(json.dumps(names + source) + "\n")
                talk.flush()
                told = json.loads(talk.readline())
        except (OSError, ValueError) as error:
            raise StuckError(f"the guest does not answer: {error}") from None
        if isinstance(told, dict) and "error" in told:
            raise AssertionError(f"in the guest: {told['error']}")
        return told

    def close(self) -> None:
        """Pull the plug; nothing of QEMU is left then. Safe to call twice."""
        board, self._running = self._running, None
        if board is not None:
            board.hang_up()
            board.close()
            ends = time.monotonic() + _ENDS_S
            while any(str(self._disk.overlay).encode() in words for words in _command_lines()):
                assert time.monotonic() < ends, "QEMU is still there"
                time.sleep(0.05)
            assert not board.ssh_config.parent.exists(), "files of a start are still there"

    def _goes_on(self) -> bool:
        """Load the snapshot; whether the guest then answers, and its timers run."""
        self._monitor(f"loadvm {self._snapshot}")
        self._forward()
        try:
            return self.inside("import time\ntime.sleep(0.02)\nanswer = True", timeout_s=_GOES_ON_S) is True
        except StuckError:
            print(f"the guest did not go on from {self._snapshot}", flush=True)
            return False

    def _wake(self) -> None:
        done = self.running.shell.run(["sudo", "-n", "python3", "-c", _INSIDE], timeout_s=_START_S)
        assert done.status == 0, done.stderr
        self._forward()
        self.running.hang_up()
        # the login is gone from the guest as well: a snapshot with it would keep its process for ever
        self.inside(_NO_LOGIN)

    def _forward(self) -> None:
        if not self._forwarded():
            self._monitor(f"hostfwd_add net tcp:127.0.0.1:0-:{_PORT}")
        self._port = self._forwarded()

    def _forwarded(self) -> int:
        found = _FORWARDED.search(str(self.running.monitor.execute("human-monitor-command", **_told("info usernet"))))
        return int(found[1]) if found else 0

    def _monitor(self, line: str) -> None:
        """A command for QEMU that says something only when it failed."""
        said = self.running.monitor.execute("human-monitor-command", **_told(line))
        if said:
            raise LinkError(f"QEMU: {line}: {str(said).strip()}")


_NO_LOGIN = """
import os, time
def logins():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if file.read().startswith(b"sshd: pi"):
                    yield pid
        except OSError:
            pass
ends = time.monotonic() + 30
while list(logins()) and time.monotonic() < ends:
    time.sleep(0.05)
answer = list(logins())
"""


def _told(line: str) -> dict[str, str]:
    return {"command-line": line}


def _command_lines() -> list[bytes]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found.append((entry / "cmdline").read_bytes())
            except OSError:
                continue
    return found
