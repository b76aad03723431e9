"""Images that hold a model ahead of time, on emulated boards: outputs, figures, and what such an image refuses."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from edgeflow.device.ahead import ahead_image
from edgeflow.device.connect import connect
from edgeflow.device.types import Device
from edgeflow.errors import DeviceError, DeviceStatusError, ModelError, UsageError
from edgeflow.model.read import load_model
from edgeflow.pipeline.bench import bench
from edgeflow.pipeline.invoke import invoke
from edgeflow.transport.address import parse_address
from edgeflow.wire.constants import Command, Slots
from tests.generate.ahead_build import unheard_of

pytestmark = pytest.mark.emulated
DATA = Path(__file__).parents[1] / "data"
SCHEMA = Path(__file__).parents[2] / "edgeflow/results/schemas/result.schema.json"


@pytest.fixture
def board(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    return lambda name: Device("desk", parse_address(f"qemu:{name}/ahead"), None, name)


@pytest.mark.parametrize("name", ["kws_int8", "resnet8_int8", "dict_io_int8"])
@pytest.mark.parametrize("where", ["mps2-an386", "mps3-an547"])
def test_outputs_equal_litert_reference_on_the_same_seed(board, tmp_path, where, name):
    here = Device("here", parse_address("local:"), base=str(tmp_path / "base"))
    there = invoke(DATA / f"{name}.tflite", board(where), aot=True)
    reference = invoke(DATA / f"{name}.tflite", here, delegate="reference")
    assert there.steps[0].inputs == reference.steps[0].inputs and list(there.outputs) == list(reference.outputs)
    for output, array in reference.outputs.items():
        np.testing.assert_array_equal(there.outputs[output], array, strict=True)


def test_bench_gives_the_figures_of_the_image_and_no_init_to_speak_of(board):
    ahead = bench(DATA / "kws_int8.tflite", board("mps2-an386"), aot=True)
    interpreted = bench(DATA / "kws_int8.tflite", board("mps2-an386"))
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(json.loads(json.dumps(ahead.to_json())))
    assert ahead.build.aot and not interpreted.build.aot and ahead.trusted
    assert ahead.instructions.init < ahead.instructions.per_invoke / 1000
    assert ahead.instructions.per_invoke < interpreted.instructions.per_invoke
    least = bench(DATA / "kws_int8.tflite", board("mps2-an386"), aot=True, optimize="ram")
    assert least.memory_bytes.arena_planned < interpreted.memory_bytes.arena_planned
    needed = interpreted.memory_bytes.arena_planned + interpreted.memory_bytes.arena_persistent
    assert least.memory_bytes.arena_planned < ahead.memory_bytes.arena_planned < needed
    assert ahead.memory_bytes.arena_persistent == 0 and ahead.memory_bytes.stack > 0
    assert 4_000 < ahead.flash_bytes.text < 32_000 and 0 < ahead.flash_bytes.model < ahead.model.bytes
    assert ahead.unavailable.keys() == interpreted.unavailable.keys() - {"flash_bytes"}


def test_the_image_names_its_model_and_takes_no_other(board):
    device, model = board("mps2-an386"), load_model(DATA / "sine_int8.tflite")
    other = load_model(DATA / "dict_io_int8.tflite")
    with connect(device, image=ahead_image(device, model, None).image.path) as session:
        assert session.hello.slots == Slots.NONE
        found = session.request(Command.MODEL_INFO)
        assert found["sha256"].hex() == model.sha256
        assert session.models.place(model) == ""
        with pytest.raises(DeviceError, match="holds model"):
            session.models.place(other)
        with pytest.raises(DeviceStatusError) as begin:
            session.models.upload("other", other.content)
        with pytest.raises(DeviceStatusError) as chunk:
            session.request(Command.MODEL_CHUNK, offset=0, data=b"\0")
        with pytest.raises(DeviceStatusError) as commit:
            session.request(Command.MODEL_COMMIT)
        with pytest.raises(DeviceStatusError) as activate:
            session.models.activate("other")
        assert {error.value.status for error in (begin, chunk, commit, activate)} == {"NO_SLOTS"}
        assert len(session.open("").inputs) == len(model.main.inputs)
        with pytest.raises(DeviceStatusError) as unknown:
            session.signature("nothing")
        assert unknown.value.status == "NOT_FOUND"
        session.restart()
        assert session.request(Command.MODEL_INFO)["sha256"].hex() == model.sha256


def test_the_deployed_model_of_the_board_stays(board):
    device, model = board("mps2-an386"), load_model(DATA / "sine_int8.tflite")
    with connect(device) as session:
        session.models.activate("mine", session.models.upload("mine", model.content).release)
    invoke(DATA / "dict_io_int8.tflite", device, aot=True)
    with connect(device) as session:
        assert session.models.slots() == {"mine": ("active", model.sha256)}


def test_what_cannot_be_built_ahead_of_time_is_refused_before_anything_starts(board, tmp_path):
    with pytest.raises(UsageError, match="not an emulated board"):
        bench(DATA / "sine_int8.tflite", Device("here", parse_address("local:")), aot=True)
    with pytest.raises(ModelError, match="cannot be built ahead of time"):
        (tmp_path / "odd.tflite").write_bytes(unheard_of())
        bench(tmp_path / "odd.tflite", board("mps2-an386"), aot=True)
