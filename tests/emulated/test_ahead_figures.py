"""What models cost without the link, as `make bench-mcu` measures it: limits that nothing may exceed."""

from __future__ import annotations

import importlib
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from edgeflow.model.read import load_model

pytestmark = pytest.mark.emulated
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LIMITS = tomllib.loads((HERE / "mcu_limits.toml").read_text(encoding="utf-8"))["limit"]


@pytest.fixture(scope="module")
def images() -> Any:
    sys.path.insert(0, str(ROOT / "hardware/benchmarks"))
    try:
        return importlib.import_module("mcu_images")
    finally:
        sys.path.pop(0)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: f"{limit['board']}-{limit['model']}-{limit['build']}")
def test_a_build_stays_within_its_limits(images: Any, limit: dict[str, Any]) -> None:
    model = load_model(ROOT / f"tests/data/{limit['model']}_int8.tflite")
    if limit["build"].startswith("interpreter"):
        found = images.measure_interpreted(limit["board"], model, plan=limit["build"] == "interpreter-plan")
        assert 0 < found.init_instructions < found.instructions
    else:
        found = images.measure_ahead(limit["board"], model, limit["build"])
        assert found.init_instructions <= found.instructions / 1000
    assert 30_000 < found.instructions <= limit["instructions"]
    assert found.instructions < found.cycles <= limit["cycles"]
    assert 0 < found.ram_bytes <= limit["ram"]
    assert 2_000 < found.text_bytes <= limit["text"]
    assert 64 < max(found.stack_bytes, found.init_stack_bytes) <= limit["stack"]
    assert sum(share.instructions for share in found.operators) == pytest.approx(found.instructions, rel=0.01)
