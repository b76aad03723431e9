"""The operators and types that the runtime is to have are there, and what it leaves out is refused with a reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgeflow.fit.fit import fit
from edgeflow.fit.operators import OF_RESOURCES, unsupported_reasons
from edgeflow.fit.table import KernelLimits, operators
from edgeflow.model.read import load_model, read_model
from edgeflow.targets.registry import find_target
from tests.runtime.host_build import build
from tests.runtime.oracle import Refused, litert
from tests.runtime.planned import plan_with
from tests.runtime.single_operator import Case, options, quantized
from tests.runtime.single_operator import build as one_operator

COUNTER = Path(__file__).parents[1] / "data" / "counter_float32.tflite"
IN_BOTH = """
    TRANSPOSE_CONV SUB DIV MINIMUM MAXIMUM SQUARED_DIFFERENCE SUM REDUCE_MAX REDUCE_MIN SQUEEZE EXPAND_DIMS TRANSPOSE
    PADV2 MIRROR_PAD SPLIT SPLIT_V PACK UNPACK SLICE STRIDED_SLICE GATHER TILE SHAPE CAST LOG_SOFTMAX TANH LEAKY_RELU
    PRELU ELU HARD_SWISH GELU EXP LOG SQRT RSQRT ABS NEG L2_NORMALIZATION ARG_MAX ARG_MIN RESIZE_NEAREST_NEIGHBOR
    RESIZE_BILINEAR SPACE_TO_DEPTH DEPTH_TO_SPACE BATCH_MATMUL UNIDIRECTIONAL_SEQUENCE_LSTM SVDF EQUAL NOT_EQUAL LESS
    LESS_EQUAL GREATER GREATER_EQUAL SELECT_V2 BROADCAST_TO
    CONV_2D DEPTHWISE_CONV_2D FULLY_CONNECTED ADD MUL PAD AVERAGE_POOL_2D MAX_POOL_2D MEAN SOFTMAX LOGISTIC RESHAPE
    CONCATENATION RELU RELU6
"""
IN_INT16 = """
    CONV_2D DEPTHWISE_CONV_2D TRANSPOSE_CONV FULLY_CONNECTED ADD SUB MUL PAD STRIDED_SLICE LEAKY_RELU LOGISTIC TANH
    SOFTMAX QUANTIZE AVERAGE_POOL_2D MAX_POOL_2D CONCATENATION UNIDIRECTIONAL_SEQUENCE_LSTM
"""
FLOAT_ONLY = ("FLOOR", "CEIL", "ROUND")
LOGIC = ("LOGICAL_AND", "LOGICAL_OR", "LOGICAL_NOT")
INT4_WEIGHTS = ("CONV_2D", "FULLY_CONNECTED")


def takes(name: str, dtype: str) -> bool:
    """Whether some kernel of the operator takes `dtype` where its data come in."""

    def data(kernel: KernelLimits) -> set[str]:
        return {dtype for one in kernel.inputs if not (one.constant or one.optional) for dtype in one.types}

    entry = next(entry for entry in operators() if entry.name == name)
    return any(dtype in data(kernel) for kernel in entry.kernels)


@pytest.mark.parametrize("dtype", ["INT8", "FLOAT32"])
def test_the_operators_are_there_in_int8_and_float32(dtype: str) -> None:
    assert [name for name in IN_BOTH.split() if not takes(name, dtype)] == []


def test_the_operators_of_16x8_models_are_there_in_int16() -> None:
    assert [name for name in IN_INT16.split() if not takes(name, "INT16")] == []
    assert all(takes(name, "FLOAT32") for name in FLOAT_ONLY)
    assert all(takes(name, "BOOL") for name in LOGIC)


def test_weights_of_int4_are_there() -> None:
    entries = {entry.name: entry for entry in operators()}
    for name in INT4_WEIGHTS:
        assert any(kernel.inputs[1].types == ("INT4",) for kernel in entries[name].kernels)


def test_litert_has_no_int8_kernel_either_where_the_runtime_has_none(tmp_path: Path) -> None:
    x = quantized((1, 4), 0.5)
    values = (np.ones((1, 4), dtype=np.int8),)
    models = {name: one_operator(name, [x], [x], None) for name in FLOAT_ONLY}
    models["LOGICAL_AND"] = one_operator("LOGICAL_AND", [x, x], [x], options("LogicalAndOptions"))
    cases = [
        Case(name, model, values * (2 if name == "LOGICAL_AND" else 1), optimized=True)
        for name, model in models.items()
    ]
    for case, outcome in zip(cases, litert(cases, tmp_path), strict=True):
        assert isinstance(outcome, Refused), case.name
        assert not takes(case.name, "INT8")


def test_resource_variables_are_refused_with_the_reason(tmp_path_factory: pytest.TempPathFactory) -> None:
    model = load_model(COUNTER)
    assert any(operator.name in OF_RESOURCES for operator in model.main.operators)
    verdict = fit(model, find_target("cortex-m4"), ram_bytes=1 << 20, flash_bytes=1 << 20)
    assert verdict.fits is False
    assert any("resource variables" in reason and "frozen" in reason for reason in verdict.reasons)
    program = build("plan_report.c", "plain", tmp_path_factory)
    for name in OF_RESOURCES:
        kind = {"VAR_HANDLE": "VarHandleOptions", "CALL_ONCE": "CallOnceOptions"}.get(name)
        content = one_operator(name, [quantized((1,), 1.0)], [quantized((1,), 1.0)], options(kind) if kind else None)
        (answer,) = plan_with(program, [(content, 1 << 16, False)])
        code = getattr(schema.BuiltinOperator, name)
        assert (answer.status, answer.operator) == (6, 0)
        assert answer.text == f"operator {code}: resource variables are not offered"
        (reason,) = unsupported_reasons(read_model(content, Path("one.tflite")))
        assert "resource variables" in reason
