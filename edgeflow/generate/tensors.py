"""Between an application's values and tensors: shapes, quantization, images, classes, boxes. Needs numpy alone.

The one statement of this arithmetic: generated Python packages carry this file, wrappers in other languages are held
against it. Where nothing else is said, each operation is one of float32, in the order written, rounded once (no fused
multiply-add), so that other languages can give the same bits:

- An input element becomes (x - mean) / divisor. For a tensor of integers divisor = float32(std * scale), the product
  in float64; the quotient is rounded, halves away from zero, the zero point added, the sum saturated. For other
  tensors divisor = std. A mean of 0 and a divisor of 1 change nothing.
- Resizing takes pixel centres at half: (i + 0.5) * (old / new), the ratio rounded to float32.
- gray = 0.299 * R + 0.587 * G + 0.114 * B, from the left.
- An edge on the picture of the model becomes one on the photo: (edge * size + start) / whole after a crop,
  (edge * whole - start) / size after a letterbox, size and start being those of the crop or of what the photo takes.
- An output integer becomes float32((q - zero_point) * scale), computed in float64.
- softmax, sigmoid and score calibration are computed in float64 and rounded to float32 at the end: exp differs
  between machines in its last bit, so another language may differ by the float32 next to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Tensor:
    """One input or output; -1 in `shape` is a free size. real = scale * (q - zero_point), along `axis` if several."""

    name: str
    index: int
    dtype: str
    shape: tuple[int, ...]
    scale: tuple[float, ...] = ()
    zero_point: tuple[int, ...] = ()
    axis: int = 0


@dataclass(frozen=True)
class Category:
    """One class; `label` is empty where the model's labels were not given."""

    index: int
    label: str
    score: float


@dataclass(frozen=True)
class Box:
    """Edges as parts of the photo that was given: 0 is its left or top, 1 its right or bottom; they may lie outside."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Detection:
    """One thing found; `label` is empty where the model's labels were not given."""

    box: Box
    index: int
    label: str
    score: float


@dataclass(frozen=True)
class Calibration:
    """How scores become comparable: (scale, slope, offset, least score) a class, None for those without.

    score' = scale / (1 + exp(-(slope * t(score) + offset))); t is `transform`: identity, log, or inverse-logistic
    log(s / (1 - s)). A class without parameters or below its least score gets `default`.
    """

    transform: str
    default: float
    rows: tuple[tuple[float, float, float, float | None] | None, ...]


@dataclass(frozen=True, eq=False)
class Classes:
    """Scores of all classes in `values`, and in `top` the best first, as many as asked for."""

    values: NDArray[np.float32]
    top: tuple[Category, ...]


def checked(array: NDArray[Any], tensor: Tensor) -> NDArray[Any]:
    """The array if it has the tensor's dtype and shape; else TypeError or ValueError."""
    if array.dtype != np.dtype(tensor.dtype):
        raise TypeError(f"{tensor.name!r} takes {tensor.dtype}, not {array.dtype}")
    fixed = tuple(-1 if wanted == -1 else size for size, wanted in zip(array.shape, tensor.shape))
    if array.ndim != len(tensor.shape) or fixed != tensor.shape:
        raise ValueError(f"{tensor.name!r} takes the shape {tensor.shape}, not {array.shape}")
    return np.ascontiguousarray(array) if array.ndim else array


def prepare(
    value: ArrayLike, tensor: Tensor, mean: tuple[float, ...] = (), std: tuple[float, ...] = ()
) -> NDArray[Any]:
    """A value as the tensor: real numbers are normalized and quantized, the tensor's own dtype goes in as it is.

    With `mean` or `std` every value is a real number and becomes (x - mean) / divisor. A missing batch of one is added.
    """
    array = np.asarray(value)
    if array.ndim + 1 == len(tensor.shape) and tensor.shape[0] in (1, -1):
        array = array[np.newaxis]
    wanted = np.dtype(tensor.dtype)
    if array.dtype.kind not in "fiub" and array.dtype != wanted:
        raise TypeError(f"{tensor.name!r} takes numbers, not {array.dtype}")
    if mean or std:
        array = affine(array.astype(np.float32), tensor, mean, std) if wanted.kind in "fiu" else array
    if array.dtype != wanted:
        array = _converted(array, tensor, wanted)
    return checked(array, tensor)


