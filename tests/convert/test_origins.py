"""Where operators come from: the Keras layer and the line of the author's own code."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

import pytest

from edgeflow.convert.origins import _innermost, keras_layer
from edgeflow.convert.types import Reading
from edgeflow.errors import ConversionError
from edgeflow.pipeline.convert import convert
from edgeflow.pipeline.inspect_source import inspect_source

SCRIPT = Path(__file__).with_name("make_sources.py")


def line_of(text: str) -> str:
    (number,) = [n for n, line in enumerate(SCRIPT.read_text().splitlines(), 1) if text in line]
    return f"{SCRIPT.name}:{number}"


def test_the_innermost_layer_in_a_nodes_name_counts_whatever_number_its_scope_has() -> None:
    names = ("conv2d_1", "block", "dense")
    assert keras_layer("functional_1/block_1/conv2d_1_1/convolution", names) == "conv2d_1"
    assert keras_layer("functional_1/block/norm/mul", names) == "block"
    assert keras_layer("functional_1/dense_7/MatMul", names) == "dense"
    assert keras_layer("dense", names) is None  # the node itself is no layer
    assert keras_layer("sequential/other/Relu", names) is None


def test_the_last_line_of_ones_own_counts() -> None:
    library = f"{sysconfig.get_path('purelib')}/keras/src/ops/numpy.py"
    own = [("/home/me/train.py", 4), ("/home/me/layers.py", 7)]
    frames = [("<frozen runpy>", 3), *own, (library, 9), (f"{sysconfig.get_path('stdlib')}/ast.py", 2)]
    assert _innermost(frames) == "/home/me/layers.py:7"
    assert _innermost([(library, 9), (sys.modules[convert.__module__].__file__ or "", 1)]) is None


@pytest.mark.tensorflow
def test_a_survey_names_layer_and_line_of_what_becomes_flex(
    keras_sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(SCRIPT.parent)
    found = inspect_source(keras_sources / "own_wave.keras", reading=Reading(imports=("make_sources",)))
    operators = {operator.name: operator for operator in found.survey.signatures[0].operators}
    assert operators["Cosh"].becoming.fate == "flex"
    assert operators["Cosh"].keras_layers == ("wave",)
    assert operators["Cosh"].lines == (line_of("keras.ops.cosh(inputs)"),)
    assert operators["MatMul"].keras_layers == ("dense",) or operators["MatMul"].keras_layers[0].startswith("dense_")


@pytest.mark.tensorflow
def test_a_survey_takes_lines_from_the_debug_info_of_a_saved_model(
    keras_sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(SCRIPT.parent)
    ((cosh,),) = [signature.operators for signature in inspect_source(keras_sources / "debug_saved").survey.signatures]
    assert (cosh.name, cosh.keras_layers) == ("Cosh", ())
    assert [Path(line).name for line in cosh.lines] == [line_of("tf.cosh(x)")]


@pytest.mark.tensorflow
def test_a_refused_conversion_names_layer_and_line_too(
    keras_sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(SCRIPT.parent)
    with pytest.raises(ConversionError) as caught:
        convert(keras_sources / "own_wave.keras", quantize="none", imports=["make_sources"], output=tmp_path)
    (reason,) = caught.value.reasons
    assert reason.endswith(f", in layer wave ({line_of('keras.ops.cosh(inputs)')})")
