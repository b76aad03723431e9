"""An emulated Linux board: QEMU starting a disk with an SSH server of its own, reached through one forwarded port."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeflow.errors import DeviceError, LinkError
from edgeflow.transport.address import Address
from edgeflow.transport.base import FileChannel, Pipe, Shell
from edgeflow.transport.qemu_process import QemuProcess, find_program
from edgeflow.transport.ssh import SshTransport

_console = logging.getLogger("edgeflow.console")
_log = logging.getLogger(__name__)
_SWITCH_OFF_S = 60.0
_MONITOR_S = 30.0
_BANNER_S = 2.0
_LOGIN_S = 30.0
_POLL_S = 0.2
_DISK_TOOL_S = 60.0
_FORWARDED = re.compile(r"TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)")


@dataclass(frozen=True)
class LinuxMachine:
    """What QEMU is told. `drive` and `devices` bring in the drive `disk` and the network `net`.

    `command_line` is the kernel's; `serial_before` UARTs come before that of the console. `start_s` is the longest
    that it may take until its SSH server lets `user` in.
    """

    name: str
    program: str
    arguments: tuple[str, ...]
    kernel: Path
    initrd: Path
    dtb: Path | None
    command_line: str
    drive: str
    devices: tuple[str, ...]
    serial_before: int
    user: str
    start_s: float


@dataclass(frozen=True)
class LinuxDisk:
    """`base` is the image's disk, never written; `overlay` what differs from it, kept between starts.

    `login_key` opens the account, `host_key` is the public key that the SSH server must show.
    """

    base: Path
    overlay: Path
    login_key: Path
    host_key: Path


class QemuLinux:
    """A board that is switched on when this is made and off by `close`; in between an SSH device.

    Its guest reaches nothing, and only this machine reaches it, on a port that the system chose.
    Raises ToolchainError where QEMU is missing, DeviceError when the board does not start in time.
    """

    def __init__(self, machine: LinuxMachine, disk: LinuxDisk, *, extra_arguments: Sequence[str] = ()) -> None:
        self.machine = machine
        self._ssh: SshTransport | None = None
        self._off = False
        _prepare(disk)
        self._console, console = socket.socketpair()
        monitor, monitor_end = socket.socketpair()
        self.monitor = Monitor(monitor)
        descriptors = (console.fileno(), monitor_end.fileno())
        argv = [*_command(machine, disk, *descriptors), *extra_arguments]
        try:
            self._process = QemuProcess(argv, descriptors)
        except LinkError:
            self._console.close()
            self.monitor.close()
            raise
        finally:
            console.close()
            monitor_end.close()
        self._listener = threading.Thread(target=self._move_console, name=f"console {machine.name}", daemon=True)
        self._listener.start()
        self._folder = disk.overlay.with_suffix(".run")  # beside the disk: what a killed process left is used again
        self._folder.mkdir(mode=0o700, exist_ok=True)
        try:
            self._address = self._forwarded()
            self.ssh_config = self._write_ssh_config(disk)
            self._ssh = self._log_in()
        except BaseException:
            self._end()
            raise

    @property
    def address(self) -> Address:
        """Where its SSH server is reached while it runs, together with `ssh_config`."""
        return self._address

    @property
    def pid(self) -> int:
        """The process that keeps QEMU."""
        return self._process.pid

    @property
    def shell(self) -> Shell:
        return self._connected().shell

    @property
    def files(self) -> FileChannel:
        return self._connected().files

    def open(self) -> Pipe:
        return self._connected().open()

    def hang_up(self) -> None:
        """End the SSH connection alone; what is asked next logs in anew, after a restart of the system as well."""
        ssh, self._ssh = self._ssh, None
        if ssh is not None:
            ssh.close()

    def close(self) -> None:
        """Let the system end, as one does before pulling the plug, and reap QEMU. Safe to call twice.

        After `hang_up` the plug is pulled at once.
        """
        ssh, self._ssh = self._ssh, None
        if self._off:
            return
        self._off = True
        try:
            if ssh is None:
                return
            with contextlib.suppress(DeviceError):  # the connection ends before the command does
                ssh.shell.start(["sudo", "-n", "poweroff"])
                if not self._process.wait(_SWITCH_OFF_S):
                    _log.warning("%s did not switch itself off within %g s", self.machine.name, _SWITCH_OFF_S)
            ssh.close()
        finally:
            self._end()

    def __enter__(self) -> QemuLinux:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connected(self) -> SshTransport:
        if self._off:
            raise LinkError("the board is switched off")
        if self._ssh is None:
            self._ssh = self._log_in()
        return self._ssh

    def _end(self) -> None:
        self._process.end()
        self.monitor.close()
        self._listener.join(_POLL_S)
        self._console.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _forwarded(self) -> Address:
        """The port that QEMU forwards to the guest's SSH server."""
        try:
            told = self.monitor.execute("human-monitor-command", **{"command-line": "info usernet"})
        except LinkError:
            raise DeviceError(
                f"{self.machine.name}: {self._process.why_ended()}", "another QEMU may be needed; --verbose says more"
            ) from None
        found = _FORWARDED.search(str(told))
        if found is None:
            raise DeviceError(f"{self.machine.name}: QEMU forwards no port", "use QEMU 7.2 or later")
        return Address("ssh", "127.0.0.1", self.machine.user, int(found[1]))

    def _write_ssh_config(self, disk: LinuxDisk) -> Path:
        alias = f"qemu-{self.machine.name}"
        kind, key = disk.host_key.read_text(encoding="ascii").split()[:2]
        (self._folder / "known_hosts").write_text(f"{alias} {kind} {key}\n", encoding="ascii")
        config = self._folder / "ssh_config"
        config.write_text(
            f'Host 127.0.0.1\n  HostKeyAlias {alias}\n  IdentityFile "{disk.login_key}"\n  IdentitiesOnly yes\n'
            f'  UserKnownHostsFile "{self._folder}/known_hosts"\n',
            encoding="utf-8",
        )
        return config

    def _log_in(self) -> SshTransport:
        """Wait until its SSH server lets us in."""
        began = time.monotonic()
        failure: DeviceError | None = None
        while time.monotonic() < began + self.machine.start_s:
            if self._process.wait(0):
                raise DeviceError(f"{self.machine.name}: {self._process.why_ended()}", "--verbose shows its console")
            if not self._answers():
                time.sleep(_POLL_S)
                continue
            try:
                ssh = SshTransport(self._address, timeout_s=_LOGIN_S, config=self.ssh_config)
            except DeviceError as error:  # it lets nobody in before its start is through
                failure = error
                time.sleep(_POLL_S)
                continue
            _log.info("%s: up after %.1f s", self.machine.name, time.monotonic() - began)
            return ssh
        why = f" ({failure.message})" if failure else ""
        raise DeviceError(
            f"{self.machine.name}: its SSH server did not let us in within {self.machine.start_s:g} s{why}",
            "try again on an idle machine; --verbose shows its console, --fresh starts from the image",
        )

    def _answers(self) -> bool:
        """Whether an SSH server speaks; the forwarded port itself accepts from the beginning."""
        try:
            with socket.create_connection((self._address.where, self._address.port or 0), timeout=_BANNER_S) as probe:
                return probe.recv(4) == b"SSH-"
        except OSError:
            return False

    def _move_console(self) -> None:
        line = b""
        with contextlib.suppress(OSError):
            while block := self._console.recv(4096):
                *whole, line = (line + block).split(b"\n")
                for text in whole:
                    _console.info("%s: %s", self.machine.name, text.decode("utf-8", "replace").rstrip())


