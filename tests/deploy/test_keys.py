"""Keys that sign bundles: made for their owner alone, found by name or file, and never shown."""

import io
import json
import logging
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from edgeflow.deploy import keys
from edgeflow.device.types import Device
from edgeflow.errors import DeviceError, DeviceStatusError, EdgeflowError, UsageError
from edgeflow.pipeline.deploy import deploy
from edgeflow.pipeline.keys import list_keys, new_key, signing_key, trust_key, trusted_keys
from edgeflow.pipeline.rollback import rollback
from edgeflow.transport.address import parse_address

DATA = Path(__file__).parents[1] / "data"
SINE, KWS = DATA / "sine_float32.tflite", DATA / "kws_int8.tflite"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGEFLOW_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("EDGEFLOW_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "config" / "keys"


@pytest.fixture
def desk(tmp_path):
    base = tmp_path / "base"
    base.mkdir()
    (base / "venv").symlink_to(sys.prefix)
    return Device("desk", parse_address("local:"), base=str(base))


def test_a_new_key_is_its_owners_alone_and_never_overwritten(folder):
    key = new_key("release", comment="the line of 2026")
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}["release"] == 0o600
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "release.pub").read_text() == key.line + "\n"
    before = key.path.read_bytes()
    with pytest.raises(UsageError, match="there is a key 'release' already"):
        new_key("release")
    assert key.path.read_bytes() == before
    assert list_keys() == (replace(key, path=folder / "release"),)
    shown = subprocess.run(["ssh-keygen", "-l", "-f", key.path], capture_output=True, check=True).stdout.decode()
    assert key.fingerprint in shown


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a b", ".x", "-o" * 40, "x.pub", "é"])
def test_a_name_cannot_lead_elsewhere(name, folder):
    with pytest.raises(UsageError, match="cannot be a key's name"):
        new_key(name)
    assert not folder.exists()


def test_a_passphrase_protects_the_key_and_is_asked_for(folder):
    new_key("safe", passphrase="correct horse")
    answers = iter(["wrong", "correct horse"])
    asked = []
    key = keys.load_signing_key("safe", ask=lambda prompt: asked.append(prompt) or next(answers))
    assert len(asked) == 2 and "wrong" in asked[1]
    assert "PRIVATE KEY" in (folder / "safe").read_text() and "correct horse" not in repr(key)
    assert key.sign(b"x")
    with pytest.raises(UsageError, match="nobody is there to ask"):
        keys.load_signing_key("safe", ask=lambda _: None)
    with pytest.raises(UsageError, match="wrong three times"):
        keys.load_signing_key("safe", ask=lambda _: "no")


def test_what_is_no_signing_key_is_refused_with_its_reason(folder, tmp_path):
    with pytest.raises(UsageError, match=r"no key 'none' \(yours: none yet\)"):
        signing_key("none")
    new_key("release")
    (folder / "release").chmod(0o640)
    with pytest.raises(UsageError, match="can be read by others") as caught:
        signing_key("release")
    assert "chmod 600" in caught.value.hint
    for kind in ("rsa", "ecdsa"):
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", tmp_path / kind], check=True)
        with pytest.raises(UsageError, match="not an Ed25519 key"):
            signing_key(str(tmp_path / kind))
        with pytest.raises(UsageError, match="no Ed25519 public key"):
            keys.find_public_key(str(tmp_path / f"{kind}.pub"))
    for content in (
        b"",
        b"\xff" * 100,
        b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
    ):
        (tmp_path / "junk").write_bytes(content)
        (tmp_path / "junk").chmod(0o600)
        with pytest.raises(UsageError, match="no private key in OpenSSH's format"):
            signing_key(str(tmp_path / "junk"))


def test_a_public_key_is_found_by_name_file_or_line(folder):
    key = new_key("release")
    ways = ("release", str(folder / "release"), str(folder / "release.pub"), key.line)
    assert {keys.find_public_key(way).text for way in ways} == {key.text}


