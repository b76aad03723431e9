"""runtime/wrapper against generate/tensors.py and generate/signals.py: the same bits, whatever is asked."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import numpy as np
import pytest

from edgeflow.generate import signals, tensors
from edgeflow.resources import runtime_dir

_PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ef_wrapper.h"

static float means[3], divisors[3];
static struct ef_wrapper_in in;

struct ef_wrapper_in *probe_in(int type, unsigned elements, int zero_point, unsigned n, const float *mean, unsigned d,
                               const float *divisor) {
    memcpy(means, mean, sizeof means);
    memcpy(divisors, divisor, sizeof divisors);
    const struct ef_wrapper_in made = {(enum ef_wrapper_type)type, elements, zero_point, n, d, means, divisors};
    in = made;
    return &in;
}
int probe_write(const float *values, void *tensor) { return (int)ef_wrapper_write(&in, values, tensor); }
int probe_image(int fit, int colour, int nearest, unsigned height, unsigned width, int tables, const void *table,
                const void *pixels, unsigned high, unsigned wide, int format, unsigned stride, void *tensor) {
    const struct ef_wrapper_picture picture = {in, height, width, (enum ef_wrapper_fit)fit,
        (enum ef_wrapper_colour)colour, (uint8_t)nearest, (uint8_t)tables, tables ? table : NULL};
    const struct ef_image image = {pixels, wide, high, stride, (enum ef_pixels)format};
    return (int)ef_wrapper_image(&picture, &image, tensor);
}
int probe_sound(unsigned rate, unsigned length, int channels, const void *samples, unsigned count, int given,
                int format, void *tensor) {
    const struct ef_wrapper_sound to = {in, rate, length, (uint16_t)channels};
    const struct ef_sound sound = {samples, count, 16000, (uint16_t)given, (enum ef_samples)format};
    return (int)ef_wrapper_sound(&to, &sound, tensor);
}
static struct ef_wrapper_curve curves[8];
static struct ef_wrapper_calibration calibration;
static struct ef_wrapper_out out_of(int type, unsigned elements, unsigned last, float scale, int zero_point,
                                    int activation, int calibrated) {
    const struct ef_wrapper_out out = {(enum ef_wrapper_type)type, elements, last, scale, zero_point,
        (enum ef_wrapper_activation)activation, calibrated ? &calibration : NULL};
    return out;
}
void probe_calibration(int transform, double fallback, const double *rows) {
    for (int i = 0; i < 8; ++i, rows += 6) {
        const struct ef_wrapper_curve curve = {rows[0], rows[1], rows[2], (float)rows[3], rows[4] != 0, rows[5] != 0};
        curves[i] = curve;
    }
    calibration.transform = (enum ef_wrapper_transform)transform;
    calibration.fallback = fallback;
    calibration.curves = curves;
}
void probe_read(int type, unsigned elements, unsigned last, float scale, int zero_point, int activation,
                int calibrated, const void *tensor, float *values) {
    const struct ef_wrapper_out out = out_of(type, elements, last, scale, zero_point, activation, calibrated);
    ef_wrapper_read(&out, tensor, values);
}
unsigned probe_top(const float *values, unsigned count, unsigned most, int has, double threshold, unsigned *index) {
    static const struct ef_wrapper_labels labels = {0, NULL};
    struct ef_class top[64];
    const unsigned found = ef_wrapper_top(values, count, &labels, most, has ? &threshold : NULL, top);
    for (unsigned i = 0; i < found; ++i) index[i] = top[i].index;
    return found;
}
unsigned probe_detect(const float *boxes, const int *order, int form, float width, float height, unsigned total,
                      const float *scores, unsigned each, const float *classes, const float *count, unsigned most,
                      int has, float threshold, int fit, unsigned high, unsigned wide, float *found) {
    static const char *const texts[] = {"a", "b", "c"};
    static const struct ef_wrapper_labels labels = {3, texts};
    struct ef_wrapper_boxes four = {out_of(0, total * 4, 4, 0.0f, 0, 0, 0), {0}, (enum ef_wrapper_form)form, width,
        height};
    for (int i = 0; i < 4; ++i) four.place[i] = (uint8_t)order[i];
    const struct ef_wrapper_out s = out_of(0, total * each, each, 0.0f, 0, 0, 0);
    const struct ef_wrapper_out c = out_of(0, total, total, 0.0f, 0, 0, 0);
    const struct ef_wrapper_out n = out_of(0, 1, 1, 0.0f, 0, 0, 0);
    const struct ef_wrapper_detections from = {&four, &s, classes ? &c : NULL, count ? &n : NULL, most, (uint8_t)has,
        threshold};
    const struct ef_wrapper_view view = {wide, high, 12, 10, (enum ef_wrapper_fit)fit};
    const void *const tensors[4] = {boxes, scores, classes, count};
    struct ef_detection answers[64];
    const unsigned kept = ef_wrapper_detect(&from, tensors, &labels, &view, answers);
    for (unsigned i = 0; i < kept; ++i) {
        memcpy(found + 7 * i, &answers[i].box, 4 * sizeof *found);
        found[7 * i + 4] = (float)answers[i].index;
        found[7 * i + 5] = answers[i].score;
        found[7 * i + 6] = (float)answers[i].label[0];
    }
    return kept;
}
"""
TYPES = {"float32": 0, "int8": 1, "uint8": 2, "int16": 3, "int32": 4}
FLAGS = ("-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC")
STRICT = ("-fsanitize=float-cast-overflow", "-fsanitize-undefined-trap-on-error")  # no value that its type lacks
FUSED = ("-mfma",) if " fma " in Path("/proc/cpuinfo").read_text() else ()  # a core that could fuse


