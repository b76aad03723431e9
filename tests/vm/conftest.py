"""One emulated arm64 Linux board for the tests of this folder, switched on when a test needs it as an SSH device."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from edgeflow.device.book import find_device
from edgeflow.device.emulator import kept_on
from edgeflow.errors import ToolchainError
from edgeflow.transport.qemu_linux import QemuLinux
from tests.schemas import check_answer

ADDRESS = "qemu:arm64-virt/tests"


class Board:
    """A board that can be on, as a plain SSH device, or off, so that `--device qemu:…` can start it."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._running: QemuLinux | None = None
        self.provisioned = False

    def on(self) -> QemuLinux:
        if self._running is None:
            self._running = self._stack.enter_context(kept_on(find_device(ADDRESS)))
        return self._running

    def off(self) -> None:
        self._running = None
        self._stack.close()


@pytest.fixture(scope="session")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """What it keeps on its disk lasts for the session."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path_factory.mktemp("state")))
        patch.delenv("SSH_AUTH_SOCK", raising=False)
        board = Board()
        try:
            board.on()
        except ToolchainError as missing:
            pytest.skip(f"{missing.message}; {missing.hint}")
        yield board
        board.off()


@pytest.fixture
def vm(board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> QemuLinux:
    """The running board, as the device `vm` of the book."""
    running = board.on()
    monkeypatch.setenv("EDGEFLOW_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("EDGEFLOW_SSH_CONFIG", str(running.ssh_config))
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "devices.toml").write_text(
        f'schema = 1\n[device.vm]\naddress = "{running.address}"\ntarget = "linux-arm64"\n'
    )
    return running


@pytest.fixture
def provisioned(vm: QemuLinux, board: Board) -> QemuLinux:
    if not board.provisioned:
        edgeflow("devices", "provision", "vm")
        board.provisioned = True
    return vm


def edgeflow(*arguments: object, status: int = 0) -> Any:
    """Run the command line as a user does; its answer."""
    argv = [sys.executable, "-m", "edgeflow", *map(str, arguments), "--json", "--timeout", "300"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=1500)
    assert done.returncode == status, done.stderr
    answer = json.loads(done.stdout)
    check_answer(answer)
    return answer
