"""What TensorFlow Lite Micro calls a model's operators, and an estimate of the arena it takes.

Source of the names: the methods of tflite::MicroMutableOpResolver, tflite-micro of August 2026.
"""

from __future__ import annotations

from edgeflow.errors import ModelError
from edgeflow.fit.estimate import estimate_arena
from edgeflow.model.types import Model

# those whose name is not each word of TFLite's own with a capital (CONV_2D is Conv2D)
_SPELT = {
    "BATCH_MATMUL": "BatchMatMul",
    "CUMSUM": "CumSum",
    "PADV2": "PadV2",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "UnidirectionalSequenceLSTM",
}
_PLAIN = """
ABS ADD ADD_N ARG_MAX ARG_MIN ASSIGN_VARIABLE AVERAGE_POOL_2D BATCH_TO_SPACE_ND BROADCAST_ARGS BROADCAST_TO CALL_ONCE
CAST CEIL CONCATENATION CONV_2D COS DEPTH_TO_SPACE DEPTHWISE_CONV_2D DEQUANTIZE DIV ELU EMBEDDING_LOOKUP EQUAL EXP
EXPAND_DIMS FILL FLOOR FLOOR_DIV FLOOR_MOD FULLY_CONNECTED GATHER GATHER_ND GREATER GREATER_EQUAL HARD_SWISH IF
L2_NORMALIZATION L2_POOL_2D LEAKY_RELU LESS LESS_EQUAL LOG LOG_SOFTMAX LOGICAL_AND LOGICAL_NOT LOGICAL_OR LOGISTIC
MAX_POOL_2D MAXIMUM MEAN MINIMUM MIRROR_PAD MUL NEG NOT_EQUAL PACK PAD PRELU QUANTIZE READ_VARIABLE REDUCE_MAX RELU
RELU6 RESHAPE RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR ROUND RSQRT SELECT_V2 SHAPE SIN SLICE SOFTMAX SPACE_TO_BATCH_ND
SPACE_TO_DEPTH SPLIT SPLIT_V SQRT SQUARE SQUARED_DIFFERENCE SQUEEZE STRIDED_SLICE SUB SUM SVDF TANH TRANSPOSE
TRANSPOSE_CONV UNPACK VAR_HANDLE WHILE ZEROS_LIKE
"""
# of what TFLM keeps beside the tensors: measured on the models of MLPerf Tiny it was 1.6 to 27 KB, chiefly two words a
# channel of convolutions (source: hardware/results, recording builds of tflite-micro 90b983c)
_A_TENSOR, _AN_OPERATOR, _A_CHANNEL, _OWN = 48, 96, 8, 1024


def tflm_operators(model: Model) -> tuple[str, ...]:
    """Names behind `Add` of a resolver with exactly the model's operators. Raises ModelError with all it lacks."""
    known = {name: "".join(word.capitalize() for word in name.split("_")) for name in _PLAIN.split()}
    known = {name: text.replace("2d", "2D") for name, text in known.items()} | _SPELT
    every = [operator for subgraph in model.subgraphs for operator in subgraph.operators]
    reasons = [
        f"operator {operator.index}: TensorFlow Lite Micro has no {operator.name}"
        for operator in every
        if operator.custom or operator.name not in known
    ]
    if reasons:
        raise ModelError(
            f"{model.path.name} does not run on TensorFlow Lite Micro: {reasons[0]}",
            "use --form interpreter, or convert the model without these operators",
            reasons,
        )
    return tuple(sorted({known[operator.name] for operator in every}))


def tflm_arena_bytes(model: Model) -> int:
    """More than TFLM should need, in bytes: its own figure is known on the board only."""
    graph = model.main
    channels = sum(len(tensor.quantization.scale) for tensor in graph.tensors if tensor.quantization)
    kept = _OWN + _A_TENSOR * len(graph.tensors) + _AN_OPERATOR * len(graph.operators) + _A_CHANNEL * channels
    total = estimate_arena(model).planned_bytes + kept
    return -(-total * 9 // 8 // 64) * 64
