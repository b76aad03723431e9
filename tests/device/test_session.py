"""A session on `local:`: outputs equal LiteRT's own on this machine, state stays, uploads are verified."""

import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from edgeflow.device.connect import connect
from edgeflow.device.tensors import feed_random, output_array
from edgeflow.device.types import Device
from edgeflow.errors import DeviceBusyError, DeviceStatusError
from edgeflow.model.read import load_model
from edgeflow.transport.address import parse_address
from edgeflow.wire.constants import Command, Reset, Side

DATA = Path(__file__).parents[1] / "data"
MODELS = sorted(path.name for path in DATA.glob("*.tflite"))
RESOLVERS = {
    "": OpResolverType.AUTO,
    "none": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    "reference": OpResolverType.BUILTIN_REF,
}


@pytest.fixture
def device(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    return Device("here", parse_address("local:"), base=str(tmp_path / "base"))


def litert_outputs(path, signature, feed, inputs, delegate):
    """LiteRT's own answer, through its signature runner where the model has signatures."""
    interpreter = Interpreter(str(path), experimental_op_resolver_type=RESOLVERS[delegate], num_threads=1)
    interpreter.allocate_tensors()
    arrays = [
        np.frombuffer(data, np.dtype(tensor.dtype.name.lower())).reshape(tensor.shape)
        for tensor, data in zip(inputs, feed.data, strict=True)
    ]
    runner = interpreter.get_signature_runner(signature)
    return runner(**{tensor.name: array for tensor, array in zip(inputs, arrays, strict=True)})


@pytest.mark.parametrize("name", MODELS)
def test_outputs_equal_litert_on_this_machine(device, name):
    model = load_model(DATA / name)
    with connect(device) as session:
        source = session.models.place(model)
        for signature in model.signatures:
            for delegate in RESOLVERS:
                opened = session.open(source, signature=signature.key, threads=1, delegate=delegate)
                assert [t.name for t in opened.inputs] == [name for name, _ in signature.inputs]
                assert [t.name for t in opened.outputs] == [name for name, _ in signature.outputs]
                feed = feed_random(opened.inputs, 3)
                for tensor, data in zip(opened.inputs, feed.data, strict=True):
                    session.write_input(tensor.index, data)
                session.invoke()
                expected = litert_outputs(model.path, signature.key, feed, opened.inputs, delegate)
                for tensor in session.tensors(Side.OUTPUT, len(opened.outputs)):
                    found = output_array(tensor, session.read_output(tensor.index))
                    np.testing.assert_array_equal(found, expected[tensor.name], strict=True)


def test_the_compiled_model_api_gives_litert_outputs_too(device):
    model = load_model(DATA / "dict_io_float32.tflite")
    with connect(device) as session:
        opened = session.open(session.models.place(model), api="compiled-model")
        feed = feed_random(opened.inputs, 5)
        for tensor, data in zip(opened.inputs, feed.data, strict=True):
            session.write_input(tensor.index, data)
        session.invoke(max_runs=3)
        expected = litert_outputs(model.path, "serving_default", feed, opened.inputs, "")
        for tensor in opened.outputs:
            np.testing.assert_allclose(
                output_array(tensor, session.read_output(tensor.index)), expected[tensor.name], rtol=1e-6
            )
        with pytest.raises(DeviceStatusError) as error:
            session.open(session.models.place(model), api="telepathy")
        assert error.value.status == "UNSUPPORTED_OPTION" and error.value.exit_code == 2


@pytest.mark.parametrize("api", ["interpreter", "compiled-model"])
def test_signatures_and_tensors_come_in_the_files_order(device, api):
    for name in ("two_signatures_float32", "dict_io_int8"):
        model = load_model(DATA / f"{name}.tflite")
        with connect(device) as session:
            opened = session.open(session.models.place(model), api=api)
            first = model.signatures[0]
            assert [t.name for t in opened.inputs] == [name for name, _ in first.inputs]
            assert [t.name for t in opened.outputs] == [name for name, _ in first.outputs]
            keys = session.request(Command.MODEL_INFO)["names"]
            expected = b"".join(struct.pack("<H", len(s.key)) + s.key.encode() for s in model.signatures)
            assert keys == expected


def test_a_shape_of_another_signature_is_used_there_only(device):
    model = load_model(DATA / "two_signatures_float32.tflite")
    with connect(device) as session:
        source = session.models.place(model)
        last = model.signatures[-1]
        name, shape = last.inputs[0][0], (4, model.subgraphs[last.subgraph].tensors[last.inputs[0][1]].shape[1])
        assert session.open(source, signature=last.key, shapes={name: shape}).inputs[0].shape == shape
        other, _ = session.signature(model.signatures[0].key)
        assert other[0].shape[0] == 1


def test_state_lives_between_signatures_until_it_is_reset(device):
    with connect(device) as session:
        session.open(session.models.place(load_model(DATA / "counter_float32.tflite")), signature="add")
        for _ in range(2):
            session.write_input(0, np.array([[1, 2]], np.float32).tobytes())
            session.invoke()
        session.signature("read")
        session.invoke()
        assert np.frombuffer(session.read_output(0), np.float32).tolist() == [2, 4]
        session.reset(Reset.VARIABLES)
        session.invoke()
        assert np.frombuffer(session.read_output(0), np.float32).tolist() == [0, 0]


def test_inputs_that_were_never_written_are_zero(device):
    with connect(device) as session:
        session.open(session.models.place(load_model(DATA / "sine_float32.tflite")))
        session.invoke()
        fresh = session.read_output(0)
        session.write_input(0, np.zeros((1, 1), np.float32).tobytes())
        session.invoke()
        assert session.read_output(0) == fresh


@pytest.mark.parametrize("through_files", [True, False])
def test_bulk_inputs_and_outputs_arrive_whole(device, through_files):
    rows = 50_000
    values = np.linspace(0, 6, rows, dtype=np.float32).reshape(-1, 1)
    path = DATA / "sine_any_batch_float32.tflite"
    with connect(device) as session:
        source = session.models.place(load_model(path))
        if not through_files:
            session._connection.files = None
        opened = session.open(source, shapes={"angle": (rows, 1)})
        assert opened.inputs[0].shape == (rows, 1)
        session.write_input(0, values.tobytes())
        session.invoke()
        found = np.frombuffer(session.read_output(0), np.float32)
    interpreter = Interpreter(str(path), num_threads=1)
    runner = interpreter.get_signature_runner("serving_default")
    np.testing.assert_array_equal(found, runner(angle=values)["sine"].reshape(-1))


def test_an_upload_is_verified_activated_and_then_nothing_to_do(device, tmp_path):
    content = (DATA / "resnet8_float32.tflite").read_bytes()
    seen = []
    with connect(device) as session:
        first = session.models.upload("net", content, progress=lambda stage, done, total: seen.append((done, total)))
        assert not first.active and first.sent == len(content) and seen[-1] == (len(content), len(content))
        assert session.models.activate("net", first.release) == (first.release, "")
        again = session.models.upload("net", content)
        assert again.active and again.sent == 0 and again.release == first.release
        assert session.models.slots() == {"net": ("active", hashlib.sha256(content).hexdigest())}
        assert session.open("net").inputs[0].name == "image"
    current = tmp_path / "base/net/current"
    assert (current / "model.tflite").read_bytes() == content


def test_an_upload_through_the_link_alone_is_the_same(device):
    content = (DATA / "kws_float32.tflite").read_bytes()
    with connect(device) as session:
        session._connection.files = None
        release = session.models.upload("kws", content).release
        assert session.models.activate("kws", release)[0] == release
        assert session.models.slots("kws") == {release: ("active", hashlib.sha256(content).hexdigest())}


def test_an_interrupted_upload_goes_on_and_a_damaged_rest_starts_over(device, tmp_path):
    content = (DATA / "resnet8_float32.tflite").read_bytes()
    part = tmp_path / "base/net/incoming" / f"{hashlib.sha256(content).hexdigest()}.part"
    part.parent.mkdir(parents=True)
    (part.parents[1] / "releases").mkdir()
    part.write_bytes(content[:100_000])
    with connect(device) as session:
        assert session.models.upload("net", content).sent == len(content) - 100_000
        part = part.with_name(f"{hashlib.sha256(content[:-1]).hexdigest()}.part")
        part.write_bytes(bytes(1000))
        assert session.models.upload("net", content[:-1]).sent == len(content) - 1


def test_a_model_that_does_not_run_is_not_activated(device):
    content = (DATA / "kws_int8.tflite").read_bytes()
    with connect(device) as session:
        good = session.models.upload("kws", content)
        session.models.activate("kws", good.release)
        bad = session.models.upload("kws", b"TFL3 is not the start of a model" * 4)
        with pytest.raises(DeviceStatusError) as error:
            session.models.activate("kws", bad.release)
        assert error.value.status == "BAD_MODEL"
        assert session.models.slots("kws")[good.release][0] == "active"


def test_a_model_whose_file_changed_since_it_was_read_is_placed_as_it_was_read(device, tmp_path):
    path = tmp_path / "kws.tflite"
    path.write_bytes((DATA / "kws_int8.tflite").read_bytes())
    model = load_model(path)
    with connect(device) as session:
        assert session.models.place(model) == str(path)
        path.write_bytes((DATA / "sine_int8.tflite").read_bytes())
        source = session.models.place(model)
        assert source != str(path)
        assert session.open(source).inputs[0].name == "features"


def test_one_session_at_a_time(device):
    with connect(device), pytest.raises(DeviceBusyError) as error, connect(device):
        pass
    assert error.value.exit_code == 6
    with connect(device) as session:
        assert session.hello.version == 1


def test_interrupting_a_measurement_stops_the_device_and_leaves_the_session_usable(device, monkeypatch):
    with connect(device) as session:
        session.open(session.models.place(load_model(DATA / "sine_float32.tflite")))
        pipe = session._connection._link._pipe
        read, calls = pipe.read, []

        def interrupted(max_bytes, timeout_s):
            calls.append(max_bytes)
            if len(calls) == 3:
                raise KeyboardInterrupt
            return read(max_bytes, timeout_s)

        monkeypatch.setattr(pipe, "read", interrupted)
        with pytest.raises(KeyboardInterrupt):
            session.invoke(max_runs=0, min_ms=600_000)
        assert session.invoke(max_runs=2).samples


def test_a_restart_is_a_fresh_process(device):
    with connect(device) as session:
        before = session._connection._link._pipe.pid
        session.open(session.models.place(load_model(DATA / "sine_float32.tflite")))
        session.restart()
        assert session._connection._link._pipe.pid != before
        with pytest.raises(DeviceStatusError, match="no model is open"):
            session.invoke()


def test_memory_and_conditions_are_told_by_phase(device):
    with connect(device) as session:
        session.open(session.models.place(load_model(DATA / "kws_float32.tflite")))
        session.invoke(max_runs=3)
        memory, conditions = session.memory(), session.conditions()
    phases = ("import", "load", "allocate", "first_invoke", "steady")
    for phase in phases:
        assert memory[f"rss_{phase}"] >= memory[f"anonymous_{phase}"] > 0
    assert memory["peak_rss"] >= max(memory[f"rss_{phase}"] for phase in phases)
    assert conditions["delegate"] == "xnnpack" and conditions["interpreter"].startswith("litert ")
    assert int(conditions["cpus"]) >= 1 and conditions["affinity"]


@pytest.mark.parametrize(
    ("options", "status", "exit_code"),
    [
        ({"delegate": "warp"}, "UNSUPPORTED_OPTION", 2),
        ({"library": "libcustom.so"}, "BAD_REQUEST", 2),
        ({"library": "0" * 64 + ":/nowhere/libcustom.so"}, "NOT_FOUND", 2),
        ({"signature": "nope"}, "NOT_FOUND", 2),
        ({"shapes": {"nope": (1, 2)}}, "NOT_FOUND", 2),
        ({"shapes": {"features": (1, 2)}}, "RUNTIME_ERROR", 2),
    ],
)
def test_what_a_device_lacks_is_refused_with_an_exit_code(device, options, status, exit_code):
    with connect(device) as session:
        source = session.models.place(load_model(DATA / "kws_int8.tflite"))
        with pytest.raises(DeviceStatusError) as error:
            session.open(source, **options)
        assert (error.value.status, error.value.exit_code) == (status, exit_code)
        assert error.value.hint


def test_a_refusal_names_the_operator(device):
    with connect(device) as session:
        with pytest.raises(DeviceStatusError) as error:
            session.open(session.models.place(load_model(DATA / "kws_int8.tflite")), shapes={"features": (1, 2)})
        assert error.value.operator == 0 and "CONV_2D" in error.value.message
