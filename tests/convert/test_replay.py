"""A conversion record makes its model again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeflow.errors import EdgeflowError, MismatchError, ModelError, UsageError
from edgeflow.pipeline.convert import convert
from edgeflow.pipeline.replay_conversion import replay_conversion

DATA = Path(__file__).parents[1] / "data"
pytestmark = pytest.mark.tensorflow


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record of a quantized `.tflite`, its source and samples beside it under relative paths."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(DATA / "mixed_float32.tflite", "float.tflite")
    np.save("images.npy", np.random.default_rng(0).uniform(-1, 1, (20, 12, 12, 2)))
    convert(
        "float.tflite", quantize="int8", keep_float=["SOFTMAX"], representative_data="images.npy", output="m.tflite"
    )
    return tmp_path / "m.tflite.edgeflow.json"


def test_the_same_bytes_come_out_from_another_folder(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    done = replay_conversion(made, output="again.tflite")
    assert (done.identical, done.reasons) == (True, ())
    assert Path("again.tflite").read_bytes() == (tmp_path / "m.tflite").read_bytes()
    assert json.loads(Path("again.tflite.edgeflow.json").read_text())["options"]["recipe"]["keep_float"] == ["SOFTMAX"]
    (tmp_path / "m.tflite").unlink()
    assert replay_conversion(made).conversion.path == tmp_path / "m.tflite"


def test_a_keras_model_with_calibration_gives_the_same_bytes(keras_sources: Path, tmp_path: Path) -> None:
    convert(
        keras_sources / "cnn.keras",
        representative_data=keras_sources / "pixels.npz",
        max_samples=40,
        io_type="uint8",
        converter={"exclude_conversion_metadata": True},
        output=tmp_path / "m.tflite",
    )
    assert replay_conversion(tmp_path / "m.tflite.edgeflow.json").identical


def test_other_bytes_are_told_with_what_changed_and_overwrite_nothing(made: Path, tmp_path: Path) -> None:
    told = json.loads(made.read_text())
    told["model"]["sha256"] = "0" * 64
    told["versions"]["ai-edge-litert"] = "1.0"
    made.write_text(json.dumps(told))
    done = replay_conversion(made, output=tmp_path / "again.tflite")
    assert not done.identical
    assert [reason.split(",")[0] for reason in done.reasons] == ["ai-edge-litert was 1.0"]
    assert "not the recorded bytes" in done.conversion.warnings[-1]
    (tmp_path / "m.tflite").write_bytes(b"precious")
    with pytest.raises(MismatchError, match="the file was kept"):
        replay_conversion(made)
    assert (tmp_path / "m.tflite").read_bytes() == b"precious"


def _change_source(folder: Path, told: dict[str, Any]) -> None:
    (folder / "float.tflite").write_bytes((DATA / "sine_float32.tflite").read_bytes())


def _lose_source(folder: Path, told: dict[str, Any]) -> None:
    (folder / "float.tflite").unlink()


def _lose_samples(folder: Path, told: dict[str, Any]) -> None:
    (folder / "images.npy").unlink()


def _from_memory(folder: Path, told: dict[str, Any]) -> None:
    told["calibration"]["source"] = "representative data"


def _unknown_key(folder: Path, told: dict[str, Any]) -> None:
    told["options"]["recipe"]["colour"] = "red"


def _no_recipe(folder: Path, told: dict[str, Any]) -> None:
    told["options"]["recipe"] = None


def _other_schema(folder: Path, told: dict[str, Any]) -> None:
    told["schema"] = "edgeflow.conversion/9"


@pytest.mark.parametrize(
    ("damage", "error", "said"),
    [
        (_change_source, ModelError, "is not the source any more"),
        (_lose_source, ModelError, "its source .*float.tflite is not there"),
        (_lose_samples, ModelError, "its representative data .* is not there"),
        (_from_memory, UsageError, "calibrated with data from memory"),
        (_unknown_key, ModelError, "its recipe is not what this edgeflow knows"),
        (_no_recipe, ModelError, "not a conversion record that can be replayed"),
        (_other_schema, ModelError, "not a conversion record that can be replayed"),
    ],
)
def test_a_record_that_cannot_be_followed_says_why(
    made: Path, tmp_path: Path, damage: Any, error: type[EdgeflowError], said: str
) -> None:
    told = json.loads(made.read_text())
    damage(tmp_path, told)
    made.write_text(json.dumps(told))
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(error, match=said) as caught:
        replay_conversion(made, output=tmp_path / "again.tflite")
    assert caught.value.hint
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"[" * 100_000, b"\xff"])
def test_what_is_no_record_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "r.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"r\.json"):
        replay_conversion(tmp_path / "r.json")
