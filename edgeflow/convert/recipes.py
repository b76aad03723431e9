"""The named choices of quantization, and the user's own from TOML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edgeflow.errors import ModelError, UsageError

INTEGERS = ("int8", "uint8", "int16")


@dataclass(frozen=True)
class Recipe:
    """What weights, activations, inputs and outputs become.

    `io_dtype` is what floating-point inputs (and outputs, unless `output_dtype` says otherwise) become,
    `weight_dtype` what large weights become, `activation_dtype` what is computed in. `engine` is `converter`
    (TensorFlow's) or `quantizer` (ai-edge-quantizer, on the float `.tflite`). `float_fallback` leaves in float what
    has no integer kernel; `keep_float` are regular expressions on operator and tensor names that stay in float.
    `block_size` is 0 for one scale a channel.
    """

    name: str
    summary: str
    io_dtype: str
    weight_dtype: str
    needs_calibration: bool
    activation_dtype: str = "float32"
    engine: str = "converter"
    float_fallback: bool = False
    per_channel: bool = True
    block_size: int = 0
    keep_float: tuple[str, ...] = ()
    output_dtype: str = ""

    @property
    def outputs(self) -> str:
        """What floating-point outputs become."""
        return self.output_dtype or self.io_dtype

    @property
    def whole(self) -> bool:
        """Whether everything is to be computed in integers."""
        return self.activation_dtype != "float32" and not self.float_fallback and not self.keep_float


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("none", "float32 as in the source", "float32", "float32", False),
        Recipe("dynamic", "int8 weights, float activations quantized as they come", "float32", "int8", False),
        Recipe("float16", "float16 weights, float32 arithmetic", "float32", "float16", False),
        Recipe(
            "int8", "full integer, int8 inputs and outputs; needs representative data", "int8", "int8", True, "int8"
        ),
        Recipe(
            "int8-float-fallback",
            "int8 where there is a kernel, float elsewhere and at both ends",
            *("float32", "int8", True, "int8"),
            float_fallback=True,
        ),
        Recipe("int8-per-tensor", "full integer, one scale a tensor", "int8", "int8", True, "int8", per_channel=False),
        Recipe("int16x8", "int8 weights, int16 activations, float ends", "float32", "int8", True, "int16"),
        Recipe("int4-weights", "int4 weights, one scale a channel", "float32", "int4", False, engine="quantizer"),
        Recipe(
            "int4-blockwise",
            "int4 weights, one scale for 32 of them where their number allows",
            *("float32", "int4", False),
            engine="quantizer",
            block_size=32,
        ),
    )
}


def recipe_named(name: str) -> Recipe:
    """The recipe of that name, or of that TOML file; UsageError lists the names there are."""
    if name in RECIPES:
        return RECIPES[name]
    if name.endswith(".toml"):
        return read_recipe(Path(name))
    raise UsageError(f"unknown recipe {name!r}", f"choose one of {', '.join(RECIPES)}, or name a recipe's .toml file")


def read_recipe(path: Path) -> Recipe:
    """A user's recipe: `schema = 1`, `base` (a named recipe) and what is different in it.

    Raises ModelError where the file cannot be read, UsageError where it says what makes no sense.
    """
    import msgspec

    class File(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
        schema: int
        base: str
        name: str = ""
        summary: str = ""
        io_type: str = ""
        keep_float: list[str] = []
        per_channel: bool | None = None
        block_size: int | None = None

    try:
        read = msgspec.toml.decode(path.read_bytes(), type=File)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror or error}", "name a recipe's .toml file") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}", f"a recipe's keys are {', '.join(File.__struct_fields__)}") from None
    if read.schema != 1:
        raise UsageError(f"{path}: schema {read.schema} is not known", "write schema = 1")
    if read.base not in RECIPES:
        raise UsageError(f"{path}: unknown base {read.base!r}", f"choose one of {', '.join(RECIPES)}")
    name = read.name or path.stem
    if not re.fullmatch(r"[\w.-]{1,64}", name) or name in RECIPES:
        raise UsageError(f"{path}: {name!r} cannot be a recipe's name", "choose letters, digits, dots and dashes")
    recipe = replace(RECIPES[read.base], name=name, summary=read.summary or f"{read.base} as {path.name} changes it")
    if read.per_channel is not None:
        recipe = replace(recipe, per_channel=read.per_channel)
    if read.block_size is not None:
        if recipe.weight_dtype != "int4" or read.block_size not in (0, 32, 64, 128, 256):
            raise UsageError(f"{path}: no blocks of {read.block_size}", "0, 32, 64, 128 or 256, with int4 weights")
        recipe = replace(recipe, block_size=read.block_size)
    return adjusted(recipe, io_type=read.io_type, keep_float=read.keep_float)


def adjusted(
    recipe: Recipe, *, io_type: str = "", output_type: str = "", keep_float: Sequence[str] = (), source: str = ""
) -> Recipe:
    """The recipe with other ends, with operators kept in float, or for a source of kind `source`.

    Raises UsageError where the combination does not exist.
    """
    if keep_float:
        for pattern in keep_float:
            try:
                re.compile(pattern)
            except re.error as error:
                raise UsageError(f"keep-float {pattern!r}: no regular expression: {error}", "correct it") from None
        if recipe.weight_dtype == "float32":
            raise UsageError(f"recipe {recipe.name} keeps everything in float", "leave --keep-float out")
        recipe = replace(recipe, engine="quantizer", keep_float=(*recipe.keep_float, *keep_float))
    if source == "tflite" and recipe.weight_dtype != "float32":
        recipe = replace(recipe, engine="quantizer")
    for chosen in filter(None, (io_type, output_type)):
        if chosen not in ("float32", *INTEGERS):
            raise UsageError(f"no inputs or outputs of type {chosen}", "choose float32, int8, uint8 or int16")
        wanted = {"int8": ("float32", "int8", "uint8"), "int16": ("float32", "int16")}
        allowed = wanted.get(recipe.activation_dtype, ("float32",))
        if chosen not in allowed:
            raise UsageError(
                f"recipe {recipe.name} cannot have {chosen} inputs or outputs", f"choose {' or '.join(allowed)}"
            )
    if io_type:
        recipe = replace(recipe, io_dtype=io_type)
    if output_type:
        recipe = replace(recipe, output_dtype=output_type)
    if recipe.engine == "quantizer" and "uint8" in (recipe.io_dtype, recipe.outputs):
        raise UsageError("uint8 inputs and outputs need TensorFlow's own quantizer", "choose int8 or float32")
    return recipe
