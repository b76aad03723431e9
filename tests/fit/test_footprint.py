"""The runtime's own size: the recorded figures are those of the sources as they are."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from edgeflow.errors import TargetError
from edgeflow.fit.footprint import load_footprints
from edgeflow.resources import runtime_dir
from edgeflow.targets.registry import find_target, load_targets

SCRIPT = Path(__file__).parents[2] / "hardware" / "benchmarks" / "footprint.py"


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("footprint_benchmark", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_recorded_text_size_is_near_what_the_sources_build_to():
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc is not installed")
    image = script().image_of(find_target("cortex-m4"))
    recorded = load_footprints()["cortex-m4"].text_bytes
    assert recorded == pytest.approx(image.text_bytes + image.data_bytes, rel=0.25), (
        "run python hardware/benchmarks/footprint.py"
    )


def test_the_file_is_what_its_script_writes_and_names_known_targets():
    footprints = load_footprints()
    assert {"cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55"} <= set(footprints)
    assert script().render(footprints) == (runtime_dir() / "footprint.toml").read_text(encoding="utf-8")
    for name, footprint in footprints.items():
        assert load_targets()[name].family == "microcontroller"
        assert footprint.text_bytes > 10_000
        assert footprint.ram_bytes is None or footprint.ram_bytes > 200


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("schema = 2\n", "schema 2"),
        ("schema = 1\n[[footprint]]\ntarget='x'\n", "text_bytes"),
        ("schema = 1\nflavour = 1\n", "flavour"),
        ("schema =", "cannot be read"),
    ],
)
def test_a_broken_footprint_file_is_refused(tmp_path: Path, text: str, says: str):
    path = tmp_path / "footprint.toml"
    path.write_text(text)
    with pytest.raises(TargetError, match=says) as caught:
        load_footprints(path)
    assert caught.value.hint


def test_without_the_file_nothing_is_known(tmp_path: Path):
    assert load_footprints(tmp_path / "none.toml") == {}
