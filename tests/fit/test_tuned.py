"""The table of kernels in docs says what the sources have."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeflow import resources
from edgeflow.fit.table import operators
from edgeflow.fit.tuned import EXTENSIONS, Form, forms

ROOT = Path(__file__).parents[2]


@pytest.fixture
def core(tmp_path: Path) -> Path:
    for path in resources.include_dir().glob("ef_*.[ch]"):
        text = path.read_text(encoding="utf-8")
        for extension in EXTENSIONS:
            text = text.replace(f"EF_HAVE_{extension}", "EF_HAVE_NOTHING")
        if not path.stem.endswith(("_dsp", "_mve")):
            (tmp_path / path.name).write_text(text, encoding="utf-8")
    return tmp_path


def tuned(core: Path) -> dict[str, tuple[str, ...]]:
    return {form.kernel: form.forms for form in forms(operators(), core) if any(form.forms)}


def test_a_kernel_is_tuned_when_its_files_say_so_and_not_before(core: Path) -> None:
    assert tuned(core) == {}
    (core / "ef_conv_2d_s8_dsp.c").write_text("")
    assert tuned(core) == {"conv_2d_s8": ("ahead of time", "", "")}
    (core / "ef_depthwise_conv_2d_3x3_s8_mve.c").write_text("")
    assert tuned(core)["depthwise_conv_2d_s8"] == ("", "", "ahead of time")
    shared = core / "ef_dot_s8.h"
    shared.write_text(shared.read_text(encoding="utf-8") + "#if EF_HAVE_DSP\n#endif\n")
    now = tuned(core)
    assert now["conv_2d_s8"] == ("interpreter, ahead of time", "", "")
    assert now["fully_connected_s4"] == ("interpreter", "", "")  # runs the int8 kernel on unpacked weights
    assert "softmax_s8" not in now


def test_types_name_activations_weights_and_outputs() -> None:
    texts = {form.kernel: form.types for form in forms(operators(), resources.include_dir())}
    assert texts["conv_2d_s16"] == "INT16 × INT8"
    assert texts["conv_2d_f32_s8"] == "FLOAT32 × INT8"
    assert texts["transpose_conv_s8"] == "INT8"
    assert texts["dequantize_s8_f32"] == "INT8 → FLOAT32"
    assert texts["unidirectional_sequence_lstm_s16"] == "INT16 × INT8"
    assert texts["equal_s8"] == "INT8 → BOOL"


def test_the_document_has_a_row_for_every_kernel() -> None:
    text = (ROOT / "docs" / "kernels.md").read_text(encoding="utf-8")
    rows: tuple[Form, ...] = forms(operators(), resources.include_dir())
    for row in rows:
        assert f"| {row.operator} | {row.types} | `{row.kernel}` | C99 | {' | '.join(row.forms)} |" in text
