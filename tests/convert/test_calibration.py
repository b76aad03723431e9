"""Representative data in every form a user may bring it, and everything that may be wrong with it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeflow.convert import calibration
from edgeflow.convert.types import Port, SourceSignature
from edgeflow.errors import EdgeflowError, ModelError, UsageError

ONE = SourceSignature("serving_default", (Port("image", "float32", (1, 4, 3)),), ())
TWO = SourceSignature("serving_default", (Port("alpha", "float32", (1, 2)), Port("beta", "int32", (1, 3))), ())
SCALAR = SourceSignature("serving_default", (Port("x", "float32", (1, 1)),), ())
IMAGES = np.arange(5 * 4 * 3, dtype=np.float32).reshape(5, 4, 3)
FORMS: dict[str, Any] = {
    "an array of samples": lambda: IMAGES,
    "an array of batches of one": lambda: IMAGES[:, None],
    "a mapping by name": lambda: {"image": IMAGES},
    "a mapping by place": lambda: {"0": IMAGES},
    "numpy's own key": lambda: {"arr_0": IMAGES},
    "a list of samples": lambda: list(IMAGES),
    "a list of batches": lambda: [sample[None] for sample in IMAGES],
    "an iterator": lambda: iter(IMAGES),
    "a callable giving lists": lambda: lambda: ([sample[None]] for sample in IMAGES),
    "a callable giving mappings": lambda: lambda: ({"image": sample} for sample in IMAGES),
    "a callable giving an array": lambda: lambda: IMAGES,
    "nested lists": lambda: {"image": IMAGES.tolist()},
    "float64": lambda: IMAGES.astype(np.float64),
    "uint8": lambda: IMAGES.astype(np.uint8),
}


def collect(data: object, signature: SourceSignature = ONE, max_samples: int = 500) -> dict[str, Any]:
    return calibration.collect(data, signature, max_samples, "data")[0]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_samples(form: str) -> None:
    found = collect(FORMS[form]())["image"]
    assert found.dtype == np.float32
    assert np.array_equal(found, IMAGES[:, None])


def test_files_give_what_the_arrays_in_them_do(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", IMAGES)
    np.savez(tmp_path / "a.npz", image=IMAGES)
    for name in ("a.npy", "a.npz"):
        assert np.array_equal(collect(tmp_path / name)["image"], IMAGES[:, None])
        assert np.array_equal(collect(str(tmp_path / name))["image"], IMAGES[:, None])


def test_several_inputs_are_matched_by_name_and_cast() -> None:
    found = collect({"beta": np.ones((4, 3)), "alpha": np.zeros((4, 2))}, TWO)
    assert list(found) == ["alpha", "beta"]
    assert (found["alpha"].shape, found["beta"].shape) == ((4, 1, 2), (4, 1, 3))
    assert found["beta"].dtype == np.int32


def test_a_source_with_a_batch_of_its_own_takes_rows_in_batches() -> None:
    signature = SourceSignature("s", (Port("x", "float32", (2, 3)),), ())
    assert collect(np.zeros((6, 3)), signature)["x"].shape == (3, 2, 3)
    assert collect(np.zeros((6, 2, 3)), signature)["x"].shape == (6, 2, 3)
    with pytest.raises(UsageError, match=r"shape \[5, 3\], not \[samples, 2, 3\]"):
        collect(np.zeros((5, 3)), signature)


def test_a_free_size_takes_what_comes_but_one_size_only() -> None:
    signature = SourceSignature("s", (Port("x", "float32", (1, -1)),), ())
    assert collect([np.zeros(4), np.ones(4)], signature)["x"].shape == (2, 1, 4)
    with pytest.raises(UsageError, match="differ in shape"):
        collect([np.zeros(4), np.zeros(5)], signature)


def test_of_too_many_samples_evenly_spaced_ones_are_taken() -> None:
    found, told = calibration.collect(np.arange(101.0)[:, None], SCALAR, 5, "data")
    assert found["x"].ravel().tolist() == [0, 25, 50, 75, 100]
    assert (told.samples, told.available) == (5, 101)


def test_an_endless_generator_is_drained_to_the_limit() -> None:
    def endless() -> Iterator[np.ndarray[Any, Any]]:
        while True:
            yield np.zeros(1)

    found, told = calibration.collect(endless, SCALAR, 7, "data")
    assert len(found["x"]) == 7
    assert (told.samples, told.available) == (7, None)


@pytest.mark.parametrize(
    ("data", "signature", "said"),
    [
        (np.zeros((5, 4, 2)), ONE, r"input image has shape \[5, 4, 2\], not \[samples, 4, 3\]"),
        (np.zeros((4, 3)), ONE, r"input image has shape \[4, 3\]"),
        (np.zeros(()), ONE, r"input image has shape \[\]"),
        (np.zeros((0, 4, 3)), ONE, "holds no samples"),
        ([], ONE, "holds no samples"),
        (lambda: iter(()), ONE, "holds no samples"),
        ({}, ONE, r"has keys \(none\); the inputs are image"),
        ({"picture": IMAGES}, ONE, "has keys picture; the inputs are image"),
        ({"image": IMAGES, "0": IMAGES}, ONE, "has keys 0, image"),
        ({"alpha": np.zeros((2, 2))}, TWO, "has keys alpha; the inputs are alpha, beta"),
        ({"alpha": np.zeros((2, 2)), "beta": np.zeros((3, 3))}, TWO, "different numbers of samples: alpha 2, beta 3"),
        (np.zeros((2, 2)), TWO, "one array cannot feed 2 inputs"),
        ([[np.zeros(2)]], TWO, "sample 0: holds 1 arrays for 2 inputs"),
        ([IMAGES[0], np.zeros(3)], ONE, r"sample 1: input image has shape \[3\]"),
        ({"alpha": np.zeros((2, 2)), "beta": np.full((2, 3), 0.5)}, TWO, "values that it cannot represent"),
        ({"alpha": np.zeros((2, 2)), "beta": np.full((2, 3), 1e12)}, TWO, "values that it cannot represent"),
        (np.full((5, 4, 3), "word"), ONE, "cannot become float32"),
        (IMAGES.astype(complex), ONE, "cannot become float32"),
        ({"image": [[1, 2], [3]]}, ONE, "no regular array"),
        (7, ONE, "a int is no representative data"),
    ],
)
def test_what_does_not_fit_is_refused(data: object, signature: SourceSignature, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        collect(data, signature)
    assert caught.value.hint


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
def test_what_is_not_finite_is_refused_with_its_place(bad: float) -> None:
    data = IMAGES.astype(np.float64)
    data[3, 2, 1] = bad
    with pytest.raises(UsageError, match=r"input image holds .* at sample 3, index \[0, 2, 1\]"):
        collect(data)


def test_names_and_shapes_that_were_expected_stand_in_the_hint() -> None:
    with pytest.raises(UsageError) as caught:
        collect({"gamma": np.zeros(2)}, TWO)
    assert caught.value.hint == "expected alpha: float32[1, 2]; beta: int32[1, 3]"


def test_inputs_of_text_cannot_be_calibrated() -> None:
    with pytest.raises(UsageError, match="input words is string"):
        collect(np.zeros((2, 1)), SourceSignature("s", (Port("words", "string", (1,)),), ()))


def test_no_samples_allowed_is_refused() -> None:
    with pytest.raises(UsageError, match="at most 0 samples"):
        collect(IMAGES, max_samples=0)


def test_a_generator_that_fails_says_so_itself() -> None:
    def broken() -> Iterator[np.ndarray[Any, Any]]:
        yield IMAGES[0]
        raise OSError("the camera is gone")

    with pytest.raises(OSError, match="the camera is gone"):
        collect(broken)


def _missing(path: Path) -> None: ...


def _folder(path: Path) -> None:
    path.mkdir()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("1,2,3\n4,5,6\n")


def _other_archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")


def _objects(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.array([{"a": 1}], dtype=object), allow_pickle=True)


def _truncated_archive(path: Path) -> None:
    np.savez(path, image=IMAGES)
    path.write_bytes(path.read_bytes()[:-40])


def _damaged_member(path: Path) -> None:
    np.savez(path, image=IMAGES)
    content = bytearray(path.read_bytes())
    content[300:320] = bytes(20)
    path.write_bytes(content)


def _truncated_array(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, IMAGES)
    path.write_bytes(path.read_bytes()[:-8])


def _huge_claim(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, IMAGES)
    path.write_bytes(path.read_bytes().replace(b"(5, 4, 3)", b"(99999999, 400, 300)"))


@pytest.mark.parametrize(
    "make",
    [
        _missing,
        _folder,
        _empty,
        _text,
        _other_archive,
        _objects,
        _truncated_archive,
        _damaged_member,
        _truncated_array,
        _huge_claim,
    ],
)
def test_a_file_that_is_no_data_is_refused(tmp_path: Path, make: Any) -> None:
    path = tmp_path / "data.npz"
    make(path)
    with pytest.raises(EdgeflowError) as caught:
        calibration.collect(path, ONE, 500, str(path))
    assert isinstance(caught.value, UsageError if make is _other_archive else ModelError)
    assert str(path) in caught.value.message
    assert caught.value.hint


def test_data_that_teaches_nothing_is_remarked_on() -> None:
    assert calibration.remarks({"x": np.zeros((20, 1))}) == (
        "calibration input x holds one value only (0.0): its scale means nothing",
    )
    assert calibration.remarks({"x": np.arange(3.0)}) == ("only 3 calibration samples: 100 or more are usual",)
    assert calibration.remarks({"x": np.arange(30.0)}) == ()


def test_random_samples_are_the_same_every_time_and_fill_free_sizes() -> None:
    signature = SourceSignature("s", (Port("x", "float32", (-1, -1, 3)), Port("n", "int64", (1,))), ())
    first, second = (calibration.random_samples(signature, 4) for _ in range(2))
    assert first["x"].shape == (4, 1, 32, 3)
    assert set(np.unique(first["n"])) <= {0, 1}
    assert calibration.digest(first) == calibration.digest(second)


def test_the_hash_covers_names_dtypes_shapes_and_values() -> None:
    base = np.zeros((2, 3), np.float32)
    others = [{"y": base}, {"x": base.astype(np.int32)}, {"x": base.reshape(3, 2)}, {"x": base + 1}]
    assert len({calibration.digest(samples) for samples in [{"x": base}, *others]}) == 5
