"""Golden trees of `edgeflow generate`: `python tests/generate/regenerate.py` writes them again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from edgeflow.pipeline.generate import generate

TESTS = Path(__file__).parents[1]
GOLDEN = TESTS / "golden/generate"
_SMALL = TESTS / "data/two_signatures_float32.tflite"
_COUNTER = TESTS / "data/counter_float32.tflite"
# made once by litert_models.thumbnail_model(); its edgeflow.toml and labels lie beside it
_THUMBNAIL = TESTS / "golden/models/thumbnail.tflite"

CASES: dict[str, dict[str, Any]] = {
    "c-array": {"model": _SMALL, "target": "pico", "name": "two_signatures"},
    "c-incbin": {"model": _SMALL, "target": "cortex-m4", "form": "incbin", "signature": "encode"},
    "python-image": {
        "model": _THUMBNAIL,
        "target": "raspberry-pi-zero-2w",
        "project": _THUMBNAIL.with_name("edgeflow.toml"),
    },
    "python-signatures": {"model": _COUNTER, "target": "raspberry-pi-armv7", "name": "counter"},
}


def write_case(name: str, output: Path) -> list[Path]:
    """Generate one case into an empty or new directory."""
    return generate(**CASES[name], output=output)


def main() -> None:
    """Replace all golden trees."""
    shutil.rmtree(GOLDEN, ignore_errors=True)
    for name in CASES:
        for path in write_case(name, GOLDEN / name):
            print(path.relative_to(TESTS))


if __name__ == "__main__":
    main()
