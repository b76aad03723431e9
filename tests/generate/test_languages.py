"""A new target is one TOML file and one folder of templates, in a folder of the user's or an installed package."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edgeflow.generate.languages import COPIED, load_languages
from edgeflow.targets.registry import load_targets

MODEL = Path(__file__).parents[1] / "data/sine_int8.tflite"
TARGET = """schema = 1
title = "A toaster"
family = "linux"
arch = "aarch64"
runtime = "litert"
kernels = "default"
languages = ["toast"]
source = "the toaster's manual"
"""
LANGUAGE = """schema = 1
title = "a slice of toast"
owns_directory = true
reads_values = true
golden = "vectors"
dtypes = ["INT8"]

[[copy]]
what = "model"
to = "slices/__symbol__.tflite"
"""
TEMPLATE = "{{ m.model_file | c_comment }} takes {{ m.entries[0].inputs[0].name | c_string }}\n"


def toaster(root: Path) -> Path:
    """A folder with one target and one language."""
    (root / "targets").mkdir(parents=True)
    (root / "templates/toast").mkdir(parents=True)
    (root / "targets/toaster.toml").write_text(TARGET)
    (root / "templates/toast/language.toml").write_text(LANGUAGE)
    (root / "templates/toast/__symbol__.txt.j2").write_text(TEMPLATE)
    return root


def edgeflow(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edgeflow", *map(str, words)]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120)


def test_a_folder_named_in_the_environment_brings_a_target_and_its_language(tmp_path: Path) -> None:
    root, out = toaster(tmp_path / "mine"), tmp_path / "out"
    done = edgeflow("generate", MODEL, "--target", "toaster", "-o", out, EDGEFLOW_PATH=str(root))
    assert done.returncode == 0, done.stderr
    assert (out / "sine_int8.txt").read_text().startswith("sine_int8.tflite takes ")
    assert (out / "slices/sine_int8.tflite").read_bytes() == MODEL.read_bytes()
    listed = edgeflow("targets", "list", EDGEFLOW_PATH=f"{tmp_path / 'missing'}{os.pathsep}{root}")
    assert "toaster" in listed.stdout and "raspberry-pi-4" in listed.stdout
    assert "toaster" not in edgeflow("targets", "list").stdout


def test_a_new_language_gets_golden_vectors(tmp_path: Path) -> None:
    root, out = toaster(tmp_path / "mine"), tmp_path / "out"
    np.savez(tmp_path / "x.npz", **{"0": np.float32([[1.0]])})
    words = ("generate", MODEL, "--target", "toaster", "--golden", tmp_path / "x.npz", "-o", out)
    done = edgeflow(*words, EDGEFLOW_PATH=str(root))
    assert done.returncode == 0, done.stderr
    assert '"schema": "edgeflow.golden/1"' in (out / "vectors/golden.json").read_text()


def test_an_installed_package_with_an_entry_point_brings_the_same_and_none_of_its_code_runs(tmp_path: Path) -> None:
    site = tmp_path / "site"
    toaster(site / "toaster_targets")
    (site / "toaster_targets/__init__.py").write_text("raise SystemExit('ran')\n")
    described = site / "toaster_targets-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: toaster-targets\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text("[edgeflow.data]\ntoaster = toaster_targets\n")
    done = edgeflow("generate", MODEL, "--target", "toaster", "-o", tmp_path / "out", PYTHONPATH=str(site))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out/sine_int8.txt").is_file()


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("targets/raspberry-pi-4.toml", TARGET, "another target has the same name"),
        ("templates/python/language.toml", LANGUAGE, "another language has the same name"),
        ("templates/toast/language.toml", LANGUAGE.replace("model", "modle"), "nothing to copy is called 'modle'"),
        ("templates/toast/language.toml", "schema = 2\ntitle = 'x'", "schema 2, expected 1"),
        ("templates/toast/language.toml", "schema = 1", "missing required field `title`"),
        ("templates/toast/language.toml", "schema = ", "Invalid value"),
    ],
)
def test_what_is_wrong_with_it_is_said_in_two_lines(path: str, content: str, said: str, tmp_path: Path) -> None:
    root = toaster(tmp_path / "mine")
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text(content)
    done = edgeflow("generate", MODEL, "--target", "toaster", "-o", tmp_path / "out", EDGEFLOW_PATH=str(root))
    assert done.returncode in (1, 2) and said in done.stderr and len(done.stderr.splitlines()) == 2
    assert not (tmp_path / "out").exists()


def test_every_language_of_a_target_that_is_ours_copies_what_there_is() -> None:
    languages = load_languages()
    assert {name for target in load_targets().values() for name in target.languages} >= languages.keys() - {"aot"}
    assert all(copy.what in COPIED for language in languages.values() for copy in language.copies)