def prepare_image(
    value: ArrayLike,
    tensor: Tensor,
    *,
    resize: str,
    colour: str,
    fit: str = "stretch",
    mean: tuple[float, ...] = (),
    std: tuple[float, ...] = (),
) -> NDArray[Any]:
    """An image [height, width, 3], or [height, width] for gray, of any size as the tensor [1, height, width, C].

    Pixels are uint8 or real numbers in RGB order. They are put into the tensor's order, fitted and resized to its size
    and become (x - mean) / divisor. `fit` is stretch, crop (the middle of the tensor's proportions) or letterbox (all
    of the image in the middle, black around it).
    """
    image = np.asarray(value)
    if image.ndim == 4 and image.shape[0] == 1:
        image = image[0]
    if image.ndim == 2:
        image = image[:, :, np.newaxis]
    if image.ndim != 3 or image.shape[2] not in (1, 3) or 0 in image.shape:
        raise ValueError(f"{tensor.name!r} takes an image [height, width, 3] or [height, width], not {image.shape}")
    if image.dtype != np.uint8 and image.dtype.kind != "f":
        raise TypeError(f"{tensor.name!r} takes uint8 or floating-point pixels, not {image.dtype}")
    height, width = tensor.shape[1:3]
    if fit == "crop":
        top, left, rows, columns = crop(image.shape[0], image.shape[1], height, width)
        image = image[top : top + rows, left : left + columns]
    if colour == "gray" and image.shape[2] == 3:
        image = _gray(image.astype(np.float32))
    elif colour != "gray" and image.shape[2] == 1:
        image = np.repeat(image, 3, axis=2)
    if colour == "bgr":
        image = image[:, :, ::-1]
    top, left, rows, columns = 0, 0, height, width
    if fit == "letterbox":
        top, left, rows, columns = letterbox(image.shape[0], image.shape[1], height, width)
    if resize == "nearest":
        image = _nearest(image, rows, columns)
    else:
        image = _bilinear(image.astype(np.float32), rows, columns)
    if (rows, columns) != (height, width):
        picture = np.zeros((height, width, image.shape[2]), image.dtype)
        picture[top : top + rows, left : left + columns] = image
        image = picture
    if image.dtype == np.uint8:  # whole pixels: one look-up each gives the same bits
        table = pixel_table(tensor, mean, std)
        return checked(table[np.arange(image.shape[2]), image][np.newaxis], tensor)
    return checked(affine(image[np.newaxis].astype(np.float32), tensor, mean, std), tensor)


def photo_size(value: ArrayLike) -> tuple[int, int]:
    """Height and width of an image that `prepare_image` takes."""
    shape = np.shape(value)
    height, width = shape[1:3] if len(shape) == 4 else shape[:2]
    return height, width


def onto_photo(
    edges: NDArray[np.float32], photo: tuple[int, int], picture: tuple[int, int], fit: str
) -> NDArray[np.float32]:
    """Boxes [..., 4] (left, top, right, bottom) in parts of the model's picture as parts of the photo.

    `photo` and `picture` are heights and widths; `fit` is how the photo became the picture.
    """
    if fit == "stretch":
        return edges
    top, left, rows, columns = (crop if fit == "crop" else letterbox)(*photo, *picture)
    start, size = np.asarray([left, top] * 2, np.float32), np.asarray([columns, rows] * 2, np.float32)
    whole = np.asarray(photo[::-1] * 2 if fit == "crop" else picture[::-1] * 2, np.float32)
    mapped: NDArray[np.float32] = (edges * size + start) / whole if fit == "crop" else (edges * whole - start) / size
    return mapped


