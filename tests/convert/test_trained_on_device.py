"""Signatures that keep state: converted together, then run in order on this machine and over SSH."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from edgeflow.device.types import Device
from edgeflow.pipeline.convert import convert
from edgeflow.pipeline.invoke import Step, invoke
from edgeflow.transport.address import parse_address

X = np.array([[1, 0], [0, 1], [1, 1], [2, -1]], np.float32)
Y = X @ np.array([[3], [-2]], np.float32)


def trained(steps: int) -> tuple[list[float], np.ndarray]:
    """The losses and the weights of gradient descent, by numpy."""
    weights, losses = np.zeros((2, 1)), []
    for _ in range(steps):
        off = X @ weights - Y
        losses.append(float(np.mean(off**2)))
        weights = weights - 0.1 * 2 / len(X) * X.T @ off
    return losses, weights


@pytest.fixture(params=["local", "ssh"])
def device(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Device:
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    base = tmp_path / "device" / "base"
    base.mkdir(parents=True)
    (base / "venv").symlink_to(sys.prefix)
    if request.param == "local":
        return Device("desk", parse_address("local:"), base=str(base))
    server = request.getfixturevalue("ssh_device")
    return Device("box", parse_address(server.address), base=str(base))


@pytest.mark.tensorflow
def test_a_model_trains_saves_and_restores_on_the_device(keras_sources: Path, tmp_path: Path, device: Device) -> None:
    done = convert(keras_sources / "training", quantize="none", output=tmp_path / "training.tflite")
    assert {signature.key for signature in done.signatures} == {"train", "infer", "save", "restore"}
    step = Step("train", {"x": X, "y": Y})
    row, kept = X[3:], np.array([[0.5], [0.25]], np.float32)
    steps = [step, step, step, Step("infer", {"x": row}), Step("save"), Step("restore", {"weights": kept})]
    ran = invoke(done.path, device, steps=[*steps, Step("infer", {"x": row})]).steps
    losses, weights = trained(3)
    assert [float(one.outputs["loss"]) for one in ran[:3]] == pytest.approx(losses, rel=1e-5)
    assert ran[3].outputs["y"] == pytest.approx(row @ weights, rel=1e-5)
    assert ran[4].outputs["weights"] == pytest.approx(weights, rel=1e-5)
    assert ran[6].outputs["y"] == pytest.approx(row @ kept, rel=1e-6)
