"""Payloads follow protocol.toml, and hostile ones give MessageError and nothing else."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeflow.wire import message
from edgeflow.wire.constants import LAYOUT, REFUSAL_TEXT_BYTES, Command, Status

TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)
KINDS = {
    "u8": st.integers(0, 2**8 - 1),
    "u16": st.integers(0, 2**16 - 1),
    "u32": st.integers(0, 2**32 - 1),
    "u64": st.integers(0, 2**64 - 1),
    "i16": st.integers(-(2**15), 2**15 - 1),
    "i32": st.integers(-(2**31), 2**31 - 1),
    "f32": st.floats(width=32, allow_nan=False),
    "str": TEXT,
    "bytes": st.binary(max_size=60),
    "sha256": st.binary(min_size=32, max_size=32),
    "dims": st.lists(st.integers(-(2**31), 2**31 - 1), max_size=8).map(tuple),
    "tail": st.binary(max_size=60),
    "pairs": st.dictionaries(TEXT, TEXT, max_size=5),
    "counts": st.dictionaries(TEXT, st.integers(0, 2**64 - 1), max_size=5),
    "ticks": st.lists(st.integers(0, 2**64 - 1), max_size=20).map(tuple),
    "operators": st.lists(
        st.tuples(st.integers(0, 2**16 - 1), st.integers(0, 2**16 - 1), st.integers(0, 2**64 - 1), TEXT), max_size=5
    ),
}
SIDES = [(message.pack_request, message.unpack_request, 0), (message.pack_reply, message.unpack_reply, 1)]


@pytest.mark.parametrize("command", Command)
@pytest.mark.parametrize(("pack", "unpack", "side"), SIDES, ids=["request", "reply"])
def test_every_message_comes_back(command, pack, unpack, side):
    layout = LAYOUT[command][side]

    @given(st.fixed_dictionaries({name: KINDS[kind] for name, kind in layout}))
    def round_trip(fields):
        assert unpack(command, pack(command, **fields)) == fields

    round_trip()


@given(st.sampled_from(Command), st.sampled_from([0, 1]), st.binary(max_size=200))
def test_any_bytes_are_fields_or_a_message_error(command, side, payload):
    try:
        fields = SIDES[side][1](command, payload)
    except message.MessageError:
        return
    assert set(fields) == {name for name, _ in LAYOUT[command][side]}


@given(st.binary(max_size=120))
def test_any_refusal_can_be_read(payload):
    text, operator, tensor = message.unpack_refusal(payload)
    assert isinstance(text, str) and -(2**15) <= operator < 2**15 and -(2**15) <= tensor < 2**15


@given(TEXT, st.integers(-1, 2**15 - 1), st.integers(-1, 2**15 - 1))
def test_a_refusal_keeps_what_it_blames_and_cuts_its_text_at_a_character(text, operator, tensor):
    payload = message.pack_refusal(text, operator, tensor)
    assert len(payload) <= 6 + REFUSAL_TEXT_BYTES
    read, *blamed = message.unpack_refusal(payload)
    assert blamed == [operator, tensor] and text.startswith(read)
    assert read == text or len(read.encode()) > REFUSAL_TEXT_BYTES - 4


@pytest.mark.parametrize(
    ("command", "payload"),
    [
        (Command.RESET, b""),
        (Command.RESET, b"\0\0"),
        (Command.MODEL_USE, struct.pack("<H", 60000) + b"short"),
        (Command.TENSOR, b"\0"),
    ],
)
def test_too_short_and_too_long_requests_are_refused(command, payload):
    with pytest.raises(message.MessageError):
        message.unpack_request(command, payload)


def test_a_field_left_out_or_out_of_range_is_a_mistake_of_the_caller():
    with pytest.raises(message.MessageError, match="fields"):
        message.pack_request(Command.RESET)
    with pytest.raises(message.MessageError):
        message.pack_request(Command.RESET, what=300)
    with pytest.raises(message.MessageError, match="32 bytes"):
        message.pack_request(Command.MODEL_BEGIN, slot="a", size=1, sha256=b"short")


def test_status_zero_is_ok_and_no_two_codes_are_the_same():
    assert Status.OK == 0 and len({status.value for status in Status}) == len(Status.__members__)
    assert len({command.value for command in Command}) == len(Command.__members__)
