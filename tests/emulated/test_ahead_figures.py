"""What models cost ahead of time without the link, as the benchmark measures it: limits that nothing may exceed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.emulated
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def benchmark() -> Any:
    spec = importlib.util.spec_from_file_location("aot_benchmark", ROOT / "hardware/benchmarks/aot.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# text with records, without weights; arena and static together are the RAM beside the stack
@pytest.mark.parametrize(
    ("board", "model", "text", "ram", "instructions"),
    [
        ("mps2-an386", "kws_int8", 14_000, 8_704, 6_100_000),
        ("mps2-an386", "resnet8_int8", 12_500, 33_856, 23_000_000),
        ("mps3-an547", "kws_int8", 14_500, 8_704, 6_200_000),
    ],
)
def test_a_model_stays_within_its_limits(
    benchmark: Any, board: str, model: str, text: int, ram: int, instructions: int
) -> None:
    record = benchmark.measure(board, ROOT / f"tests/data/{model}.tflite")
    assert 4_000 < record["text_bytes"] <= text
    assert 0 < record["arena_bytes"] + record["static_bytes"] <= ram
    assert 100_000 < record["instructions_per_invoke"] <= instructions
    assert record["init_instructions"] == 0
    assert 64 < record["stack_bytes"] <= 768
