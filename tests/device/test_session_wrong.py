"""Whatever a device answers, the caller gets an error that says who, what and what next."""

import math

import pytest

from edgeflow.device.session import Session
from edgeflow.errors import DeviceStatusError, LinkError, UsageError
from edgeflow.wire import frame, message
from edgeflow.wire.constants import VERSION, Command, DType, Status, Upload

HELLO = {
    "version": VERSION, "window": 1, "slots": 1, "slot_count": 1, "receive_bytes": 256, "ticks_hz": 1000,
    "arena_bytes": 0, "slot_bytes": 0, "board": "b", "runtime": "edgeflow", "runtime_version": "1", "kernels": "",
    "os": "", "cpu": "", "base": "", "operators": b"",
}  # fmt: skip


class Scripted:
    """Answers each command with (status, payload), (status, payload, console text before it) or silence."""

    def __init__(self, **answers):
        self.answers = {"HELLO": (Status.OK, message.pack_reply(Command.HELLO, **HELLO)), **answers}
        self.waiting, self.splitter, self.closed = b"", frame.Splitter(10_000), False

    def write(self, data, timeout_s):
        for seq, code, _ in self.splitter.feed(data):
            answer = self.answers.get(Command(code).name)
            if answer is not None:
                text = answer[2] if len(answer) > 2 else b""
                self.waiting += text + frame.encode(seq, answer[0], answer[1])

    def read(self, max_bytes, timeout_s):
        data, self.waiting = self.waiting[:max_bytes], self.waiting[max_bytes:]
        return data

    def close(self):
        self.closed = True


def session(**answers):
    pipe = Scripted(**answers)
    return Session(lambda: pipe, name="desk", peer="the board", timeout_s=0.05), pipe


def hello(**changes):
    return (Status.OK, message.pack_reply(Command.HELLO, **{**HELLO, **changes}))


def tensor(**changes):
    fields = {"name": "x", "dtype": DType.INT8, "shape": (1,), "scale": 0.0, "zero_point": 0, "size": 1, **changes}
    return (Status.OK, message.pack_reply(Command.TENSOR, **fields))


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (hello(version=VERSION + 1), f"speaks version {VERSION + 1} of the link protocol"),
        (hello(slots=77), "introduced itself wrongly"),
        (hello(receive_bytes=3), "introduced itself wrongly"),
        (hello(ticks_hz=0), "introduced itself wrongly"),
        ((Status.OK, b""), "speaks version ?"),
        ((Status.OK, bytes([VERSION])), "answered HELLO with nonsense"),
    ],
)
def test_a_wrong_introduction_ends_the_session_and_closes_the_pipe(answer, text):
    pipe = Scripted(HELLO=answer)
    with pytest.raises(LinkError) as error:
        Session(lambda: pipe, name="desk", peer="the board", timeout_s=0.05)
    assert error.value.message.startswith("desk: the board ") and text in error.value.message
    assert pipe.closed and error.value.exit_code == 5


@pytest.mark.parametrize("status", [s for s in Status if s not in (Status.OK, Status.RUNNING)])
def test_every_refusal_has_a_text_a_hint_and_an_exit_code(status):
    wrong, _ = session(OPEN=(status, message.pack_refusal("because", 3, 17)))
    with pytest.raises(DeviceStatusError) as error:
        wrong.open("x")
    refusal = error.value
    assert refusal.status == status.name and (refusal.operator, refusal.tensor) == (3, 17)
    assert f"refused OPEN ({status.name}, operator 3, tensor 17): because" in refusal.message
    assert refusal.hint and refusal.exit_code in (1, 2, 3, 5)


def test_a_refusal_without_text_is_explained_by_the_protocol():
    wrong, _ = session(OPEN=(Status.ARENA_TOO_SMALL, message.pack_refusal("")))
    with pytest.raises(DeviceStatusError, match="The arena cannot hold the model's tensors") as error:
        wrong.open("x")
    assert error.value.operator is None and error.value.exit_code == 3


def test_an_unknown_status_and_unknown_types_ask_for_an_update():
    wrong, _ = session(SLOTS=(200, b""), SIGNATURE=(0, bytes([1, 0])))
    with pytest.raises(DeviceStatusError, match="status 200, which this version does not know") as error:
        wrong.models.slots()
    assert error.value.hint == "update edgeflow"
    wrong, _ = session(SIGNATURE=(0, bytes([1, 0])), TENSOR=tensor(dtype=99))
    with pytest.raises(LinkError, match="unknown data type 99"):
        wrong.signature("a")


@pytest.mark.parametrize("command", ["memory", "conditions"])
def test_a_reply_of_another_layout_is_nonsense(command):
    wrong, _ = session(**{command.upper(): (Status.OK, b"\xff\xff")})
    with pytest.raises(LinkError, match=f"answered {command.upper()} with nonsense"):
        getattr(wrong, command)()


