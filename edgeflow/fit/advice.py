"""What to do about operators that a device cannot run, or runs only in a certain way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from edgeflow.fit.table import OperatorLimits, operators
from edgeflow.model.types import Model, Operator, Subgraph
from edgeflow.targets.types import Target

_LOOP = (
    "a recurrent layer became a loop: convert with --unroll-rnn, or build it with tf_keras, whose LSTM is one operator"
)
_STATE = "keep the state outside: give it to the model as an input and take it back as an output"
_HOST = "end the model before it and compute it in the application"
_DILATED = "a dilated convolution was taken apart: fix the input's size, and it becomes one convolution"
_TRIANGLE = "a product with a constant triangular matrix of ones gives the same"
_WAVE = "look the value up in a constant table with tf.gather, or compute it in the application"

# builtin operator that edgeflow's runtime lacks → how to do without
INSTEAD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "WHILE": _LOOP,
        "IF": "choose in the application, or compute both branches and take one with tf.where",
        "CALL_ONCE": _STATE,
        "VAR_HANDLE": _STATE,
        "READ_VARIABLE": _STATE,
        "ASSIGN_VARIABLE": _STATE,
        "BIDIRECTIONAL_SEQUENCE_LSTM": "two layers in one direction each, the second on the reversed sequence",
        "BIDIRECTIONAL_SEQUENCE_RNN": "two layers in one direction each, the second on the reversed sequence",
        "SPACE_TO_BATCH_ND": _DILATED,
        "BATCH_TO_SPACE_ND": _DILATED,
        "CONV_3D": "2-D convolutions over the slices, added up",
        "CUMSUM": _TRIANGLE,
        "DENSIFY": "convert without EXPERIMENTAL_SPARSITY",
        "EMBEDDING_LOOKUP": "tf.gather does the same",
        "ONE_HOT": "tf.gather from a constant identity matrix does the same",
        "POW": "products for whole exponents, exp(y · log(x)) for others",
        "SIN": _WAVE,
        "COS": _WAVE,
        "SQUARE": "x · x",
        "RFFT2D": "a product with the transform's matrix, or compute the spectrum in the application",
        "TOPK_V2": _HOST,
        "NON_MAX_SUPPRESSION_V4": _HOST,
        "NON_MAX_SUPPRESSION_V5": _HOST,
        "UNIQUE": _HOST,
        "WHERE": _HOST,
    }
)
_FORMS = {"INT8": "int8", "FLOAT32": "none"}


def advice(model: Model, target: Target, unsupported: tuple[str, ...]) -> tuple[str, ...]:
    """One sentence for each thing that can be done; empty where nothing is known."""
    rules = _ON_MICROCONTROLLER if target.family == "microcontroller" else _ON_INTERPRETER
    said = [sentence for rule in rules for sentence in rule(model, unsupported)]
    return tuple(dict.fromkeys(said))


def _instead(model: Model, unsupported: tuple[str, ...]) -> list[str]:
    """Other operators that compute the same."""
    had = {entry.name for entry in operators()}
    return [f"{name}: {INSTEAD[name]}" for name in unsupported if name in INSTEAD and name not in had]


def _another_type(model: Model, unsupported: tuple[str, ...]) -> list[str]:
    """An operator that has kernels, but none for the types that the model has."""
    table = {entry.name: entry for entry in operators()}
    said = []
    for graph in model.subgraphs:
        for operator in graph.operators:
            entry = table.get(operator.name)
            if operator.name not in unsupported or entry is None or operator.custom:
                continue
            has, takes = _type_of(graph, operator), _types_of(entry)
            ways = [form for form in _FORMS if form in takes]
            if has and has not in takes and ways:
                recipe = f"convert with --quantize {_FORMS[ways[0]]}"
                if has == "INT8":
                    recipe = f"keep it in float: --keep-float '{operator.name}'"
                said.append(f"{operator.name}: there is a kernel for {', '.join(sorted(takes))}, not {has}: {recipe}")
    return said


def _free_sizes(model: Model, unsupported: tuple[str, ...]) -> list[str]:
    """A free batch makes layers compute their shapes while they run."""
    free = any(-1 in tensor.shape_signature for graph in model.subgraphs for tensor in graph.tensors)
    computed = {"SHAPE", "STRIDED_SLICE", "PACK"} <= {o.name for g in model.subgraphs for o in g.operators}
    if not free or not computed:
        return []
    return [
        "SHAPE, STRIDED_SLICE, PACK: a free size makes the model compute its shapes;"
        " convert with --input-shape, without --keep-batch"
    ]


def _sparse_and_quantized(model: Model, unsupported: tuple[str, ...]) -> list[str]:
    """LiteRT's default kernels refuse sparse weights of quantized operators (seen with 2.3 and TensorFlow 2.21)."""
    for graph in model.subgraphs:
        for operator in graph.operators:
            if operator.name == "DENSIFY" and any(graph.tensors[i].dtype == "INT8" for i in operator.outputs if i >= 0):
                return [
                    "DENSIFY of int8 weights: the default kernels refuse them; use --delegate none, or convert dense"
                ]
    return []


def _half_a_byte(model: Model, unsupported: tuple[str, ...]) -> list[str]:
    """XNNPACK of LiteRT 2.3 refuses INT2."""
    if any(tensor.dtype == "INT2" for graph in model.subgraphs for tensor in graph.tensors):
        return ["INT2 weights: the default kernels refuse them in blocks; use --delegate none, or int4-weights"]
    return []


def _type_of(graph: Subgraph, operator: Operator) -> str:
    """The type of its first tensor."""
    first = next((index for index in (*operator.inputs, *operator.outputs) if index >= 0), None)
    return graph.tensors[first].dtype if first is not None else ""


def _types_of(entry: OperatorLimits) -> set[str]:
    """Types that the first operand of any of its kernels takes."""
    return {name for kernel in entry.kernels for name in (*kernel.inputs, *kernel.outputs)[0].types}


Rule = Callable[[Model, tuple[str, ...]], list[str]]
_ON_MICROCONTROLLER: Final[tuple[Rule, ...]] = (_instead, _another_type, _free_sizes)
_ON_INTERPRETER: Final[tuple[Rule, ...]] = (_sparse_and_quantized, _half_a_byte)
