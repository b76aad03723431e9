"""Small `.tflite` models made by hand, and test data for the models in tests/data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

DATA = Path(__file__).parents[1] / "data"


def changed(path: Path, into: Path, change: Callable[[Any], None]) -> Path:
    """A copy of a model after `change` to its object form."""
    model = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
    change(model)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    into.write_bytes(bytes(builder.Output()))
    return into


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Forty smooth pictures for resnet8 with class numbers `y`."""
    rng = np.random.default_rng(3)
    coarse = rng.uniform(0, 1, (40, 4, 4, 3)).repeat(8, 1).repeat(8, 2).astype(np.float32)
    np.savez(tmp_path / "images.npz", image=coarse, y=rng.integers(0, 10, 40))
    return tmp_path / "images.npz"
