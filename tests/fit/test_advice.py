"""What to do about operators that a device cannot run: advice that is true of the tables, and reaches the user."""

from __future__ import annotations

from pathlib import Path

import pytest
from ai_edge_litert import schema_py_generated as schema
from click.testing import CliRunner

from edgeflow.cli.check import command
from edgeflow.fit.advice import INSTEAD, advice
from edgeflow.fit.fit import fit
from edgeflow.fit.table import operators
from edgeflow.model.operators import BUILTIN_NAMES
from edgeflow.model.read import load_model
from edgeflow.model.types import Model
from edgeflow.targets.registry import find_target, load_targets
from tests.runtime.graphs import Node, graph_model, packed, tensor

DATA = Path(__file__).parents[1] / "data"
M4, PI = find_target("cortex-m4"), find_target("raspberry-pi-4")


def made(
    folder: Path, operator: str, dtype: str = "FLOAT32", shape: tuple[int, ...] = (1, 4), inputs: int = 1
) -> Model:
    tensors = [tensor(shape, dtype, None) for _ in range(inputs + 1)]
    node = Node(operator, tuple(range(inputs)), (inputs,))
    path = folder / f"{operator.lower()}.tflite"
    path.write_bytes(packed(graph_model(tensors, [node], list(range(inputs)), [inputs])))
    return load_model(path)


def test_advice_is_given_only_for_builtin_operators_that_the_runtime_lacks() -> None:
    had = {entry.name for entry in operators()}
    assert set(INSTEAD) <= set(BUILTIN_NAMES)
    assert not set(INSTEAD) & had, "the runtime has these now: their advice goes"


@pytest.mark.parametrize("name", ["SIN", "CUMSUM", "TOPK_V2", "SQUARE"])
def test_an_operator_that_is_lacking_comes_with_another_way(tmp_path: Path, name: str) -> None:
    found = fit(made(tmp_path, name), M4)
    assert found.fits is False and found.advice == (f"{name}: {INSTEAD[name]}",)
    assert fit(made(tmp_path, name), PI).advice == ()  # LiteRT has it


def test_a_type_without_a_kernel_comes_with_the_recipe_that_gives_one(tmp_path: Path) -> None:
    (said,) = fit(made(tmp_path, "LOGISTIC", "FLOAT64"), M4).advice
    assert said.startswith("LOGISTIC: there is a kernel for ") and "not FLOAT64: convert with --quantize int8" in said
    table = {entry.name: entry for entry in operators()}
    only_float = [n for n, e in table.items() if {t for k in e.kernels for t in k.inputs[0].types} == {"FLOAT32"}]
    if only_float:
        said = " ".join(advice(made(tmp_path, only_float[0], "INT8"), M4, (only_float[0],)))
        assert f"--keep-float '{only_float[0]}'" in said


def test_sparse_weights_of_quantized_operators_are_known_to_be_refused(tmp_path: Path) -> None:
    assert "--delegate none" in fit(made(tmp_path, "DENSIFY", "INT8"), PI).advice[0]
    assert fit(made(tmp_path, "DENSIFY", "FLOAT32"), PI).advice == ()


def test_computed_shapes_are_traced_to_the_free_size(tmp_path: Path) -> None:
    tensors = [tensor((1, 4), "FLOAT32", None), *(tensor((2,), "INT32", None) for _ in range(3))]
    tensors[0].shapeSignature = [-1, 4]
    nodes = [
        Node("SHAPE", (0,), (1,), schema.ShapeOptionsT()),
        Node("STRIDED_SLICE", (1,), (2,), schema.StridedSliceOptionsT()),
        Node("PACK", (2,), (3,), schema.PackOptionsT()),
    ]
    path = tmp_path / "free.tflite"
    path.write_bytes(packed(graph_model(tensors, nodes, [0], [3])))
    assert any("--keep-batch" in said for said in fit(load_model(path), M4).advice)


def test_models_that_fit_need_no_advice_and_people_see_it_where_there_is_some(tmp_path: Path) -> None:
    for path in sorted(DATA.glob("*_int8.tflite")):
        assert fit(load_model(path), M4, ram_bytes=2**24, flash_bytes=2**24).advice == (), path
    for target in load_targets().values():
        fit(load_model(DATA / "counter_float32.tflite"), target)
    done = CliRunner().invoke(command, [str(made(tmp_path, "SIN").path), "--target", "cortex-m4"])
    assert "→ SIN: look the value up" in done.output
