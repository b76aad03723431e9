"""Damaged models give a status with a reason, under AddressSanitizer and UBSan, on 64 and 32 bits."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.runtime.graphs import Node, graph_model, packed, random_graph, tensor
from tests.runtime.host_build import build
from tests.runtime.mutate import damaged

DATA = Path(__file__).parents[1] / "data"
OK = 0


@pytest.fixture(scope="session", params=["checked", "checked-m32"])
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("malformed.c", request.param, tmp_path_factory)


def seeds() -> list[bytes]:
    """Small models with many operators, signatures and constants."""
    small = [path.read_bytes() for path in sorted(DATA.glob("*.tflite")) if path.stat().st_size < 8192]
    return [packed(dense_model()), packed(window_model()), *small] + [
        random_graph(np.random.default_rng([3, seed])) for seed in range(3)
    ]


def dense_model() -> Any:
    """FULLY_CONNECTED, int8, with a signature."""
    weights, bias = bytes(range(12)), bytes(12)
    options = schema.FullyConnectedOptionsT()
    tensors = [tensor((1, 4)), tensor((3, 4), buffer=1), tensor((3,), "INT32", 0.25, 2), tensor((1, 3))]
    model = graph_model(tensors, [Node("FULLY_CONNECTED", (0, 1, 2), (3,), options)], [0], [3], [weights, bias])
    entry = schema.SignatureDefT()
    entry.signatureKey = "serve"
    entry.subgraphIndex = 0
    for side, index in (("inputs", 0), ("outputs", 3)):
        mapped = schema.TensorMapT()
        mapped.name, mapped.tensorIndex = side, index
        setattr(entry, side, [mapped])
    model.signatureDefs = [entry]
    return model


def window_model() -> Any:
    """CONV_2D, MAX_POOL_2D, AVERAGE_POOL_2D, PAD, MEAN and CONCATENATION, int8."""
    conv = schema.Conv2DOptionsT()
    conv.strideH = conv.strideW = 1
    pools = [schema.Pool2DOptionsT(), schema.Pool2DOptionsT()]
    for pool in pools:
        pool.strideH = pool.strideW = pool.filterHeight = pool.filterWidth = 2
    concatenation = schema.ConcatenationOptionsT()
    concatenation.axis = 3
    paddings = np.array([[0, 0], [1, 0], [0, 1], [0, 0]], dtype="<i4").tobytes()
    per_axis = tensor((2, 3, 3, 1), buffer=1)
    per_axis.quantization.scale = np.asarray([0.25, 0.5], dtype=np.float32)
    per_axis.quantization.zeroPoint = np.asarray([0, 0], dtype=np.int64)
    tensors = [
        tensor((1, 6, 6, 1)),
        per_axis,
        tensor((2,), "INT32", None, 2),
        tensor((1, 6, 6, 2)),
        tensor((1, 3, 3, 2)),
        tensor((1, 3, 3, 2)),
        tensor((1, 3, 3, 4)),
        tensor((4, 2), "INT32", None, 3),
        tensor((1, 4, 4, 4)),
        tensor((2,), "INT32", None, 4),
        tensor((1, 4)),
    ]
    nodes = [
        Node("CONV_2D", (0, 1, 2), (3,), conv),
        Node("MAX_POOL_2D", (3,), (4,), pools[0]),
        Node("AVERAGE_POOL_2D", (3,), (5,), pools[1]),
        Node("CONCATENATION", (4, 5), (6,), concatenation),
        Node("PAD", (6, 7), (8,), schema.PadOptionsT()),
        Node("MEAN", (8, 9), (10,), schema.ReducerOptionsT()),
    ]
    axes = np.array([1, 2], dtype="<i4").tobytes()
    return graph_model(tensors, nodes, [0], [10], [bytes(range(18)), bytes(8), paddings, axes])


def run(program: Path, models: list[bytes], mutations: int) -> tuple[list[int], int, int]:
    """(count of each status, models invoked, refusals without a reason)."""
    batch = b"".join(struct.pack("<I", len(model)) + model for model in models)
    child = subprocess.run([program, str(mutations), "7"], input=batch, capture_output=True, timeout=200)
    assert child.returncode == 0, child.stderr.decode()[-4000:]
    *counts, invoked, speechless = map(int, child.stdout.split())
    return counts, invoked, speechless


def test_the_undamaged_models_run(program: Path) -> None:
    counts, invoked, _ = run(program, [packed(dense_model()), packed(window_model())], 0)
    assert counts[OK] == sum(counts), counts
    assert invoked == 3  # the dense model without and with its signature


def test_bytes_damaged_at_random_give_a_status_with_a_reason(program: Path) -> None:
    counts, invoked, speechless = run(program, seeds(), 1500)
    assert speechless == 0
    assert invoked > 500
    assert sum(counts) - counts[OK] > 3000
    assert sum(1 for count in counts if count) >= 6, counts


def test_well_formed_files_with_senseless_content_give_a_status_with_a_reason(program: Path) -> None:
    rng = np.random.default_rng(11)
    models = [model for model in (damaged(seed, rng) for seed in [dense_model(), window_model()] * 700) if model]
    counts, invoked, speechless = run(program, models, 0)
    assert len(models) > 900
    assert speechless == 0
    assert invoked > 100
    assert sum(1 for count in counts if count) >= 6, counts


def test_every_truncation_of_a_model_is_refused(program: Path) -> None:
    model = packed(dense_model())
    counts, invoked, _ = run(program, [model[:size] for size in range(len(model))], 0)
    assert sum(counts) >= len(model)
    assert invoked == 0
