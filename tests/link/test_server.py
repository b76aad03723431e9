"""The C server, command by command, in the POSIX runner under sanitizers."""

from __future__ import annotations

import hashlib
import random
import struct
from pathlib import Path

import pytest

from edgeflow.device.session import Session
from edgeflow.errors import DeviceStatusError
from edgeflow.transport.local import ProcessPipe
from edgeflow.wire import frame, message
from edgeflow.wire.constants import FLAG_PROFILE, LAYOUT, VERSION, Command, Reset, Side, Slots, Status
from tests.link.serving import StartSession, deploy, model, refusal


@pytest.fixture
def session(start_session: StartSession) -> Session:
    return start_session()


def test_hello_says_what_the_runner_is(session: Session) -> None:
    hello = session.hello
    assert (hello.version, hello.runtime, hello.board, hello.slots) == (VERSION, "edgeflow", "posix", Slots.RAM)
    assert hello.receive_bytes >= 128 and hello.slot_bytes > 1 << 20 and hello.arena_bytes
    assert len(set(hello.operators)) == len(hello.operators) >= 15  # each builtin code once


def test_an_unknown_command_is_refused_not_ignored(session: Session) -> None:
    for command in (Command.MODEL_USE, Command.INPUT_USE, Command.OUTPUT_SAVE):
        fields = {name: {"u8": 0, "str": "x", "sha256": bytes(32)}[kind] for name, kind in LAYOUT[command][0]}
        assert refusal(session, command, **fields).status == "UNKNOWN_COMMAND"


def test_a_model_is_uploaded_activated_opened_and_run(session: Session) -> None:
    release = deploy(session, "sine_int8")
    digest = hashlib.sha256(model("sine_int8")).hexdigest()
    assert release == digest[:16]
    assert session.models.slots() == {"sine_int8": ("active", digest)}
    opened = session.open("")
    assert opened.planned_bytes and opened.persistent_bytes and len(opened.inputs) == len(opened.outputs) == 1
    info = session.request(Command.MODEL_INFO)
    assert info["sha256"].hex() == digest and info["slot"] == "sine_int8" and info["size"] == len(model("sine_int8"))
    session.write_input(0, b"\x10")
    invoked = session.invoke(max_runs=5, warmup=2)
    assert len(invoked.samples) == 5 and invoked.warmup_runs == 2 and min(invoked.samples) > 0
    first = session.read_output(0)
    session.write_input(0, b"\x70")
    session.invoke()
    assert session.read_output(0) != first
    figures = session.memory()
    assert figures["arena_planned"] == opened.planned_bytes and figures["model"] == len(model("sine_int8"))
    assert session.conditions()["ticks"] == "time"


def test_inputs_outlast_the_runs_of_one_invoke(session: Session) -> None:
    deploy(session, "kws_int8")
    session.open("")
    data = random.Random(1).randbytes(session.tensors(Side.INPUT, 1)[0].bytes)
    session.write_input(0, data)
    session.invoke()
    once = session.read_output(0)
    session.invoke(max_runs=3, warmup=1)
    assert session.read_output(0) == once


def test_operators_are_profiled_by_name(session: Session) -> None:
    deploy(session, "kws_int8")
    session.open("")
    assert refusal(session, Command.PROFILE, first=0).status == "BAD_STATE"
    session.invoke(max_runs=2, flags=FLAG_PROFILE)
    total = session.request(Command.PROFILE, first=0)
    assert total["runs"] == 2 and total["total"] > 5
    found = [*total["operators"]]
    while len(found) < total["total"]:
        found += session.request(Command.PROFILE, first=len(found))["operators"]
    assert [index for index, *_ in found] == list(range(total["total"]))
    assert all(ticks > 0 and kernel for _, _, ticks, kernel in found)


def test_samples_beyond_the_buffer_are_merged_two_by_two(session: Session) -> None:
    deploy(session, "sine_float32")
    session.open("")
    done = session.request(
        Command.INVOKE, warmup=0, warmup_ms=0, max_runs=10_000, min_ms=0, max_ms=0, period_us=0, flags=0
    )
    assert done["batch"] in (2, 4) and 10_000 // done["batch"] - 1 <= done["samples"] <= 10_000 // done["batch"]


def test_a_second_model_replaces_the_first_and_the_first_can_come_back(session: Session) -> None:
    first, second = deploy(session, "sine_int8"), deploy(session, "kws_int8")
    assert [state for state, _ in session.models.slots("kws_int8").values()] == ["active"]
    assert [state for state, _ in session.models.slots("sine_int8").values()] == ["previous"]
    assert session.models.activate("sine_int8", first) == (first, second)
    states = {name: state for name, (state, _) in session.models.slots().items()}
    assert states == {"sine_int8": "active", "kws_int8": "previous"}  # what rollback can name


