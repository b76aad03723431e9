"""Custom operators of a library, on this machine and over SSH: LiteRT runs them through the agent."""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import InterpreterWithCustomOps

from edgeflow.cli import main
from edgeflow.device.book import Device
from edgeflow.device.connect import connect
from edgeflow.device.custom_operators import read_custom_operators
from edgeflow.errors import DeviceError, DeviceStatusError, DoesNotFitError, UsageError
from edgeflow.model.read import load_model
from edgeflow.pipeline.bench import bench
from edgeflow.pipeline.deploy import deploy
from edgeflow.pipeline.invoke import Step, invoke
from edgeflow.pipeline.rollback import rollback
from edgeflow.transport.address import parse_address
from tests.custom_operators import compiled, cosh_model

DATA = Path(__file__).parents[1] / "data"
X = np.array([[0, 1, 2, 3]], np.float32)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return compiled(tmp_path_factory.mktemp("library"))


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "cosh.tflite"
    path.write_bytes(cosh_model())
    return path


@pytest.fixture(params=["local", "ssh"])
def device(request, tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    if request.param == "local":
        return Device("here", parse_address("local:"), base=str(tmp_path / "base"))
    server = request.getfixturevalue("ssh_device")
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "venv").symlink_to(sys.prefix)
    return Device("box", parse_address(server.address), base=str(tmp_path / "base"))


@pytest.fixture
def local(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    return Device("here", parse_address("local:"), base=str(tmp_path / "base"))


def test_a_custom_operator_runs_on_a_device(device, model, library, tmp_path):
    done = invoke(model, device, inputs={"x": X}, custom_ops=library)
    np.testing.assert_allclose(done.outputs["y"], np.cosh(X) + X, rtol=1e-6)
    assert done.runtime.name == "litert" and done.runtime.api == "compiled-model"
    cached = tmp_path / "base" / "cache" / f"{hashlib.sha256(library.read_bytes()).hexdigest()}.so"
    assert cached.exists() == (device.name == "box")  # local: takes the file where it is
    if cached.exists():
        cached.write_bytes(b"damaged")
        again = invoke(model, device, inputs={"x": X}, custom_ops=library)
        np.testing.assert_array_equal(again.outputs["y"], done.outputs["y"])
        assert cached.read_bytes() == library.read_bytes()


def test_steps_shapes_and_kernels_can_be_chosen(local, model, library):
    wide = np.linspace(-1, 1, 6, dtype=np.float32)[None]
    for delegate in ("reference", "none", "xnnpack"):
        done = invoke(
            model,
            local,
            inputs={"x": wide},
            custom_ops=library,
            input_shapes={"x": (1, 6)},
            delegate=delegate,
            threads=2,
        )
        np.testing.assert_allclose(done.outputs["y"], np.cosh(wide) + wide, rtol=1e-6)
    done = invoke(model, local, steps=[Step(None, {"x": X}), Step(None, {"x": X + 1})], custom_ops=library)
    np.testing.assert_allclose(done.outputs["y"], np.cosh(X + 1) + X + 1, rtol=1e-6)


def test_a_model_without_signatures_and_one_without_custom_operators_run_too(local, library, tmp_path):
    path = tmp_path / "plain.tflite"
    path.write_bytes(cosh_model(signature=False))
    done = invoke(path, local, inputs={"0": X}, custom_ops=library)
    np.testing.assert_allclose(next(iter(done.outputs.values())), np.cosh(X) + X, rtol=1e-6)
    for name in ("mixed_int8", "two_signatures_float32"):
        wanted = invoke(DATA / f"{name}.tflite", local, seed=3, api="compiled-model")
        found = invoke(DATA / f"{name}.tflite", local, seed=3, custom_ops=library)
        assert list(found.outputs) == list(wanted.outputs)
        for output, array in wanted.outputs.items():
            np.testing.assert_array_equal(found.outputs[output], array, strict=True)


def test_a_custom_operator_is_measured(local, model, library):
    result = bench(model, local, custom_ops=library, runs=20, min_s=0, processes=2, warmup=1)
    assert result.runtime.api == "compiled-model" and result.latency_us.count >= 40


def test_without_the_library_the_refusal_names_the_operator_and_the_way(local, model, library, tmp_path):
    with pytest.raises(DeviceStatusError, match="unresolved custom op: Cosh") as error:
        invoke(model, local)
    assert error.value.exit_code == 3 and "--custom-ops" in error.value.hint
    other = tmp_path / "erfinv.tflite"
    other.write_bytes(cosh_model("Erfinv"))
    with pytest.raises(DeviceStatusError, match="custom operator Erfinv: the library has Cosh") as error:
        invoke(other, local, custom_ops=library)
    assert (error.value.exit_code, error.value.operator) == (3, 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("edgeflow_custom_operators[]", "other_table[]"), "exports no edgeflow_custom_operators"),
        (("coshf(", "LiteRtNoSuchFunction("), "undefined symbol: LiteRtNoSuchFunction"),
        (("input_count != 1", "input_count == 1"), "custom operator Cosh failed with status"),
        (("room != bytes", "room == bytes"), "custom operator Cosh failed with status 2"),
    ],
    ids=["no table", "undefined", "wrong shapes", "fails to run"],
)
def test_a_library_that_is_wrong_or_fails_is_told(local, model, tmp_path, change, message):
    changes = [change]
    if "LiteRtNoSuchFunction" in change[1]:
        changes.append(("static int failed;", "float LiteRtNoSuchFunction(float);\nstatic int failed;"))
    if "other_table" in change[1]:
        changes.append(
            ("static int failed;", "extern const struct edgeflow_custom_operator other_table[];\nstatic int failed;")
        )
    wrong = compiled(tmp_path, *changes, name="wrong.so")
    with pytest.raises(DeviceStatusError, match=message):
        invoke(model, local, custom_ops=wrong)


