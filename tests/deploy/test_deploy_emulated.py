"""The same verbs on an emulated board: two slots behind a UART instead of folders behind SSH."""

import hashlib
import importlib
from dataclasses import replace
from pathlib import Path

import pytest

from edgeflow.deploy.bundle import make_bundle
from edgeflow.deploy.deploy import deploy_bundle
from edgeflow.device.book import find_device
from edgeflow.device.connect import connect
from edgeflow.errors import EdgeflowError, MismatchError
from edgeflow.model.read import load_model
from edgeflow.pipeline.deploy import deploy
from edgeflow.pipeline.rollback import rollback

pytestmark = pytest.mark.emulated
DATA = Path(__file__).parents[1] / "data"
BOARD = "qemu:mps2-an386/deploy"


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))


def active(name):
    with connect(find_device(BOARD)) as session:
        return next(sha256 for state, sha256 in session.models.slots(name).values() if state == "active")


def test_two_releases_survive_the_commands_and_can_be_exchanged():
    first = deploy(DATA / "sine_int8.tflite", BOARD, name="app")
    assert (first.action, first.persistent, first.warnings) == ("deployed", True, ())
    assert first.health.compared.startswith("litert ")
    second = deploy(DATA / "sine_float32.tflite", BOARD, name="app")
    assert second.previous == first.release
    assert deploy(DATA / "sine_float32.tflite", BOARD, name="app").action == "unchanged"
    assert active("app") == second.model_sha256
    assert rollback(BOARD, name="app").release == first.release
    assert active("app") == first.model_sha256


def test_a_model_with_wrong_answers_is_switched_back(monkeypatch):
    good = deploy(DATA / "sine_int8.tflite", BOARD, name="app")

    def mismatch(*_, **__):
        raise MismatchError("wrong answers", "look")

    # by importlib: the verb edgeflow.deploy hides the package of that name
    monkeypatch.setattr(importlib.import_module("edgeflow.deploy.deploy"), "check_health", mismatch)
    with pytest.raises(MismatchError):
        deploy(DATA / "sine_float32.tflite", BOARD, name="app")
    assert active("app") == good.model_sha256


def test_a_broken_model_leaves_the_first_one_running():
    good = deploy(DATA / "sine_int8.tflite", BOARD, name="app")
    model = load_model(DATA / "sine_float32.tflite")
    broken = model.content[:700]
    device = find_device(BOARD)
    with connect(device) as session, pytest.raises(EdgeflowError):
        bundle = make_bundle(replace(model, content=broken, sha256=hashlib.sha256(broken).hexdigest()), name="app")
        deploy_bundle(session, device, bundle)
    assert active("app") == good.model_sha256
