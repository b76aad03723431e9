"""The operator tables of the interpreters: what the installed one answers when asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from ai_edge_litert.interpreter import Interpreter

from edgeflow.errors import TargetError
from edgeflow.fit import probe
from edgeflow.fit.interpreters import FOLDER, interpreter_table
from edgeflow.model.operators import BUILTIN_NAMES
from edgeflow.model.read import load_model
from edgeflow.targets.registry import load_targets

DATA = Path(__file__).parents[1] / "data"


def test_the_table_is_what_the_installed_interpreter_answers():
    table = interpreter_table("litert")
    found = probe.probe(measured=table.measured)
    assert found.name == table.name
    if found.version == table.version:
        assert probe.render(found) == (FOLDER / "ai-edge-litert.toml").read_text()
    else:  # a later one may have more, never less
        assert all(version <= found.operators[name] for name, version in table.operators.items())
        assert found.custom >= table.custom


def test_every_interpreter_a_target_names_has_a_table():
    for target in load_targets().values():
        if target.family != "microcontroller":
            table = interpreter_table(target.runtime)
            assert set(table.operators) <= set(BUILTIN_NAMES)
            assert table.operators["CONV_2D"] >= 5
    with pytest.raises(TargetError, match="imaginary"):
        interpreter_table("imaginary")


@pytest.mark.parametrize("path", sorted(DATA.glob("*.tflite")), ids=lambda path: path.stem)
def test_models_that_the_interpreter_loads_are_within_its_table(path: Path):
    Interpreter(model_path=str(path))
    table = interpreter_table("litert")
    for subgraph in load_model(path).subgraphs:
        for operator in subgraph.operators:
            assert operator.version <= table.operators[operator.name]