def test_pages_that_never_end_are_noticed():
    empty = message.pack_reply(Command.OUTPUT, total=100, data=b"")
    wrong, _ = session(
        TENSOR=tensor(shape=(100,), size=100),
        OUTPUT=(Status.OK, empty),
        INVOKE=(Status.OK, message.pack_reply(Command.INVOKE, samples=5, batch=1, warmup_runs=0, first_ticks=1)),
        SAMPLES=(Status.OK, message.pack_reply(Command.SAMPLES, total=5, samples=())),
    )
    with pytest.raises(LinkError, match="sent 0 of 100 bytes of output 0"):
        wrong.read_output(0)
    with pytest.raises(LinkError, match="sent 0 of 5 samples"):
        wrong.invoke()


@pytest.mark.parametrize(
    "told",
    [
        {"shape": (2**31 - 1, 2**31 - 1)},
        {"shape": (-1, -1)},
        {"dtype": DType.FLOAT32, "size": 5},
        {"scale": math.nan},
        {"scale": math.inf},
    ],
)
def test_a_tensor_that_cannot_be_is_a_lie(told):
    wrong, _ = session(SIGNATURE=(0, bytes([1, 0])), TENSOR=tensor(**told))
    with pytest.raises(LinkError, match="describes input 0 as"):
        wrong.signature("a")


def test_counts_beyond_reason_are_refused_before_anything_is_fetched():
    wrong, _ = session(
        TENSOR=tensor(),
        OUTPUT=(Status.OK, message.pack_reply(Command.OUTPUT, total=2**32 - 1, data=b"1")),
        INVOKE=(
            Status.OK,
            message.pack_reply(Command.INVOKE, samples=2**32 - 1, batch=1, warmup_runs=0, first_ticks=1),
        ),
        SAMPLES=(Status.OK, message.pack_reply(Command.SAMPLES, total=5, samples=(1,))),
    )
    with pytest.raises(LinkError, match="has 4294967295 bytes for output 0 of 1"):
        wrong.read_output(0)
    with pytest.raises(LinkError, match="claims 4294967295 samples"):
        wrong.invoke()


def test_heartbeats_do_not_hold_a_request_open_for_ever():
    class Beating(Scripted):
        seq = None

        def write(self, data, timeout_s):
            super().write(data, timeout_s)
            self.seq = next(iter(frame.Splitter(10_000).feed(data)))[0]

        def read(self, max_bytes, timeout_s):
            return super().read(max_bytes, timeout_s) or frame.encode(self.seq, Status.RUNNING)

    pipe = Beating()
    held = Session(lambda: pipe, name="desk", peer="the board", timeout_s=0.05)
    with pytest.raises(LinkError, match=r"has been busy with MEMORY for 0.2 s"):
        held.request(Command.MEMORY, limit_s=0.2)
    with pytest.raises(LinkError, match=r"has been busy with INVOKE for"):
        held.invoke(max_runs=1, min_ms=50)


def test_a_board_that_always_wants_earlier_bytes_again_is_given_up():
    class Forgetful(Scripted):
        blocks = 0

        def write(self, data, timeout_s):
            for seq, code, _ in frame.Splitter(10_000).feed(data):
                if code != Command.MODEL_CHUNK:
                    super().write(data, timeout_s)
                    return
                self.blocks += 1
                stored = message.pack_reply(Command.MODEL_CHUNK, offset=1)
                answer = (Status.BAD_OFFSET, message.pack_refusal("0")) if self.blocks % 2 == 0 else (Status.OK, stored)
                self.waiting += frame.encode(seq, *answer)

    begun = message.pack_reply(Command.MODEL_BEGIN, state=Upload.SEND, offset=0, path="")
    pipe = Forgetful(MODEL_BEGIN=(Status.OK, begun))
    board = Session(lambda: pipe, name="desk", peer="the board", lossy=True, timeout_s=0.05)
    with pytest.raises(LinkError, match="loses one block after another"):
        board.models.upload("a", bytes(1000))
    assert pipe.blocks < 1000


def test_what_does_not_fit_a_request_is_the_users_mistake():
    good, _ = session()
    with pytest.raises(UsageError, match="OPEN: "):
        good.open("x", signature="n" * 70_000)


def test_a_name_that_is_no_text_can_be_sent():
    wrong, _ = session(OPEN=(Status.NOT_FOUND, message.pack_refusal("no such file")))
    with pytest.raises(DeviceStatusError, match="no such file"):
        wrong.open("/models/\udcff.tflite")


def test_a_board_in_trouble_is_quoted():
    wrong, pipe = session()
    pipe.waiting = b"\0runner: fault, status 00000400; restarting\n\0"
    with pytest.raises(LinkError, match="the last it printed: runner: fault, status 00000400"):
        wrong.memory()


def test_silence_ends_after_the_timeout():
    wrong, _ = session()
    with pytest.raises(LinkError, match=r"did not answer CONDITIONS for 0.05 s") as error:
        wrong.conditions()
    assert "--timeout" in error.value.hint


def test_console_text_is_logged_and_harms_nothing(caplog):
    caplog.set_level("INFO", "edgeflow.console")
    counts = message.pack_reply(Command.MEMORY, figures={"arena": 7})
    good, _ = session(MEMORY=(Status.OK, counts, b"booting\r\nready\r\n"))
    assert good.memory() == {"arena": 7}
    assert [record.getMessage() for record in caplog.records] == ["booting", "ready"]
