"""Pinned keys: with one, only what it signed becomes a release, becomes active, or becomes active again."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edgeflow.deploy import sshsig
from edgeflow.wire.constants import Status, Upload

MODEL, OTHER = b"TFL3" + bytes(3000), b"TFL3" + bytes(2000)
KEY, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)) for number in (1, 2))


def public(key):
    return base64.b64encode(sshsig.public_blob(key)).decode()


def digest(content):
    return hashlib.sha256(content).digest()


def beat():
    pass


@pytest.fixture
def store(agent, tmp_path):
    return agent("store").Store(str(tmp_path / "base"))


@pytest.fixture
def uploads(agent, store):
    return agent("upload").Uploads(store)


@pytest.fixture
def refused(agent):
    def refused(status, text="."):
        return pytest.raises(
            agent("refusal").Refusal, match=text, check=lambda error: error.status == status and len(error.text) <= 96
        )

    return refused


def deliver(uploads, content=MODEL, *, key=KEY, name="kws", slot="kws", manifest=None, signature=None):
    """What a host uploads, in order; returns commit's answer."""
    state, offset, part = uploads.begin(slot, len(content), digest(content), beat)
    assert state == Upload.SEND
    uploads.chunk(offset, content[offset:])
    listed = [{"path": "model.tflite", "sha256": digest(content).hex(), "bytes": len(content)}]
    manifest = manifest or json.dumps({"name": name, "files": listed}).encode()
    Path(part + ".json").write_bytes(manifest)
    if key or signature:
        Path(part + ".json.sig").write_bytes(signature or sshsig.sign(key, manifest))
    return uploads.commit(beat)


def activate(store, release="", slot="kws"):
    return store.activate(slot, release, lambda path: None, beat)


def left_in_incoming(tmp_path):
    return sorted(path.suffix for path in (tmp_path / "base/kws/incoming").iterdir())


def test_without_a_pinned_key_everything_is_taken(store, uploads):
    assert store.trust.keys() is None
    deliver(uploads, key=None)
    assert activate(store)[0]


def test_a_bundle_that_a_pinned_key_signed_becomes_active_with_its_signature_beside_it(store, uploads, tmp_path):
    store.trust.add(public(KEY), "release key")
    assert store.trust.keys() == {public(KEY): "release key"}
    release, path = deliver(uploads)
    assert sorted(file.name for file in Path(path).parent.iterdir()) == [
        "manifest.json",
        "manifest.json.sig",
        "model.tflite",
    ]
    assert activate(store) == (release, "")
    assert uploads.begin("kws", len(MODEL), digest(MODEL), beat)[0] == Upload.ACTIVE


def test_unsigned_foreign_and_altered_bundles_do_not_become_releases(store, uploads, refused, tmp_path):
    store.trust.add(public(KEY), "")
    with refused(Status.BAD_SIGNATURE, "not signed"):
        deliver(uploads, key=None)
    with refused(Status.BAD_SIGNATURE, "not pinned"):
        deliver(uploads, key=STRANGER)
    with refused(Status.BAD_SIGNATURE, "does not hold"):
        deliver(uploads, signature=sshsig.sign(KEY, b"another manifest"))
    with refused(Status.BAD_SIGNATURE, "not an OpenSSH signature"):
        deliver(uploads, signature=b"x" * 100)
    assert list((tmp_path / "base/kws/releases").iterdir()) == []
    assert left_in_incoming(tmp_path) == [".part"]  # its digest holds: what is sent next need not be sent again
    release, _ = deliver(uploads)
    assert activate(store)[0] == release
    assert left_in_incoming(tmp_path) == []


def test_a_signed_manifest_for_another_model_or_name_is_of_no_use(store, uploads, refused):
    store.trust.add(public(KEY), "")
    with refused(Status.BAD_REQUEST, "another model"):
        deliver(
            uploads, manifest=json.dumps({"name": "kws", "files": [{"path": "model.tflite", "sha256": "00"}]}).encode()
        )
    release, _ = deliver(uploads, name="other")
    with refused(Status.BAD_SIGNATURE, "signed for the name 'other'"):
        activate(store, release)


