"""Which samples a conversion uses."""

from __future__ import annotations

import numpy as np
import pytest

from edgeflow.convert.arrays import read_arrays, write_arrays
from edgeflow.convert.inputs import CHECK_SAMPLES, RANDOM_SAMPLES, choose_inputs, comparable
from edgeflow.convert.types import Description, Port, SourceSignature
from edgeflow.errors import UsageError


def signature(key: str = "serving_default", dtype: str = "float32", out: tuple[int, ...] = (1, 2)) -> SourceSignature:
    return SourceSignature(key, (Port("x", dtype, (1, 3)),), (Port("y", "float32", out),))


def description(*signatures: SourceSignature) -> Description:
    return Description(signatures, None, {}, ())


def test_the_users_data_calibrates_and_some_of_it_is_compared() -> None:
    data = np.arange(600.0).reshape(200, 3)
    used = choose_inputs(description(signature()), data, 150)
    assert used.calibrating is not None
    assert len(used.calibrating["x"]) == 150
    compared = used.compared["serving_default"]
    assert compared is not None
    assert (len(compared["x"]), used.count, used.origin) == (CHECK_SAMPLES, CHECK_SAMPLES, "representative")


def test_without_data_every_signature_is_compared_on_random_samples() -> None:
    used = choose_inputs(description(signature("a"), signature("b"), signature("c", "string")), None, 500)
    assert used.calibrating is None
    assert [key for key, samples in used.compared.items() if samples is None] == ["c"]
    assert used.count == RANDOM_SAMPLES
    assert used.origin.startswith("random:")


def test_data_for_several_signatures_is_refused() -> None:
    with pytest.raises(UsageError, match="one of 2 signatures") as caught:
        choose_inputs(description(signature("a"), signature("b")), np.zeros((5, 3)), 500)
    assert caught.value.hint == "choose it with --signature: a, b"


@pytest.mark.parametrize(
    ("out", "count"),
    [((1, 10), CHECK_SAMPLES), ((1, 512, 512, 21), 6), ((1, 8192, 8192, 64), 1), ((1, -1), CHECK_SAMPLES), ((), 100)],
)
def test_large_outputs_are_compared_on_fewer_samples(out: tuple[int, ...], count: int) -> None:
    assert comparable(signature(out=out)) == count


def test_arrays_of_any_name_pass_between_processes(tmp_path) -> None:
    arrays = {"file": np.arange(3), "a/b:0": np.ones((0, 2), np.int8), "ü\n": np.float32(2)[None], "": np.zeros(())}
    write_arrays(tmp_path / "a.npz", arrays)
    back = read_arrays(tmp_path / "a.npz")
    assert list(back) == list(arrays)
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype
        assert np.array_equal(back[name], array)
