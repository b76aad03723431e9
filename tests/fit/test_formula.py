"""Formulas of operators.toml: arithmetic, conditions, and nothing else."""

from __future__ import annotations

import pytest

from edgeflow.errors import TargetError
from edgeflow.fit.formula import evaluate


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("52 + 4 * scales", 308),
        ("-(3 - 10) // 2 % 4", 3),
        ("min(in_c, 3, scales) + max(1, 2)", 5),
        ("scales if in_c % 4 == 0 else 1", 64),
        ("in_c >= 8 and not scales == 1", 1),
        ("in_c < 8 or scales != 64", 0),
    ],
)
def test_formulas_have_their_value(formula: str, value: int) -> None:
    assert evaluate(formula, {"in_c": 8, "scales": 64}) == value


@pytest.mark.parametrize(
    "formula",
    [
        "nothing",
        "1 / 2",
        "in_c ** 9",
        "__import__('os')",
        "in_c.real",
        "[1][0]",
        "1 < 2 < 3",
        "'a'",
        "1 +",
        "min()",
        "f(1)",
    ],
)
def test_anything_else_is_refused(formula: str) -> None:
    with pytest.raises(TargetError, match=r"operators\.toml"):
        evaluate(formula, {"in_c": 8})