def crop(height: int, width: int, new_height: int, new_width: int) -> tuple[int, int, int, int]:
    """Top, left, height and width of the middle of an image that has the new proportions; whole numbers all the way."""
    if width * new_height > height * new_width:
        columns = max(1, (2 * height * new_width + new_height) // (2 * new_height))
        return 0, (width - columns) // 2, height, columns
    rows = max(1, (2 * width * new_height + new_width) // (2 * new_width))
    return (height - rows) // 2, 0, rows, width


def letterbox(height: int, width: int, new_height: int, new_width: int) -> tuple[int, int, int, int]:
    """Top, left, height and width that the whole image takes within the new size; whole numbers all the way."""
    if width * new_height > height * new_width:
        rows = max(1, (2 * height * new_width + width) // (2 * width))
        return (new_height - rows) // 2, 0, rows, new_width
    columns = max(1, (2 * width * new_height + height) // (2 * height))
    return 0, (new_width - columns) // 2, new_height, columns


def affine(
    real: NDArray[np.float32], tensor: Tensor, mean: tuple[float, ...] = (), std: tuple[float, ...] = ()
) -> NDArray[Any]:
    """(x - mean) / divisor as the tensor's dtype; ValueError when not a number is to be an integer."""
    wanted = np.dtype(tensor.dtype)
    whole = wanted.kind in "iu"
    if whole and np.isnan(real).any():
        raise ValueError(f"{tensor.name!r}: not a number among the values")
    divisor = divisors(tensor, std)
    with np.errstate(over="ignore"):
        steps = real - np.asarray(mean, np.float32) if mean else real
        steps = steps / divisor if divisor.size else steps
    if not whole:
        return steps.astype(wanted)
    zero_point = _along(np.asarray(tensor.zero_point or (0,), np.float64), tensor)
    return _saturated(steps.astype(np.float64), wanted, zero_point)


def divisors(tensor: Tensor, std: tuple[float, ...] = ()) -> NDArray[np.float32]:
    """What elements are divided by, so that it goes with their last dimensions; empty for nothing."""
    if np.dtype(tensor.dtype).kind not in "iu" or not tensor.scale:
        return np.asarray(std, np.float32)
    product: NDArray[Any] = np.asarray(std or (1.0,), np.float64) * _along(np.asarray(tensor.scale, np.float64), tensor)
    return product.astype(np.float32)


def pixel_table(tensor: Tensor, mean: tuple[float, ...] = (), std: tuple[float, ...] = ()) -> NDArray[Any]:
    """What each of the 256 values of a pixel becomes, a row a channel: [channels, 256]."""
    channels = tensor.shape[-1]
    levels = np.arange(256, dtype=np.float32)[:, np.newaxis].repeat(channels, axis=1)
    whole = Tensor(tensor.name, 0, tensor.dtype, (256, channels), tensor.scale, tensor.zero_point, 1)
    table: NDArray[Any] = np.ascontiguousarray(affine(levels, whole, mean, std).T)
    return table


def quantize(real: NDArray[np.float32], tensor: Tensor) -> NDArray[Any]:
    """Real numbers in the tensor's integers: divided in float32, halves rounded away from zero, saturated."""
    return affine(real, tensor)


def dequantize(raw: NDArray[Any], tensor: Tensor) -> NDArray[np.float32]:
    """The tensor's integers as real numbers."""
    scale = _along(np.asarray(tensor.scale, np.float64), tensor)
    zero_point = _along(np.asarray(tensor.zero_point, np.float64), tensor)
    real: NDArray[np.float32] = ((raw.astype(np.float64) - zero_point) * scale).astype(np.float32)
    return real


def values(raw: NDArray[Any], tensor: Tensor, activation: str) -> NDArray[np.float32]:
    """An output as real numbers, with softmax over its last dimension or sigmoid where asked for."""
    real: Any = dequantize(raw, tensor) if tensor.scale else raw.astype(np.float32)
    if activation == "softmax":
        raised: NDArray[Any] = np.exp(real.astype(np.float64) - real.max(axis=-1, keepdims=True))
        real = raised / raised.sum(axis=-1, keepdims=True)
    elif activation == "sigmoid":
        real = _sigmoid(real.astype(np.float64))
    result: NDArray[np.float32] = real.astype(np.float32)
    return result


def calibrated(scores: NDArray[np.float32], calibration: Calibration) -> NDArray[np.float32]:
    """Scores of all classes, in their last dimension, by their calibration."""
    real = scores.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        if calibration.transform == "log":
            real = np.log(real)
        elif calibration.transform == "inverse-logistic":
            real = np.log(real / (1 - real))
    found = np.full(scores.shape, calibration.default, np.float64)
    for number, row in enumerate(calibration.rows):
        if row is not None:
            scale, slope, offset, least = row
            score = scale * _sigmoid(slope * real[..., number] + offset)
            taken = ~np.isnan(score) if least is None else scores[..., number] >= np.float32(least)
            found[..., number] = np.where(taken, score, calibration.default)
    result: NDArray[np.float32] = found.astype(np.float32)
    return result


def classes(scores: NDArray[np.float32], *, labels: Sequence[str], top_k: int, threshold: float | None) -> Classes:
    """Scores, and the best `top_k` (0: all) of at least `threshold`, best first, the lower index first of equals."""
    flat = scores.reshape(-1)
    order = np.argsort(-flat, kind="stable")[: top_k or None]
    found = [Category(int(i), labels[i] if labels else "", float(flat[i])) for i in order]
    return Classes(flat, tuple(c for c in found if threshold is None or c.score >= threshold))


def named(values: NDArray[Any], labels: Sequence[str]) -> tuple[str, ...]:
    """The label of each value, in order; empty for a value without one."""
    return tuple(_label(float(value), labels) for value in values.reshape(-1))


def boxes(
    values: NDArray[np.float32], *, order: Sequence[int], form: str, width: float = 1, height: float = 1
) -> NDArray[np.float32]:
    """Boxes [..., 4] as left, top, right, bottom, in parts of the picture.

    `order` says at which place of four stand left, top, right, bottom (`form` boundaries), left, top, width, height
    (upper-left), or the centre's x and y, width, height (center). `width` and `height` divide pixels.
    """
    first, second, third, fourth = (values[..., place] for place in order)
    if form == "upper-left":
        third, fourth = first + third, second + fourth
    elif form == "center":
        half_width, half_height = third / np.float32(2), fourth / np.float32(2)
        first, third = first - half_width, first + half_width
        second, fourth = second - half_height, second + half_height
    stacked: NDArray[np.float32] = np.stack([first, second, third, fourth], axis=-1)
    sizes: NDArray[np.float32] = np.asarray([width, height, width, height], np.float32)
    result: NDArray[np.float32] = stacked / sizes
    return result


def detections(
    edges: NDArray[np.float32],
    scores: NDArray[np.float32],
    classes: NDArray[np.float32] | None,
    count: NDArray[np.float32] | None,
    *,
    labels: Sequence[str],
    top_k: int,
    threshold: float | None,
) -> tuple[Detection, ...]:
    """Boxes [N, 4] (left, top, right, bottom) with scores [N] or [N, classes], the best first.

    With one score a box, `classes` [N] are their indices (0 without); with several, the best class is taken, the lower
    index of equals. `count` [1] says how many of the N are there, `top_k` how many to give at most (0: all).
    """
    corners = edges.reshape(-1, 4)
    total = corners.shape[0]
    table = scores.reshape(total, -1) if total else scores.reshape(0, 1)
    if table.shape[1] > 1:
        indices, best = table.argmax(axis=1).astype(np.float32), table.max(axis=1)
    else:
        best = table[:, 0]
        indices = np.zeros(total, np.float32) if classes is None else classes.reshape(-1).astype(np.float32)
    if count is not None:
        total = min(total, max(0, int(count.reshape(-1)[0])))
    order = np.argsort(-best[:total], kind="stable")
    kept = [i for i in order if threshold is None or best[i] >= np.float32(threshold)][: top_k or None]
    return tuple(
        Detection(
            Box(*(float(edge) for edge in corners[i])), int(indices[i]), _label(indices[i], labels), float(best[i])
        )
        for i in kept
    )


def _label(value: float, labels: Sequence[str]) -> str:
    return labels[int(value)] if 0 <= value < len(labels) and value == int(value) else ""


def _sigmoid(real: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(over="ignore"):
        result: NDArray[np.float64] = 1 / (1 + np.exp(-real))
    return result


def _converted(array: NDArray[Any], tensor: Tensor, wanted: np.dtype[Any]) -> NDArray[Any]:
    """Another dtype into the tensor's where that has one meaning."""
    if array.dtype.kind == "f" and tensor.scale:
        return quantize(array.astype(np.float32), tensor)
    if wanted.kind == "f" and array.dtype.kind in "fiub":
        return array.astype(wanted)
    if wanted.kind in "iu" and array.dtype.kind in "iub" and not tensor.scale:
        limits = np.iinfo(wanted)
        if array.size and (int(array.min()) < limits.min or int(array.max()) > limits.max):
            raise ValueError(f"{tensor.name!r} takes {wanted}: {limits.min} to {limits.max}")
        return array.astype(wanted)
    real = " or floating-point values to quantize" if tensor.scale else ""
    raise TypeError(f"{tensor.name!r} takes {wanted}{real}, not {array.dtype}")


def _saturated(real: NDArray[np.float64], wanted: np.dtype[Any], zero_point: Any = 0) -> NDArray[Any]:
    limits = np.iinfo(wanted)
    rounded = np.trunc(real + np.copysign(0.5, real)) + zero_point
    result: NDArray[Any] = np.clip(rounded, limits.min, limits.max).astype(wanted)
    return result


def _gray(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Luma of ITU-R BT.601."""
    red, green, blue = (image[:, :, channel] for channel in range(3))
    luma: NDArray[np.float32] = red * np.float32(0.299) + green * np.float32(0.587) + blue * np.float32(0.114)
    return luma.reshape(*luma.shape, 1)


def _along(parameters: NDArray[Any], tensor: Tensor) -> NDArray[Any]:
    """One parameter for all, or one a slice along the tensor's axis."""
    if parameters.size == 1:
        return parameters.reshape(())
    return parameters.reshape([-1 if axis == tensor.axis else 1 for axis in range(len(tensor.shape))])


def _nearest(image: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Pixel centres at half, as RESIZE_NEAREST_NEIGHBOR with half_pixel_centers."""
    rows, columns = (
        np.minimum(np.floor((np.arange(new, dtype=np.float32) + np.float32(0.5)) * np.float32(old / new)), old - 1)
        for old, new in ((image.shape[0], height), (image.shape[1], width))
    )
    picked: NDArray[Any] = image[rows.astype(np.intp)][:, columns.astype(np.intp)]
    return picked


def _bilinear(image: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Pixel centres at half, as RESIZE_BILINEAR with half_pixel_centers; shrinking does not average."""
    top, bottom, down = _neighbours(image.shape[0], height)
    left, right, across = _neighbours(image.shape[1], width)
    down, across = down[:, np.newaxis, np.newaxis], across[np.newaxis, :, np.newaxis]
    upper, lower = image[top], image[bottom]
    mixed: NDArray[np.float32] = (
        upper[:, left] * (1 - down) * (1 - across)
        + lower[:, left] * down * (1 - across)
        + upper[:, right] * (1 - down) * across
        + lower[:, right] * down * across
    )
    return mixed


def _neighbours(old: int, new: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """For each new pixel the two old ones around its centre, and the second one's weight."""
    centre = (np.arange(new, dtype=np.float32) + np.float32(0.5)) * np.float32(old / new) - np.float32(0.5)
    first = np.maximum(np.floor(centre), 0).astype(np.intp)
    second = np.minimum(np.ceil(centre), old - 1).astype(np.intp)
    return first, second, (centre - first).astype(np.float32)
