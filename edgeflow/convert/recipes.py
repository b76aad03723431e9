"""The named choices of quantization."""

from __future__ import annotations

from dataclasses import dataclass

from edgeflow.errors import UsageError


@dataclass(frozen=True)
class Recipe:
    """`io_dtype` is what floating-point inputs and outputs become, `weight_dtype` what large weights become."""

    name: str
    summary: str
    io_dtype: str
    weight_dtype: str
    needs_calibration: bool


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("none", "float32 as in the source", "float32", "float32", False),
        Recipe("dynamic", "int8 weights, float activations quantized as they come", "float32", "int8", False),
        Recipe("float16", "float16 weights, float32 arithmetic", "float32", "float16", False),
        Recipe("int8", "full integer, int8 inputs and outputs; needs representative data", "int8", "int8", True),
    )
}


def recipe_named(name: str) -> Recipe:
    """The recipe of that name; UsageError lists the names there are."""
    if name not in RECIPES:
        raise UsageError(f"unknown recipe {name!r}", f"choose one of {', '.join(RECIPES)}")
    return RECIPES[name]
