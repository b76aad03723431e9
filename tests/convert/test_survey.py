"""Sources told before conversion, against the conversions themselves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from edgeflow.convert.survey import _einsum
from edgeflow.convert.survey_bytes import layer
from edgeflow.convert.tensorflow_operators import becoming, table
from edgeflow.errors import ModelError
from edgeflow.model.operators import BUILTIN_NAMES
from edgeflow.pipeline.convert import convert_all
from edgeflow.pipeline.inspect import inspect
from edgeflow.pipeline.inspect_source import SourceInspection, inspect_source

FLEX, CUSTOM = 1, 2


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("single")
    script = Path(__file__).parent / "make_single.py"
    subprocess.run([sys.executable, str(script), str(folder)], check=True, capture_output=True, timeout=280)
    return folder


def fates(found: SourceInspection) -> dict[str, set[str]]:
    sorted_: dict[str, set[str]] = {}
    for operator in found.survey.signatures[0].operators:
        sorted_.setdefault(operator.becoming.fate, set()).add(operator.name)
    return sorted_


@pytest.mark.tensorflow
def test_what_is_told_of_each_operator_is_what_the_converter_does(single: Path) -> None:
    answers = json.loads((single / "answers.json").read_text())
    assert {name for name, answer in answers.items() if answer["codes"]} >= {"cosh", "erfinv", "regex", "double"}
    wrong = {}
    for name, answer in answers.items():
        told = fates(inspect_source(single / name))
        flex = {operator for operator, code in answer["codes"].items() if code == FLEX}
        custom = {operator for operator, code in answer["codes"].items() if code == CUSTOM}
        if (told.get("flex", set()), told.get("custom", set())) != (flex, custom):
            wrong[name] = (told, answer)
    assert wrong == {}


@pytest.mark.tensorflow
def test_nothing_common_is_unknown(single: Path) -> None:
    for name in ("conv", "pooled", "norm", "arg", "einsum", "selected", "looped", "volume", "suppress"):
        assert "unknown" not in fates(inspect_source(single / name)), name


@pytest.mark.tensorflow
@pytest.mark.parametrize(("name", "data"), [("cnn.keras", "pixels.npz"), ("attention.keras", "sequences.npy")])
def test_costs_are_those_of_the_models_made_later(keras_sources: Path, tmp_path: Path, name: str, data: str) -> None:
    told = inspect_source(keras_sources / name).survey
    signature = told.signatures[0]
    made = convert_all(
        keras_sources / name, ("none", "int8"), representative_data=keras_sources / data, output=tmp_path
    )
    for done, estimate in zip(made, (signature.as_float, signature.as_int8), strict=True):
        found = inspect(done.path)
        assert signature.macs == found.macs
        assert signature.macs_unknown == ()
        assert abs(estimate.model_bytes - done.size) < 0.05 * done.size + 3000
        assert abs(estimate.weight_bytes - found.weight_bytes) < 0.01 * found.weight_bytes + 160
        assert 0.85 * found.arena.planned_bytes < estimate.peak_bytes <= found.arena.planned_bytes
    if name == "cnn.keras":
        assert told.parameters == 9 * 8 + 8 + 4 * 8 + 288 * 32 + 32 + 32 * 10 + 10
        assert signature.as_float.peak_bytes == inspect(made[0].path).arena.planned_bytes
        assert signature.largest_layer.endswith("conv2d_1/convolution")


@pytest.mark.tensorflow
def test_a_source_with_state_is_told_as_far_as_it_goes(keras_sources: Path) -> None:
    found = {signature.key: signature for signature in inspect_source(keras_sources / "stateful").survey.signatures}
    assert found["infer"].macs == 8
    assert found["shift"].as_float.peak_bytes is None
    assert [o.becoming.fate for o in found["shift"].operators if o.name == "AssignAddVariableOp"] == ["unknown"]


@pytest.mark.tensorflow
def test_forecasts_name_what_stands_against_a_target(keras_sources: Path) -> None:
    found = inspect_source(keras_sources / "cosh.keras", ("raspberry-pi-4", "nucleo-l4r5zi", "android-arm64"))
    by_target = {item.target: item for item in found.forecasts if item.form == "float"}
    assert [by_target[t].likely for t in ("raspberry-pi-4", "cortex-m4", "android-arm64")] == [False, False, None]
    assert "Flex" in by_target["cortex-m4"].reasons[0]
    assert "Select TF" in by_target["android-arm64"].reasons[0]
    (cosh,) = found.survey.signatures[0].operators
    assert cosh.becoming.advice == "write it with Exp: (exp(x) + exp(-x)) / 2"
    small = inspect_source(keras_sources / "cnn.keras", ("cortex-m4",), ram_bytes=1024, flash_bytes=1 << 20)
    assert [item.likely for item in small.forecasts] == [False, False]
    assert "RAM" in small.forecasts[0].reasons[0]


@pytest.mark.tensorflow
def test_a_recurrent_loop_is_not_promised_in_int8(keras_sources: Path) -> None:
    found = inspect_source(keras_sources / "lstm.keras", ("raspberry-pi-4",))
    assert [item.likely for item in found.forecasts] == [True, None]
    assert "--unroll-rnn" in found.forecasts[1].reasons[0]


JAX = """
import jax, numpy as np
from edgeflow.pipeline.inspect_source import inspect_source
matrix = np.ones((4, 300), np.float32)
found = inspect_source(lambda x: {"p": jax.nn.softmax(x @ matrix)}, ("pico2",), example_inputs={"x": matrix[:, :1].T})
(signature,) = found.survey.signatures
print(found.survey.source.kind, found.survey.parameters, signature.macs, *[o.name for o in signature.operators])
print(signature.as_float.weight_bytes, signature.as_int8.weight_bytes, [item.likely for item in found.forecasts])
"""


@pytest.mark.tensorflow
def test_a_jax_function_is_told_by_the_float_model_it_becomes() -> None:
    done = subprocess.run([sys.executable, "-c", JAX], capture_output=True, text=True, timeout=280, check=False)
    assert done.stdout.splitlines() == [
        "jax 1200 1200 FULLY_CONNECTED SOFTMAX",
        "4800 1200 [True, True]",
    ], done.stderr[-2000:]


def test_the_table_names_operators_that_exist() -> None:
    version, measured, operators = table()
    assert version.startswith("2.") and measured.startswith("20")
    assert len(operators) > 250
    for name, by_dtype in operators.items():
        for dtype, became in by_dtype.items():
            assert dtype in ("float32", "int32", "int64", "bool", "float64", "complex64", "string", "uint8", "variant",
                             "resource", "float16", "half", "bfloat16", "int8", "int16", "uint16", "uint32", "uint64",
                             "qint32", "qint8", "quint8", "complex128"), (name, dtype)  # fmt: skip
            if became not in ("flex", "custom", "folded"):
                assert set(became.split("+")) <= set(BUILTIN_NAMES), name


def test_without_evidence_an_operator_is_unknown() -> None:
    assert becoming("NoSuchOperator", "float32").fate == "unknown"
    assert becoming("Conv2D", "bfloat16").fate == "unknown"
    assert becoming("Conv2D", "float32").operators == ("CONV_2D",)
    assert becoming("Mul", "float64").advice.startswith("it is TensorFlow Lite's own in")


def test_names_lose_the_calls_they_were_inlined_from() -> None:
    assert layer("StatefulPartitionedCall/StatefulPartitionedCall_1/model/conv/Relu") == "model/conv/Relu"
    assert layer("PartitionedCall") == "PartitionedCall"


def test_einsum_counts_the_products_of_all_its_sizes() -> None:
    assert _einsum("bij,bkj->bik", [[2, 3, 4], [2, 5, 4]]) == 2 * 3 * 4 * 5
    assert _einsum("...i,i->...", [[2, 3], [3]]) is None


def test_a_tflite_is_no_source() -> None:
    with pytest.raises(ModelError, match=r"already a \.tflite"):
        inspect_source(Path(__file__).parents[1] / "data" / "kws_int8.tflite")
