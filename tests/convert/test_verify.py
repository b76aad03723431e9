"""The gate every conversion passes, tried on good and on broken models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from edgeflow.convert import verify
from edgeflow.convert.opened import look
from edgeflow.convert.options import ConverterOptions
from edgeflow.convert.recipes import RECIPES
from edgeflow.convert.types import Port, SourceSignature
from edgeflow.errors import ConversionError

DATA = Path(__file__).parents[1] / "data"
MIXED = SourceSignature(
    "serving_default", (Port("image", "float32", (1, 12, 12, 2)),), (Port("scores", "float32", (1, 3)),)
)
IMAGES = np.random.default_rng(3).uniform(-1, 1, (6, 1, 12, 12, 2)).astype(np.float32)


def opened(name: str, tmp_path: Path, key: str = "serving_default", **samples: Any) -> verify.Opened:
    return verify.open_model(DATA / f"{name}.tflite", {key: samples or None}, tmp_path, timeout_s=60)


def edited(name: str, change: Any) -> bytes:
    model = schema.ModelT.InitFromPackedBuf((DATA / f"{name}.tflite").read_bytes(), 0)
    change(model)
    builder = flatbuffers.Builder(4096)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


@pytest.mark.parametrize("recipe", ["none", "int8"])
def test_a_good_model_has_no_faults(tmp_path: Path, recipe: str) -> None:
    name = {"none": "mixed_float32", "int8": "mixed_int8"}[recipe]
    found = opened(name, tmp_path, image=IMAGES)
    assert verify.faults(found, RECIPES[recipe], [MIXED]) == ()
    assert dict(found.operators)["MAX_POOL_2D"] == 1


def test_outputs_are_those_of_litert_in_real_values(tmp_path: Path) -> None:
    found = opened("mixed_int8", tmp_path, image=IMAGES)
    runner = Interpreter(str(DATA / "mixed_int8.tflite"), num_threads=1).get_signature_runner()
    scale, zero = runner.get_input_details()["image"]["quantization"]
    out_scale, out_zero = runner.get_output_details()["scores"]["quantization"]
    for row, image in enumerate(IMAGES):
        raw = runner(image=np.clip(np.rint(image / scale) + zero, -128, 127).astype(np.int8))["scores"]
        assert found.outputs["serving_default"]["scores"][row] == pytest.approx(
            (raw.astype(float) - out_zero) * out_scale
        )


def test_a_float_model_is_not_taken_for_a_full_integer_one(tmp_path: Path) -> None:
    reasons = verify.faults(opened("mixed_float32", tmp_path, image=IMAGES), RECIPES["int8"], [MIXED])
    assert reasons == (
        "image is float32, not int8",
        "scores is float32, not int8",
    )


def test_an_integer_model_is_not_taken_for_a_float_one(tmp_path: Path) -> None:
    assert verify.faults(opened("mixed_int8", tmp_path, image=IMAGES), RECIPES["none"], [MIXED]) == (
        "image is int8, not float32",
        "scores is int8, not float32",
    )


def test_operators_left_in_floating_point_are_remarked_on(tmp_path: Path) -> None:
    assert opened("mixed_int8", tmp_path).floating == ()
    found = opened("kws_float16", tmp_path)
    kinds = "AVERAGE_POOL_2D, CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, RESHAPE, SOFTMAX"
    assert verify.remarks(replace(found, constants=("int8",)), RECIPES["int8"], ()) == (
        f"not full integer: computed in floating point: {kinds}",
    )


def test_outputs_that_vanish_are_remarked_on(tmp_path: Path) -> None:
    found = opened("mixed_int8", tmp_path, image=IMAGES)
    nothing = replace(found, outputs={"serving_default": {"scores": np.zeros((6, 1, 3), np.float32)}})
    (remark,) = verify.remarks(nothing, RECIPES["int8"], verify.measured(found.outputs, nothing))
    assert "nothing but zeros" in remark


def test_lost_names_and_signatures_are_noticed(tmp_path: Path) -> None:
    found = opened("mixed_float32", tmp_path)
    renamed = replace(MIXED, inputs=(Port("picture", "float32", (1, 12, 12, 2)),))
    other = replace(MIXED, key="learn")
    assert verify.faults(found, RECIPES["none"], [renamed, other]) == (
        "signature learn is missing",
        "signature serving_default has lost picture",
    )


def test_variables_that_nothing_sets_are_noticed() -> None:
    def forget(model: Any) -> None:
        for graph in model.subgraphs:
            kept = []
            for operator in graph.operators:
                code = model.operatorCodes[operator.opcodeIndex]
                if max(code.builtinCode, code.deprecatedBuiltinCode) != schema.BuiltinOperator.ASSIGN_VARIABLE:
                    kept.append(operator)
            graph.operators = kept

    assert look((DATA / "counter_float32.tflite").read_bytes())["unset_variables"] == 0
    assert look(edited("counter_float32", forget))["unset_variables"] == 1


def test_unset_variables_and_custom_operators_are_faults(tmp_path: Path) -> None:
    found = replace(opened("mixed_float32", tmp_path), unset_variables=2, custom=("FlexCosh",))
    assert verify.faults(found, RECIPES["none"], [MIXED]) == (
        "FlexCosh: not among TensorFlow Lite's own operators",
        "2 variables were left out of the model: its weights are missing",
    )


def test_outputs_that_are_not_finite_are_noticed(tmp_path: Path) -> None:
    found = opened("mixed_float32", tmp_path, image=np.full_like(IMAGES, np.nan))
    assert verify.faults(found, RECIPES["none"], [MIXED]) == ("output scores of serving_default is not finite",)


def test_custom_operators_are_named_and_not_run(tmp_path: Path) -> None:
    def rename(model: Any) -> None:
        softmax = next(c for c in model.operatorCodes if c.builtinCode == schema.BuiltinOperator.SOFTMAX)
        softmax.builtinCode = softmax.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
        softmax.customCode = b"MySoftmax"

    path = tmp_path / "custom.tflite"
    path.write_bytes(edited("mixed_float32", rename))
    found = verify.open_model(path, {"serving_default": {"image": IMAGES}}, tmp_path, timeout_s=60)
    assert found.custom == ("MySoftmax",)
    assert found.outputs == {"serving_default": {}}
    (info,) = found.signatures
    assert [(end.name, end.dtype, end.shape) for end in (*info.inputs, *info.outputs)] == [
        ("image", "float32", (1, 12, 12, 2)),
        ("scores", "float32", (1, 3)),
    ]
    assert verify.faults(found, RECIPES["none"], [MIXED], ConverterOptions(allow_custom_ops=True)) == ()
    assert "MySoftmax: they need kernels of your own" in (verify.unrunnable(found) or "")


@pytest.mark.parametrize("keep", [0, 4, 1000, 4000])
def test_a_broken_model_is_an_error_not_a_crash(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "broken.tflite"
    path.write_bytes((DATA / "mixed_int8.tflite").read_bytes()[:keep])
    with pytest.raises(ConversionError, match="LiteRT cannot run the result"):
        verify.open_model(path, {"serving_default": {"image": IMAGES}}, tmp_path, timeout_s=60)


def test_a_model_that_takes_too_long_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=r"did not finish running the result in 0\.01 s"):
        verify.open_model(DATA / "mixed_int8.tflite", {}, tmp_path, timeout_s=0.01)


def test_errors_are_measured_against_the_expected_outputs(tmp_path: Path) -> None:
    exact = opened("mixed_float32", tmp_path, image=IMAGES).outputs
    found = opened("mixed_int8", tmp_path, image=IMAGES)
    (error,) = verify.measured(exact, found)
    want, have = exact["serving_default"]["scores"], found.outputs["serving_default"]["scores"]
    assert error.difference.max_abs == pytest.approx(np.abs(want.astype(float) - have).max())
    assert error.difference.max_lsb == pytest.approx(error.difference.max_abs * 256, rel=1e-6)
    assert error.distribution


def test_what_is_far_off_is_remarked_on(tmp_path: Path) -> None:
    found = opened("mixed_float32", tmp_path, image=IMAGES)
    wrong = {"serving_default": {"scores": np.roll(found.outputs["serving_default"]["scores"], 1, axis=-1) * 3 - 1}}
    (remark,) = verify.remarks(found, RECIPES["none"], verify.measured(wrong, found))
    assert remark.startswith("output scores: differs from the source by")


def test_weights_too_small_to_be_quantized_are_remarked_on(tmp_path: Path) -> None:
    found = opened("sine_float32", tmp_path)
    assert verify.remarks(found, RECIPES["dynamic"], ()) == (
        "recipe dynamic: no weights were large enough to become int8",
    )
    assert verify.remarks(opened("kws_dynamic", tmp_path), RECIPES["dynamic"], ()) == ()
