"""MACs: counted here by running each operator's loops, there by formula."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from edgeflow.model import costs
from edgeflow.model.read import load_model
from edgeflow.model.types import Tensor

DATA = Path(__file__).parents[1] / "data"


def tensor(*shape: int, constant: bool = False) -> Tensor:
    return Tensor(0, "", "INT8", shape, shape, None, 1 if constant else 0, False, 0)


def weights(*shape: int) -> Tensor:
    return tensor(*shape, constant=True)


def loops(*sizes: int) -> int:
    """Count by running, not by multiplying."""
    return sum(1 for _ in itertools.product(*map(range, sizes)))


@pytest.mark.parametrize(
    ("name", "inputs", "outputs", "expected"),
    [
        # output H, W, O; filter H, W, I
        ("CONV_2D", [tensor(1, 8, 8, 3), weights(4, 3, 2, 3)], [tensor(1, 5, 6, 4)], loops(5, 6, 4, 3, 2, 3)),
        # two groups: the filter's I is half the input's channels
        ("CONV_2D", [tensor(1, 4, 4, 6), weights(4, 1, 1, 3)], [tensor(1, 4, 4, 4)], loops(4, 4, 4, 3)),
        ("DEPTHWISE_CONV_2D", [tensor(1, 9, 9, 2), weights(1, 3, 5, 6)], [tensor(1, 7, 5, 6)], loops(7, 5, 6, 3, 5)),
        ("FULLY_CONNECTED", [tensor(2, 10), weights(7, 10), None], [tensor(2, 7)], loops(2, 7, 10)),
        ("FULLY_CONNECTED", [tensor(2, 3, 10), weights(7, 10)], [tensor(2, 3, 7)], loops(2, 3, 7, 10)),
        # every input element meets every filter tap of every output channel
        (
            "TRANSPOSE_CONV",
            [weights(4), weights(5, 3, 3, 2), tensor(1, 4, 4, 2)],
            [tensor(1, 8, 8, 5)],
            loops(4, 4, 2, 5, 3, 3),
        ),
        (
            "CONV_3D",
            [tensor(1, 4, 4, 4, 2), weights(2, 2, 2, 2, 3)],
            [tensor(1, 3, 3, 3, 3)],
            loops(3, 3, 3, 3, 2, 2, 2, 2),
        ),
        ("BATCH_MATMUL", [tensor(2, 3, 4), tensor(2, 4, 5)], [tensor(2, 3, 5)], loops(2, 3, 5, 4)),
        # adj_x: the left input is stored transposed
        ("BATCH_MATMUL", [tensor(2, 4, 3), tensor(2, 4, 5)], [tensor(2, 3, 5)], loops(2, 3, 5, 4)),
        (
            "SVDF",
            [tensor(2, 6), weights(8, 6), weights(8, 10), None, tensor(2, 80)],
            [tensor(2, 4)],
            loops(2, 8, 6) + loops(2, 8, 10),
        ),
        # four gates: input and recurrent matrices, over 3 rows of 5 steps
        (
            "UNIDIRECTIONAL_SEQUENCE_LSTM",
            [
                tensor(3, 5, 7),
                *[weights(4, 7)] * 4,
                *[weights(4, 4)] * 4,
                None,
                None,
                None,
                *[weights(4)] * 4,
                tensor(3, 4),
            ],
            [tensor(3, 5, 4)],
            loops(3, 5, 4, 4, 7) + loops(3, 5, 4, 4, 4),
        ),
        ("ADD", [tensor(1, 8), tensor(1, 8)], [tensor(1, 8)], 0),
        ("SOFTMAX", [tensor(1, 8)], [tensor(1, 8)], 0),
    ],
)
def test_macs_equal_the_loops_an_operator_runs(name, inputs, outputs, expected):
    assert costs.macs(name, inputs, outputs) == expected


@pytest.mark.parametrize("name", sorted(costs._MACS))
@pytest.mark.parametrize(
    "inputs", [[], [None], [None] * 24, [tensor()] * 24, [tensor(0)] * 24, [tensor(0, 0, 0, 0)] * 24]
)
def test_absent_scalar_and_empty_operands_cost_nothing_and_do_not_fail(name: str, inputs: list):
    for outputs in ([], [tensor()], [tensor(0, 0)]):
        assert costs.macs(name, inputs, outputs) in (0, 1)


@pytest.mark.parametrize(
    ("stem", "macs"), [("kws", 2_656_768), ("vww", 7_489_664), ("resnet8", 12_501_632), ("ad01", 264_192)]
)
def test_the_benchmark_models_cost_what_their_papers_say(stem: str, macs: int):
    for path in DATA.glob(f"{stem}_*.tflite"):
        assert sum(operator.macs for operator in load_model(path).main.operators) == macs


def test_only_constants_are_weights():
    assert costs.weight_bytes([tensor(1, 4), weights(4, 4), weights(4), None]) == 2


def test_every_constant_of_a_model_is_some_operators_weight():
    model = load_model(DATA / "resnet8_int8.tflite")
    constants = sum(tensor.constant_bytes for tensor in model.main.tensors)
    assert sum(operator.weight_bytes for operator in model.main.operators) >= constants > 0
