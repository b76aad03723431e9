"""Representative data from files: arrays, CSV, folders of images or WAV sound, and the user's own function."""

from __future__ import annotations

import csv
import importlib
import importlib.util
import math
import os
import re
import sys
import wave
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeflow.convert.types import Port, Scaling, SourceSignature
from edgeflow.errors import ConversionError, EdgeflowError, ModelError, UsageError

Array = npt.NDArray[Any]
FORMS = "an .npz, .npy or .csv file, a folder of images or WAV files, or MODULE:FUNCTION"
IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".ppm", ".pgm", ".tif", ".tiff")
_PIXELS = Scaling((0.0,), (255.0,))
_SOUND = Scaling((0.0,), (1.0,))
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_CSV_LIMIT = 1 << 30  # bytes


@dataclass(frozen=True)
class Read:
    """What a place holds, as `calibration.collect` takes it; `available` counts the files where some were left out."""

    data: Any
    available: int | None = None
    remarks: tuple[str, ...] = ()


def read(place: str | os.PathLike[str], signature: SourceSignature, max_samples: int, scaling: Scaling | None) -> Read:
    """Read representative data; of a folder at most `max_samples` files, evenly spaced.

    Pixels (0…255) become (value - mean) / std by `scaling`, into 0…1 without it; sound (-1…1) stays without it.
    Integer inputs take pixels as they are. Raises ModelError for what cannot be read, UsageError for what does not go
    with the input.
    """
    where = Path(place)
    if where.is_dir():
        return _folder(where, signature, max_samples, scaling)
    if scaling is not None:
        raise UsageError(f"{place}: --mean and --std are for images and sound", "leave them out")
    if where.suffix.lower() == ".csv" and where.is_file():
        return Read(_table(where, _one_input(where, signature)))
    if re.fullmatch(r"[\w.]+:\w+", str(place)) and not where.exists():
        return Read(_called(str(place)))
    return Read(load_data(where))


def load_data(path: str | os.PathLike[str]) -> Array | dict[str, Array]:
    """Read `.npy` or `.npz`; ModelError where it is missing, damaged or holds Python objects."""
    where, hint = Path(path), "write it with numpy.save or numpy.savez"
    if not where.is_file():
        raise ModelError(f"{where}: no such file", f"give {FORMS}")
    try:
        content = np.load(where, allow_pickle=False)
        if isinstance(content, np.ndarray):
            return content
        with content as archive:
            return {key: archive[key] for key in archive.files}
    except MemoryError:
        raise ModelError(f"{where}: an array in it does not fit in memory", hint) from None
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile, zlib.error, SyntaxError, TypeError):
        raise ModelError(f"{where}: not a whole .npy or .npz file of plain arrays", hint) from None


def _called(place: str) -> Any:
    name, _, function = place.partition(":")
    before = list(sys.path)
    sys.path.insert(0, str(Path.cwd()))
    try:
        return getattr(importlib.import_module(name), function)()
    except EdgeflowError:
        raise
    except Exception as error:
        first = (str(error).splitlines() or [""])[0][:200]
        raise UsageError(
            f"{place}: {type(error).__name__}: {first}", "the module must be importable, the function need no arguments"
        ) from None
    finally:
        sys.path[:] = before


def _one_input(where: Path, signature: SourceSignature) -> Port:
    if len(signature.inputs) != 1:
        raise UsageError(f"{where}: cannot feed {len(signature.inputs)} inputs", "give arrays by name in an .npz")
    return signature.inputs[0]


def _folder(where: Path, signature: SourceSignature, max_samples: int, scaling: Scaling | None) -> Read:
    port = _one_input(where, signature)
    files = sorted(path for path in where.rglob("*") if path.is_file() and not path.name.startswith("."))
    images = [path for path in files if path.suffix.lower() in IMAGES]
    sounds = [path for path in files if path.suffix.lower() == ".wav"]
    if images and sounds:
        raise UsageError(f"{where}: holds both images and WAV files", "give a folder with one kind")
    if not images and not sounds:
        raise ModelError(f"{where}: holds no image and no WAV file", f"give {FORMS}")
    found = images or sounds
    count = max(1, min(max_samples, len(found)))
    taken = [found[int(n)] for n in np.linspace(0, len(found) - 1, count).round()]
    left = [f"{where}: left out {len(files) - len(found)} files of other kinds"] if len(files) > len(found) else []
    if images:
        rows, remarks = _pictures(taken, port, scaling)
    else:
        rows, remarks = _sounds(taken, port, scaling)
    return Read(np.stack(rows), len(found), (*left, *remarks))


