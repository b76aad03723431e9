"""The halves of a wrapper as they go to a device."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from edgeflow.bench.wrapper import wrapper_package
from edgeflow.generate.project import Project, load_project
from edgeflow.model.read import load_model

DATA = Path(__file__).parents[1] / "data"
PHOTO = """schema = 1
[pre.0]
kind = "image"
fit = "crop"
mean = [127.5]
std = [127.5]
[post.0]
kind = "classes"
activation = "softmax"
"""


@pytest.fixture
def photo(tmp_path: Path) -> Project:
    path = tmp_path / "edgeflow.toml"
    path.write_text(PHOTO)
    return load_project(path)


def test_the_same_model_gives_the_same_bytes_without_itself(photo: Project) -> None:
    model = load_model(DATA / "vww_int8.tflite")
    first, again = (wrapper_package(model, "serving_default", photo) for _ in range(2))
    assert first == again and first.described
    assert "an image of 640 × 480 pixels, uint8" in first.given
    with zipfile.ZipFile(io.BytesIO(first.library.content)) as archive:
        names = archive.namelist()
        assert "edgeflow_wrapper/wrapper.py" in names and not any(name.endswith(".tflite") for name in names)
        told = json.loads(archive.read("wrapper.json"))
        with np.load(io.BytesIO(archive.read("values.npz"))) as values:
            assert values["0"].shape == (480, 640, 3)
    assert told["class"] == "EdgeflowWrapper" and told["method"] == "run"


def test_a_model_that_nothing_describes_says_so() -> None:
    found = wrapper_package(load_model(DATA / "sine_int8.tflite"), "serving_default", None)
    assert not found.described and "float32 [1, 1]" in found.given
