"""`validate`: the device's answers against LiteRT's, and where they part."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import edgeflow
from edgeflow.cli import cli
from edgeflow.device.session import Session
from edgeflow.errors import UsageError
from edgeflow.model.compare import difference
from edgeflow.model.read import load_model
from edgeflow.validate.exposed import exposed
from edgeflow.validate.models import entry, run_raw
from edgeflow.validate.types import Tolerance
from edgeflow.validate.validation import diverging, near
from tests.schemas import check_answer

DATA = Path(__file__).parents[1] / "data"
verb = importlib.import_module("edgeflow.pipeline.validate")


def run(*arguments: str) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(cli, ["validate", *arguments, "--json"], standalone_mode=False)
    if done.exception:
        raise done.exception
    answer = json.loads(done.stdout)
    check_answer(answer)
    return done.return_value, answer


def test_this_machine_answers_as_litert_does(tmp_path: Path) -> None:
    store = str(tmp_path / "r.db")
    code, answer = run(str(DATA / "dict_io_int8.tflite"), "--device", "local:", "--per-layer", "--store", store)
    assert code == 0 and answer["matches"]
    assert [other["name"] for other in answer["against"]] == ["reference", "default"]
    steps = answer["divergence"]["steps"]
    assert len(steps) >= len(load_model(DATA / "dict_io_int8.tflite").main.operators)
    assert answer["divergence"]["first"] is None and answer["divergence"]["unavailable"] is None
    (kept,) = edgeflow.list_results(noun="validation", store=store)
    assert kept.document == answer


@pytest.mark.emulated
def test_a_board_answers_as_litert_does_operator_by_operator() -> None:
    source = str(DATA / "sine_float32.tflite")
    code, answer = run(str(DATA / "sine_int8.tflite"), "--device", "qemu:mps2-an386", "--per-layer", "--source", source)
    assert code == 0
    by_name = {other["name"]: other for other in answer["against"]}
    assert by_name["reference"]["errors"][0]["differing"] == 0  # int8 is bit-exact there
    assert 0 < by_name["source"]["errors"][0]["max_abs"] < 0.2 and by_name["source"]["within"] is None
    assert {step["error"]["differing"] for step in answer["divergence"]["steps"]} == {0}


def test_accuracy_on_the_device_is_held_against_the_source(tmp_path: Path) -> None:
    model = DATA / "kws_int8.tflite"
    taken = load_model(model)
    tensor = taken.main.tensors[taken.main.inputs[0]]
    samples = np.random.default_rng(3).normal(size=(6, *tensor.shape)).astype(np.float32) * 40
    first = edgeflow.validate(model, "local:", data=samples)
    host = edgeflow.accuracy(model, samples, labels=np.arange(6))
    validation = edgeflow.validate(model, "local:", data=samples, labels=np.arange(6), top_k=(1, 5))
    assert first.scores == {} and first.drop is None
    assert validation.scores == pytest.approx(dict(host.models[0].scores))
    assert validation.drop == 0 and validation.matches
    with pytest.raises(UsageError, match="right"):
        edgeflow.validate(model, "local:", data=samples, max_accuracy_drop=0.1)


def test_a_device_that_answers_wrongly_is_found_out_and_where(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault is injected into the last operator's output on its way back from the device."""
    model = DATA / "sine_int8.tflite"
    answered = verb.run_on_device

    def faulty(*arguments: Any) -> dict[str, Any]:
        outputs = dict(answered(*arguments))
        outputs[list(outputs)[-1]] ^= 0x40
        return outputs

    monkeypatch.setattr(verb, "run_on_device", faulty)
    code, answer = run(str(model), "--device", "local:", "--per-layer")
    assert code == 4 and not answer["matches"]
    last = answer["divergence"]["steps"][answer["divergence"]["first"]]
    assert last["operator"] == len(load_model(model).main.operators) - 1
    assert [other["within"] for other in answer["against"]] == [False, False]
    assert answer["against"][0]["errors"][0]["max_lsb"] == 64


def test_the_mismatch_is_told_in_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Session.read_output
    monkeypatch.setattr(Session, "read_output", lambda session, index: bytes(b ^ 0x40 for b in read(session, index)))
    done = CliRunner().invoke(
        cli, ["validate", str(DATA / "sine_int8.tflite"), "--device", "local:"], standalone_mode=False
    )
    assert done.return_value == 4
    assert done.stderr.splitlines() == [
        "edgeflow: the device does not match: outputs beyond the tolerance",
        "  run it again with --per-layer to see where it begins, or allow more with --max-lsb or --max-error",
    ]


@pytest.mark.parametrize("name", ["kws_int8", "mixed_float32", "dict_io_float32"])
def test_exposed_outputs_leave_the_result_as_it_was(name: str, tmp_path: Path) -> None:
    model = load_model(DATA / f"{name}.tflite")
    signature = entry(model, None)
    graph = model.subgraphs[signature.subgraph]
    whole, ends = exposed(model, signature.subgraph)
    path = tmp_path / "exposed.tflite"
    path.write_bytes(whole.content)
    generator = np.random.default_rng(0)
    samples = {}
    for key, index in signature.inputs:
        dtype = {"INT8": np.int8, "FLOAT32": np.float32}.get(graph.tensors[index].dtype, np.int32)
        samples[key] = generator.integers(0, 2, (2, *graph.tensors[index].shape)).astype(dtype)
    usual = run_raw(model, signature, samples, tmp_path, timeout_s=60, kernels="reference")
    fed = {index: samples[key] for key, index in signature.inputs}
    by_place = {place: fed[index] for place, index in ends.inputs}
    shown = run_raw(load_model(path), ends, by_place, tmp_path, timeout_s=60, kernels="reference")
    by_tensor = {index: shown[key] for key, index in ends.outputs}
    for key, index in signature.outputs:
        np.testing.assert_array_equal(by_tensor[index], usual[key])
    operators = {operator.index for operator in graph.operators}
    assert {int(key.partition(":")[0]) for key, _ in ends.outputs} == operators
    assert diverging(graph, shown, shown, Tolerance()).first is None


def test_the_rule_for_one_output() -> None:
    ints = np.array([[10, 20]], np.int8)
    floats = np.array([[1.0, -4.0]], np.float32)
    steps = difference("o", ints * 0.5, (ints + 1) * 0.5, step=0.5)
    assert near(steps, ints, Tolerance(lsb=1)) and not near(replace(steps, max_lsb=2.0), ints, Tolerance(lsb=1))
    off = difference("o", floats, floats + np.float32(0.003))
    assert near(off, floats, Tolerance(relative=1e-3)) and not near(off, floats, Tolerance(relative=1e-4))
    broken = difference("o", floats, np.array([[1.0, np.nan]], np.float32))
    assert not near(broken, floats, Tolerance(relative=1e9))


def test_exit_codes_of_what_cannot_be_validated(tmp_path: Path) -> None:
    (tmp_path / "no.tflite").write_bytes(b"no model")
    for arguments, code in (
        ([str(tmp_path / "no.tflite"), "--device", "local:"], 1),
        ([str(DATA / "sine_int8.tflite"), "--device", "local:", "--data", str(tmp_path / "none.npz")], None),
        ([str(DATA / "sine_int8.tflite"), "--device", "local:", "--signature", "none"], 2),
        ([str(DATA / "sine_int8.tflite"), "--device", "local:", "--optimize", "ram"], 2),
    ):
        done = CliRunner().invoke(cli, ["validate", *arguments], standalone_mode=False)
        raised = getattr(done.exception, "exit_code", None)
        assert raised is not None and (code is None or raised == code), done.exception
