"""Every setting of TensorFlow's converter, as a value, checked before the converter is started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from edgeflow.errors import UsageError

OPTIMIZATIONS = ("DEFAULT", "OPTIMIZE_FOR_SIZE", "OPTIMIZE_FOR_LATENCY", "EXPERIMENTAL_SPARSITY")
OPERATOR_SETS = (
    "TFLITE_BUILTINS",
    "SELECT_TF_OPS",
    "TFLITE_BUILTINS_INT8",
    "EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8",
    "EXPERIMENTAL_STABLEHLO_OPS",
)
TYPES = ("float32", "float16", "int8", "int16")
BACKENDS = ("CPU", "GPU")
_CHOICES = {
    "optimizations": OPTIMIZATIONS,
    "supported_ops": OPERATOR_SETS,
    "supported_types": TYPES,
    "supported_backends": BACKENDS,
}


@dataclass(frozen=True)
class ConverterOptions:
    """Settings of `tf.lite.TFLiteConverter` by its own names, less `experimental_`; empty means the recipe's choice.

    `raw` are names and values of any other attribute, as text; the installed converter decides whether it has them.
    """

    optimizations: tuple[str, ...] = ()
    supported_ops: tuple[str, ...] = ()
    supported_types: tuple[str, ...] = ()
    select_user_tf_ops: tuple[str, ...] = ()
    supported_backends: tuple[str, ...] = ()
    inference_input_type: str = ""
    inference_output_type: str = ""
    allow_custom_ops: bool = False
    exclude_conversion_metadata: bool = False
    new_converter: bool = True
    new_quantizer: bool = True
    resource_variables: bool = True
    raw: tuple[tuple[str, str], ...] = ()

    @property
    def select_tf_ops(self) -> bool:
        """Whether operators of TensorFlow itself may stand in the model."""
        return "SELECT_TF_OPS" in self.supported_ops


def converter_options(given: ConverterOptions | Mapping[str, Any] | None) -> ConverterOptions:
    """Check settings; raises UsageError with what there is to choose, or why a setting is refused."""
    options = given if isinstance(given, ConverterOptions) else _from_mapping(given or {})
    for name, choices in _CHOICES.items():
        values = getattr(options, name)
        if unknown := [value for value in values if value not in choices]:
            raise UsageError(f"{name}: no {unknown[0]!r}", f"choose of {', '.join(choices)}")
    if not options.new_converter:
        raise UsageError(
            "the converter before MLIR is gone: TensorFlow 2.21 fails in it with "
            "\"TypeError: 'NoneType' object is not callable\"",
            "leave --no-new-converter out",
        )
    return options


def require_sense(options: ConverterOptions, recipe_name: str, weight_dtype: str, engine: str) -> None:
    """Raise UsageError for settings that do not go with a recipe, or whose result could not run."""
    if "EXPERIMENTAL_SPARSITY" in options.optimizations and (
        weight_dtype != "float32" or len(options.optimizations) > 1
    ):
        raise UsageError(
            f"sparse weights with recipe {recipe_name}: LiteRT's default kernels cannot run both together",
            "use EXPERIMENTAL_SPARSITY alone, with --quantize none",
        )
    if engine == "quantizer" and (options.optimizations or options.supported_types):
        raise UsageError(
            f"recipe {recipe_name} quantizes the finished float model: optimizations and types go with other recipes",
            "leave them out",
        )


def _from_mapping(given: Mapping[str, Any]) -> ConverterOptions:
    known = {field.name: field for field in fields(ConverterOptions)}
    if unknown := set(given) - set(known):
        raise UsageError(
            f"no converter option {sorted(unknown)[0]!r}", f"there are {', '.join(known)}; raw takes any other"
        )
    options = ConverterOptions()
    for name, value in given.items():
        before = getattr(options, name)
        if name == "raw":
            pairs = value.items() if isinstance(value, Mapping) else value
            value = tuple((str(key), str(item)) for key, item in pairs)
        elif isinstance(before, tuple):
            value = tuple(map(str, (value,) if isinstance(value, str) else value))
        elif not isinstance(value, type(before)):
            raise UsageError(f"{name}: {value!r} is no {type(before).__name__}", "look at ConverterOptions")
        options = replace(options, **{name: value})
    return options