@pytest.fixture(scope="module")
def wrapper(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """runtime/wrapper as a library of this machine, for a core that could fuse multiplications and additions."""
    folder = tmp_path_factory.mktemp("wrapper")
    (folder / "probe.c").write_text(_PROGRAM)
    sources = [str(path) for path in sorted((runtime_dir() / "wrapper").glob("*.c"))]
    command = [
        "gcc",
        *FLAGS,
        *STRICT,
        *FUSED,
        f"-I{runtime_dir() / 'wrapper'}",
        *sources,
        str(folder / "probe.c"),
        "-o",
    ]
    done = subprocess.run([*command, str(folder / "probe.so"), "-lm"], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    return ctypes.CDLL(str(folder / "probe.so"))


def pointer(array: np.ndarray) -> ctypes.c_void_p:
    assert array.flags["C_CONTIGUOUS"]
    return ctypes.c_void_p(array.ctypes.data)


def three(values: np.ndarray | tuple[float, ...]) -> np.ndarray:
    array = np.zeros(3, np.float32)
    array[: len(values)] = values
    return array


def describe(
    wrapper: ctypes.CDLL, tensor: tensors.Tensor, mean: tuple[float, ...], std: tuple[float, ...]
) -> np.ndarray:
    """Tell the probe of an input; returns an empty tensor."""
    divisors = tensors.divisors(tensor, std).reshape(-1)
    kind, zero = TYPES[tensor.dtype], tensor.zero_point[0] if tensor.zero_point else 0
    count = int(np.prod(tensor.shape))
    own, by = three(mean), three(divisors)
    wrapper.probe_in.restype = ctypes.c_void_p
    wrapper.probe_in(kind, count, zero, len(mean), pointer(own), len(divisors), pointer(by))
    return np.zeros(tensor.shape, tensor.dtype)


def random_tensor(rng: np.random.Generator, shape: tuple[int, ...]) -> tensors.Tensor:
    dtype = str(rng.choice(list(TYPES)))
    if dtype == "float32":
        return tensors.Tensor("t", 0, dtype, shape)
    scale = float(np.float32(10.0 ** rng.uniform(-4, 1)))
    zero = int(rng.integers(-128, 128)) if dtype in ("int8", "int16", "int32") else int(rng.integers(0, 256))
    return tensors.Tensor("t", 0, dtype, shape, (scale,), (zero,))


def normalization(rng: np.random.Generator, channels: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    counts = [int(rng.choice([0, 1, channels])) for _ in range(2)]
    mean = tuple(round(float(v), 3) for v in rng.normal(100, 40, counts[0]))
    return mean, tuple(round(float(v), 3) + 0.5 for v in rng.uniform(0.01, 200, counts[1]))


def test_numbers_become_tensors_with_the_same_bits(wrapper: ctypes.CDLL) -> None:
    rng = np.random.default_rng(1)
    special = np.asarray(
        [0.0, -0.0, 0.5, -0.5, 0.49999997, 2.5, -2.5, 1e9, -1e9, 3e38, -3e38, np.inf, -np.inf], np.float32
    )
    for _ in range(300):
        tensor = random_tensor(rng, (1, 7, 3))
        mean, std = normalization(rng, 3)
        values = (rng.normal(0, 10.0 ** rng.uniform(-2, 4), 21)).astype(np.float32)
        values[rng.integers(0, 21, 5)] = rng.choice(special, 5)
        made = describe(wrapper, tensor, mean, std)
        assert wrapper.probe_write(pointer(values), pointer(made)) == 0
        expected = tensors.affine(values.reshape(1, 7, 3), tensor, mean, std)
        assert made.tobytes() == expected.tobytes(), (tensor, mean, std)


def test_what_is_no_number_is_refused_where_integers_are_wanted(wrapper: ctypes.CDLL) -> None:
    tensor = tensors.Tensor("t", 0, "int8", (1, 3), (0.5,), (0,))
    made = describe(wrapper, tensor, (), ())
    assert wrapper.probe_write(pointer(np.asarray([1, np.nan, 2], np.float32)), pointer(made)) == 2


def test_pictures_of_any_size_become_tensors_with_the_same_bits(wrapper: ctypes.CDLL) -> None:
    rng = np.random.default_rng(2)
    seen = set()
    for _ in range(500):
        colour = str(rng.choice(["rgb", "bgr", "gray"]))
        channels = 1 if colour == "gray" else 3
        size = tuple(int(v) for v in rng.integers(1, 12, 2))
        tensor = random_tensor(rng, (1, *size, channels))
        mean, std = normalization(rng, channels)
        old = size if rng.random() < 0.2 else tuple(int(v) for v in rng.integers(1, 14, 2))
        given = int(rng.choice([1, 3]))
        whole = rng.random() < 0.6
        photo = rng.integers(0, 256, (*old, given), dtype=np.uint8)
        photo = photo if whole else (photo * np.float32(1.01) - np.float32(3)).astype(np.float32)
        resize, fit = str(rng.choice(["nearest", "bilinear"])), str(rng.choice(["stretch", "crop", "letterbox"]))
        expected = tensors.prepare_image(photo, tensor, resize=resize, colour=colour, fit=fit, mean=mean, std=std)
        table = tensors.pixel_table(tensor, mean, std)
        tables = len(table) if table.itemsize == 1 else 0
        made = describe(wrapper, tensor, mean, std)
        padding = int(rng.integers(0, 3)) * 4
        rows = np.zeros((old[0], old[1] * given * photo.itemsize + padding), np.uint8)
        rows[:, : rows.shape[1] - padding] = photo.reshape(old[0], -1).view(np.uint8)
        names = (
            ["stretch", "crop", "letterbox"].index(fit),
            ["rgb", "bgr", "gray"].index(colour),
            int(resize == "nearest"),
        )
        form = (0 if given == 3 else 1) + (0 if whole else 2)
        stride = rows.shape[1] if padding else 0
        status = wrapper.probe_image(
            *names, *size, tables, pointer(table), pointer(rows), *old, form, stride, pointer(made)
        )
        assert status == 0 and made.tobytes() == expected.tobytes(), (
            tensor,
            old,
            colour,
            resize,
            fit,
            mean,
            std,
            given,
        )
        seen.add((names, form, tables > 0))
    assert len(seen) > 80


def test_sound_becomes_tensors_with_the_same_bits(wrapper: ctypes.CDLL) -> None:
    rng = np.random.default_rng(3)
    for _ in range(200):
        channels, given = (int(v) for v in rng.choice([1, 2, 3], 2))
        length, count = int(rng.integers(1, 20)), int(rng.integers(1, 20))
        tensor = random_tensor(rng, (1, length * channels))
        mean, std = normalization(rng, 1)
        whole = rng.random() < 0.5
        samples = rng.integers(-32768, 32768, (count, given)).astype(np.int16)
        samples = samples if whole else (samples / 30000).astype(np.float32)
        made = describe(wrapper, tensor, mean, std)
        status = wrapper.probe_sound(
            16000, length, channels, pointer(samples), count, given, int(not whole), pointer(made)
        )
        try:
            expected = signals.prepare_audio(samples, tensor, sample_rate=16000, channels=channels, mean=mean, std=std)
        except ValueError:
            assert status == 4
            continue
        assert status == 0 and made.tobytes() == expected.tobytes()


def near(found: np.ndarray, expected: np.ndarray) -> bool:
    """The same float32 or one next to it."""
    steps = np.abs(found.view(np.int32).astype(np.int64) - expected.view(np.int32).astype(np.int64))
    return bool(((steps <= 1) | (np.isnan(found) & np.isnan(expected))).all())


def test_outputs_are_read_as_the_same_numbers(wrapper: ctypes.CDLL) -> None:
    rng = np.random.default_rng(4)
    for _ in range(300):
        last = int(rng.integers(1, 9))
        tensor = random_tensor(rng, (3, last))
        if tensor.dtype == "float32":
            raw = rng.normal(0, 4, tensor.shape).astype(np.float32)
        else:
            limits = np.iinfo(tensor.dtype)
            raw = rng.integers(limits.min, limits.max, tensor.shape, endpoint=True).astype(tensor.dtype)
        activation = str(rng.choice(["none", "softmax", "sigmoid"]))
        expected = tensors.values(raw, tensor, activation)
        calibrated = rng.random() < 0.4
        if calibrated:
            rows = [None if rng.random() < 0.2 else (*rng.normal(1, 1, 3).tolist(), 0.25) for _ in range(last)]
            rows = [row and (abs(row[0]), *row[1:3], row[3] if rng.random() < 0.5 else None) for row in rows]
            transform = str(rng.choice(["identity", "log", "inverse-logistic"]))
            by = tensors.Calibration(transform, 0.125, tuple(rows))
            expected = tensors.calibrated(expected, by)
            flat = np.zeros((8, 6))
            for number, row in enumerate(rows):
                if row is not None:
                    flat[number] = [*row[:3], row[3] or 0, 1, row[3] is not None]
            kinds = ["identity", "log", "inverse-logistic"]
            wrapper.probe_calibration(kinds.index(transform), ctypes.c_double(0.125), pointer(flat))
        made = np.zeros(raw.shape, np.float32)
        scale = ctypes.c_float(tensor.scale[0] if tensor.scale else 0)
        zero = tensor.zero_point[0] if tensor.zero_point else 0
        code = ["none", "softmax", "sigmoid"].index(activation)
        with np.errstate(all="ignore"):
            wrapper.probe_read(
                TYPES[tensor.dtype], raw.size, last, scale, zero, code, int(calibrated), pointer(raw), pointer(made)
            )
        if activation == "none" and not calibrated:
            assert made.tobytes() == expected.tobytes()
        else:
            assert near(made, expected) or np.allclose(made, expected, rtol=1e-6, atol=1e-30), (tensor, activation)


def test_the_best_classes_come_in_the_same_order(wrapper: ctypes.CDLL) -> None:
    rng = np.random.default_rng(5)
    for _ in range(300):
        count = int(rng.integers(1, 20))
        scores = rng.choice(np.asarray([0.1, 0.25, 0.5, 0.75, np.nan, -0.0, 0.0], np.float32), count)
        most, threshold = int(rng.integers(0, count + 1)), None if rng.random() < 0.5 else float(rng.choice([0.1, 0.5]))
        expected = tensors.classes(scores, labels=(), top_k=most, threshold=threshold)
        index = np.zeros(64, np.uint32)
        limit = ctypes.c_double(threshold or 0)
        found = wrapper.probe_top(
            pointer(scores), count, most or count, int(threshold is not None), limit, pointer(index)
        )
        assert index[:found].tolist() == [one.index for one in expected.top]


def test_detections_are_the_same_and_lie_at_the_same_place_of_the_photo(wrapper: ctypes.CDLL) -> None:
    rng = np.random.default_rng(6)
    for _ in range(300):
        total, each = int(rng.integers(1, 9)), int(rng.choice([1, 1, 4]))
        boxes = rng.uniform(-0.2, 1.2, (total, 4)).astype(np.float32)
        scores = rng.choice(np.asarray([0.1, 0.25, 0.5, 0.5, 0.75], np.float32), (total, each))
        classes = rng.integers(-1, 4, total).astype(np.float32) if each == 1 and rng.random() < 0.7 else None
        count = np.asarray([rng.integers(-1, total + 2)], np.float32) if rng.random() < 0.5 else None
        order, form = rng.permutation(4), str(rng.choice(["boundaries", "upper-left", "center"]))
        width, height = (1, 1) if rng.random() < 0.5 else (12, 10)
        threshold = None if rng.random() < 0.5 else 0.3
        most = int(rng.integers(0, total + 1))
        fit = str(rng.choice(["stretch", "crop", "letterbox"]))
        photo = tuple(int(v) for v in rng.integers(1, 40, 2))
        edges = tensors.boxes(boxes, order=order.tolist(), form=form, width=width, height=height)
        edges = tensors.onto_photo(edges, photo, (10, 12), fit)
        expected = tensors.detections(
            edges, scores, classes, count, labels=("a", "b", "c"), top_k=most, threshold=threshold
        )
        found = np.zeros((64, 7), np.float32)
        kept = wrapper.probe_detect(
            pointer(boxes), pointer(order.astype(np.int32)), ["boundaries", "upper-left", "center"].index(form),
            ctypes.c_float(width), ctypes.c_float(height), total, pointer(scores), each,
            pointer(classes) if classes is not None else None, pointer(count) if count is not None else None,
            most or total, int(threshold is not None), ctypes.c_float(threshold or 0),
            ["stretch", "crop", "letterbox"].index(fit), *photo, pointer(found),
        )  # fmt: skip
        assert kept == len(expected)
        for answer, one in zip(found[:kept], expected, strict=True):
            box = np.asarray([one.box.left, one.box.top, one.box.right, one.box.bottom], np.float32)
            assert answer[:4].tobytes() == box.tobytes()
            assert (answer[4], answer[5]) == (one.index, np.float32(one.score))
            assert (chr(int(answer[6])) if answer[6] else "") == one.label
