"""State in models: accuracy starts each sample afresh, a device keeps it until it is told to forget."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from edgeflow.device.book import find_device
from edgeflow.device.connect import connect
from edgeflow.model.read import load_model
from edgeflow.pipeline.accuracy import accuracy
from edgeflow.pipeline.invoke import Step, invoke
from edgeflow.validate.models import entry, run_model
from edgeflow.wire.constants import Reset
from tests.custom_operators import compiled, cosh_model
from tests.fused_lstm import lstm_model

DATA = Path(__file__).parents[1] / "data"
COUNTER = DATA / "counter_float32.tflite"
X = np.random.default_rng(1).normal(0, 1, (1, 3, 2)).astype(np.float32)


@pytest.fixture
def lstm(tmp_path: Path) -> Path:
    path = tmp_path / "lstm.tflite"
    path.write_bytes(lstm_model())
    return path


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))


def in_litert(path: Path, runs: int) -> list[np.ndarray]:
    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    found = []
    for _ in range(runs):
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], X)
        interpreter.invoke()
        found.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
    return found


def test_each_sample_starts_from_a_fresh_state(lstm: Path, tmp_path: Path) -> None:
    first, second = in_litert(lstm, 2)
    assert not np.allclose(first, second, atol=1e-3)  # LiteRT itself goes on from where it was
    model = load_model(lstm)
    samples = {"0": np.stack([X, X, X])}
    outputs = run_model(model, entry(model, None), samples, tmp_path, timeout_s=60)["0"]
    np.testing.assert_allclose(outputs, np.stack([first] * 3), rtol=1e-6)
    counter = load_model(COUNTER)
    amounts = {"amount": np.array([[[1, 2]], [[10, 20]]], np.float32)}
    totals = run_model(counter, entry(counter, "add"), amounts, tmp_path, timeout_s=60)["total"]
    np.testing.assert_array_equal(totals, amounts["amount"])


def test_accuracy_does_not_depend_on_the_order_of_samples(lstm: Path, tmp_path: Path) -> None:
    rows = np.random.default_rng(2).normal(0, 1, (4, 3, 2)).astype(np.float32)
    want = np.stack([_once(lstm, row[None]) for row in rows])
    found = []

    def keep(outputs, labels):
        found.append(next(iter(outputs.values())).reshape(4, 3, 4))
        return 1.0

    accuracy(lstm, {"0": rows}, metric=keep)
    accuracy(lstm, {"0": rows[::-1].copy()}, metric=keep)
    np.testing.assert_allclose(found[0], want, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(found[1][::-1], want, rtol=1e-5, atol=1e-7)


def _once(path: Path, row: np.ndarray) -> np.ndarray:
    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], row)
    interpreter.invoke()
    return np.asarray(interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0])


def test_a_device_keeps_state_in_steps_and_starts_afresh_otherwise(lstm: Path) -> None:
    first, second = in_litert(lstm, 2)
    for _ in range(2):
        np.testing.assert_array_equal(next(iter(invoke(lstm, "local:", inputs={"0": X}).outputs.values())), first)
    done = invoke(lstm, "local:", steps=[Step(None, {"0": X}), Step(None, {"0": X})])
    for step, want in zip(done.steps, (first, second), strict=True):
        np.testing.assert_array_equal(next(iter(step.outputs.values())), want)


@pytest.mark.parametrize("options", [{}, {"delegate": "reference"}])
def test_a_device_forgets_when_it_is_told_to(lstm: Path, options: dict[str, str]) -> None:
    with connect(find_device("local:")) as session:
        session.open(session.models.place(load_model(lstm)), **options)
        seen = []
        for forget in (False, False, True):
            if forget:
                session.reset(Reset.VARIABLES)
            session.write_input(0, X.tobytes())
            session.invoke()
            seen.append(session.read_output(0))
        assert seen[0] != seen[1] and seen[2] == seen[0]
        session.open(session.models.place(load_model(COUNTER)), signature="add")
        for forget, total in ((False, 1), (False, 2), (True, 1)):
            if forget:
                session.reset(Reset.VARIABLES)
            session.write_input(0, np.ones((1, 2), np.float32).tobytes())
            session.invoke()
            assert np.frombuffer(session.read_output(0), np.float32).tolist() == [total, total]


def test_accuracy_runs_custom_operators_of_a_library(tmp_path: Path) -> None:
    path, plain = tmp_path / "cosh.tflite", tmp_path / "plain.tflite"
    path.write_bytes(cosh_model())
    plain.write_bytes(cosh_model(signature=False))
    library = compiled(tmp_path)
    rows = np.random.default_rng(2).normal(0, 1, (5, 4)).astype(np.float32)
    want = np.cosh(rows) + rows
    for model, name in ((path, "x"), (plain, "0")):
        found = accuracy(model, {name: rows}, labels=want.argmax(1), custom_ops=library, top_k=(1,))
        assert found.models[0].scores == {"top-1": 1.0}
    found = accuracy([path, path], {"x": rows}, labels=want.argmin(1), custom_ops=library)
    assert found.models[0].scores["top-1"] < 1 and found.models[1].errors[0].max_abs == 0
