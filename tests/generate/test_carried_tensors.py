"""The arithmetic that a Python package carries, as it is there, against LiteRT's own operators."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from litert_models import dequantize_model, quantize_model, reference, resize_model

from edgeflow.pipeline.generate import generate


def load_tensors(folder: Path) -> ModuleType:
    """The generated support module, which needs numpy alone."""
    (path,) = folder.rglob("_tensors.py")
    spec = importlib.util.spec_from_file_location(f"generated_tensors_{id(folder)}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[spec.name]
    return module


@pytest.fixture(scope="module")
def tensors(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    folder = tmp_path_factory.mktemp("generated")
    generate(Path(__file__).parents[1] / "data/sine_int8.tflite", target="raspberry-pi-4", output=folder)
    return load_tensors(folder)


@settings(max_examples=60, deadline=None)
@given(draw=st.data())
def test_quantizing_equals_the_quantize_operator(draw: st.DataObject, tensors: ModuleType) -> None:
    dtype = draw.draw(st.sampled_from(["INT8", "UINT8", "INT16"]))
    limits = np.iinfo(dtype.lower())
    scale = float(np.float32(draw.draw(st.floats(1e-5, 4))))
    zero_point = 0 if dtype == "INT16" else draw.draw(st.integers(limits.min, limits.max))
    drawn = draw.draw(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=30))
    halves = [(n + 0.5) * scale for n in range(-20, 20)]
    real = np.asarray([*drawn, *halves], np.float32)[None]
    tensor = tensors.Tensor("x", 0, dtype.lower(), real.shape, (scale,), (zero_point,))
    steps = np.abs(real / np.float32(scale)) < 2**30  # beyond, the operator's own conversion to int32 overflows
    real = np.where(steps, real, 0).astype(np.float32)
    expected = reference(quantize_model(real.size, dtype, scale, zero_point), real)[0]
    assert tensors.prepare(real, tensor).tobytes() == expected.tobytes()
    back = reference(dequantize_model(real.size, dtype, scale, zero_point), expected)[0]
    assert tensors.dequantize(expected, tensor).tobytes() == back.tobytes()


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["nearest", "bilinear"]),
    st.tuples(st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 3])),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
@example("bilinear", (1, 1, 3), (7, 7))
@example("nearest", (100, 37, 3), (32, 32))
def test_resizing_equals_the_resize_operators(
    tensors: ModuleType, kind: str, old: tuple[int, int, int], new: tuple[int, int]
) -> None:
    image = np.random.default_rng(sum(old)).uniform(0, 255, old).astype(np.float32)
    expected = reference(resize_model(kind, old, new), image[None])[0]
    tensor = tensors.Tensor("x", 0, "float32", (1, *new, old[2]))
    found = tensors.prepare_image(image, tensor, resize=kind, colour="gray" if old[2] == 1 else "rgb")
    assert found.tobytes() == expected.tobytes()


def test_saturation_and_infinities_stay_in_range_and_nan_is_refused(tensors: ModuleType) -> None:
    tensor = tensors.Tensor("x", 0, "int8", (5,), (0.1,), (5,))
    real = np.asarray([-np.inf, -1e30, 0, 1e30, np.inf])
    assert tensors.prepare(real, tensor).tolist() == [-128, -128, 5, 127, 127]
    with pytest.raises(ValueError, match="not a number"):
        tensors.prepare([0.0, np.nan, 0, 0, 0], tensor)


def test_values_go_in_by_one_rule_and_everything_else_is_refused(tensors: ModuleType) -> None:
    q = tensors.Tensor("q", 0, "int8", (1, 2), (0.5,), (1,))
    f = tensors.Tensor("f", 0, "float32", (1, 2))
    i = tensors.Tensor("i", 0, "int32", (1, 2))
    u = tensors.Tensor("u", 0, "uint8", (2,))
    assert tensors.prepare(np.asarray([[3, -4]], np.int8), q).tolist() == [[3, -4]]
    assert tensors.prepare([1.0, -1.0], q).tolist() == [[3, -1]]
    assert tensors.prepare([1, 2], f).dtype == np.float32
    assert tensors.prepare([1, 2], i).dtype == np.int32
    assert tensors.prepare([2.0, 4.0], f, mean=(1,), std=(2,)).tolist() == [[0.5, 1.5]]
    for value, tensor in [([1, 2], q), (np.ones(2, np.uint8), q), ([1.5, 2], i), (["a", "b"], f), ([1.5, 2], u)]:
        with pytest.raises(TypeError, match="takes"):
            tensors.prepare(value, tensor)
    for value in ([1.0], [[[1.0, 2.0]]], [[1.0, 2.0], [3.0, 4.0]], 1.0):
        with pytest.raises(ValueError, match="takes the shape"):
            tensors.prepare(value, f)
    with pytest.raises(ValueError, match="0 to 255"):
        tensors.prepare([1, 256], u)
    with pytest.raises(TypeError, match="takes int8, not float64"):
        tensors.checked(np.ones((1, 2)), q)


def test_images_are_put_into_the_tensors_colours(tensors: ModuleType) -> None:
    rgb = np.asarray([[[10, 20, 30]]], np.uint8)
    three = tensors.Tensor("x", 0, "float32", (1, 1, 1, 3))
    one = tensors.Tensor("x", 0, "float32", (1, 1, 1, 1))
    whole = tensors.Tensor("x", 0, "uint8", (1, 1, 1, 3))
    prepare = tensors.prepare_image
    assert prepare(rgb, three, resize="nearest", colour="rgb").reshape(-1).tolist() == [10, 20, 30]
    assert prepare(rgb, three, resize="nearest", colour="bgr").reshape(-1).tolist() == [30, 20, 10]
    assert prepare(rgb[:, :, 0], three, resize="nearest", colour="rgb").reshape(-1).tolist() == [10, 10, 10]
    assert prepare(rgb, one, resize="nearest", colour="gray").item() == pytest.approx(18.15)
    found = prepare(rgb, three, resize="nearest", colour="rgb", mean=(1, 2, 3), std=(3, 6, 9))
    assert found.reshape(-1).tolist() == [3, 3, 3]
    assert prepare(rgb + 0.5, whole, resize="nearest", colour="rgb").reshape(-1).tolist() == [11, 21, 31]
    for bad, error in [(np.ones((2, 2, 4)), ValueError), (np.ones(3), ValueError), (rgb.astype(np.int32), TypeError)]:
        with pytest.raises(error, match="takes"):
            prepare(bad, three, resize="nearest", colour="rgb")


def test_classes_are_ordered_cut_and_thresholded(tensors: ModuleType) -> None:
    scores = np.asarray([[0.1, 0.5, 0.5, 0.9]], np.float32)
    found = tensors.classes(scores, labels=("a", "b", "c", "d"), top_k=3, threshold=None)
    assert [(c.index, c.label) for c in found.top] == [(3, "d"), (1, "b"), (2, "c")]
    assert [c.index for c in tensors.classes(scores, labels=(), top_k=0, threshold=0.5).top] == [3, 1, 2]
    assert found.values.tolist() == scores[0].tolist()
    tensor = tensors.Tensor("x", 0, "float32", (1, 4))
    np.testing.assert_allclose(tensors.values(scores, tensor, "sigmoid"), 1 / (1 + np.exp(-scores)), rtol=1e-6)
    assert tensors.values(np.asarray([[1e4, -1e4, 0, 0]], np.float32), tensor, "softmax").tolist() == [[1, 0, 0, 0]]
    assert tensors.values(np.asarray([[1e4, -1e4]], np.float32), tensor, "sigmoid").tolist() == [[1, 0]]


def test_per_axis_parameters_follow_their_dimension(tensors: ModuleType) -> None:
    tensor = tensors.Tensor("x", 0, "int8", (1, 2, 3), (0.5, 1.0, 2.0), (0, 1, 2), 2)
    assert tensors.prepare(np.full((1, 2, 3), 4.0), tensor).tolist() == [[[8, 5, 4]] * 2]
    assert tensors.dequantize(np.asarray([[[8, 5, 4]]], np.int8), tensor).tolist() == [[[4, 4, 4]]]
