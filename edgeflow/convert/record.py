"""The conversion as JSON: what `--json` prints and what lies beside the model, one and the same."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edgeflow.convert.types import Conversion, SignatureInfo, TensorInfo

SCHEMA = "edgeflow.conversion/1"


def record_path(model: Path) -> Path:
    """Where the record of `model` lies."""
    return model.with_name(model.name + ".edgeflow.json")


def to_json(conversion: Conversion) -> dict[str, Any]:
    """The whole conversion, JSON-ready; the schema stands in results/schemas/conversion.schema.json."""
    source, options, calibration = conversion.source, conversion.options, conversion.calibration
    return {
        "schema": SCHEMA,
        "created": conversion.created,
        "model": {"path": str(conversion.path), "sha256": conversion.sha256, "bytes": conversion.size},
        "record": str(conversion.record),
        "source": {
            "path": source.origin,
            "name": source.name,
            "kind": source.kind,
            "sha256": source.sha256,
            "bytes": source.bytes,
            "weight_bytes": conversion.weight_bytes,
        },
        "options": {
            "quantize": options.quantize,
            "max_samples": options.max_samples,
            "signature": options.signature,
            "tags": list(options.tags),
            "keep_batch": options.keep_batch,
            "unsafe_lambda": options.unsafe_lambda,
            "metadata": options.metadata,
            "associate": list(options.associate),
            "reading": _plain(asdict(options.reading)),
            "recipe": None if options.recipe is None else _plain(asdict(options.recipe)),
            "converter": _plain(asdict(options.converter)),
            "scaling": None if options.scaling is None else _plain(asdict(options.scaling)),
            "project": options.project,
        },
        "calibration": None
        if calibration is None
        else {
            "source": calibration.origin,
            "samples": calibration.samples,
            "available": calibration.available,
            "sha256": calibration.sha256,
        },
        "signatures": [_signature(info) for info in conversion.signatures],
        "operators": dict(conversion.operators),
        "checked": {
            "inputs": conversion.checked_on,
            "samples": conversion.checked_samples,
            "unchecked": conversion.unchecked,
        },
        "errors": [
            {
                "signature": error.signature,
                "output": error.difference.name,
                "elements": error.difference.elements,
                "max_abs": error.difference.max_abs,
                "mean_abs": error.difference.mean_abs,
                "cosine": error.difference.cosine,
                "max_lsb": error.difference.max_lsb,
                "top1_agreement": error.difference.top1,
                "probabilities": error.distribution,
            }
            for error in conversion.errors
        ],
        "warnings": list(conversion.warnings),
        "versions": dict(conversion.versions),
    }


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write several files so that each is whole or absent: all to temporary names first, then renamed in order."""
    parts = {path: path.with_name(f".{path.name}.{secrets.token_hex(4)}.part") for path in files}
    try:
        for path, content in files.items():
            with parts[path].open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for path, part in parts.items():
            part.replace(path)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def record_bytes(conversion: Conversion) -> bytes:
    """The record's file content."""
    text = json.dumps(to_json(conversion), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return text.encode("utf-8", "backslashreplace")  # a path that is no UTF-8 stays valid JSON


def _plain(value: Any) -> Any:
    """Tuples as the lists that JSON has."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value


def _signature(info: SignatureInfo) -> dict[str, Any]:
    return {
        "key": info.key,
        "inputs": [_tensor(end) for end in info.inputs],
        "outputs": [_tensor(end) for end in info.outputs],
    }


def _tensor(end: TensorInfo) -> dict[str, Any]:
    return {
        "name": end.name,
        "dtype": end.dtype,
        "shape": list(end.shape),
        "scale": end.scale,
        "zero_point": end.zero_point,
    }
