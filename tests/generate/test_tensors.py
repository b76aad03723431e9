"""The reference arithmetic beyond what test_python.py holds against LiteRT: fitting, tables, boxes, calibration."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeflow.generate import tensors
from edgeflow.generate.tensors import Box, Calibration, Detection, Tensor

SIZES = st.integers(1, 60)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["uint8", "int8", "float32"]),
    st.sampled_from([(), (0.0,), (127.5,), (120.0, 110.5, 100.25)]),
    st.sampled_from([(), (255.0,), (127.5,), (58.4, 57.1, 57.4)]),
    st.sampled_from(["stretch", "crop", "letterbox"]),
    st.sampled_from(["rgb", "bgr"]),
    st.tuples(SIZES, SIZES),
)
def test_the_table_of_an_8_bit_image_gives_the_bits_of_the_affine_step(
    dtype: str, mean: tuple[float, ...], std: tuple[float, ...], fit: str, colour: str, size: tuple[int, int]
) -> None:
    image = np.random.default_rng(sum(size)).integers(0, 256, (*size, 3), dtype=np.uint8)
    quantized = {} if dtype == "float32" else {"scale": (1 / 127.0,), "zero_point": (3,)}
    tensor = Tensor("x", 0, dtype, (1, 8, 6, 3), **quantized)
    how = {"resize": "nearest", "colour": colour, "fit": fit, "mean": mean, "std": std}
    by_table = tensors.prepare_image(image, tensor, **how)
    by_step = tensors.prepare_image(image.astype(np.float32), tensor, **how)
    assert by_table.dtype == by_step.dtype and by_table.tobytes() == by_step.tobytes()


def test_normalization_and_quantization_are_one_step_rounded_once() -> None:
    tensor = Tensor("x", 0, "int8", (1, 1, 256, 3), (0.0186584,), (-14,))
    mean, std = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
    pixels = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, 2)
    found = tensors.prepare_image(pixels, tensor, resize="nearest", colour="rgb", mean=mean, std=std)
    for channel in range(3):
        divisor = np.float32(std[channel] * 0.0186584)
        for level in range(256):
            step = (np.float32(level) - np.float32(mean[channel])) / divisor
            rounded = math.floor(abs(float(step)) + 0.5) * (1 if step >= 0 else -1) - 14
            assert found[0, 0, level, channel] == max(-128, min(127, rounded))


def test_crop_takes_the_middle_and_letterbox_keeps_all() -> None:
    image = np.arange(1, 9, dtype=np.uint8).reshape(2, 4, 1)
    square = Tensor("x", 0, "uint8", (1, 2, 2, 1))
    how = {"resize": "nearest", "colour": "gray"}
    assert tensors.prepare_image(image, square, fit="crop", **how).reshape(2, 2).tolist() == [[2, 3], [6, 7]]
    four = Tensor("x", 0, "uint8", (1, 4, 4, 1))
    boxed = tensors.prepare_image(image, four, fit="letterbox", **how).reshape(4, 4).tolist()
    assert boxed == [[0, 0, 0, 0], [1, 2, 3, 4], [5, 6, 7, 8], [0, 0, 0, 0]]
    turned = tensors.prepare_image(image.transpose(1, 0, 2), square, fit="crop", **how).reshape(2, 2).tolist()
    assert turned == [[2, 6], [3, 7]]
    normalized = Tensor("x", 0, "float32", (1, 4, 4, 1))
    black = tensors.prepare_image(image, normalized, fit="letterbox", mean=(2.0,), std=(2.0,), **how)
    assert black[0, 0].reshape(-1).tolist() == [-1] * 4, "black is a pixel of 0, normalized as all others"


@settings(max_examples=200, deadline=None)
@given(SIZES, SIZES, SIZES, SIZES)
def test_crops_and_letterboxes_lie_within_and_keep_proportions(h: int, w: int, new_h: int, new_w: int) -> None:
    top, left, rows, columns = tensors.crop(h, w, new_h, new_w)
    assert 0 <= top <= top + rows <= h and 0 <= left <= left + columns <= w and rows and columns
    assert abs(rows * new_w - columns * new_h) <= max(new_h, new_w)
    top, left, rows, columns = tensors.letterbox(h, w, new_h, new_w)
    assert 0 <= top <= top + rows <= new_h and 0 <= left <= left + columns <= new_w and rows and columns
    assert abs(rows * w - columns * h) <= max(h, w)


def test_boxes_of_every_form_become_edges() -> None:
    edges = [[0.125, 0.25, 0.625, 0.75]]
    for form, values in (
        ("boundaries", [0.125, 0.25, 0.625, 0.75]),
        ("upper-left", [0.125, 0.25, 0.5, 0.5]),
        ("center", [0.375, 0.5, 0.5, 0.5]),
    ):
        array = np.asarray([values], np.float32)
        assert tensors.boxes(array, order=(0, 1, 2, 3), form=form).tolist() == edges
        swapped = array[:, [1, 0, 3, 2]]
        assert tensors.boxes(swapped, order=(1, 0, 3, 2), form=form).tolist() == edges
        pixels = array * np.asarray([80, 40, 80, 40], np.float32)
        assert tensors.boxes(pixels, order=(0, 1, 2, 3), form=form, width=80, height=40).tolist() == edges


@settings(max_examples=60, deadline=None)
@given(SIZES, SIZES, SIZES, SIZES, st.sampled_from(["stretch", "crop", "letterbox"]))
def test_an_edge_on_the_picture_lies_where_its_pixel_came_from(
    h: int, w: int, new_h: int, new_w: int, fit: str
) -> None:
    # a photo whose pixels say where they are
    places = np.stack([*np.meshgrid(np.arange(w), np.arange(h)), np.zeros((h, w))], axis=-1).astype(np.float32)
    tensor = Tensor("x", 0, "float32", (1, new_h, new_w, 3))
    picture = tensors.prepare_image(places, tensor, resize="nearest", colour="rgb", fit=fit)[0]
    inside = (slice(None), slice(None))
    if fit == "letterbox":
        top, left, rows, columns = tensors.letterbox(h, w, new_h, new_w)
        inside = (slice(top, top + rows), slice(left, left + columns))
    ys, xs = (places.reshape(-1) for places in np.mgrid[0:new_h, 0:new_w][(slice(None), *inside)])
    centres = np.stack([(xs + 0.5) / new_w, (ys + 0.5) / new_h] * 2, axis=-1).astype(np.float32)
    found = tensors.onto_photo(centres, (h, w), (new_h, new_w), fit)
    came_from = picture[inside].reshape(-1, 3)[:, :2]
    off = np.abs(found[:, :2] * [w, h] - (came_from + 0.5))
    assert (off <= 0.5 + 1e-3).all(), "within the pixel that was picked"


def test_detections_are_counted_ordered_thresholded_and_labelled() -> None:
    edges = np.asarray([[[0, 0, 1, 1], [0, 0, 0.5, 0.5], [0.5, 0.5, 1, 1], [9, 9, 9, 9]]], np.float32)
    scores = np.asarray([[0.5, 0.75, 0.25, 1]], np.float32)
    classes, count = np.asarray([[1, 0, 7, 0]], np.float32), np.asarray([3], np.float32)
    found = tensors.detections(edges, scores, classes, count, labels=("cat", "dog"), top_k=0, threshold=None)
    assert found == (
        Detection(Box(0, 0, 0.5, 0.5), 0, "cat", 0.75),
        Detection(Box(0, 0, 1, 1), 1, "dog", 0.5),
        Detection(Box(0.5, 0.5, 1, 1), 7, "", 0.25),
    )
    least = tensors.detections(edges, scores, classes, count, labels=(), top_k=1, threshold=0.5)
    assert [one.score for one in least] == [0.75]
    several = np.asarray([[[0.25, 0.5], [0.5, 0.5], [0, 0.125], [0, 0]]], np.float32)
    best = tensors.detections(edges, several, None, None, labels=("cat", "dog"), top_k=2, threshold=0.1)
    assert [(one.label, one.score) for one in best] == [("dog", 0.5), ("cat", 0.5)]
    nothing = np.zeros((1, 0, 4), np.float32)
    assert tensors.detections(nothing, nothing[..., 0], None, None, labels=(), top_k=0, threshold=None) == ()


def test_scores_are_calibrated_by_their_class() -> None:
    rows = ((1.0, 2.0, -0.5, None), None, (0.5, 1.0, 0.0, 0.3))
    scores = np.asarray([[0.25, 0.9, 0.2], [0.75, 0.9, 0.4]], np.float32)
    found = tensors.calibrated(scores, Calibration("identity", 0.125, rows))
    assert found[:, 1].tolist() == [0.125, 0.125] and found[0, 2] == 0.125
    assert found[0, 0] == pytest.approx(1 / (1 + math.exp(-(2 * 0.25 - 0.5))), rel=1e-6)
    assert found[1, 2] == pytest.approx(0.5 / (1 + math.exp(-0.4)), rel=1e-6)
    logits = tensors.calibrated(scores, Calibration("inverse-logistic", 0, ((1.0, 1.0, 0.0, None),) * 3))
    np.testing.assert_allclose(logits, scores, rtol=1e-6)
    logs = tensors.calibrated(scores, Calibration("log", 0, ((1.0, 1.0, 0.0, None),) * 3))
    np.testing.assert_allclose(logs, scores / (1 + scores), rtol=1e-6)
    assert tensors.calibrated(np.zeros((1, 1), np.float32), Calibration("log", 0.5, ((1.0, 1.0, 0.0, None),))) == 0


def test_values_are_named_where_they_have_a_label() -> None:
    assert tensors.named(np.asarray([[1, 0, 5, -1]]), ("a", "b")) == ("b", "a", "", "")
