"""What flash the kernels of a model take: the parts are those of the sources, and add up to what is linked."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from edgeflow.errors import TargetError
from edgeflow.fit.fit import fit
from edgeflow.fit.footprint import load_footprints
from edgeflow.fit.kernel_text import load_kernel_texts, render_kernel_texts
from edgeflow.fit.operators import choose
from edgeflow.fit.table import operators
from edgeflow.model.read import load_model
from edgeflow.resources import runtime_dir
from edgeflow.targets.registry import find_target
from tests.fit.test_footprint import script

KWS = load_model(Path(__file__).parents[1] / "data" / "kws_int8.tflite")
M4 = find_target("cortex-m4")
ALL = {kernel.name for entry in operators() for kernel in entry.kernels}
DENSE = ("fully_connected_s8", "unidirectional_sequence_lstm_f32", "softmax_s8")


def kws_kernels() -> list[str]:
    chosen = [choose(KWS.main, operator) for operator in KWS.main.operators]
    return [one.kernel.name for one in chosen if not isinstance(one, str)]


@pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="arm-none-eabi-gcc is not installed")
def test_the_parts_of_some_kernels_are_what_a_program_of_these_takes() -> None:
    images = script()
    every = images.kernel_text(images.image_of(M4))
    for kernels in (DENSE, tuple(kws_kernels())):
        image = images.image_of(M4, kernels)
        assert every.of(kernels) == pytest.approx(image.text_bytes + image.data_bytes, rel=0.03)


def test_all_parts_together_are_the_whole_runtime() -> None:
    texts = load_kernel_texts()
    assert set(texts) == set(load_footprints())
    for target, footprint in load_footprints().items():
        assert texts[target].of(ALL) == footprint.text_bytes
        assert (
            5_000
            < texts[target].base_bytes
            < texts[target].of(["add_s8"])
            < texts[target].of(["add_s8", "softmax_f32"])
        )
        missing = ALL - {name for _, needed_by in texts[target].parts for name in needed_by}
        assert not missing, f"run python hardware/benchmarks/footprint.py: {sorted(missing)}"


def test_the_file_is_what_its_script_writes() -> None:
    written = (runtime_dir() / "kernel_text.toml").read_text(encoding="utf-8")
    assert render_kernel_texts(load_kernel_texts()) == written


def test_check_counts_the_models_operators_and_says_what_all_would_take() -> None:
    found = fit(KWS, M4, ram_bytes=2**20, flash_bytes=2**20)
    whole, own = load_footprints()["cortex-m4"].text_bytes, load_kernel_texts()["cortex-m4"].of(kws_kernels())
    assert found.flash_needed_bytes == KWS.size + own
    assert found.runner_flash_bytes == KWS.size + whole
    assert own < whole / 3
    between = fit(KWS, M4, ram_bytes=2**20, flash_bytes=KWS.size + whole - 1)
    assert between.fits is True
    assert any("runner firmware" in warning for warning in between.warnings)
    small = fit(KWS, M4, ram_bytes=2**20, flash_bytes=KWS.size + own - 1)
    assert small.fits is False
    assert not any("runner firmware" in warning for warning in small.warnings)


def test_operators_that_are_refused_take_no_flash() -> None:
    first = KWS.main.operators[0]
    broken = replace(KWS.main, operators=(replace(first, version=99), *KWS.main.operators[1:]))
    model = replace(KWS, subgraphs=(broken, *KWS.subgraphs[1:]))
    found = fit(model, M4, ram_bytes=2**20, flash_bytes=2**20)
    assert found.fits is False
    assert found.flash_needed_bytes is not None
    assert found.flash_needed_bytes > KWS.size


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("schema = 2\n", "schema 2"),
        ("schema = 1\n[target.x]\nbase_bytes = 1\nparts = [[1, [0]]]\n", "cannot be read"),
        ("schema = 1\n[target.x]\nbase_bytes = -1\nparts = []\n", "kernel_text"),
        ("schema = [", "cannot be read"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "kernel_text.toml"
    path.write_text(text)
    with pytest.raises(TargetError, match=says):
        load_kernel_texts(path)
    assert load_kernel_texts(tmp_path / "none.toml") == {}
