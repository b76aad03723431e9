"""Representative data from files of many kinds, each against numbers worked out by hand or by another reader."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from edgeflow.convert import calibration
from edgeflow.convert.expected import range_remarks, scaling_for
from edgeflow.convert.types import Port, Scaling, SourceSignature
from edgeflow.errors import EdgeflowError, ModelError, UsageError

RGB = SourceSignature("s", (Port("image", "float32", (1, 2, 3, 3)),), ())
SOUND = SourceSignature("s", (Port("sound", "float32", (1, 4)),), ())
FOUR = SourceSignature("s", (Port("x", "float32", (1, 2, 2)),), ())


def collect(place: object, signature: SourceSignature, scaling: Scaling | None = None, most: int = 100) -> Any:
    return calibration.collect(place, signature, most, str(place), scaling)


def picture(path: Path, colour: tuple[int, int, int], size: tuple[int, int] = (3, 2)) -> None:
    Image.new("RGB", size, colour).save(path)


def sound(path: Path, values: list[int], *, width: int = 2, channels: int = 1, rate: int = 8000) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        signed = [value + 128 if width == 1 else value for value in values]
        file.writeframes(b"".join(value.to_bytes(width, "little", signed=width > 1) for value in signed))


def test_images_are_scaled_to_the_unit_range_unless_told_otherwise(tmp_path: Path) -> None:
    picture(tmp_path / "a.png", (255, 51, 0))
    (tmp_path / "deeper").mkdir()
    picture(tmp_path / "deeper" / "b.bmp", (0, 0, 102), size=(30, 20))
    samples, told = collect(tmp_path, RGB)
    assert samples["image"].shape == (2, 1, 2, 3, 3)
    assert samples["image"][0, 0, 1, 2].tolist() == pytest.approx([1, 0.2, 0])
    assert samples["image"][1, 0, 0, 0].tolist() == pytest.approx([0, 0, 0.4])
    assert (told.samples, told.available) == (2, 2)
    assert "--mean" in told.remarks[0]
    samples, told = collect(tmp_path, RGB, Scaling((127.5,), (127.5, 51, 255)))
    assert samples["image"][0, 0, 0, 0].tolist() == pytest.approx([1, -1.5, -0.5])
    assert told.remarks == ()


def test_integer_inputs_take_pixels_as_they_are_and_grey_ones_one_channel(tmp_path: Path) -> None:
    picture(tmp_path / "a.png", (10, 10, 10))
    grey = SourceSignature("s", (Port("image", "uint8", (1, 2, 3, 1)),), ())
    samples, told = collect(tmp_path, grey)
    assert samples["image"].dtype == np.uint8
    assert set(samples["image"].ravel()) == {10}
    assert told.remarks == ()


def test_of_many_files_evenly_spaced_ones_are_read(tmp_path: Path) -> None:
    for value in range(11):
        picture(tmp_path / f"{value:02}.png", (value, value, value))
    (tmp_path / "10.png").write_bytes(b"broken, and read")
    (tmp_path / "01.png").write_bytes(b"broken, but left out")
    with pytest.raises(ModelError, match=r"10\.png: not a whole image"):
        collect(tmp_path, RGB, most=3)
    picture(tmp_path / "10.png", (10, 10, 10))
    samples, told = collect(tmp_path, RGB, Scaling((0,), (1,)), most=3)
    assert samples["image"][:, 0, 0, 0, 0].tolist() == [0, 5, 10]
    assert (told.samples, told.available) == (3, 11)


@pytest.mark.parametrize(("width", "full"), [(1, 128), (2, 2**15), (3, 2**23), (4, 2**31)])
def test_sound_of_every_width_lies_between_minus_one_and_one(tmp_path: Path, width: int, full: int) -> None:
    sound(tmp_path / "a.wav", [-full, 0, full // 2, full // 4, 1], width=width)
    samples, _ = collect(tmp_path, SOUND)
    assert samples["sound"].tolist() == [[[-1, 0, 0.5, 0.25]]]


def test_channels_are_averaged_and_short_sounds_filled_up(tmp_path: Path) -> None:
    sound(tmp_path / "a.wav", [2**14, 0, -(2**14), 2**14], channels=2)
    samples, told = collect(tmp_path, SOUND)
    assert samples["sound"].tolist() == [[[0.25, 0, 0, 0]]]
    assert "1 of 1 sounds are shorter" in told.remarks[0]


@pytest.mark.parametrize("text", ["a,b,c,d\n1,2,3,4\n5,6,7,8\n", "1;2;3;4\r\n\r\n5;6;7;8", "\ufeff1,2,3,4\n5,6,7,8\n"])
def test_a_table_has_a_sample_a_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    samples, told = collect(tmp_path / "t.csv", FOUR)
    assert samples["x"].tolist() == [[[[1, 2], [3, 4]]], [[[5, 6], [7, 8]]]]
    assert told.available == 2


def test_a_function_of_the_users_gives_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "edgeflow_test_data.py").write_text(
        "import numpy\n"
        "def rows():\n    yield from numpy.arange(12.).reshape(3, 2, 2)\n"
        "def broken():\n    raise ValueError('no data today')\n"
    )
    monkeypatch.chdir(tmp_path)
    samples, _ = collect("edgeflow_test_data:rows", FOUR)
    assert samples["x"].ravel().tolist() == list(range(12))
    with pytest.raises(UsageError, match="ValueError: no data today"):
        collect("edgeflow_test_data:broken", FOUR)
    with pytest.raises(UsageError, match="ModuleNotFoundError"):
        collect("no_such_module:rows", FOUR)


def _mixed(folder: Path) -> Path:
    picture(folder / "a.png", (1, 2, 3))
    sound(folder / "a.wav", [0])
    return folder


def _cut_sound(folder: Path) -> Path:
    (folder / "a.wav").write_bytes(b"RIFF\x10\0\0\0WAVE")
    return folder


def _rates(folder: Path) -> Path:
    sound(folder / "a.wav", [0])
    sound(folder / "b.wav", [0], rate=16000)
    return folder


def _text(content: bytes) -> Any:
    def write(folder: Path) -> Path:
        (folder / "t.csv").write_bytes(content)
        return folder / "t.csv"

    return write


def _pictures(folder: Path) -> Path:
    picture(folder / "a.png", (1, 2, 3))
    return folder


@pytest.mark.parametrize(
    ("make", "signature", "scaling", "error", "said"),
    [
        (lambda folder: folder, RGB, None, ModelError, "no image and no WAV file"),
        (_mixed, RGB, None, UsageError, "both images and WAV files"),
        (_pictures, SOUND, None, UsageError, "images cannot feed sound"),
        (_pictures, RGB, Scaling((0,), (0,)), UsageError, "std not 0"),
        (_pictures, RGB, Scaling((0, 1), (1,)), UsageError, "2 means or stds for 3 channels"),
        (_cut_sound, SOUND, None, ModelError, "not a whole PCM WAV"),
        (_rates, SOUND, None, UsageError, "sample rates differ: 8000, 16000"),
        (_rates, RGB, None, UsageError, "sound cannot feed image"),
        (_text(b"1,2,3\n"), FOUR, None, UsageError, "line 1 has 3 numbers, not 4"),
        (_text(b"1,2,3,4\n1,x,3,4\n"), FOUR, None, UsageError, "line 2 holds what is no number"),
        (_text(b"a,b,c,d\n"), FOUR, None, UsageError, "holds no samples"),
        (_text(b"1,2,3,inf\n"), FOUR, None, UsageError, "holds inf at sample 0"),
        (_text(b"\xff\xfe1"), FOUR, None, ModelError, "not readable as UTF-8"),
        (_text(b"1,2,3,4\n"), FOUR, Scaling((0,), (1,)), UsageError, "for images and sound"),
        (lambda folder: folder / "none.npz", FOUR, None, ModelError, "no such file"),
    ],
)
def test_what_cannot_be_used_is_refused(
    tmp_path: Path,
    make: Any,
    signature: SourceSignature,
    scaling: Scaling | None,
    error: type[EdgeflowError],
    said: str,
) -> None:
    with pytest.raises(error, match=said) as caught:
        collect(make(tmp_path), signature, scaling)
    assert caught.value.hint


def test_the_metadata_scales_a_folder_and_bounds_the_data(tmp_path: Path) -> None:
    document = {"schema": 1, "input": [{"mean": 127.5, "std": [127.5, 64], "min": -1.0, "max": [1.0, 2.0]}]}
    assert scaling_for(tmp_path, document) == Scaling((127.5,), (127.5, 64.0))
    assert scaling_for(np.zeros(3), document) is None
    assert scaling_for(tmp_path, {"input": [{}]}) is None
    assert range_remarks({"x": np.array([-1, 2.0])}, document) == ()
    assert range_remarks({"x": np.array([0, 255.0])}, document) == (
        "calibration input x lies in 0…255, the metadata says -1…2",
    )
