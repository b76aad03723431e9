"""`convert --replay`: make a model again from its conversion record, and say whether it is the same."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from edgeflow.convert import record as records
from edgeflow.convert import worker as workers
from edgeflow.convert.options import ConverterOptions
from edgeflow.convert.recipes import Recipe
from edgeflow.convert.sources import open_source
from edgeflow.convert.types import Conversion, Reading, Scaling
from edgeflow.errors import MismatchError, ModelError, UsageError
from edgeflow.pipeline.convert import convert
from edgeflow.progress import Progress, silent

_LIMIT = 64 * 1024 * 1024  # bytes; no record is longer
T = TypeVar("T")


@dataclass(frozen=True)
class Replayed:
    """The model made again; `identical` to the recorded one or not, with what is different in its making."""

    conversion: Conversion
    identical: bool
    reasons: tuple[str, ...]


def replay_conversion(
    record: Path | str,
    *,
    output: Path | str | None = None,
    timeout_s: float = 600.0,
    worker: workers.Worker | None = None,
    progress: Progress = silent,
) -> Replayed:
    """Convert again as `record` tells; without `output` to the file that the record lies beside.

    Paths in the record are taken from the current folder, else from the record's own. Raises ModelError where record
    or source are damaged or not there, UsageError where the model was made from an object in memory, MismatchError
    where other bytes come out than those that stand in the default place, which are then kept.
    """
    where = Path(record)
    told = _read(where)
    options, source = told["options"], told["source"]
    reading = _build(Reading, options["reading"], where)
    path = _find(source["path"], where, "source")
    if (now := open_source(path, reading).sha256) != source["sha256"]:
        raise ModelError(
            f"{path}: is not the source any more: SHA-256 {now[:12]}…, recorded {source['sha256'][:12]}…",
            "bring the file back that the model was made from",
        )
    recipe, data = _build(Recipe, options["recipe"], where), _data(told, where)
    target = Path(output) if output is not None else where.with_name(where.name.removesuffix(".edgeflow.json"))
    if target.suffix != ".tflite" or not target.parent.is_dir():
        raise UsageError(f"{target}: not a .tflite in a folder that is there", "name the file with -o M.tflite")
    with tempfile.TemporaryDirectory(prefix="edgeflow-") as scratch:
        made = convert(
            path,
            quantize=recipe,
            representative_data=data,
            max_samples=options["max_samples"],
            scaling=_build(Scaling, options["scaling"], where) if options["scaling"] else None,
            output=Path(scratch) / target.name,
            **{f.name: getattr(reading, f.name) for f in fields(reading) if f.name != "input_shapes"},
            input_shapes=dict(reading.input_shapes),
            converter=_build(ConverterOptions, options["converter"], where),
            metadata=_find(options["metadata"], where, "metadata") if options["metadata"] else None,
            associate=[_find(item, where, "associated file") for item in options["associate"]],
            timeout_s=timeout_s,
            worker=worker,
            progress=progress,
        )
        content = made.path.read_bytes()
    same = made.sha256 == told["model"]["sha256"]
    reasons = () if same else _differences(told, made)
    if output is None and target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() != made.sha256:
        raise MismatchError(f"{target}: other bytes came out, the file was kept", "name another file with -o", reasons)
    warnings = (*made.warnings, *(() if same else (f"not the recorded bytes: {'; '.join(reasons)}",)))
    made = replace(made, path=target, record=records.record_path(target), warnings=warnings)
    try:
        records.write_together({target: content, made.record: records.record_bytes(made)})
    except OSError as error:
        raise ModelError(f"{target}: cannot be written: {error.strerror or error}", "choose another -o") from None
    return Replayed(made, same, reasons)


def _read(where: Path) -> dict[str, Any]:
    try:
        if where.stat().st_size > _LIMIT:
            raise ModelError(f"{where}: too long for a conversion record", "name M.tflite.edgeflow.json")
        told = json.loads(where.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{where}: cannot be read: {error.strerror}", "name M.tflite.edgeflow.json") from None
    except (ValueError, RecursionError):
        raise ModelError(f"{where}: not a whole conversion record", "name M.tflite.edgeflow.json") from None
    wanted: dict[str, tuple[str, ...]] = {
        "options": ("recipe", "reading", "converter", "scaling", "metadata", "associate", "max_samples")
    }
    wanted |= {"source": ("path", "sha256"), "model": ("sha256",), "versions": ()}
    whole = isinstance(told, dict) and all(
        isinstance(told.get(key), dict) and all(name in told[key] for name in names) for key, names in wanted.items()
    )
    if not whole or told.get("schema") != records.SCHEMA or not told["options"]["recipe"]:
        raise ModelError(f"{where}: not a conversion record that can be replayed", "convert the source anew")
    return dict(told)


def _build(kind: type[T], given: Any, where: Path) -> T:
    def tuples(value: Any) -> Any:
        return tuple(map(tuples, value)) if isinstance(value, list) else value

    try:
        return kind(**{name: tuples(value) for name, value in given.items()})
    except (TypeError, AttributeError):
        raise ModelError(
            f"{where}: its {kind.__name__.lower()} is not what this edgeflow knows", "convert the source anew"
        ) from None


def _find(path: str, where: Path, what: str) -> Path:
    for place in (Path(path), where.parent / path):
        if place.exists():
            return place
    raise ModelError(
        f"{where}: its {what} {path} is not there",
        "run this in the folder where it was made; a model made from an object in memory cannot be made again",
    )


def _data(told: Mapping[str, Any], where: Path) -> str | None:
    calibration = told.get("calibration")
    if not calibration:
        return None
    place = str(calibration["source"])
    if place == "representative data":
        if told["options"]["recipe"]["needs_calibration"]:
            raise UsageError(f"{where}: calibrated with data from memory", "convert it with data from a file")
        return None
    return place if ":" in place and not Path(place).exists() else str(_find(place, where, "representative data"))


def _differences(told: Mapping[str, Any], made: Conversion) -> tuple[str, ...]:
    before, now = told["versions"], made.versions
    found = [
        f"{name} was {before.get(name, 'absent')}, is {now.get(name, 'absent')}"
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    ]
    was = (told.get("calibration") or {}).get("sha256")
    if was != (made.calibration.sha256 if made.calibration else None):
        found.append("the calibration samples are others")
    return tuple(found) or ("the versions are the same: TensorFlow does not give the same bytes for this model",)