@pytest.mark.parametrize("kind", ["truncated", "not a model", "unfit"])
def test_a_broken_or_unfit_model_leaves_the_first_running(session: Session, kind: str) -> None:
    deploy(session, "sine_int8")
    session.open("")
    session.write_input(0, b"\x10")
    session.invoke()
    before = session.read_output(0)
    bad = {
        "truncated": model("kws_int8")[:20000],
        "not a model": random.Random(1).randbytes(3000),
        "unfit": model("counter_float32"),
    }[kind]
    with pytest.raises(DeviceStatusError) as caught:
        deploy(session, "bad", bad)
    assert caught.value.status in ("BAD_MODEL", "UNSUPPORTED_OPERATOR")
    assert list(session.models.slots()) == ["sine_int8"]
    session.write_input(0, b"\x10")  # still open
    session.invoke()
    assert session.read_output(0) == before
    session.open("")
    assert session.request(Command.MODEL_INFO)["slot"] == "sine_int8"


def test_a_model_too_large_for_the_arena_says_so_with_the_need(start_session: StartSession) -> None:
    session = start_session("--arena", "8192")
    deploy(session, "sine_int8")
    with pytest.raises(DeviceStatusError) as caught:
        deploy(session, "kws_int8")
    assert caught.value.status == "ARENA_TOO_SMALL" and caught.value.exit_code == 3
    assert list(session.models.slots()) == ["sine_int8"]


def test_a_model_too_large_for_a_slot_is_refused_before_a_byte_is_sent(start_session: StartSession) -> None:
    session = start_session("--slots", "65536")
    with pytest.raises(DeviceStatusError) as caught:
        session.models.upload("vww", model("vww_int8"))
    assert caught.value.status == "TOO_LARGE" and "32768" in caught.value.message


def test_an_upload_with_a_wrong_digest_is_never_committed(session: Session) -> None:
    content = model("sine_int8")
    session.request(Command.MODEL_BEGIN, slot="a", size=len(content), sha256=bytes(32))
    session.request(Command.MODEL_CHUNK, offset=0, data=content)
    assert refusal(session, Command.MODEL_COMMIT).status == "BAD_CHECKSUM"
    assert refusal(session, Command.MODEL_ACTIVATE, slot="a", release="").status == "NOT_FOUND"
    assert session.models.slots("a") == {}


def test_chunks_may_come_twice_but_not_with_a_gap(session: Session) -> None:
    content = model("sine_int8")
    digest = hashlib.sha256(content).digest()
    assert refusal(session, Command.MODEL_CHUNK, offset=0, data=b"x").status == "BAD_STATE"
    session.request(Command.MODEL_BEGIN, slot="a", size=len(content), sha256=digest)
    assert refusal(session, Command.MODEL_COMMIT).status == "BAD_STATE"
    assert session.request(Command.MODEL_CHUNK, offset=0, data=content[:100])["offset"] == 100
    gap = refusal(session, Command.MODEL_CHUNK, offset=200, data=content[200:300])
    assert gap.status == "BAD_OFFSET" and gap.message.endswith("100")
    assert session.request(Command.MODEL_CHUNK, offset=50, data=content[50:150])["offset"] == 150
    assert session.request(Command.MODEL_CHUNK, offset=0, data=content[:10])["offset"] == 150
    long = refusal(session, Command.MODEL_CHUNK, offset=150, data=content[150:] + b"x")
    assert long.status == "TOO_LARGE"
    again = session.request(Command.MODEL_BEGIN, slot="a", size=len(content), sha256=digest)
    assert again["offset"] == 150
    session.request(Command.MODEL_CHUNK, offset=150, data=content[150:])
    assert session.request(Command.MODEL_COMMIT)["release"] == digest.hex()[:16]


def test_uploading_what_is_there_sends_nothing(session: Session) -> None:
    deploy(session, "sine_int8")
    again = session.models.upload("sine_int8", model("sine_int8"))
    assert again.active and again.sent == 0


def test_reset_closes_the_model_or_restarts_the_device(session: Session) -> None:
    deploy(session, "sine_int8")
    session.open("")
    session.reset(Reset.VARIABLES)
    session.reset(Reset.CLOSE)
    assert refusal(session, Command.RESET, what=Reset.VARIABLES).status == "BAD_STATE"
    assert refusal(session, Command.RESET, what=9).status == "BAD_REQUEST"
    session.open("")
    session.restart()
    assert list(session.models.slots()) == ["sine_int8"]
    assert refusal(session, Command.MODEL_INFO).status == "BAD_STATE"
    session.reset(Reset.DEVICE)
    assert session.models.slots() == {}  # slots in RAM