def _pictures(paths: list[Path], port: Port, scaling: Scaling | None) -> tuple[list[Array], list[str]]:
    sizes = port.shape[1:]
    if len(port.shape) != 4 or sizes[2] not in _MODES or min(sizes) < 1:
        raise UsageError(
            f"{paths[0].parent}: images cannot feed {port}", "the input must be [batch, height, width, 1, 3 or 4]"
        )
    if importlib.util.find_spec("PIL") is None:
        raise ConversionError("images need Pillow, which is not installed", "pip install 'edgeflow[images]'")
    from PIL import Image, ImageOps

    height, width, channels = sizes
    whole = port.dtype in ("uint8", "int8", "int16", "int32")
    if whole and scaling is not None:
        raise UsageError(f"input {port} takes whole numbers: pixels as they are", "leave --mean and --std out")
    rows = []
    for path in paths:
        try:
            with Image.open(path) as image:
                upright = ImageOps.exif_transpose(image).convert(_MODES[channels])
                small = upright.resize((width, height), Image.Resampling.BILINEAR)
        except MemoryError:
            raise ModelError(f"{path}: too large", "make the image smaller") from None
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            raise ModelError(f"{path}: not a whole image", "remove it or save it again") from None
        pixels = np.asarray(small, np.uint8).reshape(height, width, channels)
        rows.append(pixels if whole else _scaled(pixels, scaling or _PIXELS, str(path.parent)))
    assumed = not whole and scaling is None
    return rows, ["pixels were scaled to 0…1: if the model takes others, say so with --mean and --std"] * assumed


def _scaled(values: Array, scaling: Scaling, origin: str) -> Array:
    mean, std = np.asarray(scaling.mean, np.float32), np.asarray(scaling.std, np.float32)
    if not np.isfinite(mean).all() or not np.isfinite(std).all() or (std == 0).any():
        raise UsageError(f"{origin}: mean and std must be numbers, std not 0", "correct them")
    if len(mean) not in (1, values.shape[-1]) or len(std) not in (1, values.shape[-1]):
        raise UsageError(
            f"{origin}: {max(len(mean), len(std))} means or stds for {values.shape[-1]} channels",
            "give one, or one each",
        )
    scaled: Array = ((values.astype(np.float32) - mean) / std).astype(np.float32)
    return scaled


def _sounds(paths: list[Path], port: Port, scaling: Scaling | None) -> tuple[list[Array], list[str]]:
    sizes = [n for n in port.shape[1:] if n != 1]
    if len(sizes) != 1 or sizes[0] < 1 or not port.dtype.startswith("float"):
        raise UsageError(
            f"{paths[0].parent}: sound cannot feed {port}",
            "the input must be float [batch, samples]; give features as an .npz",
        )
    rows, rates, short = [], set(), 0
    for path in paths:
        sound, rate = _wave(path)
        rates.add(rate)
        short += len(sound) < sizes[0]
        cut = np.zeros(sizes[0], np.float32)
        cut[: len(sound)] = sound[: sizes[0]]
        rows.append(_scaled(cut[:, None], scaling or _SOUND, str(path.parent)).reshape(port.shape[1:]))
    if len(rates) > 1:
        raise UsageError(
            f"{paths[0].parent}: sample rates differ: {', '.join(map(str, sorted(rates)))}", "give all files one rate"
        )
    return rows, [f"{short} of {len(paths)} sounds are shorter than the input: filled up with silence"] * bool(short)


def _wave(path: Path) -> tuple[Array, int]:
    """A WAV file's samples in -1…1, its channels averaged, and its rate."""
    try:
        with wave.open(str(path), "rb") as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            data = file.readframes(file.getnframes())
    except (wave.Error, EOFError, OSError, RuntimeError):
        raise ModelError(f"{path}: not a whole PCM WAV file", "save it as PCM WAV again") from None
    data = data[: len(data) // (width * channels) * width * channels]
    if width == 1:
        values = (np.frombuffer(data, np.uint8).astype(np.float32) - 128) / 128
    elif width == 3:
        padded = np.zeros((len(data) // 3, 4), np.uint8)
        padded[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
        values = padded.view("<i4")[:, 0].astype(np.float32) / 2**31
    else:
        values = np.frombuffer(data, f"<i{width}").astype(np.float32) / 2 ** (8 * width - 1)
    return values.reshape(-1, channels).mean(axis=1), rate


def _table(where: Path, port: Port) -> Array:
    """Rows of numbers, one sample each, in the input's order; a first line that is no numbers is a heading."""
    size = math.prod(port.shape[1:])
    if size < 1:
        raise UsageError(f"{where}: rows cannot feed {port}, whose size is free", "fix it with --input-shape")
    try:
        if where.stat().st_size > _CSV_LIMIT:
            raise ModelError(f"{where}: larger than 1 GiB", "give an .npy file")
        text = where.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise ModelError(f"{where}: not readable as UTF-8 text", "save it as UTF-8 CSV") from None
    mark = ";" if ";" in text.partition("\n")[0] else ","
    rows = []
    for number, row in enumerate(csv.reader(text.splitlines(), delimiter=mark), 1):
        if not "".join(row).strip():
            continue
        try:
            values = [float(cell) for cell in row]
        except ValueError:
            if number == 1:
                continue
            raise UsageError(f"{where}: line {number} holds what is no number", "correct or remove it") from None
        if len(values) != size:
            raise UsageError(f"{where}: line {number} has {len(values)} numbers, not {size}", f"expected {port}")
        rows.append(values)
    if not rows:
        raise UsageError(f"{where}: holds no samples", "give at least one, better 100 or more")
    return np.asarray(rows).reshape(len(rows), *port.shape[1:])
