"""Which runtimes run a model: yes only with evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeflow.fit.interpreters import interpreter_table
from edgeflow.fit.runtimes import RuntimeRow, known_runtimes
from edgeflow.model.operators import BUILTIN_NAMES
from edgeflow.model.read import load_model, read_model
from edgeflow.model.types import Model
from tests.fit.one_operator import one_operator

DATA = Path(__file__).parents[1] / "data"


def rows(model: Model) -> dict[str, RuntimeRow]:
    return {row.runtime: row for row in known_runtimes(model)}


def made(code: int, version: int, custom: str | None = None) -> Model:
    return read_model(one_operator(code, version, custom), Path("one.tflite"))


def test_a_plain_model_runs_where_its_operators_are_and_the_rest_is_unknown() -> None:
    found = rows(load_model(DATA / "kws_int8.tflite"))
    assert [found[name].verdict for name in ("ai-edge-litert", "tflite-runtime", "edgeflow")] == ["yes"] * 3
    assert [found[name].verdict for name in ("TFLM", "Google Play services")] == ["unknown"] * 2
    assert found["ai-edge-litert"].version == interpreter_table("litert").version
    assert all(row.source for row in found.values())
    assert all(bool(row.reasons) == (row.verdict != "yes") for row in found.values())


def test_flex_runs_nowhere_here_and_each_row_says_why() -> None:
    found = rows(made(32, 1, "FlexCosh"))
    assert {row.verdict for row in found.values()} == {"no"}
    assert "Flex delegate" in found["ai-edge-litert"].reasons[0]
    assert "Select TF" in found["Google Play services"].reasons[0]
    assert "FlexCosh" in found["edgeflow"].reasons[0]


def test_a_version_newer_than_a_runtime_has_is_named() -> None:
    table = interpreter_table("tflite-runtime").operators
    newest = interpreter_table("litert").operators
    name = next(name for name in newest if newest[name] > table.get(name, 99))
    found = rows(made(BUILTIN_NAMES.index(name), newest[name]))
    assert found["ai-edge-litert"].verdict == "yes"
    assert found["tflite-runtime"].reasons == (f"{name} version {newest[name]}: a newer version than it has",)


@pytest.mark.parametrize("name", ["TOPK_V2", "CONV_3D", "RFFT2D"])
def test_what_microcontrollers_do_not_register_is_no(name: str) -> None:
    found = rows(made(BUILTIN_NAMES.index(name), 1))["TFLM"]
    assert (found.verdict, found.reasons) == ("no", (f"{name}: not registered",))


def test_the_micro_table_holds_the_operators_of_known_models_and_only_operators() -> None:
    table = interpreter_table("tflite-micro")
    known = {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "AVERAGE_POOL_2D", "ADD", "RESHAPE", "SOFTMAX", "SVDF"}
    assert known < set(table.operators) < set(BUILTIN_NAMES)
    assert table.custom == {"TFLite_Detection_PostProcess"}
