"""OpenSSH signatures: ours, ssh-keygen's and the agent's reader agree, on good ones and on every bad one."""

import base64
import shutil
import struct
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edgeflow.deploy import sshsig as host

KEYGEN = shutil.which("ssh-keygen")
MANIFEST = b'{"name": "kws"}\n'
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = base64.b64encode(host.public_blob(KEY)).decode()
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


@pytest.fixture(scope="module", autouse=True)
def openssh():
    if KEYGEN is None:
        pytest.skip("ssh-keygen is not installed")


@pytest.fixture(params=["own", "ssh-keygen"])
def verify(request, agent):
    """The agent's verification, by its own arithmetic and by the tool."""
    keygen = KEYGEN if request.param == "ssh-keygen" else ""
    return lambda message, signature, trusted=(PUBLIC,): agent("sshsig").verify(
        message, signature, trusted, keygen=keygen
    )


def unarmored(signature):
    return base64.b64decode("".join(signature.decode().splitlines()[1:-1]))


def armored(data):
    text = base64.b64encode(data).decode()
    return f"-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n".encode()


def test_a_signature_made_here_holds(verify):
    assert verify(MANIFEST, host.sign(KEY, MANIFEST)) == PUBLIC


def test_a_signature_made_by_ssh_keygen_holds(verify, tmp_path):
    subprocess.run([KEYGEN, "-q", "-t", "ed25519", "-N", "", "-C", "x", "-f", tmp_path / "key"], check=True)
    made = subprocess.run(
        [KEYGEN, "-Y", "sign", "-f", tmp_path / "key", "-n", "edgeflow"],
        input=MANIFEST,
        capture_output=True,
        check=True,
    )
    public = (tmp_path / "key.pub").read_text().split()[1]
    assert verify(MANIFEST, made.stdout, (PUBLIC, public)) == public


def test_the_file_is_byte_for_byte_what_ssh_keygen_writes(tmp_path):
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    (tmp_path / "key").touch(0o600)
    (tmp_path / "key").write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    argv = [KEYGEN, "-Y", "sign", "-f", tmp_path / "key", "-n", "edgeflow"]
    made = subprocess.run(argv, input=MANIFEST, capture_output=True, check=True)
    assert made.stdout == host.sign(KEY, MANIFEST)
    shown = subprocess.run([KEYGEN, "-l", "-f", tmp_path / "key"], capture_output=True, check=True)
    assert host.fingerprint(host.public_blob(KEY)) in shown.stdout.decode()


def test_other_bytes_other_keys_and_other_purposes_do_not_hold(verify, agent, monkeypatch):
    error = agent("sshsig").SignatureError
    good = host.sign(KEY, MANIFEST)
    with pytest.raises(error, match="does not hold"):
        verify(MANIFEST + b" ", good)
    with pytest.raises(error, match=r"signed with SHA256:\S{43}, which is not pinned"):
        verify(MANIFEST, host.sign(OTHER, MANIFEST))
    with pytest.raises(error, match="not pinned"):
        verify(MANIFEST, good, ())
    claimed = unarmored(host.sign(OTHER, MANIFEST)).replace(host.public_blob(OTHER), host.public_blob(KEY))
    with pytest.raises(error, match="does not hold"):
        verify(MANIFEST, armored(claimed))
    monkeypatch.setattr(host, "NAMESPACE", b"git")
    with pytest.raises(error, match="another purpose"):
        verify(MANIFEST, host.sign(KEY, MANIFEST))


def test_every_truncation_and_many_damaged_bytes_are_refused_and_nothing_else_happens(agent):
    sshsig = agent("sshsig")
    whole = unarmored(host.sign(KEY, MANIFEST))
    for size in range(len(whole)):
        with pytest.raises(sshsig.SignatureError):
            sshsig.verify(MANIFEST, armored(whole[:size]), (PUBLIC,), keygen="")
    reserved = whole.index(b"edgeflow") + len(b"edgeflow")  # its length, 0: no part of what is signed
    for at in range(0, len(whole), 3):
        if reserved <= at < reserved + 4:
            continue
        with pytest.raises(sshsig.SignatureError):
            sshsig.verify(
                MANIFEST, armored(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]), (PUBLIC,), keygen=""
            )
    for text in (b"", b"\xff\xfe", b"-----BEGIN SSH SIGNATURE-----", armored(b""), armored(whole) * 20, armored(b"!")):
        with pytest.raises(sshsig.SignatureError):
            sshsig.verify(MANIFEST, text, (PUBLIC,), keygen="")


def test_other_kinds_of_keys_are_no_keys(agent):
    sshsig = agent("sshsig")
    rsa = struct.pack(">I", 7) + b"ssh-rsa" + struct.pack(">I", 32) + bytes(32)
    for text in ("", "AAAA", "!", base64.b64encode(rsa).decode(), PUBLIC + "AAAA"):
        with pytest.raises(sshsig.SignatureError):
            sshsig.public_bytes(text)


def test_a_tool_that_cannot_tell_leaves_it_to_the_agent(agent, tmp_path):
    sshsig = agent("sshsig")
    old = tmp_path / "ssh-keygen"
    old.write_text("#!/bin/sh\necho 'unknown option -- Y' >&2\nexit 1\n")
    old.chmod(0o755)
    good = host.sign(KEY, MANIFEST)
    for tool in (str(old), str(tmp_path / "none")):
        assert sshsig.by_keygen(tool, MANIFEST, good, PUBLIC) is None
        assert sshsig.verify(MANIFEST, good, (PUBLIC,), keygen=tool) == PUBLIC
        with pytest.raises(sshsig.SignatureError, match="does not hold"):
            sshsig.verify(MANIFEST + b" ", good, (PUBLIC,), keygen=tool)


def test_where_the_tool_refuses_the_agent_does_not_know_better(agent, tmp_path):
    sshsig = agent("sshsig")
    strict = tmp_path / "ssh-keygen"
    strict.write_text("#!/bin/sh\necho 'Could not verify signature.'\nexit 255\n")
    strict.chmod(0o755)
    with pytest.raises(sshsig.SignatureError, match="does not hold"):
        sshsig.verify(MANIFEST, host.sign(KEY, MANIFEST), (PUBLIC,), keygen=str(strict))
