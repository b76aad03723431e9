"""The conversion child is started late, killed early and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from edgeflow.convert import worker as workers
from edgeflow.errors import ConversionError, ModelError, UsageError

pytestmark = pytest.mark.tensorflow


def load_request(path: Path, kind: str = "saved-model") -> dict[str, Any]:
    """A request to load `path`; as a SavedModel that takes seconds, since TensorFlow has to be imported first."""
    source = {"origin": str(path), "name": "m", "kind": kind, "path": str(path), "sha256": "", "bytes": 0}
    more = {"signature": None, "tags": [], "keep_batch": False, "unsafe_lambda": False}
    return {"do": "load", "source": {**source, **more}}


def gone(pid: int, within_s: float = 10) -> bool:
    """Whether the process ends in time; zombies whose parent is not this process count as gone."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


class Watched:
    """A progress callback that calls `act` with the child's pid at the first sign of work."""

    def __init__(self, worker: workers.Worker, act: Any) -> None:
        self.worker, self.act, self.pid = worker, act, 0

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        if not self.pid:
            self.pid = self.worker.pid or 0
            self.act(self.pid)


def test_nothing_runs_before_the_first_request_and_after_closing(tmp_path: Path) -> None:
    with workers.Worker() as worker:
        assert worker.pid is None
        with pytest.raises(UsageError, match="no way to load a tarball"):
            worker.request(load_request(tmp_path, "tarball"))
        pid = worker.pid
        assert pid is not None
    assert gone(pid)
    assert worker.pid is None


def test_a_killed_child_is_an_error_that_names_the_signal_and_the_next_request_starts_another(tmp_path: Path) -> None:
    (tmp_path / "m.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with workers.Worker() as worker:
        watched = Watched(worker, lambda pid: os.kill(pid, signal.SIGKILL))
        with pytest.raises(ConversionError, match=r"loading m: .* crashed \(SIGKILL\)"):
            worker.request(load_request(tmp_path), progress=watched, subject="loading m")
        assert gone(watched.pid)
        with pytest.raises(ModelError, match="truncated or damaged HDF5"):
            worker.request(load_request(tmp_path / "m.h5", "h5"))
        assert worker.pid not in (None, watched.pid)


def test_a_child_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with workers.Worker() as worker:
        seen: list[int] = []
        watched = Watched(worker, seen.append)
        with pytest.raises(ConversionError, match=r"load: not done after 0\.5 s") as caught:
            worker.request(load_request(tmp_path), progress=watched, timeout_s=0.5)
        assert "--timeout" in caught.value.hint
        assert worker.pid is None
        assert all(gone(pid) for pid in seen)


def test_an_interrupt_ends_the_child_at_once(tmp_path: Path) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with workers.Worker() as worker:
        watched = Watched(worker, interrupt)
        with pytest.raises(KeyboardInterrupt):
            worker.request(load_request(tmp_path), progress=watched)
        assert watched.pid
        assert gone(watched.pid)
        assert worker.pid is None


def test_the_folder_of_the_child_goes_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers.tempfile, "tempdir", str(tmp_path))
    with workers.Worker() as worker:
        watched = Watched(worker, lambda pid: os.kill(pid, signal.SIGKILL))
        with pytest.raises(ConversionError):
            worker.request(load_request(tmp_path), progress=watched)
        assert not list(tmp_path.iterdir())


def test_what_tensorflow_writes_for_itself_lies_in_that_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr(workers.tempfile, "tempdir", str(tmp_path))
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    told: list[bytes] = []

    def look(pid: int) -> None:
        told.extend(Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"))

    with workers.Worker() as worker, pytest.raises(UsageError):
        worker.request(load_request(tmp_path, "tarball"), progress=Watched(worker, look))
    (folder,) = {Path(entry[7:].decode()) for entry in told if entry.startswith(b"TMPDIR=")}
    assert folder.parent == tmp_path and folder.name.startswith("edgeflow-convert-")


def test_a_child_outlives_its_parent_by_no_more_than_a_moment(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from edgeflow.convert.worker import Worker\n"
        "worker = Worker()\n"
        "told = lambda *stage: print(worker.pid, flush=True)\n"
        f"worker.request({load_request(tmp_path)!r}, progress=told)\n"
    )
    (tmp_path / "scratch").mkdir()
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(tmp_path / "scratch")},
    )
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    assert gone(pid)
    assert not list((tmp_path / "scratch").iterdir())


def test_a_child_without_work_ends_and_the_next_request_starts_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers.tempfile, "tempdir", str(tmp_path))
    with workers.Worker(idle_s=0.1) as worker:
        pids = []
        for _ in range(2):
            with pytest.raises(UsageError, match="no way to load"):
                worker.request(load_request(tmp_path, "tarball"), progress=lambda *_: pids.append(worker.pid))
            assert gone(pids[-1])
            assert not list(tmp_path.iterdir())
        assert pids[0] != pids[-1]


def test_a_request_to_a_child_that_just_ended_is_sent_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with workers.Worker(idle_s=0.1) as worker:
        for _ in range(2):
            with pytest.raises(UsageError, match="no way to load"):
                worker.request(load_request(tmp_path, "tarball"))
            process = worker._process
            assert process is not None
            process.wait(10)
            monkeypatch.setattr(process, "poll", lambda: None)  # as if it had ended only after it was looked at


def test_several_threads_may_share_one_worker(tmp_path: Path) -> None:
    found: list[str] = []

    def ask(number: int) -> None:
        try:
            worker.request(load_request(tmp_path / str(number), f"kind {number}"))
        except UsageError as error:
            found.append(error.message)

    with workers.Worker() as worker:
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(found) == [f"{tmp_path / str(n)}: no way to load a kind {n}" for n in range(3)]


def test_without_tensorflow_the_error_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers.importlib.util, "find_spec", lambda name: None)
    with workers.Worker() as worker, pytest.raises(ConversionError, match="TensorFlow is not installed") as caught:
        worker.request(load_request(tmp_path))
    assert caught.value.hint == "pip install 'edgeflow[convert]'"


def test_files_in_the_current_folder_do_not_stand_in_for_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tensorflow.py").write_text("raise SystemExit('the wrong one')\n")
    (tmp_path / "numpy.py").write_text("raise SystemExit('the wrong one')\n")
    (tmp_path / "m.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    monkeypatch.chdir(tmp_path)
    with workers.Worker() as worker, pytest.raises(ModelError, match="truncated or damaged HDF5"):
        worker.request(load_request(tmp_path / "m.h5", "h5"))
