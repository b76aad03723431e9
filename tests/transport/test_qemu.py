"""QEMU as a transport, with images that say little or nothing; boards that answer are tests/emulated's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edgeflow.errors import DeviceError, LinkError, ToolchainError, UsageError
from edgeflow.progress import silent
from edgeflow.transport.base import Pipe
from edgeflow.transport.qemu import Machine, QemuFiles, QemuTransport, command

pytestmark = pytest.mark.emulated
MACHINE = Machine("qemu-system-arm", "mps2-an386", 6, 16 << 20, 1 << 20)
# Enable the UART and its interrupt, say R; then sleep, and send back what has come. Interrupts stay masked: they only
# end the sleep. (A guest that polls instead of sleeping can starve QEMU's own loop for seconds.)
ECHO = """
    .syntax unified
    .thumb
    .word 0x20001000, start + 1
start:
    cpsid i
    ldr r0, =0x40004000
    movs r1, #16
    str r1, [r0, #16]
    movs r1, #11
    str r1, [r0, #8]
    ldr r3, =0xE000E100
    movs r1, #1
    str r1, [r3]
    movs r1, #82
    str r1, [r0]
sleep:
    wfi
    movs r1, #2
    str r1, [r0, #12]
    ldr r3, =0xE000E280
    movs r1, #1
    str r1, [r3]
drain:
    ldr r1, [r0, #4]
    tst r1, #2
    beq sleep
    ldr r1, [r0]
wait:
    ldr r2, [r0, #4]
    tst r2, #1
    bne wait
    str r1, [r0]
    b drain
"""


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("echo")
    (folder / "echo.s").write_text(ECHO)
    flags = ["-mcpu=cortex-m4", "-mthumb", "-nostdlib", "-Wl,-Ttext=0,--build-id=none", "-Wl,-e,start"]
    subprocess.run(["arm-none-eabi-gcc", *flags, "echo.s", "-o", "echo.elf"], cwd=folder, check=True)
    return folder / "echo.elf"


def _switch_on(transport: QemuTransport) -> Pipe:
    """Open the pipe; before R the emulated UART takes no bytes."""
    pipe = transport.open()
    assert _wait(pipe, 1) == b"R"
    return pipe


def _wait(pipe: Pipe, count: int) -> bytes:
    data = b""
    while len(data) < count:
        got = pipe.read(1000, 20)
        assert got, f"{len(data)} of {count} bytes came back"
        data += got
    return data


def test_bytes_go_to_the_board_and_back(echo: Path, tmp_path: Path) -> None:
    transport = QemuTransport(MACHINE, echo, tmp_path / "a,b" / "memory")  # a comma means something to QEMU
    pipe = _switch_on(transport)
    sent = bytes(range(256)) * 4
    pipe.write(sent, 10)
    assert _wait(pipe, len(sent)) == sent
    assert pipe.read(10, 0.05) == b""
    transport.close()
    transport.close()
    assert (tmp_path / "a,b" / "memory").stat().st_size == MACHINE.slots_bytes
    with pytest.raises(LinkError):
        pipe.read(1, 1)
    with pytest.raises(LinkError):
        pipe.write(b"x", 1)


def test_several_run_at_once_and_one_can_start_again(echo: Path, tmp_path: Path) -> None:
    transports = [QemuTransport(MACHINE, echo, tmp_path / str(number)) for number in range(3)]
    pipes = [_switch_on(transport) for transport in transports]
    for number, pipe in enumerate(pipes):
        pipe.write(bytes([number]) * 5, 10)
    assert [_wait(pipe, 5) for pipe in pipes] == [bytes([number]) * 5 for number in range(3)]
    again = _switch_on(transports[0])
    again.write(b"again", 10)
    assert _wait(again, 5) == b"again"
    for transport in transports:
        transport.close()


def test_an_image_that_qemu_does_not_take_ends_the_link_with_its_reason(tmp_path: Path) -> None:
    transport = QemuTransport(MACHINE, tmp_path / "missing.elf", tmp_path / "memory")
    pipe = transport.open()
    with pytest.raises(LinkError, match=r"QEMU ended with status 1: .*missing\.elf"):
        pipe.read(1, 20)
    transport.close()


def test_without_qemu_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolchainError) as caught:
        command(MACHINE, tmp_path / "image", tmp_path / "memory")
    assert caught.value.exit_code == 7 and "qemu-system-arm" in caught.value.hint


def test_a_state_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DeviceError, match="file"):
        QemuTransport(MACHINE, tmp_path, tmp_path / "file" / "memory").open()


def test_qemu_ends_when_its_owner_is_killed(echo: Path, tmp_path: Path) -> None:
    program = f"""
import sys, time
from pathlib import Path
from edgeflow.transport.base import Pipe
from edgeflow.transport.qemu import Machine, QemuTransport
transport = QemuTransport({MACHINE!r}, Path({str(echo)!r}), Path({str(tmp_path / "memory")!r}))
pipe = transport.open()
assert pipe.read(1, 20) == b"R"
print(pipe.pid, flush=True)
time.sleep(100)
"""
    owner = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    keeper = int(owner.stdout.readline())
    qemu = int(Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()[0])
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    deadline = time.monotonic() + 20
    while Path(f"/proc/{qemu}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{qemu}").exists()


def test_files_are_placed_inside_the_slots_and_nowhere_else(tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    memory.write_bytes(bytes(100))
    files = QemuFiles(memory, 100)
    files.put(b"abcdef", "slots:00000010", offset=2, progress=silent)
    assert memory.read_bytes()[16:23] == b"\0\0cdef\0"
    for outside in ("slots:60", "slots:-1", "slots:zz", "/etc/passwd", "slots:5f"):
        with pytest.raises(UsageError):
            files.put(b"abcdef", outside, progress=silent)
    with pytest.raises(DeviceError):
        files.get("slots:0", max_bytes=1)