def test_a_model_can_be_opened_without_being_made_active(session: Session) -> None:
    deploy(session, "sine_int8")
    session.models.upload("try", model("kws_int8"))
    session.open("try")
    session.invoke()
    assert session.request(Command.MODEL_INFO)["slot"] == "try"
    assert list(session.models.slots()) == ["sine_int8"]
    session.open("")
    assert session.request(Command.MODEL_INFO)["slot"] == "sine_int8"


def test_signatures_are_chosen_by_name(session: Session) -> None:
    deploy(session, "two_signatures_float32")
    session.open("")
    info = session.request(Command.MODEL_INFO)
    reader, names = info["names"], []
    while reader:
        (size,) = struct.unpack_from("<H", reader)
        names.append(reader[2 : 2 + size].decode())
        reader = reader[2 + size :]
    assert len(names) == info["signatures"] == 2
    outputs = []
    for name in (*names, *names):
        inputs, outs = session.signature(name)
        session.write_input(0, struct.pack(f"<{inputs[0].bytes // 4}f", *[2.0] * (inputs[0].bytes // 4)))
        session.invoke()
        outputs.append(session.read_output(outs[0].index))
    assert outputs[0] == outputs[2] and outputs[1] == outputs[3] and outputs[0] != outputs[1]
    with pytest.raises(DeviceStatusError):
        session.signature("no such")
    session.invoke()  # the last good one is still chosen


def test_what_a_board_lacks_is_refused_by_name(session: Session) -> None:
    deploy(session, "sine_int8")
    for option in ({"threads": 4}, {"delegate": "xnnpack"}, {"shapes": {"x": (1, 2)}}, {"library": "x"}, {"api": "y"}):
        with pytest.raises(DeviceStatusError) as caught:
            session.open("", **option)  # type: ignore[arg-type]  # one option of several kinds
        assert caught.value.status == "UNSUPPORTED_OPTION"
    with pytest.raises(DeviceStatusError) as caught:
        session.open("another")
    assert caught.value.status == "NOT_FOUND"


def _opened(name: str) -> list[tuple[Command, bytes]]:
    """The requests that bring a model there and open it."""
    content = model(name)
    return [
        (Command.MODEL_BEGIN, struct.pack("<H1sI", 1, b"a", len(content)) + hashlib.sha256(content).digest()),
        (Command.MODEL_CHUNK, struct.pack("<I", 0) + content),
        (Command.MODEL_COMMIT, b""),
        (Command.MODEL_ACTIVATE, struct.pack("<H1sH", 1, b"a", 0)),
        (Command.OPEN, bytes(13)),
    ]


class _Raw:
    """Frames by hand, on a runner of its own."""

    def __init__(self, runner: Path, *arguments: str) -> None:
        self.pipe = ProcessPipe([str(runner), *arguments])
        self._splitter = frame.Splitter(1 << 20)
        self._items: list[frame.Frame] = []

    def send(self, data: bytes) -> None:
        self.pipe.write(data, 10)

    def reply(self, *, running: bool = False) -> frame.Frame:
        """The next reply, with `running` also a heartbeat."""
        while True:
            while not self._items:
                data = self.pipe.read(1 << 16, 10)
                assert data, "no reply within 10 s"
                self._items += [item for item in self._splitter.feed(data) if isinstance(item, tuple)]
            found = self._items.pop(0)
            if running or found[1] != Status.RUNNING:
                return found


def test_a_repeated_request_gets_the_same_answer_and_is_done_once(runner: Path) -> None:
    raw = _Raw(runner)
    try:
        content = model("sine_int8")
        begin = message.pack_request(
            Command.MODEL_BEGIN, slot="a", size=len(content), sha256=hashlib.sha256(content).digest()
        )
        requests = [
            (Command.MODEL_BEGIN, begin),
            (Command.MODEL_CHUNK, message.pack_request(Command.MODEL_CHUNK, offset=0, data=content)),
            (Command.MODEL_COMMIT, b""),
            (Command.MODEL_ACTIVATE, message.pack_request(Command.MODEL_ACTIVATE, slot="a", release="")),
        ]
        for seq, (command, payload) in enumerate(requests, 1):
            replies = []
            for _ in range(3):
                raw.send(frame.encode(seq, command, payload))
                replies.append(raw.reply())
            assert replies[0] == replies[1] == replies[2] and replies[0][:2] == (seq, Status.OK)
    finally:
        raw.pipe.close()


def test_a_running_invoke_beats_refuses_other_requests_and_is_cancelled(runner: Path) -> None:
    raw = _Raw(runner)
    try:
        for seq, (command, payload) in enumerate(_opened("sine_int8")):
            raw.send(frame.encode(seq, command, payload))
            assert raw.reply()[:2] == (seq, Status.OK)
        invoke = frame.encode(50, Command.INVOKE, struct.pack("<6IB", 0, 0, 0xFFFFFFFF, 0, 0, 0, 0))
        raw.send(invoke)
        assert raw.reply(running=True) == (50, Status.RUNNING, b"")  # it has arrived
        raw.send(invoke)
        assert raw.reply(running=True) == (50, Status.RUNNING, b"")  # it goes on, and is not begun anew
        for _ in range(6):  # each at another point of a run, of which there are four at the most: a run is over
            assert raw.reply(running=True) == (50, Status.RUNNING, b"")
        raw.send(frame.encode(51, Command.MEMORY))
        while (found := raw.reply(running=True))[0] == 50:
            assert found[1] == Status.RUNNING
        assert found[:2] == (51, Status.BAD_STATE)
        raw.send(frame.encode(52, Command.CANCEL))
        assert raw.reply()[:2] == (52, Status.OK)
        cancelled = raw.reply()
        assert cancelled[:2] == (50, Status.CANCELLED)
        raw.send(frame.encode(53, Command.SAMPLES, struct.pack("<I", 0)))
        seq, status, reply = raw.reply()
        assert (seq, status) == (53, Status.OK) and struct.unpack_from("<I", reply)[0] >= 1
        raw.send(frame.encode(54, Command.CANCEL))  # nothing runs: done as well
        assert raw.reply()[:2] == (54, Status.OK)
    finally:
        raw.pipe.close()


def test_time_limits_end_an_invoke_and_paced_runs_start_apart(session: Session) -> None:
    deploy(session, "sine_int8")
    session.open("")
    assert session.invoke(max_runs=0, max_ms=1).samples == ()
    limited = session.request(
        Command.INVOKE, warmup=0, warmup_ms=0, max_runs=1_000_000_000, min_ms=0, max_ms=30, period_us=0, flags=0
    )
    assert 0 < limited["samples"] * limited["batch"] < 1_000_000_000
    warm = session.request(
        Command.INVOKE, warmup=3, warmup_ms=5, max_runs=4, min_ms=0, max_ms=0, period_us=2000, flags=0
    )
    assert warm["warmup_runs"] >= 3 and warm["samples"] == 4


def test_garbage_of_every_kind_leaves_the_server_answering(runner: Path) -> None:
    draw = random.Random(5)
    raw = _Raw(runner, "--payload", "512")
    try:
        for number in range(600):
            seq = number % 256
            good = frame.encode(seq, Command.HELLO)
            noise = draw.randbytes(draw.choice([1, 20, 700, 5000]))
            match number % 6:
                case 0:
                    raw.send(noise)
                case 1:
                    raw.send(bytes(draw.randrange(1, 9)))
                case 2:
                    raw.send(good[: draw.randrange(2, len(good))])
                case 3:
                    raw.send(bytes([255]) * draw.randrange(3000))
                case 4:
                    raw.send(frame.encode(seq, Command.MODEL_CHUNK, bytes(2000)))  # beyond the buffer
                case 5:
                    raw.send(b"console text\n")
            raw.send(frame.encode((seq + 128) % 256, Command.SLOTS, b"\0\0"))
            while (found := raw.reply())[0] != (seq + 128) % 256:  # noise may hold a frame only by a 32-bit accident
                assert found[0] == seq
            assert found[1] == Status.OK
    finally:
        raw.pipe.close()


def test_thousands_of_malformed_requests_each_get_one_refusal(runner: Path) -> None:
    draw = random.Random(6)
    raw = _Raw(runner)
    commands = [code for code in range(256) if code not in (Command.RESET, Command.INVOKE)]
    try:
        for seq, (command, payload) in enumerate(_opened("sine_int8")):
            raw.send(frame.encode(seq, command, payload))
            assert raw.reply()[:2] == (seq, Status.OK)
        statuses: dict[int, int] = {}
        for number in range(4000):
            code = draw.choice([*Command, *commands])
            if code == Command.RESET:
                code = Command.CANCEL
            size = draw.choice([0, 1, 2, 4, 5, 7, 9, 25, 40, draw.randrange(200)])
            payload = draw.choice([draw.randbytes(size), bytes(size), bytes([255]) * size])
            if code == Command.INVOKE:
                payload = payload[:24]  # short of a field: a right one might run for years
            raw.send(frame.encode(number % 256, code, payload))
            seq, status, reply = raw.reply()
            assert seq == number % 256
            if status != Status.OK:
                text, _, _ = message.unpack_refusal(reply)
                assert text and len(text.encode()) <= 96
            statuses[status] = statuses.get(status, 0) + 1
        assert statuses[Status.BAD_REQUEST] > 300 and statuses[Status.UNKNOWN_COMMAND] > 500
        assert raw.pipe.pid
    finally:
        raw.pipe.close()
