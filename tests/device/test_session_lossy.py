"""On a link that loses and damages bytes a session still gets everything right, or says what is lost."""

import hashlib
import random
import sys
from pathlib import Path

import numpy as np
import pytest

from edgeflow.device.agent_bundle import agent_bundle
from edgeflow.device.session import Session
from edgeflow.errors import LinkError
from edgeflow.transport.local import ProcessPipe
from edgeflow.wire.constants import Command

DATA = Path(__file__).parents[1] / "data"


class LossyPipe:
    """Loses whole writes and damages single bytes of reads, as the seeded `spoil` says."""

    def __init__(self, pipe, lose_every, damage_every):
        self.pipe, self.lose_every, self.damage_every = pipe, lose_every, damage_every
        self.writes, self.reads, self.random = 0, 0, random.Random(4)
        self.sizes = []

    def read(self, max_bytes, timeout_s):
        data = self.pipe.read(max_bytes, timeout_s)
        self.reads += bool(data)
        if data and self.damage_every and self.reads % self.damage_every == 0:
            at = self.random.randrange(len(data))
            data = data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]
        return data

    def write(self, data, timeout_s):
        self.writes += 1
        self.sizes.append(len(data))
        if self.lose_every and self.writes % self.lose_every == 0:
            data = data[: len(data) // 2]  # the rest is gone
        self.pipe.write(data, timeout_s)

    def close(self):
        self.pipe.close()


@pytest.fixture
def start(tmp_path, monkeypatch):
    monkeypatch.setattr("edgeflow.device.link._FIRST_REPEAT_S", 0.2)
    path = tmp_path / "agent.pyz"
    path.write_bytes(agent_bundle().content)
    sessions = []

    def start(lose_every=0, damage_every=0, lossy=True):
        pipes = []

        def open_pipe():
            pipe = ProcessPipe([sys.executable, str(path), str(tmp_path / "base")])
            pipes.append(LossyPipe(pipe, lose_every, damage_every))
            return pipes[-1]

        sessions.append(Session(open_pipe, name="desk", peer="the board", lossy=lossy, timeout_s=30))
        return sessions[-1], pipes[-1]

    yield start
    for session in sessions:
        session.close()


@pytest.mark.parametrize(("lose_every", "damage_every"), [(5, 0), (0, 4), (7, 5)])
def test_an_upload_and_a_run_survive_losses(start, lose_every, damage_every):
    content = (DATA / "kws_int8.tflite").read_bytes()
    session, _ = start(lose_every, damage_every)
    release = session.models.upload("kws", content).release
    assert session.models.activate("kws", release)[0] == release
    assert session.models.slots("kws") == {release: ("active", hashlib.sha256(content).hexdigest())}
    opened = session.open("kws")
    data = np.arange(opened.inputs[0].bytes, dtype=np.int64).astype(np.int8).tobytes()
    session.write_input(0, data)
    assert len(session.invoke(max_runs=3).samples) == 3
    lossy = session.read_output(0)
    clean, _ = start()
    clean.open("kws")
    clean.write_input(0, data)
    clean.invoke()
    assert lossy == clean.read_output(0)


def test_a_lost_answer_does_not_run_a_stateful_model_twice(start):
    session, pipe = start()
    session.models.upload("counter", (DATA / "counter_float32.tflite").read_bytes())
    session.models.activate("counter")
    session.open("counter", signature="add")
    read = pipe.read
    for _ in range(3):
        session.write_input(0, np.array([[1, 2]], np.float32).tobytes())
        lost = [2]  # RUNNING and the reply of the next INVOKE

        def deaf(max_bytes, timeout_s, lost=lost):
            data = read(max_bytes, timeout_s)
            if data and lost[0] > 0:
                lost[0] -= data.count(b"\0") // 2
                return b""
            return data

        pipe.read = deaf
        session.invoke()
        pipe.read = read
    session.signature("read")
    session.invoke()
    assert np.frombuffer(session.read_output(0), np.float32).tolist() == [3, 6]


def test_blocks_become_smaller_after_a_loss(start):
    session, pipe = start()
    pipe.lose_every, pipe.writes, pipe.sizes = 2, 1, []
    session.models.upload("net", (DATA / "kws_float32.tflite").read_bytes()[:60_000])
    assert min(pipe.sizes[:3]) < 1000 < 10_000 < max(pipe.sizes)  # MODEL_BEGIN, the whole in one block
    assert len([size for size in pipe.sizes if 1000 < size < 40_000]) > 1


def test_a_dead_line_is_told(start, monkeypatch):
    session, pipe = start()
    monkeypatch.setattr(pipe, "write", lambda data, timeout_s: None)
    session._connection.timeout_s = 1.0
    with pytest.raises(LinkError, match="desk: the board did not answer SLOTS for 1 s"):
        session.models.slots()
    with pytest.raises(LinkError, match="did not answer INPUT for 1 s"):
        session._connection.send_blocks(Command.INPUT, bytes(1000), index=0)


def test_a_reliable_pipe_repeats_nothing(start):
    session, pipe = start(lossy=False)
    before = pipe.writes
    session.models.upload("kws", (DATA / "kws_int8.tflite").read_bytes())
    assert pipe.writes - before == 3  # BEGIN, one CHUNK, COMMIT
