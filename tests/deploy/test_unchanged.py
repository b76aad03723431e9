"""A bundle that is active already is found so by one command over SSH; whatever is odd is left to the agent."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from edgeflow.deploy.bundle import make_bundle
from edgeflow.deploy.unchanged import is_active
from edgeflow.device.connect import reached
from edgeflow.device.types import Device
from edgeflow.errors import EdgeflowError
from edgeflow.model.read import load_model
from edgeflow.pipeline.deploy import deploy
from edgeflow.transport.address import parse_address

DATA = Path(__file__).parents[1] / "data"
SINE, KWS = (DATA / f"{name}.tflite" for name in ("sine_float32", "kws_int8"))


@pytest.fixture
def device(ssh_device, tmp_path):
    """A device on which version 3 of a model is active."""
    base = tmp_path / "base with $(id)"
    base.mkdir()
    (base / "venv").symlink_to(sys.prefix)
    device = Device("box", parse_address(ssh_device.address), base=str(base), target="linux-x86-64")
    assert deploy(SINE, device, name="app", version=3).action == "deployed"
    return device


def test_the_active_release_is_known_without_an_agent_and_oddities_are_left_to_it(device):
    base = Path(device.base)
    app, release = base / "app", (base / "app" / "current").resolve()
    bundle = make_bundle(load_model(SINE), name="app", version=3, target=device.target)
    shutil.rmtree(base / "agent")
    (base / "venv").unlink()
    before = sorted(base.rglob("*"))
    assert deploy(SINE, device, name="app").action == "unchanged"
    assert sorted(base.rglob("*")) == before

    def link_elsewhere():
        (app / "current").unlink()
        shutil.copytree(release, base / "elsewhere")
        (app / "current").symlink_to("../elsewhere")

    def alter():
        (release / "model.tflite").chmod(0o644)
        (release / "model.tflite").write_bytes(SINE.read_bytes()[:-1] + b"x")

    with reached(device) as transport:
        assert is_active(transport, device, bundle, force=False)
        assert is_active(transport, device, replace(bundle, version=0), force=False)
        assert not is_active(transport, device, replace(bundle, version=2), force=False)
        assert is_active(transport, device, replace(bundle, version=2), force=True)
        assert not is_active(transport, device, replace(bundle, name="other"), force=False)
        other = make_bundle(load_model(KWS), name="app", target=device.target)
        assert not is_active(transport, device, other, force=False)
        local = replace(device, address=parse_address("local:"))
        assert not is_active(transport, local, bundle, force=False)
        for oddity in (
            lambda: (base / ".lock").write_text('{"owner": "somebody"}'),
            lambda: (base / ".allowed_signers").touch(),
            lambda: (app / "state.json").write_text('{"state": "pending", "release": "x"}'),
            lambda: (app / "incoming" / "x.part").touch(),
            lambda: (release / "more").touch(),
            lambda: (release / "manifest.json").unlink(),
            link_elsewhere,
            alter,
        ):
            kept = base.with_name("kept")
            shutil.copytree(base, kept, symlinks=True)
            oddity()
            assert not is_active(transport, device, bundle, force=False)
            shutil.rmtree(base)
            kept.rename(base)
            assert is_active(transport, device, bundle, force=False)


def test_an_altered_release_is_deployed_anew_and_an_older_version_refused(device):
    model = Path(device.base) / "app" / "current" / "model.tflite"
    model.chmod(0o644)
    model.write_bytes(SINE.read_bytes()[:-1] + b"x")
    with pytest.raises(EdgeflowError, match="has version 3, newer than 2"):
        deploy(SINE, device, name="app", version=2)
    assert deploy(SINE, device, name="app").action == "deployed"
    assert (Path(device.base) / "app" / "current" / "model.tflite").read_bytes() == SINE.read_bytes()
