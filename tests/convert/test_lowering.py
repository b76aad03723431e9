"""What the converter's errors become, without running it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from edgeflow.convert.lowering import _explained
from edgeflow.convert.recipes import RECIPES, recipe_named
from edgeflow.errors import UsageError


def failure(text: str, *operators: tuple[str, int]) -> Exception:
    error = RuntimeError(text)
    details = [SimpleNamespace(operator=SimpleNamespace(name=name), error_code=code) for name, code in operators]
    error.errors = details  # type: ignore[attr-defined]  # as the converter's own error has it
    return error


def test_every_operator_is_listed_once_with_what_it_needs() -> None:
    error = failure("Could not translate", ("tf.Erfinv", 2), ("tf.Cosh", 1), ("tf.Cosh", 1))
    found = _explained(error, RECIPES["none"])
    assert found.message == "TensorFlow Lite has no Cosh, Erfinv"
    assert found.reasons == (
        "Cosh: only among TensorFlow's Select (Flex) operators",
        "Erfinv: only as a custom operator",
    )


def test_operators_that_stand_in_the_text_only_are_found() -> None:
    text = "Some ops are not supported\nTF Select ops: Cosh, RegexReplace\nDetails:\n\ttf.Cosh\nCustom ops: Erfinv\n"
    assert [reason.split(":")[0] for reason in _explained(failure(text), RECIPES["none"]).reasons] == [
        "Cosh",
        "Erfinv",
        "RegexReplace",
    ]


def test_operators_of_unknown_cause_are_still_named() -> None:
    error = failure("failed", ("tf.TensorListReserve", 0))
    assert _explained(error, RECIPES["none"]).reasons == ("TensorListReserve: cannot be converted",)


def test_an_operator_that_cannot_be_quantized_is_named() -> None:
    error = RuntimeError("Quantization to 16x8-bit not yet supported for op: 'UNIDIRECTIONAL_SEQUENCE_LSTM'.\n")
    found = _explained(error, RECIPES["int8"])
    assert found.message == "recipe int8: UNIDIRECTIONAL_SEQUENCE_LSTM cannot be quantized"
    assert "dynamic" in found.hint


def test_any_other_failure_is_told_in_one_bearable_line() -> None:
    found = _explained(ValueError("bad input: " + "9" * 10_000 + "\nmore"), RECIPES["float16"])
    assert found.message.startswith("recipe float16: the converter failed: bad input: 999")
    assert len(found.message) < 300


def test_an_unknown_recipe_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="unknown recipe 'int3'") as caught:
        recipe_named("int3")
    assert caught.value.hint.startswith("choose one of none, dynamic, float16, int8, ")
