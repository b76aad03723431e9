"""Settings of TensorFlow's converter: refused where they make no sense, and doing what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edgeflow.convert.options import ConverterOptions, converter_options, require_sense
from edgeflow.errors import ConversionError, UsageError
from edgeflow.model.read import load_model
from edgeflow.pipeline.check import check
from edgeflow.pipeline.convert import convert


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"optimise": ["DEFAULT"]}, "no converter option 'optimise'"),
        ({"optimizations": ["FAST"]}, "optimizations: no 'FAST'"),
        ({"supported_ops": "TFLITE"}, "supported_ops: no 'TFLITE'"),
        ({"supported_types": ["int3"]}, "supported_types: no 'int3'"),
        ({"supported_backends": ["NPU"]}, "supported_backends: no 'NPU'"),
        ({"allow_custom_ops": "yes"}, "'yes' is no bool"),
        ({"new_converter": False}, "the converter before MLIR is gone"),
    ],
)
def test_unknown_or_broken_settings_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        converter_options(given)
    assert caught.value.hint


def test_a_mapping_becomes_options() -> None:
    given = {"optimizations": "DEFAULT", "raw": {"unfold_batchmatmul": True}, "resource_variables": False}
    assert converter_options(given) == ConverterOptions(
        optimizations=("DEFAULT",), raw=(("unfold_batchmatmul", "True"),), resource_variables=False
    )
    assert converter_options(None) == ConverterOptions()


def test_sparsity_goes_with_float_alone() -> None:
    sparse = ConverterOptions(optimizations=("EXPERIMENTAL_SPARSITY",))
    require_sense(sparse, "none", "float32", "converter")
    with pytest.raises(UsageError, match="cannot run both together"):
        require_sense(sparse, "dynamic", "int8", "converter")
    both = ConverterOptions(optimizations=("DEFAULT", "EXPERIMENTAL_SPARSITY"))
    with pytest.raises(UsageError, match="cannot run both together"):
        require_sense(both, "none", "float32", "converter")


# each with what must be seen in the result: (operator, tensor dtype) pairs that must be there or not
SEEN: list[tuple[str, dict[str, Any], str]] = [
    ("none", {"optimizations": ["DEFAULT"]}, "int8 weights"),
    ("none", {"optimizations": ["OPTIMIZE_FOR_SIZE"]}, "int8 weights"),
    ("none", {"optimizations": ["OPTIMIZE_FOR_LATENCY"]}, "int8 weights"),
    ("none", {"optimizations": ["DEFAULT"], "supported_types": ["float16"]}, "float16 weights"),
    ("none", {"optimizations": ["EXPERIMENTAL_SPARSITY"]}, "as plain"),
    ("none", {"exclude_conversion_metadata": True}, "smaller"),
    ("none", {"supported_ops": ["TFLITE_BUILTINS"]}, "as plain"),
    ("none", {"new_quantizer": False}, "as plain"),
    ("none", {"resource_variables": False}, "as plain"),
    ("none", {"supported_backends": ["GPU"]}, "as plain"),
    ("none", {"supported_backends": ["CPU"]}, "as plain"),
    ("none", {"raw": {"unfold_batchmatmul": "True"}}, "as plain"),
    ("none", {"raw": {"_experimental_preserve_assert_op": "True"}}, "as plain"),
    ("int8", {"inference_input_type": "uint8", "inference_output_type": "float32"}, "uint8 to float32"),
    ("int8", {"supported_ops": ["TFLITE_BUILTINS_INT8", "TFLITE_BUILTINS"]}, "int8 weights"),
    (
        "int16x8",
        {"inference_input_type": "int16", "inference_output_type": "int16"},
        "int16 to int16",
    ),
]


@pytest.mark.tensorflow
@pytest.mark.parametrize(("quantize", "given", "seen"), SEEN)
def test_every_setting_reaches_the_converter(
    keras_sources: Path, tmp_path: Path, quantize: str, given: dict[str, Any], seen: str
) -> None:
    more: dict[str, Any] = {"quantize": quantize, "representative_data": keras_sources / "pixels.npz"}
    done = convert(keras_sources / "cnn.keras", converter=given, output=tmp_path / "m.tflite", **more)
    assert (done.errors[0].difference.cosine or 0) > 0.98
    assert done.options.converter == converter_options(given)
    tensors = {t.dtype.lower() for t in load_model(done.path).subgraphs[0].tensors}
    (info,) = done.signatures
    if seen.endswith("weights"):
        assert seen.split()[0] in tensors
    elif " to " in seen:
        assert f"{info.inputs[0].dtype} to {info.outputs[0].dtype}" == seen
    else:
        plain = convert(keras_sources / "cnn.keras", output=tmp_path / "plain.tflite", **more)
        assert dict(plain.operators) == dict(done.operators)
        assert (done.size < plain.size) if seen == "smaller" else (done.size <= plain.size)


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"no_such_option": "1"}, "no option 'no_such_option' to set"),
        ({"target_spec.no_such": "1"}, "no option 'target_spec.no_such'"),
        ({"unfold_batchmatmul": "maybe"}, "neither True nor False"),
        ({"representative_dataset": "None"}, "no option 'representative_dataset'"),
        ({"experimental_new_converter": "False"}, "no option 'experimental_new_converter'"),
        ({"optimizations": "[]"}, "which no text can give"),
    ],
)
def test_raw_options_are_held_against_the_installed_converter(
    keras_sources: Path, tmp_path: Path, raw: dict[str, str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        convert(keras_sources / "cosh.keras", quantize="none", converter={"raw": raw}, output=tmp_path)


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("given", "operator", "said"),
    [
        ({"supported_ops": ["TFLITE_BUILTINS", "SELECT_TF_OPS"]}, "FlexCosh", "Play services lack it"),
        ({"supported_ops": ["SELECT_TF_OPS"]}, "FlexCosh", "Play services lack it"),
        ({"allow_custom_ops": True}, "Cosh", "they need kernels of your own"),
        ({"supported_ops": ["SELECT_TF_OPS"], "select_user_tf_ops": ["Cosh"]}, "FlexCosh", "microcontrollers cannot"),
    ],
)
def test_select_tf_and_custom_operators_come_only_when_asked_for_and_are_marked(
    keras_sources: Path, tmp_path: Path, given: dict[str, Any], operator: str, said: str
) -> None:
    with pytest.raises(ConversionError, match="TensorFlow Lite has no Cosh"):
        convert(keras_sources / "cosh.keras", quantize="none", output=tmp_path)
    done = convert(keras_sources / "cosh.keras", quantize="none", converter=given, output=tmp_path)
    assert operator in dict(done.operators)
    assert (done.errors, done.checked_samples) == ((), 0)
    assert done.unchecked is not None
    assert said in done.unchecked
    assert done.warnings == (done.unchecked,)
    assert done.signatures[0].inputs[0].shape == (1, 4)
    fit = check(done.path, "cortex-m4")
    assert not fit.fits
    assert any(operator in reason for reason in fit.reasons)
