"""A model with metadata and files behind it runs in the on-device runtime as it did before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeflow.model import metadata as m
from edgeflow.model.metadata_write import write_metadata
from edgeflow.model.read import load_model
from tests.runtime.oracle import Run, run_batch
from tests.runtime.single_operator import Case

DATA = Path(__file__).parents[1] / "data"


@pytest.mark.parametrize("name", ["kws_int8", "resnet8_float32", "sine_int8"])
def test_the_runtime_gives_the_same_outputs_in_the_same_memory(name: str, drivers: list[Path]) -> None:
    model = load_model(DATA / f"{name}.tflite")
    metadata = m.ModelMetadata("described", files=(m.AssociatedFile("labels.txt"),))
    described = write_metadata(model, metadata, {"labels.txt": b"a\nb\n"})
    source = np.random.default_rng(5)
    tensors = [model.main.tensors[index] for index in model.main.inputs]
    values = tuple(
        source.integers(-128, 128, tensor.shape).astype(np.int8)
        if tensor.dtype == "INT8"
        else source.standard_normal(tensor.shape).astype(np.float32)
        for tensor in tensors
    )
    for driver in drivers:
        before, after = run_batch([driver], [Case("before", model.content, values), Case("after", described, values)])
        assert isinstance(before, Run) and isinstance(after, Run)
        assert after.outputs == before.outputs
        assert (after.planned, after.persistent) == (before.planned, before.persistent)
