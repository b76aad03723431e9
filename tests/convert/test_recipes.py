"""Recipes by name, from TOML, and changed by options; what they give is checked on the finished file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from edgeflow.convert.recipes import RECIPES, Recipe, adjusted, recipe_named
from edgeflow.errors import EdgeflowError, ModelError, UsageError
from edgeflow.pipeline.convert import convert, convert_all

DATA = Path(__file__).parents[1] / "data"
MIXED = DATA / "mixed_float32.tflite"


def dtypes(path: Path) -> dict[str, list[str]]:
    """Operator → dtypes of its inputs and outputs, of the first one of each kind."""
    interpreter = Interpreter(str(path), experimental_op_resolver_type=_REFERENCE)
    names = {d["index"]: np.dtype(d["dtype"]).name for d in interpreter.get_tensor_details()}
    found: dict[str, list[str]] = {}
    for op in interpreter._get_ops_details():
        found.setdefault(op["op_name"], [names.get(int(n), "") for n in (*op["inputs"], *op["outputs"])])
    return found


def _reference() -> object:
    from ai_edge_litert.interpreter import OpResolverType

    return OpResolverType.BUILTIN_REF


_REFERENCE = _reference()


def test_every_recipe_says_what_it_is() -> None:
    assert all(recipe.name == name and recipe.summary for name, recipe in RECIPES.items())
    assert {recipe.engine for recipe in RECIPES.values()} == {"converter", "quantizer"}
    assert all(recipe.needs_calibration == (recipe.activation_dtype != "float32") for recipe in RECIPES.values())


def test_a_recipe_file_changes_a_named_recipe(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('schema = 1\nbase = "int8"\nio_type = "float32"\nkeep_float = ["SOFTMAX"]\n')
    assert recipe_named(str(path)) == Recipe(
        "mine",
        "int8 as mine.toml changes it",
        "float32",
        "int8",
        True,
        "int8",
        engine="quantizer",
        keep_float=("SOFTMAX",),
    )
    path.write_text('schema = 1\nbase = "int4-blockwise"\nname = "four"\nblock_size = 64\n')
    assert (recipe_named(str(path)).name, recipe_named(str(path)).block_size) == ("four", 64)


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        (None, ModelError, "cannot be read"),
        ("schema = 2\nbase = 'int8'", UsageError, "schema 2 is not known"),
        ("schema = 1", UsageError, "base"),
        ("schema = 1\nbase = 'int9'", UsageError, "unknown base 'int9'"),
        ("schema = 1\nbase = 'int8'\nbits = 4", UsageError, "bits"),
        ("schema = 1\nbase = 'int8'\nname = 'a/b'", UsageError, "cannot be a recipe's name"),
        ("schema = 1\nbase = 'int8'\nname = 'none'", UsageError, "cannot be a recipe's name"),
        ("schema = 1\nbase = 'int8'\nblock_size = 32", UsageError, "no blocks of 32"),
        ("schema = 1\nbase = 'none'\nio_type = 'int8'", UsageError, "cannot have int8"),
        ("schema = 1\nbase = [", UsageError, "mine.toml"),
        ("\x00", UsageError, "mine.toml"),
    ],
)
def test_a_recipe_file_with_a_mistake_is_refused(
    tmp_path: Path, text: str | None, error: type[EdgeflowError], said: str
) -> None:
    path = tmp_path / "mine.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(error, match=said) as caught:
        recipe_named(str(path))
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("none", {"keep_float": ["x"]}, "keeps everything in float"),
        ("int8", {"keep_float": ["("]}, "no regular expression"),
        ("int8", {"io_type": "int16"}, "cannot have int16"),
        ("int16x8", {"io_type": "int8"}, "cannot have int8"),
        ("dynamic", {"io_type": "int8"}, "cannot have int8"),
        ("int8", {"io_type": "int4"}, "no inputs or outputs of type int4"),
        ("int8", {"io_type": "uint8", "keep_float": ["SOFTMAX"]}, "need TensorFlow's own quantizer"),
    ],
)
def test_combinations_that_do_not_exist_are_refused(name: str, change: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        adjusted(RECIPES[name], **change)  # type: ignore[arg-type]  # cases


@pytest.fixture
def samples() -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, (30, 12, 12, 2))


@pytest.mark.tensorflow
@pytest.mark.parametrize("pattern", ["SOFTMAX", "scores"])
def test_operators_are_kept_in_float_by_operator_or_tensor_name(
    tmp_path: Path, samples: np.ndarray, pattern: str
) -> None:
    done = convert(MIXED, quantize="int8", keep_float=[pattern], representative_data=samples, output=tmp_path)
    found = dtypes(done.path)
    kept = {"SOFTMAX": "SOFTMAX", "scores": "FULLY_CONNECTED"}[pattern]
    assert set(found[kept]) == {"float32"}
    assert "int8" in found["CONV_2D"]
    with pytest.raises(UsageError, match="keep-float 'LSTM' matches no operator"):
        convert(MIXED, quantize="int8", keep_float=["LSTM"], representative_data=samples, output=tmp_path)


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("io_type", "output_type", "ends"),
    [
        ("uint8", "", ("uint8", "uint8")),
        ("float32", "", ("float32", "float32")),
        ("int8", "float32", ("int8", "float32")),
    ],
)
def test_the_ends_of_an_integer_model_can_be_chosen(
    keras_sources: Path, tmp_path: Path, io_type: str, output_type: str, ends: tuple[str, str]
) -> None:
    done = convert(
        keras_sources / "cnn.keras",
        representative_data=keras_sources / "pixels.npz",
        io_type=io_type,
        output_type=output_type,
        output=tmp_path,
    )
    (info,) = done.signatures
    assert (info.inputs[0].dtype, info.outputs[0].dtype) == ends
    assert done.errors[0].difference.max_abs < 0.1
    assert "int8" in dtypes(done.path)["CONV_2D"]


@pytest.mark.tensorflow
def test_every_recipe_gives_its_weights_from_keras(keras_sources: Path, tmp_path: Path) -> None:
    done = convert_all(
        keras_sources / "cnn.keras", list(RECIPES), representative_data=keras_sources / "pixels.npz", output=tmp_path
    )
    assert [conversion.quantize for conversion in done] == list(RECIPES)
    sizes = {conversion.quantize: conversion.size for conversion in done}
    assert sizes["int4-weights"] < sizes["dynamic"] < sizes["float16"] < sizes["none"]
    assert sizes["int8-per-tensor"] < sizes["int8"]
    for conversion in done:
        assert (conversion.errors[0].difference.cosine or 0) > 0.98, conversion.quantize
        assert conversion.warnings == (), conversion.quantize
    activations = {c.quantize: dtypes(c.path)["SOFTMAX"] for c in done}
    assert set(activations["int16x8"]) == {"int16"}
    assert set(activations["int8"]) == {"int8"}
    assert set(activations["none"]) == set(activations["dynamic"]) == {"float32"}