def test_what_is_no_library_is_refused_before_the_device_is_touched(local, model, tmp_path, capsys):
    foreign = tmp_path / "foreign.so"
    foreign.write_bytes(b"MZ" + bytes(100))
    program = tmp_path / "program.so"
    program.write_bytes(b"\x7fELF\x02\x01" + bytes(10) + b"\x02\x00" + bytes(60))
    for path, message in (
        (tmp_path / "none.so", "no such library"),
        (tmp_path, "Is a directory"),
        (foreign, "not a shared library"),
        (program, "an ELF file, but not a shared library"),
    ):
        with pytest.raises(UsageError, match=message):
            invoke(model, local, custom_ops=path)
        with pytest.raises(SystemExit) as stop:
            main(["bench", str(model), "-d", "local:", "--custom-ops", str(path), "--json"])
        assert stop.value.code == 2
        captured = capsys.readouterr()
        assert message in json.loads(captured.out)["message"] and len(captured.err.splitlines()) == 2
    assert not (tmp_path / "base").exists()


def test_another_library_under_the_same_path_is_refused(local, model, library):
    with connect(local) as session:
        source = session.models.place(load_model(model))
        name = session.models.place_library(read_custom_operators(library))
        for text, status in (
            ("0" * 64 + name[64:], "BAD_CHECKSUM"),
            (name[:64] + ":/nowhere/lib.so", "NOT_FOUND"),
            (str(library), "BAD_REQUEST"),
        ):
            with pytest.raises(DeviceStatusError) as error:
                session.open(source, library=text)
            assert error.value.status == status
        with pytest.raises(DeviceStatusError, match="compiled-model API only"):
            session.open(source, library=name, api="interpreter")


def test_a_device_without_files_loads_no_library(local, library, monkeypatch):
    with connect(local) as session:
        monkeypatch.setattr(session._connection, "files", None)
        with pytest.raises(DeviceError, match="loads no libraries") as error:
            session.models.place_library(read_custom_operators(library))
        assert "firmware" in error.value.hint


def test_the_interpreter_api_offers_no_way_without_litert_s_own_c_classes(model):
    """Why the agent goes through LiteRT's C interface: a name is looked up, and gets a C++ object nobody exports."""
    with pytest.raises(ValueError, match="undefined symbol: register_cosh"):
        InterpreterWithCustomOps(custom_op_registerers=["register_cosh"], model_path=str(model))


def test_a_deployment_carries_its_library(device, model, library, tmp_path):
    base = tmp_path / "base"
    with pytest.raises(DoesNotFitError, match="does not fit"):
        deploy(model, device)
    assert not (base / "cosh" / "current").exists()
    done = deploy(model, device, custom_ops=library)
    assert done.action == "deployed" and done.health.runs == 1
    release = (base / "cosh" / "current").resolve()
    assert (release / "custom-operators.so").read_bytes() == library.read_bytes()
    listed = {entry["path"]: entry["sha256"] for entry in json.loads((release / "manifest.json").read_bytes())["files"]}
    assert listed["custom-operators.so"] == hashlib.sha256(library.read_bytes()).hexdigest()
    assert list((base / "cosh" / "incoming").iterdir()) == []
    assert deploy(model, device, custom_ops=library).action == "unchanged"
    other = compiled(tmp_path, ("coshf(", "sinhf("), name="other.so")
    second = deploy(model, device, custom_ops=other)  # the same model with another library is another release
    assert second.action == "deployed" and second.previous == release.name
    assert (base / "cosh" / "current" / "custom-operators.so").read_bytes() == other.read_bytes()
    assert deploy(model, device, custom_ops=library).release == release.name  # known, and nothing is sent
    deploy(DATA / "sine_float32.tflite", device, name="cosh")
    assert rollback(device, name="cosh").release == release.name  # tried out there with its library


def test_a_library_that_fails_is_not_switched_to(local, model, library, tmp_path):
    deploy(model, local, custom_ops=library)
    before = (tmp_path / "base" / "cosh" / "current").readlink()
    wrong = compiled(tmp_path, ("room != bytes", "room == bytes"), name="wrong.so")
    changed = tmp_path / "cosh2.tflite"
    changed.write_bytes(cosh_model(signature=False))
    with pytest.raises(DeviceStatusError, match="custom operator Cosh failed"):
        deploy(changed, local, name="cosh", custom_ops=wrong)
    assert (tmp_path / "base" / "cosh" / "current").readlink() == before
