"""Sound and text as tensors: mixed, framed, padded, quantized; cut into words and looked up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litert_models import quantize_model, reference

from edgeflow.generate import signals
from edgeflow.generate.signals import Audio, Tokenizer
from edgeflow.generate.tensors import Tensor

FRAME = Tensor("x", 0, "float32", (1, 8))
WORDS = Tokenizer(" ,", False, {"<START>": 1, "a": 3, "b": 4, "\u00e9": 5}, 1, 0, 2)


def test_16_bit_samples_become_real_numbers_and_silence_fills_the_frame() -> None:
    sound = np.asarray([0, 16384, -32768, 32767, 1], np.int16)
    found = signals.prepare_audio(sound, FRAME, sample_rate=8000, channels=1)
    assert found.dtype == np.float32 and found.shape == (1, 8)
    assert found[0].tolist() == [0, 0.5, -1, 32767 / 32768, 1 / 32768, 0, 0, 0]
    real = sound.astype(np.float64) / 32768
    assert signals.prepare_audio(real, FRAME, sample_rate=8000, channels=1).tobytes() == found.tobytes()
    normal = signals.prepare_audio(sound, FRAME, sample_rate=8000, channels=1, mean=(0.5,), std=(0.25,))
    assert normal[0].tolist() == ((found[0] - np.float32(0.5)) / np.float32(0.25)).tolist()


def test_channels_are_mixed_or_repeated_and_lie_side_by_side() -> None:
    stereo = np.asarray([[0.5, 0.25], [-1, 1], [0.125, 0.5]], np.float32)
    mono = signals.prepare_audio(stereo, FRAME, sample_rate=8000, channels=1)
    assert mono[0, :4].tolist() == [0.375, 0, 0.3125, 0]
    both = signals.prepare_audio(stereo, FRAME, sample_rate=8000, channels=2)
    assert both[0].tolist() == [0.5, 0.25, -1, 1, 0.125, 0.5, 0, 0]
    apart = Tensor("x", 0, "float32", (-1, 4, 2))
    twice = signals.prepare_audio(stereo[:, 0], apart, sample_rate=8000, channels=2)
    assert twice.tolist() == [[[0.5, 0.5], [-1, -1], [0.125, 0.125], [0, 0]]]
    three = np.asarray([[0.1, 0.2, 0.3]], np.float32)
    mixed = signals.prepare_audio(three, FRAME, sample_rate=8000, channels=1)[0, 0]
    assert mixed == ((three[0, 0] + three[0, 1]) + three[0, 2]) / np.float32(3)
    with pytest.raises(ValueError, match="takes 2 channels, not 3"):
        signals.prepare_audio(three, FRAME, sample_rate=8000, channels=2)


@pytest.mark.parametrize(("dtype", "scale", "zero_point"), [("INT8", 1 / 127, 3), ("INT16", 1 / 32768, 0)])
def test_quantized_sound_is_what_the_quantize_operator_makes_of_it(dtype: str, scale: float, zero_point: int) -> None:
    scale = float(np.float32(scale))
    sound = np.random.default_rng(1).integers(-32768, 32768, 64).astype(np.int16)
    tensor = Tensor("x", 0, dtype.lower(), (1, 64), (scale,), (zero_point,))
    found = signals.prepare_audio(sound, tensor, sample_rate=16000, channels=1)
    real = (sound / np.float32(32768)).astype(np.float32)[None]
    assert found.tobytes() == reference(quantize_model(64, dtype, scale, zero_point), real)[0].tobytes()


def test_sound_that_does_not_fit_is_refused() -> None:
    def prepare(value: object, **other: int) -> None:
        signals.prepare_audio(value, FRAME, **{"sample_rate": 8000, "channels": 1, **other})  # type: ignore[arg-type]  # cases

    prepare(Audio([0.5], 8000))
    with pytest.raises(ValueError, match="takes 8000 samples a second, not 44100: resample it"):
        prepare(Audio([0.5], 44100))
    with pytest.raises(ValueError, match="takes 8 samples at most, not 9"):
        prepare(np.zeros(9))
    for bad in (np.zeros(4, np.uint8), np.zeros(4, np.int32), ["a"]):
        with pytest.raises(TypeError, match="int16 or floating-point"):
            prepare(bad)
    for empty in (np.zeros(0), np.zeros((4, 0)), np.zeros((1, 2, 3)), np.float32(1)):
        with pytest.raises(ValueError, match="takes sound"):
            prepare(empty)
    integers = Tensor("x", 0, "int8", (1, 8), (0.1,), (0,))
    with pytest.raises(ValueError, match="not a number"):
        signals.prepare_audio([np.nan], integers, sample_rate=8000, channels=1)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 50), st.integers(1, 8), st.sampled_from([1, 2]))
def test_frames_hold_every_sample_and_no_frame_is_idle(total: int, hop: int, channels: int) -> None:
    sound = np.arange(1, total + 1, dtype=np.int16)
    tensor = Tensor("x", 0, "float32", (1, 8 * channels))
    pieces = list(signals.frames(sound, tensor, sample_rate=1, channels=channels, hop=hop))
    assert len(pieces) == signals.frame_count(total, 8, hop)
    for number, piece in enumerate(pieces):
        assert piece.reshape(-1).tolist() == sound[number * hop : number * hop + 8].tolist()
    assert pieces[-1][-1, 0] == total, "the end is in the last"
    assert len(pieces) == 1 or pieces[-2][-1, 0] < total, "and in it alone"


def test_words_become_ids_and_the_rest_is_padding() -> None:
    ids = Tensor("x", 0, "int32", (1, 6))

    def prepare(text: object, tokenizer: Tokenizer = WORDS) -> list[int]:
        return signals.prepare_text(text, ids, tokenizer).reshape(-1).tolist()  # type: ignore[arg-type]  # text, not an array

    assert prepare("a, b,,  c \u00e9") == [1, 3, 4, 2, 5, 0]
    assert prepare("") == [1, 0, 0, 0, 0, 0]
    assert prepare("a a a a a a a b") == [1, 3, 3, 3, 3, 3], "what is too much falls off"
    assert prepare("a\u00e9b", Tokenizer(" ", True, WORDS.ids, None, 7, 9)) == [3, 4, 7, 7, 7, 7]
    assert prepare(np.asarray("b")) == [1, 4, 0, 0, 0, 0]
    wide = signals.prepare_text("a", Tensor("x", 0, "int64", (6,)), WORDS)
    assert wide.dtype == np.int64 and wide.shape == (6,)
    for bad in (1, ["a", "b"], b"a"):
        with pytest.raises(TypeError, match="takes one text"):
            prepare(bad)