class Monitor:
    """QEMU's own control channel (QMP): one JSON object a line. Faults are made through it as well."""

    def __init__(self, end: socket.socket) -> None:
        self._socket, self._buffer = end, b""
        self._greeted = False

    def execute(self, command: str, **arguments: Any) -> Any:
        """Run a command of QMP and return its answer. Raises LinkError when QEMU is gone or refuses."""
        if not self._greeted:
            self._line()
            self._greeted = True
            self.execute("qmp_capabilities")
        request = {"execute": command, **({"arguments": arguments} if arguments else {})}
        try:
            self._socket.sendall(json.dumps(request).encode() + b"\n")
        except OSError as error:
            raise LinkError(f"QEMU's monitor is gone ({error.strerror})") from None
        while True:
            answer = json.loads(self._line())
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise LinkError(f"QEMU refuses {command}: {answer['error'].get('desc', '')}")

    def close(self) -> None:
        """Safe to call twice."""
        self._socket.close()

    def _line(self) -> bytes:
        self._socket.settimeout(_MONITOR_S)
        while b"\n" not in self._buffer:
            try:
                block = self._socket.recv(65536)
            except OSError as error:
                raise LinkError(f"QEMU's monitor does not answer ({error})") from None
            if not block:
                raise LinkError("QEMU's monitor is gone")
            self._buffer += block
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line


def _prepare(disk: LinuxDisk) -> None:
    """Make the overlay where there is none yet."""
    if disk.overlay.exists():
        return
    tool = find_program("qemu-img")
    begun = disk.overlay.with_name(f"{disk.overlay.name}.part")
    try:
        disk.overlay.parent.mkdir(parents=True, exist_ok=True)
        made = subprocess.run(
            [tool, "create", "-q", "-f", "qcow2", "-F", "raw", "-b", str(disk.base), str(begun)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_DISK_TOOL_S,
        )
        if made.returncode == 0:
            begun.replace(disk.overlay)
            return
        why = made.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
    except OSError as error:
        raise DeviceError(
            f"{disk.overlay}: {error.strerror}", "set EDGEFLOW_STATE_DIR to a folder you may write to"
        ) from None
    except subprocess.TimeoutExpired:
        why = [f"qemu-img took more than {_DISK_TOOL_S:g} s"]
    begun.unlink(missing_ok=True)
    raise DeviceError(f"{disk.overlay} cannot be made: {' '.join(why)}", "look at the space in the state folder")


def _command(machine: LinuxMachine, disk: LinuxDisk, console: int, monitor: int) -> list[str]:
    start = f"{machine.command_line} clock={int(time.time())}"
    return [
        find_program(machine.program),
        *("-nodefaults", "-no-user-config", "-display", "none"),
        *machine.arguments,
        *("-accel", "tcg,thread=multi,tb-size=512"),
        *("-kernel", str(machine.kernel), "-initrd", str(machine.initrd), "-append", start),
        *(("-dtb", str(machine.dtb)) if machine.dtb else ()),
        *("-drive", f"{machine.drive},format=qcow2,file={_escaped(disk.overlay)}"),
        *("-netdev", "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-:22"),
        *(word for device in machine.devices for word in ("-device", device)),
        *("-chardev", f"socket,id=monitor,fd={monitor}", "-mon", "chardev=monitor,mode=control"),
        *(("-serial", "null") * machine.serial_before),
        *("-chardev", f"socket,id=console,fd={console}", "-serial", "chardev:console"),
    ]


def _escaped(path: Path) -> str:
    """A comma in an option's value is written twice."""
    return str(path).replace(",", ",,")