def test_a_device_with_a_pinned_key_takes_only_what_it_signed(desk, caplog):
    release, other = new_key("release"), new_key("other")
    assert deploy(SINE, desk, name="app").signed_by is None
    assert trusted_keys(desk).keys is None
    unchecked = deploy(KWS, desk, name="app", sign="release")
    assert unchecked.signed_by == release.fingerprint and "trusts no key yet" in unchecked.warnings[0]
    done = trust_key("release", desk)
    assert [(key.fingerprint, key.comment) for key in done.keys] == [(release.fingerprint, "release")]
    assert done.notes == ()
    base = Path(desk.base)
    before = {path: path.readlink() for path in (base / "app").iterdir() if path.is_symlink()}
    with pytest.raises(EdgeflowError, match=r"takes only bundles signed by SHA256:\S+ release") as caught:
        deploy(SINE, desk, name="app")
    assert caught.value.exit_code == 1 and "--sign" in caught.value.hint
    with pytest.raises(EdgeflowError, match=f"does not trust {re.escape(other.fingerprint)}"):
        deploy(SINE, desk, name="app", sign="other")
    with pytest.raises(DeviceStatusError, match=r"BAD_SIGNATURE.*not signed") as refused:
        rollback(desk, name="app")
    assert refused.value.exit_code == 1
    assert {path: path.readlink() for path in before} == before
    with caplog.at_level(logging.DEBUG):
        assert deploy(SINE, desk, name="app", sign="release").action == "deployed"
    secret = "".join(release.path.read_text().splitlines()[1:-1])
    assert secret[100:140] not in caplog.text
    assert rollback(desk, name="app").action == "rolled back"
    assert deploy(KWS, desk, name="app", sign="release").action == "unchanged"
    assert trust_key("release", desk, remove=True).keys is None
    assert deploy(SINE, desk, name="third").action == "deployed"
    assert trust_key("other", desk).notes == (
        "third runs an unsigned release; it stays until the next deploy or rollback",
    )


def test_over_ssh_the_device_checks_before_it_switches(ssh_device, tmp_path, desk):
    device = replace(desk, name="box", address=parse_address(ssh_device.address))
    new_key("release")
    trust_key("release", device)
    done = deploy(SINE, device, name="app", sign="release")
    assert (done.action, done.warnings) == ("deployed", ())
    current = Path(desk.base) / "app" / "current"
    signers = tmp_path / "signers"
    signers.write_text((Path(desk.base) / ".allowed_signers").read_text())
    argv = ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", "edgeflow", "-n", "edgeflow"]
    with (current / "manifest.json").open("rb") as manifest:
        checked = subprocess.run([*argv, "-s", current / "manifest.json.sig"], stdin=manifest, capture_output=True)
    assert checked.returncode == 0, checked.stderr
    assert json.loads((current / "manifest.json").read_bytes())["name"] == "app"


class _Board:
    """A board's answer to a request that it does not know."""

    name = "board"

    def request(self, *_, **__):
        raise DeviceStatusError("no", status="UNKNOWN_COMMAND")


def test_a_board_that_can_trust_no_key_says_so():
    from edgeflow.deploy.trust import pin

    with pytest.raises(DeviceError, match="keeps no keys and checks no signatures"):
        pin(_Board(), keys.PublicKey("AAAA"))


def test_the_command_line_tells_keys_and_no_secret(folder, monkeypatch, capsys):
    from edgeflow.cli import main
    from tests.schemas import check_answer

    monkeypatch.setattr(sys, "stdin", io.StringIO())
    printed = []
    for words in (["new", "release", "--json"], ["list", "--json"], ["list"], ["new", "release"]):
        with pytest.raises(SystemExit) as stop:
            main(["keys", *words])
        out = capsys.readouterr()
        printed += [out.out, out.err]
        if "--json" in words:
            found = json.loads(out.out)
            for answer in found if isinstance(found, list) else [found]:
                check_answer(answer)
                assert answer["name"] == "release"
    assert stop.value.code == 2
    secret = "".join((folder / "release").read_text().splitlines()[1:-1])
    assert not any(secret[80:120] in text or "PRIVATE" in text for text in printed)