@pytest.mark.parametrize("victim", ["model.tflite", "manifest.json", "manifest.json.sig"])
def test_a_release_altered_at_rest_does_not_become_active_and_is_sent_anew(store, uploads, refused, victim):
    store.trust.add(public(KEY), "")
    first, path = deliver(uploads)
    activate(store)
    second, _ = deliver(uploads, OTHER)
    activate(store)
    file = Path(path).parent / victim
    file.chmod(0o644)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with refused(Status.BAD_CHECKSUM if victim == "model.tflite" else Status.BAD_SIGNATURE):
        activate(store, first)
    assert store.active_model("kws").split("/")[-2] == second
    assert activate(store, deliver(uploads)[0])[1] == second


@pytest.mark.parametrize("extra", ["run.sh", "custom-operators.so", "app/main.py", "link"])
def test_a_file_that_nobody_signed_spoils_the_release(store, uploads, refused, extra):
    store.trust.add(public(KEY), "")
    release, path = deliver(uploads)
    added = Path(path).parent / extra
    added.parent.mkdir(exist_ok=True)
    added.symlink_to("/etc/passwd") if extra == "link" else added.write_bytes(b"x")
    with refused(Status.BAD_SIGNATURE, "is not what was signed"):
        activate(store, release)


def test_what_was_there_unsigned_cannot_be_gone_back_to_once_a_key_is_pinned(store, uploads, refused):
    first, _ = deliver(uploads, key=None)
    activate(store)
    deliver(uploads, OTHER, key=None)
    activate(store)
    store.trust.add(public(KEY), "")
    with refused(Status.BAD_SIGNATURE, "not signed"):
        activate(store, first)
    second, _ = deliver(uploads)  # the same bytes, signed, are another release
    assert second != first
    assert activate(store, second)[0] == second


def test_without_a_pinned_key_a_release_that_has_rotted_is_still_refused(store, uploads, refused):
    first, path = deliver(uploads, key=None)
    activate(store)
    deliver(uploads, OTHER, key=None)
    activate(store)
    Path(path).chmod(0o644)
    Path(path).write_bytes(bytes(len(MODEL)))
    with refused(Status.BAD_CHECKSUM, r"model\.tflite has changed"):
        activate(store, first)


def test_two_keys_can_be_pinned_and_the_last_one_taken_back_opens_the_device(store, uploads, refused, tmp_path):
    store.trust.add(public(KEY), "first")
    store.trust.add(public(STRANGER), "second\nline")
    assert store.trust.keys() == {public(KEY): "first", public(STRANGER): "second line"}
    store.trust.remove(public(KEY))
    with refused(Status.BAD_SIGNATURE):
        deliver(uploads)
    deliver(uploads, key=STRANGER)
    with refused(Status.NOT_FOUND):
        store.trust.remove(public(KEY))
    store.trust.remove(public(STRANGER))
    assert store.trust.keys() is None
    with refused(Status.BAD_REQUEST):
        store.trust.add("AAAA", "")
    assert [path.name for path in (tmp_path / "base").iterdir()] == ["kws"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"edgeflow ssh-ed25519 AAAA\n", b'* namespaces="edgeflow"\n'])
def test_a_damaged_list_of_keys_trusts_nobody(store, uploads, refused, tmp_path, content):
    (tmp_path / "base").mkdir()
    (tmp_path / "base/.allowed_signers").write_bytes(content)
    assert store.trust.keys() == {}
    with refused(Status.BAD_SIGNATURE):
        deliver(uploads)


def test_a_list_of_keys_that_is_a_link_trusts_nobody(store, tmp_path):
    (tmp_path / "base").mkdir()
    (tmp_path / "list").write_text("")
    (tmp_path / "base/.allowed_signers").symlink_to(tmp_path / "list")
    assert store.trust.keys() == {}
