"""Parts of loading that need no TensorFlow."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from edgeflow.convert import loading, sources
from edgeflow.errors import ConversionError, UsageError


def test_a_keras_2_file_without_tf_keras_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "old.keras", "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "2.15.0"}))
        archive.writestr("config.json", "{}")
    monkeypatch.setattr(loading.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConversionError, match="written by Keras 2") as caught:
        loading.load(sources.open_source(tmp_path / "old.keras"), tmp_path)
    assert "pip install 'edgeflow[legacy]'" in caught.value.hint


def test_a_kind_that_nothing_loads_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.1"}))
        archive.writestr("config.json", "{}")
    source = replace(sources.open_source(tmp_path / "m.keras"), kind="pickle")
    with pytest.raises(UsageError, match="no way to load a pickle"):
        loading.load(source, tmp_path)


def test_long_errors_are_cut_to_their_first_line() -> None:
    assert loading.short(ValueError("\n\n  first \nsecond")) == "first"
    assert loading.short(ValueError()) == "ValueError"
    assert len(loading.short(ValueError("x" * 5000))) == 201
