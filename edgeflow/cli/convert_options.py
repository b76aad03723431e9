"""The many options of `edgeflow convert`, in groups."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from edgeflow.convert.types import Reading

Command = Callable[..., Any]
KINDS = ("keras", "h5", "saved-model", "frozen-graph", "tflite", "jax")  # a test holds these equal to the code's
_PATH = click.Path(path_type=Path)


def _pair(option: str, text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint=option)
    return name, value


def _shapes(_: object, parameter: click.Parameter, given: Sequence[str]) -> dict[str, tuple[int, ...]]:
    shapes = {}
    for text in given:
        name, value = _pair("--input-shape", text)
        try:
            shapes[name] = tuple(int(n) for n in value.split(","))
        except ValueError:
            raise click.BadParameter(
                f"{text!r} is not NAME=SIZE,SIZE,…", param=parameter, param_hint="--input-shape"
            ) from None
    return shapes


def _raw(_: object, __: object, given: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple(_pair("--raw-option", text) for text in given)


def _numbers(_: object, parameter: click.Parameter, given: str | None) -> tuple[float, ...] | None:
    try:
        return tuple(float(n) for n in given.split(",")) if given is not None else None
    except ValueError:
        raise click.BadParameter(f"{given!r} are no numbers with commas between", param=parameter) from None


def _commas(_: object, __: object, given: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for text in given for name in text.split(",") if name)


SIGNATURE = (click.option("--signature", help="Only this signature of a SavedModel."),)
SOURCE = (
    click.option("--from", "kind", type=click.Choice(KINDS), help="Take the source for this, whatever it looks like."),
    click.option("--tags", multiple=True, callback=_commas, help="Tags of the SavedModel's graph, commas between."),
    click.option("--input-arrays", multiple=True, callback=_commas, help="Input tensors of a frozen graph."),
    click.option("--output-arrays", multiple=True, callback=_commas, help="Output tensors of a frozen graph."),
    click.option(
        "--input-shape",
        "input_shapes",
        multiple=True,
        callback=_shapes,
        metavar="NAME=N,N,…",
        help="Fix an input's free sizes; the batch is the first.",
    ),
    click.option(
        "--unsafe-lambda", is_flag=True, help="Allow Lambda layers in the source: they run Python code from it."
    ),
    click.option(
        "--import",
        "imports",
        multiple=True,
        metavar="MODULE[:FUNCTION]",
        help="Your module with custom layers; FUNCTION is called to register them.",
    ),
)
READING = (
    *SIGNATURE,
    *SOURCE,
    click.option("--keep-batch", is_flag=True, help="Leave a free batch size free instead of fixing it to 1."),
    click.option("--unroll-rnn", is_flag=True, help="Build Keras's recurrent layers without a loop (int8 needs it)."),
)
SOURCE_NAMES = ("kind", "tags", "input_arrays", "output_arrays", "input_shapes", "unsafe_lambda", "imports")

QUANTIZING = (
    click.option("--io-type", type=click.Choice(["float32", "int8", "uint8", "int16"]), help="Inputs and outputs."),
    click.option("--output-type", type=click.Choice(["float32", "int8", "uint8", "int16"]), help="Outputs alone."),
    click.option("--keep-float", multiple=True, metavar="REGEX", help="Operators or tensors that stay in float."),
    click.option("--mean", callback=_numbers, help="What is taken off pixels (0…255) or sound (-1…1); one a channel."),
    click.option("--std", callback=_numbers, help="What they are then divided by; pixels without it by 255."),
)

CONVERTER = (
    click.option("--optimization", "optimizations", multiple=True, help="In place of the recipe's: DEFAULT, …"),
    click.option("--supported-ops", multiple=True, callback=_commas, help="Operator sets: TFLITE_BUILTINS, …"),
    click.option("--select-tf-ops", is_flag=True, help="Allow TensorFlow's own operators (Android only)."),
    click.option("--supported-type", "supported_types", multiple=True, help="float32, float16, int8 or int16."),
    click.option("--select-user-tf-op", "select_user_tf_ops", multiple=True, help="A TensorFlow operator of yours."),
    click.option("--supported-backend", "supported_backends", multiple=True, help="Hold the model to this: GPU."),
    click.option("--inference-input-type", default="", help="As --io-type, for inputs."),
    click.option("--inference-output-type", default="", help="As --output-type."),
    click.option("--allow-custom-ops", is_flag=True, help="Leave operators in that need kernels of your own."),
    click.option("--exclude-conversion-metadata", is_flag=True, help="Leave out who converted it, 152 bytes."),
    click.option("--new-converter/--no-new-converter", default=True, help="The old one is gone; refused."),
    click.option("--new-quantizer/--no-new-quantizer", default=True, help="TensorFlow's newer quantizer."),
    click.option("--resource-variables/--no-resource-variables", default=True, help="Variables kept as state."),
    click.option(
        "--raw-option",
        "raw",
        multiple=True,
        callback=_raw,
        metavar="NAME=VALUE",
        help="Any other attribute of the installed converter.",
    ),
)
_CONVERTER_NAMES = (
    *("optimizations", "supported_types", "select_user_tf_ops", "supported_backends", "inference_input_type"),
    *("inference_output_type", "allow_custom_ops", "exclude_conversion_metadata", "new_converter", "new_quantizer"),
    *("resource_variables", "raw"),
)


def options(*groups: Sequence[Callable[[Command], Command]]) -> Callable[[Command], Command]:
    """A decorator that adds groups of options, in their order."""

    def add(command: Command) -> Command:
        for option in reversed([option for group in groups for option in group]):
            command = option(command)
        return command

    return add


def reading(given: Mapping[str, Any]) -> Reading:
    """The values of the options in SOURCE, and of SIGNATURE where it is there, as one value."""
    from edgeflow.convert.types import Reading

    told = {name: given[name] for name in SOURCE_NAMES if name != "input_shapes"}
    return Reading(signature=given.get("signature"), input_shapes=tuple(given["input_shapes"].items()), **told)


def refuse_reading(given: Mapping[str, Any]) -> None:
    """Raise a usage error for options of SOURCE and SIGNATURE where the model is a `.tflite`, which needs none."""
    for name in ("signature", *SOURCE_NAMES):
        if given.get(name) and (name, given[name]) != ("kind", "tflite"):
            raise click.UsageError("a .tflite is read as it is: --signature, --from, --import… go with sources")


def choices(given: Mapping[str, Any], named: Collection[str]) -> dict[str, Any]:
    """The values of the options in `named`, those that stood on the command line, as the verb's keywords."""
    from edgeflow.convert.types import Scaling

    left = {name: value for name, value in given.items() if name in named}
    converter = {name: left.pop(name) for name in _CONVERTER_NAMES if name in left}
    select, sets = left.pop("select_tf_ops", False), tuple(left.pop("supported_ops", ()))
    if select or sets:
        converter["supported_ops"] = (*sets, "SELECT_TF_OPS") if select and "SELECT_TF_OPS" not in sets else sets
    mean, std = left.pop("mean", None), left.pop("std", None)
    if mean or std:
        left["scaling"] = Scaling(mean or (0.0,), std or (1.0,))
    return {**left, "converter": converter} if converter else left
