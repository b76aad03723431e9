"""invoke and bench through tflite-runtime 2.14 in an environment of its own: the interpreter of 32-bit boards.

Compared is each model's output bit by bit with ai-edge-litert's on the same seeded input, both with the kernels of
the delegate named beside it. XNNPACK is left out: 2.14 hands it no int8 operators and its float sums differ in the
last digits. ad01 runs the optimized kernels, because the reference FULLY_CONNECTED of the two rounds differently.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edgeflow.device.types import Device
from edgeflow.pipeline.bench import bench
from edgeflow.pipeline.invoke import Step, invoke
from edgeflow.transport.address import parse_address
from tests.environments import python_with

DATA = Path(__file__).parents[1] / "data"
PACKAGES = ("tflite-runtime==2.14.0", "numpy==1.26.4")
REFERENCE = ("kws_int8", "resnet8_int8", "vww_int8", "mixed_int8", "sine_int8", "dict_io_int8", "kws_float32")


def unavailable_reason():
    if sys.version_info[:2] != (3, 11) or sys.platform != "linux":
        return "tflite-runtime 2.14 has wheels up to Python 3.11 on Linux"
    return None


@pytest.fixture(scope="session")
def tflite_python():
    """A Python with tflite-runtime, built once by pip and kept in the user's cache."""
    if reason := unavailable_reason():
        pytest.skip(reason)
    return python_with("tflite-runtime-2.14.0-numpy-1.26.4", PACKAGES)


@pytest.fixture
def device(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    return Device("here", parse_address("local:"), base=str(tmp_path / "base"))


@pytest.fixture
def both(device, tflite_python, monkeypatch):
    """Call a verb with litert here and with tflite-runtime there: both(verb, …) -> (litert's, tflite-runtime's)."""

    def both(verb, *arguments, **options):
        litert = verb(arguments[0], device, *arguments[1:], **options)
        with monkeypatch.context() as patch:
            patch.setattr("edgeflow.device.connect.sys.executable", str(tflite_python))
            older = verb(arguments[0], device, *arguments[1:], **options)
        assert litert.runtime.name == "litert"
        assert (older.runtime.name, older.runtime.version) == ("tflite-runtime", "2.14.0")
        return litert, older

    return both


@pytest.mark.parametrize(("name", "delegate"), [*((name, "reference") for name in REFERENCE), ("ad01_int8", "none")])
def test_outputs_are_equal_bit_by_bit(both, name, delegate):
    litert, older = both(invoke, DATA / f"{name}.tflite", seed=11, delegate=delegate)
    assert litert.steps[0].inputs == older.steps[0].inputs and set(litert.outputs) == set(older.outputs)
    for output, array in litert.outputs.items():
        np.testing.assert_array_equal(older.outputs[output], array, strict=True)


def test_signatures_keep_their_state(both):
    amount = {"amount": np.array([[1, 2]], np.float32)}
    steps = [Step("add", amount), Step("add", amount), Step("read")]
    for done in both(invoke, DATA / "counter_float32.tflite", steps=steps):
        assert done.outputs["total"].tolist() == [[2, 4]]


def test_bench_measures_it_and_names_it(both):
    short = {"runs": 15, "min_s": 0, "warmup": 1, "processes": 2}
    litert, older = both(bench, DATA / "kws_int8.tflite", **short)
    assert older.latency_us.count == litert.latency_us.count == 30
    assert older.inputs == litert.inputs and older.memory_bytes.phases["import"] > 0
    assert older.runtime.delegate == "none"  # 2.14 hands XNNPACK no int8 operators
    assert older.conditions["after"]["interpreter"] == "tflite-runtime 2.14.0"


def test_the_compiled_model_api_is_refused_there(both, device, tflite_python, monkeypatch):
    from edgeflow.errors import DeviceStatusError

    monkeypatch.setattr("edgeflow.device.connect.sys.executable", str(tflite_python))
    with pytest.raises(DeviceStatusError, match="tflite-runtime has no compiled-model API") as error:
        invoke(DATA / "kws_int8.tflite", device, api="compiled-model")
    assert error.value.exit_code == 2


def test_that_environment_has_no_litert(tflite_python):
    code = "import importlib.util as u; print(u.find_spec('ai_edge_litert'), u.find_spec('edgeflow'))"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [tflite_python, "-P", "-c", code], capture_output=True, text=True, env=environment, timeout=60
    )
    assert done.stdout.split() == ["None", "None"]
