"""Frames survive any payload, and what is no frame is console text, whole and in order."""

from hypothesis import given
from hypothesis import strategies as st

from edgeflow.wire import frame

PAYLOADS = st.binary(max_size=700) | st.integers(0, 1200).map(lambda n: b"\xff" * n) | st.integers(0, 1200).map(bytes)
FRAMES = st.tuples(st.integers(0, 255), st.integers(0, 255), PAYLOADS)
TEXT = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=60)


def items(data, cuts=(), max_bytes=1 << 20):
    splitter, found, at = frame.Splitter(max_bytes), [], 0
    for cut in [*sorted(c % (len(data) + 1) for c in cuts), len(data)]:
        found += splitter.feed(data[at:cut])
        at = max(at, cut)
    return found, splitter.flush()


@given(st.lists(FRAMES, max_size=6), st.lists(st.integers(0, 10_000), max_size=6))
def test_frames_come_back_however_the_stream_is_cut(frames, cuts):
    stream = b"".join(frame.encode(*f) for f in frames)
    assert items(stream, cuts) == (frames, b"")


@given(FRAMES, TEXT, TEXT)
def test_console_text_between_frames_is_kept_and_harms_nothing(one, before, after):
    encoded = frame.encode(*one)
    found, rest = items(before.encode() + encoded + after.encode() + encoded)
    texts = [item for item in found if isinstance(item, bytes)]
    assert [item for item in found if isinstance(item, tuple)] == [one, one]
    assert texts == [text.encode() for text in (before, after) if text] and rest == b""


@given(FRAMES, st.binary(max_size=300))
def test_a_frame_after_any_garbage_arrives(one, garbage):
    found, _ = items(garbage + frame.encode(*one))
    assert found[-1] == one


@given(FRAMES, st.integers(0), st.integers(1, 255))
def test_a_damaged_frame_is_never_taken_for_another(one, where, flip):
    encoded = bytearray(frame.encode(*one))
    encoded[1 + where % (len(encoded) - 2)] ^= flip
    assert [item for item in items(bytes(encoded))[0] if isinstance(item, tuple)] == []


@given(st.integers(0, 255), st.integers(0, 255), PAYLOADS)
def test_between_its_zeros_a_frame_has_none(seq, code, payload):
    encoded = frame.encode(seq, code, payload)
    assert encoded[0] == encoded[-1] == 0 and 0 not in encoded[1:-1]
    assert len(encoded) <= len(payload) + frame.OVERHEAD_BYTES + 3 + (len(payload) + frame.OVERHEAD_BYTES) // 254


def test_text_without_end_is_handed_on_instead_of_kept():
    splitter = frame.Splitter(100)
    assert list(splitter.feed(b"x" * 60)) == []
    assert list(splitter.feed(b"x" * 60)) == [b"x" * 120]
    assert splitter.flush() == b""


def test_known_bytes_stay_the_same_for_deployed_devices():
    # crc32(01 01) = 2fc51328; crc32(07 31 00 01 00) = 258e8588
    assert frame.encode(1, 0x01) == bytes.fromhex("00 07 0101 2813c52f 00")
    assert frame.encode(7, 0x31, b"\x00\x01\x00") == bytes.fromhex("00 03 0731 02 01 05 88858e25 00")
