"""Which of the runtime's kernels runs an operator, and why none does: the rule of `ef_interpreter_limits.c`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from math import prod

from edgeflow.fit.formula import evaluate
from edgeflow.fit.table import ANY_AXIS, KernelLimits, OperandLimits, OperatorLimits, operators
from edgeflow.model.operators import CUSTOM
from edgeflow.model.own_operators import is_select_tf
from edgeflow.model.types import Model, Operator, Quantization, Subgraph, Tensor

MOST_INPUTS = 32  # EF_MAX_INPUTS
MOST_OUTPUTS = 16  # EF_MAX_OUTPUTS
OF_RESOURCES = ("CALL_ONCE", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE")
WRONG_FORM, WRONG_TYPE, WRONG_DETAIL, FITS = 0x100, 0x200, 0x300, 0x400  # how close a kernel came
_ZERO_POINTS = {"INT8": (-128, 127), "UINT8": (0, 255)}


@dataclass(frozen=True)
class Choice:
    """A kernel with the bytes it needs for one operator: its record, rounded up to 4, and its scratch."""

    kernel: KernelLimits
    record_bytes: int
    scratch_bytes: int


def choose(subgraph: Subgraph, operator: Operator) -> Choice | str:
    """The first kernel that takes the operator, or the reason why none does (that of the closest one)."""
    if is_select_tf(operator):
        return f"{operator.name}: needs TensorFlow's Flex delegate, which microcontrollers do not have"
    if operator.builtin_code == CUSTOM or operator.custom:
        return f"custom operator {operator.name}: the runtime needs the application's kernel for it"
    entry = next((entry for entry in operators() if entry.code == operator.builtin_code), None)
    if entry is None and operator.name in OF_RESOURCES:
        return (
            f"{operator.name}: edgeflow's runtime has no resource variables; "
            "convert with the variables frozen, or keep state in inputs and outputs"
        )
    if entry is None:
        return f"{operator.name}: edgeflow's runtime has no kernel"
    if len(operator.inputs) > MOST_INPUTS or len(operator.outputs) > MOST_OUTPUTS:
        return f"{operator.name}: more than {MOST_INPUTS} inputs or {MOST_OUTPUTS} outputs"
    closest: tuple[int, str] = (0, "")
    values = formula_values(subgraph, operator)
    for kernel in entry.kernels:
        closeness, reason = _judge(entry, kernel, subgraph, operator)
        if not reason and (not kernel.when or evaluate(kernel.when, values)):
            record = evaluate(kernel.record, values)
            return Choice(kernel, -(-record // 4) * 4, evaluate(kernel.scratch, values))
        if closeness > closest[0] and reason:
            closest = closeness, reason
    return f"{operator.name}: {closest[1]}"


def formula_values(subgraph: Subgraph, operator: Operator) -> dict[str, int]:
    """The names that formulas of operators.toml may use, for one operator."""
    inputs = [subgraph.tensors[i] if i >= 0 else None for i in operator.inputs]
    outputs = [subgraph.tensors[i] for i in operator.outputs if i >= 0]
    first, second = (*inputs, None, None)[:2]
    out = outputs[0] if outputs else None
    return {
        "in_c": _innermost(first),
        "out_c": _innermost(out),
        "in_elements": prod(first.shape) if first else 0,
        "out_elements": prod(out.shape) if out else 0,
        "elements1": prod(second.shape) if second else 0,
        "depth": _innermost(second),
        "batch": first.shape[0] if first and first.shape else 1,
        "rank": len(first.shape) if first else 0,
        "out_rank": len(out.shape) if out else 0,
        "inputs": len(inputs),
        "outputs": len(outputs),
        "scales": max(1, len(_scales(second))) if second else 1,
    }


def unsupported_reasons(model: Model) -> tuple[str, ...]:
    """Why edgeflow's runtime cannot run the model's first subgraph, one sentence an operator; empty when it can.

    Checked are operators, versions, types, ranks, constants and quantization; kernels hold shapes and options to
    further limits (runtime/OPERATORS.md) when a model is prepared.
    """
    reasons = []
    for operator in model.main.operators:
        chosen = choose(model.main, operator)
        if isinstance(chosen, str):
            reasons.append(f"operator {operator.index}: {chosen}")
    return tuple(reasons)


def _innermost(tensor: Tensor | None) -> int:
    return tensor.shape[-1] if tensor is not None and tensor.shape else 1


def _judge(entry: OperatorLimits, kernel: KernelLimits, subgraph: Subgraph, operator: Operator) -> tuple[int, str]:
    """(closeness, reason): the reason is empty when the kernel takes the operator.

    The further down its operands the kernel got, the closer it came.
    """
    if not entry.version_min <= operator.version <= entry.version_max:
        return WRONG_FORM, f"version {operator.version}, the runtime has {entry.version_min} to {entry.version_max}"
    if not _count_holds(kernel.inputs, len(operator.inputs)) or not _count_holds(kernel.outputs, len(operator.outputs)):
        return WRONG_FORM, f"{len(operator.inputs)} inputs and {len(operator.outputs)} outputs"
    first = subgraph.tensors[operator.inputs[0]] if operator.inputs and operator.inputs[0] >= 0 else None
    for side, before, limits, indices in (
        ("input", 0, kernel.inputs, operator.inputs),
        ("output", len(operator.inputs), kernel.outputs, operator.outputs),
    ):
        for position, index in enumerate(indices):
            operand = limits[min(position, len(limits) - 1)]
            if index < 0:
                if not operand.optional:
                    return WRONG_DETAIL + before + position, f"{side} {position} is absent"
                continue
            closeness, reason = _operand_reason(operand, subgraph.tensors[index], first)
            if reason:
                return closeness + before + position, f"{side} {position} {reason}"
    return FITS, ""


def _operand_reason(limits: OperandLimits, tensor: Tensor, first: Tensor | None) -> tuple[int, str]:
    if not limits.types:
        return WRONG_DETAIL, "is given, the runtime takes none there"
    if tensor.dtype not in limits.types:
        return WRONG_TYPE, f"is {tensor.dtype}, the runtime takes {' or '.join(limits.types)}"
    if limits.same_type and first is not None and tensor.dtype != first.dtype:
        return WRONG_TYPE, f"is {tensor.dtype}, input 0 is {first.dtype}"
    if not limits.rank_min <= len(tensor.shape) <= limits.rank_max:
        return WRONG_DETAIL, f"has rank {len(tensor.shape)}, the runtime takes {limits.rank_min} to {limits.rank_max}"
    if min(tensor.shape, default=1) < 1:
        return WRONG_DETAIL, "has an empty size"
    if limits.constant and (not tensor.is_constant or tensor.is_variable):
        return WRONG_DETAIL, "is not constant"
    if limits.variable and not tensor.is_variable:
        return WRONG_DETAIL, "is not a variable"
    return (WRONG_DETAIL, _quantization_reason(limits, tensor)) if limits.quantized else (FITS, "")


def _count_holds(limits: tuple[OperandLimits, ...], count: int) -> bool:
    if count > len(limits) and not (limits and limits[-1].repeated):
        return False
    return all(operand.optional for operand in limits[count:])


def _scales(tensor: Tensor) -> tuple[float, ...]:
    """Scales of a tensor whose quantization holds together, else none."""
    quantization = tensor.quantization
    if quantization is None or not _holds_together(tensor, quantization):
        return ()
    return quantization.scale


def _holds_together(tensor: Tensor, quantization: Quantization) -> bool:
    count, zero_points = len(quantization.scale), quantization.zero_point
    if count <= 1:
        return count == 1 and (not zero_points or -(2**15) <= zero_points[0] < 2**15)
    axis = quantization.quantized_dimension
    if not 0 <= axis < len(tensor.shape) or tensor.shape[axis] != count or count >= 2**16:
        return False
    return len(zero_points) in (0, count)


def _quantization_reason(limits: OperandLimits, tensor: Tensor) -> str:
    scales = _scales(tensor)
    quantization = tensor.quantization
    if not scales or quantization is None:
        return "lacks scale and zero point, or they do not match its shape"
    if len(scales) > 1 and limits.quantized != "per-axis":
        return "is quantized per axis"
    if len(scales) > 1 and limits.axis not in (ANY_AXIS, quantization.quantized_dimension):
        return f"is quantized along dimension {quantization.quantized_dimension}, not {limits.axis}"
    if not all(0.0 < scale < math.inf for scale in scales):
        return "has a scale that is not finite and > 0"
    if len(scales) > 1 and any(quantization.zero_point):
        return "has one scale a slice and a zero point that is not 0"
    zero_point = quantization.zero_point[0] if quantization.zero_point else 0
    if limits.symmetric and zero_point:
        return f"has zero point {zero_point}, not 0"
    low, high = _ZERO_POINTS.get(tensor.dtype, (0, 0))
    return "" if low <= zero_point <= high else f"has zero point {zero_point} outside its type"
