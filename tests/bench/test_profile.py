"""What operators cost, on a board and on a Linux device."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import edgeflow
from edgeflow.model.read import load_model
from tests.schemas import check_answer

DATA = Path(__file__).parents[1] / "data"


@pytest.mark.emulated
def test_a_board_counts_each_operator_and_they_add_up_to_the_run() -> None:
    model = load_model(DATA / "kws_int8.tflite")
    result = edgeflow.bench(model, "qemu:mps2-an386", with_operators=True)
    check_answer(json.loads(json.dumps(result.to_json())))
    operators = result.per_operator
    assert operators is not None and result.instructions is not None
    assert [entry["name"] for entry in operators] == [operator.name for operator in model.main.operators]
    assert {entry["method"] for entry in operators} == {"in place"}
    assert operators[0]["kernel"] == "conv_2d_s8"
    total = sum(entry["instructions"] for entry in operators)
    assert 0.97 * result.instructions.per_invoke < total <= 1.01 * result.instructions.per_invoke
    assert sum(entry["share"] for entry in operators) == pytest.approx(1, abs=1e-4)
    cycles = result.estimated_cycles
    assert cycles is not None and cycles.source.startswith("estimate")
    assert result.instructions.per_invoke < cycles.per_invoke < 2 * result.instructions.per_invoke
    assert sum(entry["estimated_cycles"] for entry in operators) == cycles.per_invoke
    assert all(entry["instructions"] < entry["estimated_cycles"] for entry in operators)
    again = edgeflow.bench(model, "qemu:mps2-an386", with_operators=True).per_operator
    assert again == operators


@pytest.mark.emulated
def test_an_image_built_ahead_of_time_names_the_kernels_that_were_chosen() -> None:
    model = load_model(DATA / "sine_int8.tflite")
    result = edgeflow.bench(model, "qemu:mps2-an386", aot=True, with_operators=True)
    assert result.per_operator is not None and result.instructions is not None
    assert [entry["name"] for entry in result.per_operator] == [operator.name for operator in model.main.operators]
    assert all(entry["kernel"].startswith("fully_connected") for entry in result.per_operator)
    assert sum(entry["instructions"] for entry in result.per_operator) <= 1.01 * result.instructions.per_invoke
    assert all(entry["estimated_cycles"] > 0 for entry in result.per_operator)


def test_a_linux_device_times_operators_alone_and_says_so() -> None:
    model = load_model(DATA / "dict_io_int8.tflite")
    result = edgeflow.bench(model, "local:", runs=5, min_s=0, processes=1, with_operators=True)
    check_answer(json.loads(json.dumps(result.to_json())))
    assert result.per_operator is not None
    assert [entry["index"] for entry in result.per_operator] == [operator.index for operator in model.main.operators]
    assert {entry["method"] for entry in result.per_operator} == {"alone, without delegates"}
    assert all(entry["us"] > 0 and entry["instructions"] is None for entry in result.per_operator)
    assert result.estimated_cycles is None and result.unavailable["estimated_cycles"] == "not estimated"


@pytest.mark.emulated
def test_the_cycles_of_a_core_without_a_table_are_not_estimated() -> None:
    result = edgeflow.bench(DATA / "sine_int8.tflite", "qemu:mps2-an385", with_operators=True)
    assert result.per_operator is not None and "estimated_cycles" not in result.per_operator[0]
    assert "cortex-m3" in result.unavailable["estimated_cycles"]


def test_without_being_asked_for_it_is_said_how_to() -> None:
    result = edgeflow.bench(DATA / "sine_int8.tflite", "local:", runs=5, min_s=0, processes=1)
    assert result.per_operator is None and "--profile" in result.unavailable["per_operator"]
