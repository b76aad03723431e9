"""invoke and bench on an emulated board: outputs equal LiteRT's reference, instructions and no time, slots kept."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from edgeflow.device.connect import connect
from edgeflow.device.types import Device
from edgeflow.model.read import load_model
from edgeflow.pipeline.bench import bench
from edgeflow.pipeline.invoke import invoke
from edgeflow.transport.address import parse_address

pytestmark = pytest.mark.emulated
DATA = Path(__file__).parents[1] / "data"
SCHEMA = Path(__file__).parents[2] / "edgeflow/results/schemas/result.schema.json"


@pytest.fixture
def board(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    return Device("desk", parse_address("qemu:mps2-an386/verbs"), "cortex-m4", "mps2-an386")


@pytest.fixture
def here(tmp_path):
    return Device("here", parse_address("local:"), base=str(tmp_path / "base"))


@pytest.mark.parametrize("name", ["sine_int8", "dict_io_int8", "kws_int8"])
def test_outputs_equal_litert_reference_on_the_same_seed(board, here, name):
    there, reference = (
        invoke(DATA / f"{name}.tflite", board),
        invoke(DATA / f"{name}.tflite", here, delegate="reference"),
    )
    assert there.steps[0].inputs == reference.steps[0].inputs and list(there.outputs) == list(reference.outputs)
    for output, array in reference.outputs.items():
        np.testing.assert_array_equal(there.outputs[output], array, strict=True)
    assert there.steps[0].latency_us is None and reference.steps[0].latency_us > 0


def test_bench_counts_instructions_the_same_each_time(board):
    first = bench(DATA / "sine_int8.tflite", board)
    again = bench(DATA / "sine_int8.tflite", board, processes=2)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(json.loads(json.dumps(first.to_json())))
    assert first.latency_us is None and first.instructions == again.instructions
    assert first.instructions.per_invoke > 1000 and first.trusted and first.device.emulated
    assert first.memory_bytes.arena_planned > 0 and first.memory_bytes.stack > 0
    assert first.flash_bytes.text > 20_000 and first.flash_bytes.model == (DATA / "sine_int8.tflite").stat().st_size
    assert first.unavailable["latency_us"].startswith("emulated: ")


def test_trying_a_model_leaves_the_deployed_one_active(board):
    mine, other = load_model(DATA / "sine_int8.tflite"), load_model(DATA / "dict_io_int8.tflite")
    with connect(board) as session:
        session.models.activate("mine", session.models.upload("mine", mine.content).release)
        assert session.models.place(mine) == "mine"
        tried = session.models.place(other)
        assert [tensor.name for tensor in session.open(tried).inputs] == [
            name for name, _ in other.signatures[0].inputs
        ]
    with connect(board) as session:
        assert session.models.slots() == {"mine": ("active", mine.sha256)}
