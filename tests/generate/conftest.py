"""Fixtures of the generator's tests."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from edgeflow.model.read import load_model
from edgeflow.model.types import Model

sys.path.insert(0, str(Path(__file__).parent))  # litert_models, which these tests import

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def data() -> Path:
    """The folder of the project's own test models."""
    return DATA


@pytest.fixture
def renamed(tmp_path: Path) -> Callable[..., Path]:
    """Make a copy of a test model under another file name."""

    def copy(name: str, model: str = "two_signatures_float32.tflite") -> Path:
        folder = tmp_path / "renamed"
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.write_bytes((DATA / model).read_bytes())
        return path

    return copy


@pytest.fixture
def small() -> Model:
    """The smallest test model, read."""
    return load_model(DATA / "two_signatures_float32.tflite")


@pytest.fixture(scope="session")
def drivers(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The interpreter compiled for this machine with sanitizers: what an ahead-of-time build is held against."""
    from tests.runtime import host_build

    return [host_build.build("driver.c", "checked", tmp_path_factory)]
