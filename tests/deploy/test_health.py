import numpy as np
import pytest

from edgeflow.deploy.bundle import make_bundle
from edgeflow.deploy.health import _compare, _finite
from edgeflow.device.answers import TensorInfo
from edgeflow.errors import MismatchError
from edgeflow.model.types import Model
from edgeflow.wire.constants import DType


@pytest.fixture
def bundle(tmp_path):
    return make_bundle(Model(tmp_path / "m.tflite", "m", "0" * 64, b"x", "", (), (), ()))


def output(values, dtype=DType.FLOAT32, kind=np.float32):
    array = np.array(values, kind)
    return ((TensorInfo(0, "y", dtype, array.shape, 0.0, 0, array.nbytes), array.tobytes()),)


def test_equal_outputs_differ_by_nothing(bundle):
    assert _compare(bundle, output([1, -2]), output([1, -2])) == 0.0


def test_rounding_passes_and_its_size_is_told(bundle):
    assert _compare(bundle, output([100, -2]), output([101, -2])) == pytest.approx(0.01)
    assert _compare(bundle, output([5, 7], DType.INT8, np.int8), output([5, 9], DType.INT8, np.int8)) == 2.0


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (output([100.0]), output([103.0])),
        (output([100.0]), output([float("nan")])),
        (output([5], DType.INT8, np.int8), output([38], DType.INT8, np.int8)),
        (output([5], DType.INT8, np.int8), output([5], DType.UINT8, np.uint8)),
        (output([5.0]), output([5.0, 5.0])),
    ],
)
def test_other_answers_are_a_mismatch(bundle, expected, found):
    with pytest.raises(MismatchError):
        _compare(bundle, expected, found)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_an_output_that_is_not_finite_is_a_mismatch(bundle, bad):
    with pytest.raises(MismatchError, match="not finite"):
        _finite(bundle, output([1.0, bad]))
    _finite(bundle, output([1, 2], DType.INT8, np.int8))
