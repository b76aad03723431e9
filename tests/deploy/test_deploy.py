"""Deployments on this machine and over a real sshd."""

import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from edgeflow.deploy.bundle import make_bundle
from edgeflow.deploy.deploy import deploy_bundle
from edgeflow.device.connect import connect
from edgeflow.device.types import Device
from edgeflow.errors import DeviceBusyError, DeviceError, DoesNotFitError, EdgeflowError, UsageError
from edgeflow.model.read import load_model
from edgeflow.pipeline.deploy import deploy
from edgeflow.pipeline.rollback import rollback
from edgeflow.transport.address import parse_address
from tests.relay import relay

DATA = Path(__file__).parents[1] / "data"
KWS, SINE, VWW = (DATA / f"{name}.tflite" for name in ("kws_int8", "sine_float32", "vww_int8"))


@pytest.fixture
def base(tmp_path):
    """A base folder whose Python has the interpreter, as a provisioned device's."""
    folder = tmp_path / "device" / "base"
    folder.mkdir(parents=True)
    (folder / "venv").symlink_to(sys.prefix)
    return folder


@pytest.fixture(params=["local", "ssh"])
def device(request, base, tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    if request.param == "local":
        return Device("desk", parse_address("local:"), base=str(base))
    server = request.getfixturevalue("ssh_device")
    return Device("box", parse_address(server.address), base=str(base))


def over_ssh(server, base):
    return Device("box", parse_address(server.address), base=str(base))


def current(base, name):
    return (base / name / "current" / "model.tflite").read_bytes()


def tree(base, name):
    """Every file of a deployment with its bytes; links by their target."""
    return {
        str(path.relative_to(base)): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in sorted((base / name).rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def test_a_deployed_model_lies_where_programs_find_it(device, base):
    done = deploy(KWS, device, version=2)
    assert (done.action, done.name, done.sent_bytes) == ("deployed", "kws_int8", KWS.stat().st_size)
    assert current(base, "kws_int8") == KWS.read_bytes()
    assert done.persistent is True
    release = (base / "kws_int8" / "current").resolve()
    assert release.name == done.release
    manifest = json.loads((release / "manifest.json").read_bytes())
    assert manifest["version"] == 2
    assert manifest["target"] == done.device.target
    for entry in manifest["files"]:
        assert hashlib.sha256((release / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]
    assert list((base / "kws_int8" / "incoming").iterdir()) == []
    assert done.health.runs == 1
    if device.name == "box":
        assert done.health.compared.startswith("litert ")
        assert done.health.max_difference == 0.0


def test_the_same_model_again_changes_nothing(device, base):
    deploy(SINE, device)
    before = tree(base, "sine_float32")
    again = deploy(SINE, device)
    assert (again.action, again.sent_bytes, again.health) == ("unchanged", 0, None)
    assert tree(base, "sine_float32") == before


def test_back_and_forth_between_two_releases(device, base):
    first = deploy(SINE, device, name="app")
    second = deploy(KWS, device, name="app")
    assert second.previous == first.release
    assert current(base, "app") == KWS.read_bytes()
    back = rollback(device)
    assert (back.action, back.release, back.previous) == ("rolled back", first.release, second.release)
    assert back.model_sha256 == hashlib.sha256(SINE.read_bytes()).hexdigest()
    assert current(base, "app") == SINE.read_bytes()
    assert rollback(device, name="app", release=second.release).action == "rolled back"
    assert rollback(device, name="app", release=second.release).action == "unchanged"
    assert current(base, "app") == KWS.read_bytes()
    third = deploy(SINE, device, name="app")
    assert (third.action, third.sent_bytes, third.release) == ("deployed", 0, first.release)


def test_rolling_back_what_is_not_there_is_a_usage_error(device):
    with pytest.raises(UsageError, match="nothing is deployed"):
        rollback(device)
    deploy(SINE, device, name="app")
    with pytest.raises(UsageError, match="no previous release"):
        rollback(device)
    with pytest.raises(UsageError, match="has no release"):
        rollback(device, release="20200101T000000Z-00000000")
    deploy(SINE, device, name="second")
    with pytest.raises(UsageError, match="several deployments"):
        rollback(device)
    with pytest.raises(UsageError):
        rollback(device, name="../app")


def test_an_interrupted_upload_goes_on_where_it_stopped(ssh_device, base, tmp_path):
    device = over_ssh(ssh_device, base)
    large = tmp_path / "large.tflite"
    large.write_bytes(SINE.read_bytes() + bytes(range(256)) * 16384)

    def interrupt(stage, done, total):
        if stage == "upload" and done >= 2 << 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deploy(large, device, progress=interrupt)
    assert not (base / "large" / "current").exists()
    done = deploy(large, device)
    assert 0 < done.sent_bytes <= large.stat().st_size - (1 << 20)
    assert current(base, "large") == large.read_bytes()
    assert list((base / "large" / "incoming").iterdir()) == []


@pytest.mark.parametrize("cut_after", [1_500, 4_000, 9_000, 60_000, 200_000, 312_000, 318_000])
def test_a_line_cut_anywhere_leaves_the_old_release_or_the_new_one(ssh_device, base, tmp_path, monkeypatch, cut_after):
    config = tmp_path / "alias"
    known = tmp_path / "alias_known"
    known.write_text("box " + (ssh_device.folder / "hostkey.pub").read_text())
    config.write_text(f"Host *\n HostKeyAlias box\n IdentityFile {ssh_device.folder}/id\n UserKnownHostsFile {known}\n")
    monkeypatch.setenv("EDGEFLOW_SSH_CONFIG", str(config))
    direct = over_ssh(ssh_device, base)
    deploy(SINE, direct, name="app")
    with relay(ssh_device.port, cut_after=cut_after) as (port, _):
        try:
            deploy(VWW, replace(direct, address=replace(direct.address, port=port)), name="app", timeout_s=20)
        except DeviceError as error:
            assert error.exit_code == 5  # and a late cut may come after all is done
    assert current(base, "app") in (SINE.read_bytes(), VWW.read_bytes())
    done = deploy(VWW, direct, name="app", wait_s=20)
    assert done.action in ("deployed", "unchanged")
    assert current(base, "app") == VWW.read_bytes()
    assert list((base / "app" / "incoming").iterdir()) == []


def test_a_damaged_half_upload_is_sent_anew(device, base):
    content = VWW.read_bytes()
    deploy(SINE, device, name="app")
    part = base / "app" / "incoming" / f"{hashlib.sha256(content).hexdigest()}.part"
    part.write_bytes(bytes(100_000))
    done = deploy(VWW, device, name="app")
    assert done.sent_bytes == len(content)
    assert current(base, "app") == content


def test_a_model_that_does_not_run_leaves_the_old_one(device, base):
    deploy(SINE, device, name="app")
    broken = KWS.read_bytes()[:20000]
    model = replace(load_model(KWS), content=broken, sha256=hashlib.sha256(broken).hexdigest())
    with connect(device) as session, pytest.raises(EdgeflowError):
        deploy_bundle(session, device, make_bundle(model, name="app"))
    assert current(base, "app") == SINE.read_bytes()
    assert deploy(KWS, device, name="app").action == "deployed"


def test_a_lower_version_needs_force(device, base):
    deploy(SINE, device, name="app", version=5)
    with pytest.raises(EdgeflowError, match="has version 5, newer than 4") as caught:
        deploy(KWS, device, name="app", version=4)
    assert caught.value.exit_code == 1
    assert current(base, "app") == SINE.read_bytes()
    assert deploy(KWS, device, name="app").action == "deployed"  # 0 is unordered
    deploy(SINE, device, name="app", version=6)
    assert deploy(KWS, device, name="app", version=4, force=True).action == "deployed"


def test_a_dry_run_touches_nothing(device, base):
    done = deploy(KWS, replace(device, target="linux-x86-64"), dry_run=True)
    assert (done.action, done.release, done.sent_bytes) == ("planned", "", 0)
    assert [path.name for path in base.iterdir()] == ["venv"]


def test_what_does_not_fit_is_refused_with_all_reasons_before_anything_is_touched(device, base):
    small = replace(device, target="cortex-m4", board="nucleo-f446re")
    with pytest.raises(DoesNotFitError) as caught:
        deploy(DATA / "vww_float32.tflite", small)
    assert caught.value.exit_code == 3
    assert caught.value.reasons
    assert [path.name for path in base.iterdir()] == ["venv"]


def test_a_deployment_folder_that_is_a_link_is_not_followed(device, base, tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (base / "app").symlink_to(precious)
    with pytest.raises(DeviceError):
        deploy(SINE, device, name="app")
    assert list(precious.iterdir()) == []


def test_a_base_that_cannot_be_made_is_one_clear_error(device):
    with pytest.raises(DeviceError):
        deploy(SINE, replace(device, base="/dev/null/base"))


def test_a_device_in_use_is_busy_with_its_owner(device):
    with connect(device), pytest.raises(DeviceBusyError, match=r"in use by \S+@\S+:\d+ for \d+ s") as caught:
        deploy(SINE, device)
    assert caught.value.exit_code == 6
    assert deploy(SINE, device).action == "deployed"


def test_a_device_without_python_says_so(tmp_path, ssh_device, monkeypatch):
    from edgeflow.transport.loopback_sshd import loopback_sshd

    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("sh", "cat", "mkdir", "mv", "rm", "uname", "dirname", "chmod", "find", "sha256sum", "awk", "df", "tr"):
        (tools / tool).symlink_to(
            Path("/usr/bin") / tool if (Path("/usr/bin") / tool).exists() else Path("/bin") / tool
        )
    wrapper = tmp_path / "wrapper"
    # the account's PATH has no python3, and the places it is looked for besides are not there
    wrapper.write_text(
        "#!/bin/sh\nPATH=" + str(tools) + "; export PATH\n"
        'command=$(printf "%s" "$SSH_ORIGINAL_COMMAND" | /usr/bin/sed -e "s,/usr/bin/python3,/none,g" '
        '-e "s,/usr/local/bin/python3,/none,g")\neval "$command"\n'
    )
    wrapper.chmod(0o755)
    with loopback_sshd(tmp_path / "bare", f"Match all\n  ForceCommand {wrapper}\n") as server:
        monkeypatch.setenv("EDGEFLOW_SSH_CONFIG", str(server.config))
        device = Device("bare", parse_address(server.address), base=str(tmp_path / "bare-base"))
        with pytest.raises(DeviceError, match="no python3") as caught:
            deploy(SINE, device)
        assert caught.value.exit_code == 5
        assert "Python 3.9" in caught.value.hint
        from edgeflow.pipeline.devices import probe_device

        assert [lack.what for lack in probe_device(device).found.lacks][:1] == ["no python3"]


def test_a_device_without_an_interpreter_says_so_and_gets_nothing(ssh_device, tmp_path):
    import venv

    base = tmp_path / "naked"
    venv.create(base / "venv", with_pip=False, symlinks=True)
    with pytest.raises(DeviceError, match="no interpreter") as caught:
        deploy(SINE, over_ssh(ssh_device, base))
    assert "edgeflow devices provision" in caught.value.hint
    assert not (base / "sine_float32").exists()
    from edgeflow.pipeline.devices import probe_device

    lacks = probe_device(over_ssh(ssh_device, base)).found.lacks
    assert len(lacks) == 1
    assert "edgeflow devices provision box" in lacks[0].remedy
